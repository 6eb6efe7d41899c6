/* Who covers whom on the clock's day: customers named, and customers practising in a territory's area. */
WITH named AS (
  SELECT
    x.customer_id,
    a.rep_id,
    'named' AS basis
  FROM source_assignment AS a
  INNER JOIN customer_xref AS x
    ON x.system = a.system AND x.source_record_id = a.source_record_id
  WHERE
    COALESCE(a.starts_on, CAST(CAST('2026-01-05 12:00:00.000000' AS TIMESTAMP_NTZ) AS DATE)) <= CAST(CAST('2026-01-05 12:00:00.000000' AS TIMESTAMP_NTZ) AS DATE)
    AND COALESCE(a.ends_on, CAST(CAST('2026-01-05 12:00:00.000000' AS TIMESTAMP_NTZ) AS DATE)) >= CAST(CAST('2026-01-05 12:00:00.000000' AS TIMESTAMP_NTZ) AS DATE)
), place AS (
  SELECT
    customer_id,
    'city' AS field,
    LOWER(TRIM(city)) AS area
  FROM customer
  UNION ALL
  SELECT
    customer_id,
    'postal_code' AS field,
    LOWER(TRIM(postal_code)) AS area
  FROM customer
  UNION ALL
  SELECT
    customer_id,
    'region' AS field,
    LOWER(TRIM(region)) AS area
  FROM customer
), by_area AS (
  SELECT DISTINCT
    p.customer_id,
    r.rep_id,
    'area' AS basis
  FROM place AS p
  INNER JOIN territory_area AS t
    ON t.field = p.field AND LOWER(TRIM(t.area)) = p.area
  INNER JOIN rep AS r
    ON r.territory_id = t.territory_id
), both_ways AS (
  SELECT
    *
  FROM named
  UNION ALL
  SELECT
    *
  FROM by_area
)
SELECT
  b.customer_id,
  b.rep_id,
  r.role,
  r.territory_id,
  MAX(b.basis) AS basis /* 'named' sorts after 'area' */
FROM both_ways AS b
INNER JOIN rep AS r
  ON r.rep_id = b.rep_id
GROUP BY
  b.customer_id,
  b.rep_id,
  r.role,
  r.territory_id
