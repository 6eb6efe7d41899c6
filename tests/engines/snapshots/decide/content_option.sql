/* Permitted actions with each of their best contents, the best new one among them, and every term of */
/* value = potential x priority x fit x novelty x P(response) x stage gain x lever - fatigue cost - unit cost. */
/* Some experiment arms value otherwise: without the lever, by response alone, or by chance (a number of 4 hex digits). */
/* The whole belief is used, never only the likeliest stage; topics move the odds of a response by a quarter at most. */
WITH permitted AS (
  SELECT
    *
  FROM candidate
  WHERE
    blocked_by IS NULL
), content_stage AS (
  SELECT DISTINCT
    l.stage,
    l.position
  FROM playbook_content AS c
  INNER JOIN playbook_ladder AS l
    ON l.stage = c.stage
), relevance AS (
  SELECT
    s.stage AS content_stage,
    l.stage,
    l.prior,
    l.gain * POWER(p.stage_mismatch, ABS(l.position - s.position)) AS gain
  FROM content_stage AS s
  CROSS JOIN playbook_ladder AS l
  CROSS JOIN playbook_policy AS p
), believed_gain AS (
  SELECT
    b.customer_id,
    b.product_id,
    r.content_stage,
    SUM(b.probability * r.gain) AS stage_gain
  FROM belief AS b
  INNER JOIN relevance AS r
    ON r.stage = b.stage
  GROUP BY
    b.customer_id,
    b.product_id,
    r.content_stage
), expected_gain AS (
  SELECT
    content_stage,
    SUM(prior * gain) AS stage_gain
  FROM relevance
  GROUP BY
    content_stage
), own_level AS (
  SELECT
    customer_id,
    SUM(mean * evidence_count) / NULLIF(SUM(evidence_count), 0) AS mean
  FROM preference
  WHERE
    dimension = 'topic'
  GROUP BY
    customer_id
), topic_factor AS (
  /* Against the customer's own level over all topics: visits are answered more than e-mails, whatever the topic. */
  SELECT
    p.customer_id,
    t.content_id,
    LEAST(
      GREATEST(AVG(p.mean / NULLIF(o.mean, 0)), CAST(0.8 AS DOUBLE)),
      CAST(1.25 AS DOUBLE)
    ) AS factor
  FROM preference AS p
  INNER JOIN own_level AS o
    ON o.customer_id = p.customer_id AND o.mean > 0
  INNER JOIN playbook_content_tag AS t
    ON t.tag = 'topic' AND t.value = p.value
  WHERE
    p.dimension = 'topic'
  GROUP BY
    p.customer_id,
    t.content_id
), response AS (
  SELECT
    a.customer_id,
    a.channel,
    COALESCE(p.mean, s.mean, e.mean) AS mean,
    COALESCE(
      p.sd,
      SQRT(
        COALESCE(s.mean, e.mean) * (
          1 - COALESCE(s.mean, e.mean)
        ) / NULLIF((
          COALESCE(s.strength, e.strength) + 1
        ), 0)
      )
    ) AS sd
  FROM (
    SELECT DISTINCT
      customer_id,
      channel
    FROM permitted
  ) AS a
  INNER JOIN customer AS c
    ON c.customer_id = a.customer_id
  INNER JOIN preference_prior AS e
    ON e.segment = '*' AND e.dimension = 'channel' AND e.value = a.channel
  LEFT JOIN preference_prior AS s
    ON s.segment = COALESCE(LOWER(TRIM(c.specialty)), 'unknown')
    AND s.dimension = 'channel'
    AND s.value = a.channel
  LEFT JOIN preference AS p
    ON p.customer_id = a.customer_id AND p.dimension = 'channel' AND p.value = a.channel
), weighted AS (
  SELECT
    customer_id,
    product_id,
    channel,
    EXP(SUM(LN(NULLIF(GREATEST(factor, 0), 0)))) AS factor
  FROM lever
  GROUP BY
    customer_id,
    product_id,
    channel
), at_odds AS (
  /* Suggestions of one run may be carried out on one day: where one would keep off the other, there is room for one. */
  SELECT DISTINCT
    a.customer_id
  FROM permitted AS a
  INNER JOIN playbook_separation AS s
    ON s.channel = a.channel
    AND s.product_id = a.product_id
    AND s.of_channel <> s.channel
  INNER JOIN permitted AS b
    ON b.customer_id = a.customer_id AND b.channel = s.of_channel
), term AS (
  SELECT
    a.customer_id,
    a.product_id,
    a.channel,
    a.rep_id,
    k.content_id,
    o.potential,
    r.priority,
    m.fit,
    CASE WHEN u.content_id IS NULL THEN CAST(1.0 AS DOUBLE) ELSE y.novelty_after_use END AS novelty,
    w.mean * COALESCE(f.factor, CAST(1.0 AS DOUBLE)) / NULLIF((
      1 - w.mean + w.mean * COALESCE(f.factor, CAST(1.0 AS DOUBLE))
    ), 0) AS response_probability,
    w.sd AS response_sd,
    COALESCE(b.stage_gain, x.stage_gain) * h.depth AS stage_gain,
    CASE arm.values_by
      WHEN 'value'
      THEN LEAST(GREATEST(COALESCE(v.factor, CAST(1.0 AS DOUBLE)), y.lever_least), y.lever_most)
      ELSE CAST(1.0 AS DOUBLE)
    END AS lever,
    y.fatigue_cost * COALESCE(q.touches, 0) AS fatigue_cost,
    h.unit_cost,
    h.minutes,
    CASE WHEN n.customer_id IS NULL THEN z.room ELSE LEAST(z.room, 1) END AS room,
    arm.values_by,
    y.unit_value,
    CASE
      WHEN arm.values_by = 'chance'
      THEN MD5(
        y.salt || '|' || CAST(CAST('2026-01-05 12:00:00.000000' AS TIMESTAMP_NTZ) AS STRING) || '|' || a.customer_id || '|' || a.product_id || '|' || a.channel || '|' || COALESCE(a.rep_id, '') || '|' || k.content_id
      )
    END AS luck,
    NOT t.content_id IS NULL AS is_new,
    y.alternatives
  FROM permitted AS a
  CROSS JOIN playbook_policy AS y
  INNER JOIN customer AS c
    ON c.customer_id = a.customer_id
  INNER JOIN playbook_product AS r
    ON r.product_id = a.product_id
  INNER JOIN playbook_channel AS h
    ON h.channel = a.channel
  INNER JOIN playbook_channel_matrix AS m
    ON m.lifecycle = r.lifecycle AND m.channel = a.channel
  INNER JOIN potential AS o
    ON o.customer_id = a.customer_id AND o.product_id = a.product_id
  INNER JOIN arm
    ON arm.customer_id = a.customer_id
  INNER JOIN room AS z
    ON z.customer_id = a.customer_id
  INNER JOIN response AS w
    ON w.customer_id = a.customer_id AND w.channel = a.channel
  INNER JOIN content_gate AS g
    ON g.product_id = a.product_id AND g.channel = a.channel AND g.blocked_by IS NULL
  INNER JOIN playbook_content AS k
    ON k.content_id = g.content_id
  INNER JOIN playbook_content_tag AS d
    ON d.content_id = k.content_id AND d.tag = 'kind' AND d.value = c.kind
  INNER JOIN expected_gain AS x
    ON x.content_stage = k.stage
  LEFT JOIN believed_gain AS b
    ON b.customer_id = a.customer_id
    AND b.product_id = a.product_id
    AND b.content_stage = k.stage
  LEFT JOIN weighted AS v
    ON v.customer_id = a.customer_id
    AND v.product_id = a.product_id
    AND v.channel = a.channel
  LEFT JOIN at_odds AS n
    ON n.customer_id = a.customer_id
  LEFT JOIN content_use AS u
    ON u.customer_id = a.customer_id AND u.content_id = k.content_id
  LEFT JOIN new_content AS t
    ON t.content_id = k.content_id
  LEFT JOIN topic_factor AS f
    ON f.customer_id = a.customer_id AND f.content_id = k.content_id
  LEFT JOIN pressure AS q
    ON q.customer_id = a.customer_id
    AND q.channel = 'all'
    AND q.days = y.fatigue_window_days
  WHERE
    NOT COALESCE(u.too_recent, FALSE)
), multiplied AS (
  SELECT
    *,
    potential * priority * fit * novelty * response_probability * stage_gain AS worth
  FROM term
), valued AS (
  SELECT
    *,
    CASE values_by
      WHEN 'response'
      THEN unit_value * response_probability
      WHEN 'chance'
      THEN unit_value * (
        (
          LOCATE(SUBSTRING(luck, 1, 1), '0123456789abcdef') - 1
        ) / CAST(16.0 AS DOUBLE) + (
          LOCATE(SUBSTRING(luck, 2, 1), '0123456789abcdef') - 1
        ) / CAST(256.0 AS DOUBLE) + (
          LOCATE(SUBSTRING(luck, 3, 1), '0123456789abcdef') - 1
        ) / CAST(4096.0 AS DOUBLE) + (
          LOCATE(SUBSTRING(luck, 4, 1), '0123456789abcdef') - CAST(0.5 AS DOUBLE)
        ) / CAST(65536.0 AS DOUBLE)
      )
      ELSE worth * lever - fatigue_cost - unit_cost
    END AS value
  FROM multiplied
), placed AS (
  SELECT
    *
    EXCEPT (values_by, unit_value, luck, worth),
    value - worth * (
      lever - 1
    ) AS value_without_levers,
    ROW_NUMBER() OVER (
      PARTITION BY customer_id, product_id, channel, rep_id
      ORDER BY value DESC, content_id NULLS LAST
    ) AS place,
    ROW_NUMBER() OVER (
      PARTITION BY customer_id, product_id, channel, rep_id, is_new
      ORDER BY value DESC, content_id NULLS LAST
    ) AS place_of_kind
  FROM valued
)
SELECT
  *
  EXCEPT (alternatives, place_of_kind)
FROM placed
WHERE
  place <= alternatives OR (
    is_new AND place_of_kind = 1
  )
