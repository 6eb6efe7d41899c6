/* Permitted actions with each of their best contents, the best new one among them, and every term of */
/* value = potential x priority x fit x novelty x P(response) x stage gain x lever - fatigue cost - unit cost. */
/* Some experiment arms value otherwise: without the lever, by response alone, or by chance (a number of 4 hex digits). */
/* The whole belief is used, never only the likeliest stage; topics move the odds of a response by a quarter at most. */
/* Every content of every action is ranked: such rows are kept narrow, with numbers for texts, until the best are known. */
WITH permitted AS (
  SELECT
    customer_id,
    product_id,
    channel,
    rep_id,
    DENSE_RANK() OVER (ORDER BY customer_id NULLS LAST, product_id NULLS LAST) AS pair,
    ROW_NUMBER() OVER (
      ORDER BY customer_id NULLS LAST, product_id NULLS LAST, channel NULLS LAST, rep_id NULLS LAST
    ) AS action
  FROM candidate
  WHERE
    blocked_by IS NULL
), pair AS (
  SELECT DISTINCT
    customer_id,
    product_id,
    pair
  FROM permitted
), relevance AS (
  SELECT
    s.position AS of_position,
    l.stage,
    l.prior,
    l.gain * POWER(p.stage_mismatch, ABS(l.position - s.position)) AS gain
  FROM playbook_ladder AS s
  CROSS JOIN playbook_ladder AS l
  CROSS JOIN playbook_policy AS p
), believed_gain AS (
  SELECT
    p.pair,
    r.of_position,
    SUM(b.probability * r.gain) AS stage_gain
  FROM belief AS b
  INNER JOIN relevance AS r
    ON r.stage = b.stage
  INNER JOIN pair AS p
    ON p.customer_id = b.customer_id AND p.product_id = b.product_id
  GROUP BY
    p.pair,
    r.of_position
), expected_gain AS (
  SELECT
    of_position,
    SUM(prior * gain) AS stage_gain
  FROM relevance
  GROUP BY
    of_position
), themed AS (
  SELECT
    content_id,
    LISTAGG(value, '|') WITHIN GROUP (ORDER BY
      value NULLS LAST) AS topics
  FROM playbook_content_tag
  WHERE
    tag = 'topic'
  GROUP BY
    content_id
), usable AS (
  SELECT
    g.product_id,
    g.channel,
    d.value AS kind,
    g.content_id,
    DENSE_RANK() OVER (ORDER BY g.content_id NULLS LAST) AS content,
    l.position,
    x.stage_gain,
    DENSE_RANK() OVER (ORDER BY e.topics NULLS LAST) AS theme,
    NOT t.content_id IS NULL AS is_new
  FROM content_gate AS g
  INNER JOIN playbook_content AS k
    ON k.content_id = g.content_id
  INNER JOIN playbook_content_tag AS d
    ON d.content_id = g.content_id AND d.tag = 'kind'
  INNER JOIN playbook_ladder AS l
    ON l.stage = k.stage
  INNER JOIN expected_gain AS x
    ON x.of_position = l.position
  LEFT JOIN themed AS e
    ON e.content_id = g.content_id
  LEFT JOIN new_content AS t
    ON t.content_id = g.content_id
  WHERE
    g.blocked_by IS NULL
), named AS (
  SELECT DISTINCT
    content,
    content_id,
    product_id
  FROM usable
), used AS (
  SELECT
    p.pair,
    k.content,
    u.too_recent
  FROM content_use AS u
  INNER JOIN named AS k
    ON k.content_id = u.content_id
  INNER JOIN pair AS p
    ON p.customer_id = u.customer_id AND p.product_id = k.product_id
), own_level AS (
  SELECT
    customer_id,
    SUM(mean * evidence_count) / NULLIF(SUM(evidence_count), 0) AS mean
  FROM preference
  WHERE
    dimension = 'topic'
  GROUP BY
    customer_id
), theme_topic AS (
  SELECT DISTINCT
    u.product_id,
    u.theme,
    t.value
  FROM usable AS u
  INNER JOIN playbook_content_tag AS t
    ON t.content_id = u.content_id AND t.tag = 'topic'
), topic_factor AS (
  /* Against the customer's own level over all topics: visits are answered more than e-mails, whatever the topic. */
  /* Contents of a product on the same topics share it. */
  SELECT
    a.pair,
    t.theme,
    LEAST(
      GREATEST(AVG(p.mean / NULLIF(o.mean, 0)), CAST(0.8 AS DOUBLE)),
      CAST(1.25 AS DOUBLE)
    ) AS factor
  FROM preference AS p
  INNER JOIN own_level AS o
    ON o.customer_id = p.customer_id AND o.mean > 0
  INNER JOIN theme_topic AS t
    ON t.value = p.value
  INNER JOIN pair AS a
    ON a.customer_id = p.customer_id AND a.product_id = t.product_id
  WHERE
    p.dimension = 'topic'
  GROUP BY
    a.pair,
    t.theme
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
), known AS (
  SELECT
    a.*,
    c.kind,
    o.potential,
    r.priority,
    m.fit,
    w.mean,
    w.sd AS response_sd,
    CASE arm.values_by
      WHEN 'value'
      THEN LEAST(GREATEST(COALESCE(v.factor, CAST(1.0 AS DOUBLE)), y.lever_least), y.lever_most)
      ELSE CAST(1.0 AS DOUBLE)
    END AS lever,
    y.fatigue_cost * COALESCE(q.touches, 0) AS fatigue_cost,
    h.depth,
    h.unit_cost,
    h.minutes,
    CASE WHEN n.customer_id IS NULL THEN z.room ELSE LEAST(z.room, 1) END AS room,
    arm.values_by,
    y.salt
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
  LEFT JOIN weighted AS v
    ON v.customer_id = a.customer_id
    AND v.product_id = a.product_id
    AND v.channel = a.channel
  LEFT JOIN at_odds AS n
    ON n.customer_id = a.customer_id
  LEFT JOIN pressure AS q
    ON q.customer_id = a.customer_id
    AND q.channel = 'all'
    AND q.days = y.fatigue_window_days
), term AS (
  /* What is the same for every content of an action. */
  SELECT
    *,
    potential * priority * fit AS scale,
    fatigue_cost + unit_cost AS cost,
    CASE
      WHEN values_by = 'chance'
      THEN salt || '|' || CAST(CAST('2026-01-05 12:00:00.000000' AS TIMESTAMP_NTZ) AS STRING) || '|' || customer_id || '|' || product_id || '|' || channel || '|' || COALESCE(rep_id, '')
    END AS lot
  FROM known
), asked AS (
  SELECT
    a.action,
    k.content,
    k.is_new,
    CASE WHEN u.content IS NULL THEN CAST(1.0 AS DOUBLE) ELSE y.novelty_after_use END AS novelty,
    COALESCE(f.factor, CAST(1.0 AS DOUBLE)) AS factor,
    COALESCE(b.stage_gain, k.stage_gain) AS stage_gain
  FROM term AS a
  CROSS JOIN playbook_policy AS y
  INNER JOIN usable AS k
    ON k.product_id = a.product_id AND k.channel = a.channel AND k.kind = a.kind
  LEFT JOIN topic_factor AS f
    ON f.pair = a.pair AND f.theme = k.theme
  LEFT JOIN believed_gain AS b
    ON b.pair = a.pair AND b.of_position = k.position
  LEFT JOIN used AS u
    ON u.pair = a.pair AND u.content = k.content
  WHERE
    NOT COALESCE(u.too_recent, FALSE)
), scored AS (
  SELECT
    q.action,
    q.content,
    q.is_new,
    q.novelty,
    a.mean * q.factor / NULLIF((
      1 - a.mean + a.mean * q.factor
    ), 0) AS response_probability,
    q.stage_gain * a.depth AS stage_gain,
    a.scale,
    a.lever,
    a.cost,
    a.values_by,
    y.unit_value,
    MD5(a.lot || '|' || k.content_id) AS luck
  FROM asked AS q
  CROSS JOIN playbook_policy AS y
  INNER JOIN term AS a
    ON a.action = q.action
  INNER JOIN named AS k
    ON k.content = q.content
), valued AS (
  SELECT
    action,
    content,
    is_new,
    novelty,
    response_probability,
    stage_gain,
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
      ELSE scale * novelty * response_probability * stage_gain * lever - cost
    END AS value
  FROM scored
), placed AS (
  SELECT
    *,
    ROW_NUMBER() OVER (PARTITION BY action ORDER BY value DESC, content NULLS LAST) AS place
  FROM valued
), kept AS (
  SELECT
    p.*
  FROM placed AS p
  CROSS JOIN playbook_policy AS y
  WHERE
    p.place <= y.alternatives OR p.is_new
), newest AS (
  SELECT
    action,
    MIN(place) AS place
  FROM kept
  WHERE
    is_new
  GROUP BY
    action
)
SELECT
  a.customer_id,
  a.product_id,
  a.channel,
  a.rep_id,
  k.content_id,
  a.potential,
  a.priority,
  a.fit,
  b.novelty,
  b.response_probability,
  a.response_sd,
  b.stage_gain,
  a.lever,
  a.fatigue_cost,
  a.unit_cost,
  a.minutes,
  b.value,
  b.value - a.potential * a.priority * a.fit * b.novelty * b.response_probability * b.stage_gain * (
    a.lever - 1
  ) AS value_without_levers,
  a.room,
  b.is_new,
  b.place
FROM kept AS b
CROSS JOIN playbook_policy AS y
INNER JOIN term AS a
  ON a.action = b.action
INNER JOIN named AS k
  ON k.content = b.content
LEFT JOIN newest AS n
  ON n.action = b.action
WHERE
  b.place <= y.alternatives OR b.place = n.place
