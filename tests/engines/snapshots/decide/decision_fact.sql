/* Everything an explanation of one choice may state, gathered once: no sentence may say what is not here. */
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
), passed_over AS (
  SELECT
    customer_id,
    runner_up,
    runner_up_value
  FROM (
    SELECT
      a.customer_id,
      a.product_id || '/' || a.channel AS runner_up,
      a.value AS runner_up_value,
      ROW_NUMBER() OVER (
        PARTITION BY a.customer_id
        ORDER BY a.value DESC, a.product_id NULLS LAST, a.channel NULLS LAST, a.rep_id NULLS LAST
      ) AS _w
    FROM action AS a
    LEFT JOIN choice AS d
      ON d.customer_id = a.customer_id
      AND d.product_id = a.product_id
      AND d.channel = a.channel
    WHERE
      d.customer_id IS NULL
  ) AS _t
  WHERE
    _w = 1
), limit_price AS (
  SELECT
    u.customer_id,
    u.product_id,
    u.channel,
    u.rep_id,
    SUM(CASE WHEN u.resource = 'goal' THEN -p.price ELSE p.price END * u.amount) AS cost
  FROM limit_use AS u
  INNER JOIN price AS p
    ON p.resource = u.resource AND p.owner = u.owner
  GROUP BY
    u.customer_id,
    u.product_id,
    u.channel,
    u.rep_id
), usual_action AS (
  SELECT
    a.customer_id,
    a.product_id,
    a.channel,
    MAX(a.value) AS value,
    MAX(
      a.value - COALESCE(p.price, 0) * CASE WHEN a.rep_id IS NULL THEN CAST(1.0 AS DOUBLE) ELSE a.minutes END - COALESCE(q.price, 0) - COALESCE(l.cost, 0)
    ) AS reduced_value
  FROM action AS a
  LEFT JOIN price AS p
    ON p.owner = COALESCE(a.rep_id, a.channel)
    AND p.resource = CASE WHEN a.rep_id IS NULL THEN 'channel_sends' ELSE 'rep_minutes' END
  LEFT JOIN price AS q
    ON q.owner = a.rep_id AND q.resource = 'rep_suggestions'
  LEFT JOIN limit_price AS l
    ON l.customer_id = a.customer_id
    AND l.product_id = a.product_id
    AND l.channel = a.channel
    AND COALESCE(l.rep_id, '') = COALESCE(a.rep_id, '')
  GROUP BY
    a.customer_id,
    a.product_id,
    a.channel
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
  p.runner_up,
  p.runner_up_value,
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
  y.policy_version,
  y.currency,
  y.time_zone,
  y.decision_valid_days
FROM choice AS d
INNER JOIN action AS a
  ON a.customer_id = d.customer_id
  AND a.product_id = d.product_id
  AND a.channel = d.channel
  AND COALESCE(a.rep_id, '') = COALESCE(d.rep_id, '')
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
LEFT JOIN consent_status AS s
  ON s.customer_id = d.customer_id
  AND s.channel = d.channel
  AND s.product_id = d.product_id
  AND s.purpose = h.purpose
