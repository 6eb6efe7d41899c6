/* What each permitted action pays at the published prices for everything it uses, and what is left of its value. */
WITH limit_price AS (
  SELECT
    u.customer_id,
    u.product_id,
    u.channel,
    COALESCE(u.rep_id, '') AS rep_id,
    SUM(CASE WHEN u.resource = 'goal' THEN -p.price ELSE p.price END * u.amount) AS price
  FROM limit_use AS u
  INNER JOIN resource_price AS p
    ON p.resource = u.resource AND p.owner = u.owner
  GROUP BY
    u.customer_id,
    u.product_id,
    u.channel,
    COALESCE(u.rep_id, '')
), priced AS (
  SELECT
    a.customer_id,
    a.product_id,
    a.channel,
    a.rep_id,
    CASE WHEN a.rep_id IS NULL THEN a.channel ELSE '' END AS part,
    a.room,
    a.value,
    CASE WHEN a.rep_id IS NULL THEN CAST(1.0 AS DOUBLE) ELSE a.minutes END AS units,
    COALESCE(m.price, CAST(0.0 AS DOUBLE)) AS unit_price,
    COALESCE(s.price, CAST(0.0 AS DOUBLE)) AS suggestion_price,
    COALESCE(l.price, CAST(0.0 AS DOUBLE)) AS limit_cost
  FROM action AS a
  LEFT JOIN resource_price AS m
    ON m.resource = CASE WHEN a.rep_id IS NULL THEN 'channel_sends' ELSE 'rep_minutes' END
    AND m.owner = COALESCE(a.rep_id, a.channel)
  LEFT JOIN resource_price AS s
    ON s.resource = 'rep_suggestions' AND s.owner = a.rep_id
  LEFT JOIN limit_price AS l
    ON l.customer_id = a.customer_id
    AND l.product_id = a.product_id
    AND l.channel = a.channel
    AND l.rep_id = COALESCE(a.rep_id, '')
)
SELECT
  *,
  value - unit_price * units - suggestion_price - limit_cost AS reduced_value
FROM priced
