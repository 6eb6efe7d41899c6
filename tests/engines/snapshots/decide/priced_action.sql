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
    COALESCE(m.price * a.minutes, CAST(0.0 AS DOUBLE)) + COALESCE(s.price, CAST(0.0 AS DOUBLE)) + COALESCE(h.price, CAST(0.0 AS DOUBLE)) + COALESCE(l.price, CAST(0.0 AS DOUBLE)) AS prices
  FROM action AS a
  LEFT JOIN resource_price AS m
    ON m.resource = 'rep_minutes' AND m.owner = a.rep_id
  LEFT JOIN resource_price AS s
    ON s.resource = 'rep_suggestions' AND s.owner = a.rep_id
  LEFT JOIN resource_price AS h
    ON h.resource = 'channel_sends' AND a.rep_id IS NULL AND h.owner = a.channel
  LEFT JOIN limit_price AS l
    ON l.customer_id = a.customer_id
    AND l.product_id = a.product_id
    AND l.channel = a.channel
    AND l.rep_id = COALESCE(a.rep_id, '')
)
SELECT
  *,
  value - prices AS reduced_value
FROM priced
