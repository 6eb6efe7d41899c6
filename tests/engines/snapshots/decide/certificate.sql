/* The proof of a plan, worked out from published prices without the solver (Lagrangian duality): at any prices, what all */
/* customers would take if only their own limits held, plus the worth of everything scarce, is more than any plan is worth. */
WITH best AS (
  SELECT
    customer_id,
    part,
    MIN(room) AS room,
    MAX(reduced_value) AS value
  FROM priced_action
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
