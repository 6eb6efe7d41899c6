/* Everything an explanation of one suggestion may state, gathered once: no sentence may say what is not here. */
WITH latest AS (
  SELECT
    customer_id,
    last_contact_channel,
    last_contact_at
  FROM (
    SELECT
      customer_id,
      channel AS last_contact_channel,
      occurred_at AS last_contact_at,
      ROW_NUMBER() OVER (
        PARTITION BY customer_id
        ORDER BY occurred_at DESC, channel NULLS LAST, contact_id NULLS LAST
      ) AS _w
    FROM touch
  ) AS _t
  WHERE
    _w = 1
), usual AS (
  SELECT
    customer_id,
    channel,
    contacts
  FROM (
    SELECT
      t.customer_id,
      t.channel,
      COUNT(*) AS contacts,
      ROW_NUMBER() OVER (PARTITION BY t.customer_id ORDER BY COUNT(*) DESC, t.channel NULLS LAST) AS _w
    FROM touch AS t
    INNER JOIN playbook_channel AS h
      ON h.channel = t.channel AND h.owner <> 'none' AND h.purpose = '<purpose>'
    WHERE
      DATEDIFF(
        DAY,
        CAST(t.occurred_at AS DATE),
        CAST(CAST('2026-01-05 12:00:00.000000' AS TIMESTAMP_NTZ) AS DATE)
      ) < 365
    GROUP BY
      t.customer_id,
      t.channel
  ) AS _t
  WHERE
    _w = 1
), chosen AS (
  SELECT
    d.customer_id,
    d.product_id,
    d.channel,
    p.part
  FROM selection AS d
  INNER JOIN priced_action AS p
    ON p.customer_id = d.customer_id
    AND p.product_id = d.product_id
    AND p.channel = d.channel
    AND COALESCE(p.rep_id, '') = COALESCE(d.rep_id, '')
), passed_over AS (
  /* Only what could take the place of the choice: not what another choice of the customer leaves no room for. */
  SELECT
    customer_id,
    product_id,
    channel,
    runner_up,
    runner_up_value,
    runner_up_reduced_value
  FROM (
    /* Only what could take the place of the choice: not what another choice of the customer leaves no room for. */
    SELECT
      d.customer_id,
      d.product_id,
      d.channel,
      a.product_id || '/' || a.channel AS runner_up,
      a.value AS runner_up_value,
      a.reduced_value AS runner_up_reduced_value,
      ROW_NUMBER() OVER (
        PARTITION BY d.customer_id, d.product_id, d.channel
        ORDER BY a.reduced_value DESC, a.product_id NULLS LAST, a.channel NULLS LAST, a.rep_id NULLS LAST
      ) AS _w
    FROM chosen AS d
    INNER JOIN priced_action AS a
      ON a.customer_id = d.customer_id
    LEFT JOIN chosen AS o
      ON o.customer_id = a.customer_id
      AND (
        (
          o.product_id = a.product_id AND o.channel = a.channel
        )
        OR (
          o.part = a.part AND o.part <> d.part
        )
      )
    WHERE
      o.customer_id IS NULL
  ) AS _t
  WHERE
    _w = 1
), usual_action AS (
  SELECT
    customer_id,
    product_id,
    channel,
    MAX(value) AS value,
    MAX(reduced_value) AS reduced_value
  FROM priced_action
  GROUP BY
    customer_id,
    product_id,
    channel
), weighed AS (
  SELECT
    customer_id,
    product_id,
    channel,
    LISTAGG(lever_name || ' x' || CAST(factor AS STRING), ' | ') WITHIN GROUP (ORDER BY
      lever_id NULLS LAST) AS levers
  FROM lever
  GROUP BY
    customer_id,
    product_id,
    channel
), usual_stop AS (
  SELECT
    customer_id,
    product_id,
    channel,
    MIN(blocked_by) AS blocked_by
  FROM candidate
  WHERE
    NOT blocked_by IS NULL AND blocked_by <> 'wall'
  GROUP BY
    customer_id,
    product_id,
    channel
)
SELECT
  d.customer_id,
  d.product_id,
  d.channel,
  d.rep_id,
  h.purpose,
  d.content_id,
  d.slot,
  a.potential,
  a.priority,
  a.fit,
  a.novelty,
  a.response_probability,
  a.response_sd,
  a.stage_gain,
  a.lever,
  a.fatigue_cost,
  a.unit_cost,
  a.minutes,
  a.value,
  a.value_without_levers,
  d.unit_price,
  d.suggestion_price,
  d.limit_cost,
  d.reduced_value,
  d.rank,
  v.levers,
  d.propensity,
  d.explored,
  d.expected_value,
  d.planned_value,
  pr.product_name AS planned_product_name,
  ph.channel_name AS planned_channel_name,
  pk.title AS planned_title,
  d.planned_slot,
  c.simulated,
  c.specialty,
  r.product_name,
  h.channel_name,
  k.title,
  k.version AS content_version,
  k.valid_until AS content_valid_until,
  ks.stage_name AS content_stage_name,
  e.evidence_count AS channel_contacts,
  e.response_count AS channel_responses,
  e.last_at AS channel_last_at,
  e.prior_mean AS channel_expected,
  bs.stage_name,
  b.probability AS stage_probability,
  b.moved_by,
  b.moved_at,
  l.last_contact_at,
  l.last_contact_channel,
  COALESCE(q.touches, 0) AS touches,
  y.fatigue_window_days,
  o.specialty_weight,
  o.activity_rank,
  o.prescribing,
  o.prescribed,
  o.prescribed_usual,
  y.outcome_measure,
  p.runner_up,
  p.runner_up_value,
  p.runner_up_reduced_value,
  u.channel AS usual_channel,
  uh.channel_name AS usual_channel_name,
  u.contacts AS usual_contacts,
  ua.value AS usual_value,
  ua.reduced_value AS usual_reduced_value,
  CASE WHEN ua.value IS NULL THEN us.blocked_by END AS usual_blocked_by,
  h.consent AS consent_rule,
  s.status AS consent_status,
  s.stated_at AS consent_stated_at,
  s.expires_at AS consent_expires_at,
  s.evidence AS consent_evidence,
  s.source AS consent_source,
  m.arm,
  m.values_by,
  y.policy_version,
  y.currency,
  y.time_zone,
  y.decision_valid_days
