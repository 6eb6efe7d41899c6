/* What the experiment arm came to in this run, for every customer assigned: measuring compares arms as they were */
/* assigned, whatever came of them (intention to treat). */
WITH suggested AS (
  SELECT
    customer_id,
    COUNT(*) AS suggestions
  FROM decision
  GROUP BY
    customer_id
)
SELECT
  a.customer_id,
  a.arm,
  a.stratum,
  a.share,
  a.assigned_at,
  CASE
    WHEN NOT s.customer_id IS NULL
    THEN 'suggested'
    WHEN a.suggests AND n.reason = 'gated'
    THEN 'gated'
    ELSE 'none'
  END AS exposed_to,
  COALESCE(s.suggestions, 0) AS suggestions
FROM arm AS a
LEFT JOIN suggested AS s
  ON s.customer_id = a.customer_id
LEFT JOIN no_action AS n
  ON n.customer_id = a.customer_id
