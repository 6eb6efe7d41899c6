/* What may be drawn in place of each planned action: other permitted actions of the same customer by the same hand, each */
/* with its contents and slots. An exchange takes no more of anything than the plan set aside, and leaves no goal, so that */
/* it is feasible whatever is drawn for others. Of several central actions of a customer none is exchanged for another */
/* channel, as two might meet there. Where an arm does not explore there is only the plan itself. */
WITH single AS (
  SELECT
    customer_id
  FROM choice
  WHERE
    rep_id IS NULL
  GROUP BY
    customer_id
  HAVING
    COUNT(*) = 1
), pair AS (
  SELECT
    c.customer_id,
    c.product_id AS planned_product_id,
    c.channel AS planned_channel,
    a.product_id,
    a.channel,
    a.rep_id,
    a.product_id = c.product_id AND a.channel = c.channel AS is_planned,
    a.units,
    a.unit_price,
    a.suggestion_price,
    a.limit_cost,
    g.explores
  FROM choice AS c
  INNER JOIN arm AS g
    ON g.customer_id = c.customer_id
  INNER JOIN playbook_channel AS h
    ON h.channel = c.channel
  INNER JOIN priced_action AS a
    ON a.customer_id = c.customer_id AND COALESCE(a.rep_id, '') = COALESCE(c.rep_id, '')
  LEFT JOIN single AS s
    ON s.customer_id = c.customer_id
  WHERE
    (
      a.product_id = c.product_id AND a.channel = c.channel
    )
    OR (
      g.explores
      AND a.units <= CASE WHEN c.rep_id IS NULL THEN CAST(1.0 AS DOUBLE) ELSE h.minutes END
      AND (
        NOT c.rep_id IS NULL OR NOT s.customer_id IS NULL
      )
    )
), used AS (
  /* Serving a goal counts as using less than nothing. */
  SELECT
    customer_id,
    product_id,
    channel,
    COALESCE(rep_id, '') AS rep_id,
    resource || '/' || owner AS what,
    CASE WHEN resource = 'goal' THEN -amount ELSE amount END AS amount
  FROM limit_use
  UNION ALL
  SELECT
    a.customer_id,
    a.product_id,
    a.channel,
    '' AS rep_id,
    r.resource || '/' || r.owner AS what,
    CAST(1.0 AS DOUBLE) AS amount
  FROM action AS a
  INNER JOIN resource AS r
    ON r.resource = 'channel_sends' AND r.owner = a.channel
  WHERE
    a.rep_id IS NULL
), change AS (
  SELECT
    p.customer_id,
    p.planned_product_id,
    p.planned_channel,
    p.product_id,
    p.channel,
    u.what,
    u.amount
  FROM pair AS p
  INNER JOIN used AS u
    ON u.customer_id = p.customer_id
    AND u.product_id = p.product_id
    AND u.channel = p.channel
    AND u.rep_id = COALESCE(p.rep_id, '')
  UNION ALL
  SELECT
    p.customer_id,
    p.planned_product_id,
    p.planned_channel,
    p.product_id,
    p.channel,
    u.what,
    -u.amount AS amount
  FROM pair AS p
  INNER JOIN used AS u
    ON u.customer_id = p.customer_id
    AND u.product_id = p.planned_product_id
    AND u.channel = p.planned_channel
    AND u.rep_id = COALESCE(p.rep_id, '')
), more AS (
  SELECT
    customer_id,
    planned_product_id,
    planned_channel,
    product_id,
    channel,
    what
  FROM change
  GROUP BY
    customer_id,
    planned_product_id,
    planned_channel,
    product_id,
    channel,
    what
  HAVING
    SUM(amount) > CAST(0.000000001 AS DOUBLE)
), too_much AS (
  SELECT DISTINCT
    customer_id,
    planned_product_id,
    planned_channel,
    product_id,
    channel
  FROM more
), feasible AS (
  SELECT
    p.*
  FROM pair AS p
  LEFT JOIN too_much AS m
    ON m.customer_id = p.customer_id
    AND m.planned_product_id = p.planned_product_id
    AND m.planned_channel = p.planned_channel
    AND m.product_id = p.product_id
    AND m.channel = p.channel
  WHERE
    p.is_planned OR m.customer_id IS NULL
), worth AS (
  SELECT
    p.customer_id,
    p.planned_product_id,
    p.planned_channel,
    p.product_id,
    p.channel,
    p.rep_id,
    o.content_id,
    o.place,
    p.is_planned,
    p.explores,
    o.is_new,
    o.response_probability,
    o.response_sd,
    o.value,
    o.value + o.fatigue_cost + o.unit_cost AS gain,
    p.unit_price,
    p.suggestion_price,
    p.limit_cost,
    o.value - p.unit_price * p.units - p.suggestion_price - p.limit_cost AS reduced_value
  FROM feasible AS p
  INNER JOIN content_option AS o
    ON o.customer_id = p.customer_id
    AND o.product_id = p.product_id
    AND o.channel = p.channel
    AND COALESCE(o.rep_id, '') = COALESCE(p.rep_id, '')
), reached AS (
  SELECT
    *,
    MAX(CASE WHEN place = 1 THEN reduced_value END) OVER (
      PARTITION BY customer_id, planned_product_id, planned_channel, product_id, channel
    ) AS best_value
  FROM worth
)
SELECT
  r.customer_id,
  r.planned_product_id,
  r.planned_channel,
  r.product_id,
  r.channel,
  r.rep_id,
  r.content_id,
  r.place,
  s.slot,
  COALESCE(s.slot_place, 1) AS slot_place,
  r.is_planned AND r.place = 1 AND COALESCE(s.slot_place, 1) = 1 AS is_plan,
  r.is_new,
  r.response_probability,
  r.response_sd,
  r.value,
  r.gain,
  COALESCE(s.slot_factor, CAST(1.0 AS DOUBLE)) AS slot_factor,
  r.unit_price,
  r.suggestion_price,
  r.limit_cost,
  r.reduced_value
FROM reached AS r
LEFT JOIN slot_option AS s
  ON s.customer_id = r.customer_id AND s.channel = r.channel
WHERE
  (
    r.is_planned OR r.best_value > 0
  )
  AND (
    r.explores OR (
      r.place = 1 AND COALESCE(s.slot_place, 1) = 1
    )
  )