FROM selection AS d
INNER JOIN content_option AS a
  ON a.customer_id = d.customer_id
  AND a.product_id = d.product_id
  AND a.channel = d.channel
  AND COALESCE(a.rep_id, '') = COALESCE(d.rep_id, '')
  AND a.content_id = d.content_id
CROSS JOIN playbook_policy AS y
INNER JOIN customer AS c
  ON c.customer_id = d.customer_id
INNER JOIN arm AS m
  ON m.customer_id = d.customer_id
INNER JOIN playbook_product AS r
  ON r.product_id = d.product_id
INNER JOIN playbook_channel AS h
  ON h.channel = d.channel
INNER JOIN playbook_content AS k
  ON k.content_id = d.content_id
INNER JOIN playbook_product AS pr
  ON pr.product_id = d.planned_product_id
INNER JOIN playbook_channel AS ph
  ON ph.channel = d.planned_channel
INNER JOIN playbook_content AS pk
  ON pk.content_id = d.planned_content_id
INNER JOIN playbook_ladder AS ks
  ON ks.stage = k.stage
INNER JOIN potential AS o
  ON o.customer_id = d.customer_id AND o.product_id = d.product_id
LEFT JOIN preference AS e
  ON e.customer_id = d.customer_id AND e.dimension = 'channel' AND e.value = d.channel
LEFT JOIN belief AS b
  ON b.customer_id = d.customer_id AND b.product_id = d.product_id AND b.most_likely
LEFT JOIN playbook_ladder AS bs
  ON bs.stage = b.stage
LEFT JOIN latest AS l
  ON l.customer_id = d.customer_id
LEFT JOIN pressure AS q
  ON q.customer_id = d.customer_id
  AND q.channel = 'all'
  AND q.days = y.fatigue_window_days
LEFT JOIN passed_over AS p
  ON p.customer_id = d.customer_id
  AND p.product_id = d.product_id
  AND p.channel = d.channel
LEFT JOIN usual AS u
  ON u.customer_id = d.customer_id
LEFT JOIN playbook_channel AS uh
  ON uh.channel = u.channel
LEFT JOIN usual_action AS ua
  ON ua.customer_id = d.customer_id
  AND ua.product_id = d.product_id
  AND ua.channel = u.channel
LEFT JOIN usual_stop AS us
  ON us.customer_id = d.customer_id
  AND us.product_id = d.product_id
  AND us.channel = u.channel
LEFT JOIN weighed AS v
  ON v.customer_id = d.customer_id
  AND v.product_id = d.product_id
  AND v.channel = d.channel
  AND m.values_by = 'value'
LEFT JOIN consent_status AS s
  ON s.customer_id = d.customer_id
  AND s.channel = d.channel
  AND s.product_id = d.product_id
  AND s.purpose = h.purpose
