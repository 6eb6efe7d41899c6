/* The proof of a plan, worked out from published prices without the solver (Lagrangian duality): at any prices, what all */
/* customers would take if only their own limits held, plus the worth of everything scarce, is more than any plan is worth. */
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
), reduced AS (
  SELECT
    a.customer_id,
    a.room,
    CASE WHEN a.rep_id IS NULL THEN a.channel ELSE '' END AS part,
    a.value - COALESCE(m.price * a.minutes, CAST(0.0 AS DOUBLE)) - COALESCE(s.price, CAST(0.0 AS DOUBLE)) - COALESCE(h.price, CAST(0.0 AS DOUBLE)) - COALESCE(l.price, CAST(0.0 AS DOUBLE)) AS value
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
), best AS (
  SELECT
    customer_id,
    part,
    MIN(room) AS room,
    MAX(value) AS value
  FROM reduced
  GROUP BY
    customer_id,
    part
), taken AS (
  SELECT
    *
  FROM (
    SELECT
      *,
      ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY value DESC, part NULLS LAST) AS _w
    FROM best
    WHERE
      value > 0
  ) AS _t
  WHERE
    _w <= room
), bound AS (
  SELECT
    (
      SELECT
        COALESCE(SUM(value), CAST(0.0 AS DOUBLE))
      FROM taken
    ) + (
      SELECT
        COALESCE(
          SUM(CASE WHEN r.resource = 'goal' THEN -p.price ELSE p.price END * r.capacity),
          CAST(0.0 AS DOUBLE)
        )
      FROM resource AS r
      INNER JOIN resource_price AS p
        ON p.resource = r.resource AND p.owner = r.owner
    ) AS bound
), made AS (
  SELECT
    (
      SELECT
        COALESCE(SUM(value), CAST(0.0 AS DOUBLE))
      FROM choice
    ) - (
      SELECT
        COALESCE(SUM(p.missing * r.worth), CAST(0.0 AS DOUBLE))
      FROM price AS p
      INNER JOIN resource AS r
        ON r.resource = p.resource AND r.owner = p.owner
    ) AS objective,
    (
      SELECT
        COALESCE(SUM(a.value_without_levers), CAST(0.0 AS DOUBLE))
      FROM choice AS c
      INNER JOIN action AS a
        ON a.customer_id = c.customer_id
        AND a.product_id = c.product_id
        AND a.channel = c.channel
        AND COALESCE(a.rep_id, '') = COALESCE(c.rep_id, '')
    ) AS value_without_levers
)
SELECT
  '<purpose>' AS purpose,
  m.objective,
  b.bound,
  CASE
    WHEN b.bound > 0
    THEN (
      b.bound - m.objective
    ) / NULLIF(b.bound, 0)
    ELSE CAST(0.0 AS DOUBLE)
  END AS gap,
  (
    SELECT
      COUNT(*)
    FROM choice
  ) AS suggestions,
  m.value_without_levers,
  (
    SELECT
      COUNT(*)
    FROM price
    WHERE
      missing > 0
  ) AS goals_missed
FROM made AS m
CROSS JOIN bound AS b
