/* Who covers whom on the clock's day: customers named for a representative or a territory, and customers practising in */
/* a territory's area. Only representatives in service that day cover anybody. */
WITH in_service AS (
  SELECT
    r.rep_id,
    r.role,
    r.territory_id
  FROM rep AS r
  INNER JOIN local_day AS d
    ON d.age = 0
  WHERE
    COALESCE(r.starts_on, d.day) <= d.day AND COALESCE(r.ends_on, d.day) >= d.day
), named AS (
  SELECT
    x.customer_id,
    a.rep_id,
    a.territory_id
  FROM source_assignment AS a
  INNER JOIN customer_xref AS x
    ON x.system = a.system AND x.source_record_id = a.source_record_id
  INNER JOIN local_day AS d
    ON d.age = 0
  WHERE
    COALESCE(a.starts_on, d.day) <= d.day AND COALESCE(a.ends_on, d.day) >= d.day
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
), covered AS (
  SELECT
    customer_id,
    rep_id,
    'named' AS basis
  FROM named
  WHERE
    NOT rep_id IS NULL
  UNION ALL
  SELECT
    n.customer_id,
    r.rep_id,
    'named' AS basis
  FROM named AS n
  INNER JOIN in_service AS r
    ON r.territory_id = n.territory_id
  WHERE
    n.rep_id IS NULL
  UNION ALL
  SELECT
    p.customer_id,
    r.rep_id,
    'area' AS basis
  FROM place AS p
  INNER JOIN territory_area AS t
    ON t.field = p.field AND LOWER(TRIM(t.area)) = p.area
  INNER JOIN in_service AS r
    ON r.territory_id = t.territory_id
)
SELECT
  c.customer_id,
  c.rep_id,
  r.role,
  r.territory_id,
  MAX(c.basis) AS basis /* 'named' sorts after 'area' */
FROM covered AS c
INNER JOIN in_service AS r
  ON r.rep_id = c.rep_id
GROUP BY
  c.customer_id,
  c.rep_id,
  r.role,
  r.territory_id
