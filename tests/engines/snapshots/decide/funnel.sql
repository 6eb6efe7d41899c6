/* How many candidates met and failed each gate, for the whole run ('*') and for each customer. */
WITH asked AS (
  SELECT
    *
  FROM candidate
  UNION ALL
  SELECT
    *
  FROM medical_candidate
), gate AS (
  SELECT
    *
  FROM VALUES
    ('kind', 1),
    ('assignment', 2),
    ('reach', 3),
    ('wall', 4),
    ('control_arm', 5),
    ('stale_input', 6),
    ('consent', 7),
    ('suppression', 8),
    ('content', 9),
    ('repeat_content', 10),
    ('cap', 11),
    ('rest', 12),
    ('separation', 13) AS g(gate, position)
), stopped AS (
  SELECT
    customer_id,
    blocked_by AS gate,
    COUNT(*) AS candidates,
    MIN(product_id || '/' || channel || COALESCE('/' || rep_id, '')) AS example
  FROM asked
  GROUP BY
    customer_id,
    blocked_by
), scoped AS (
  SELECT
    customer_id,
    gate,
    candidates,
    example
  FROM stopped
  UNION ALL
  SELECT
    '*' AS customer_id,
    gate,
    SUM(candidates) AS candidates,
    MIN(customer_id || '/' || example) AS example
  FROM stopped
  GROUP BY
    gate
), total AS (
  SELECT
    customer_id,
    SUM(candidates) AS candidates
  FROM scoped
  GROUP BY
    customer_id
), met AS (
  SELECT
    t.customer_id,
    g.gate,
    g.position,
    t.candidates - COALESCE(
      SUM(s.candidates) OVER (
        PARTITION BY t.customer_id
        ORDER BY g.position NULLS LAST
        rows BETWEEN UNBOUNDED preceding AND 1 preceding
      ),
      0
    ) AS entering,
    COALESCE(s.candidates, 0) AS removed,
    s.example
  FROM total AS t
  CROSS JOIN gate AS g
  LEFT JOIN scoped AS s
    ON s.customer_id = t.customer_id AND s.gate = g.gate
)
SELECT
  customer_id,
  gate,
  position,
  entering,
  removed,
  example
FROM met
WHERE
  customer_id = '*' OR removed > 0
