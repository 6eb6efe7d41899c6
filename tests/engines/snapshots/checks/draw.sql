/* Every draw is a distribution of which one option is drawn, and none of its options is stopped by a gate. */
WITH every AS (
  SELECT
    'commercial' AS purpose,
    *
  FROM draw
  UNION ALL
  SELECT
    'medical' AS purpose,
    *
  FROM medical_draw
), asked AS (
  SELECT
    *
  FROM candidate
  UNION ALL
  SELECT
    *
  FROM medical_candidate
)
SELECT
  d.customer_id,
  d.planned_product_id,
  d.planned_channel
FROM every AS d
GROUP BY
  d.purpose,
  d.customer_id,
  d.planned_product_id,
  d.planned_channel
HAVING
  ABS(SUM(d.propensity) - 1) > CAST(0.000000001 AS DOUBLE)
  OR MIN(d.propensity) < 0
  OR SUM(CASE WHEN d.is_drawn THEN 1 ELSE 0 END) <> 1
  OR SUM(CASE WHEN d.is_drawn AND d.propensity > 0 THEN 1 ELSE 0 END) <> 1
UNION ALL
SELECT
  d.customer_id,
  d.planned_product_id,
  d.planned_channel
FROM every AS d
LEFT JOIN asked AS a
  ON a.customer_id = d.customer_id
  AND a.product_id = d.product_id
  AND a.channel = d.channel
  AND COALESCE(a.rep_id, '') = COALESCE(d.rep_id, '')
  AND a.blocked_by IS NULL
WHERE
  a.customer_id IS NULL
