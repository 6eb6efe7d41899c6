/* One row per customer: the fullest record gives each field, other records fill what it leaves empty. */
/* Records that disagree on the kind of customer leave it unknown, and unknown customers are not suggested. */
WITH record AS (
  SELECT
    x.customer_id,
    r.*,
    (
      CASE WHEN r.full_name IS NULL THEN 0 ELSE 1 END
    ) + (
      CASE WHEN r.specialty IS NULL THEN 0 ELSE 1 END
    ) + (
      CASE WHEN r.city IS NULL THEN 0 ELSE 1 END
    ) + (
      CASE WHEN r.email IS NULL THEN 0 ELSE 1 END
    ) + (
      CASE WHEN r.phone IS NULL THEN 0 ELSE 1 END
    ) + (
      CASE WHEN r.institution IS NULL THEN 0 ELSE 1 END
    ) AS filled
  FROM customer_xref AS x
  INNER JOIN source_record AS r
    ON r.system = x.system AND r.source_record_id = x.source_record_id
), ranked AS (
  SELECT
    *,
    ROW_NUMBER() OVER (
      PARTITION BY customer_id
      ORDER BY filled DESC, system NULLS LAST, source_record_id NULLS LAST
    ) AS place
  FROM record
), golden AS (
  SELECT
    customer_id,
    CASE
      WHEN COUNT(DISTINCT CASE WHEN kind <> 'unknown' THEN kind END) = 1
      THEN MAX(CASE WHEN kind <> 'unknown' THEN kind END)
      ELSE 'unknown'
    END AS kind,
    COALESCE(MAX(CASE WHEN place = 1 THEN full_name END), MIN(full_name)) AS full_name,
    COALESCE(MAX(CASE WHEN place = 1 THEN given_name END), MIN(given_name)) AS given_name,
    COALESCE(MAX(CASE WHEN place = 1 THEN family_name END), MIN(family_name)) AS family_name,
    COALESCE(MAX(CASE WHEN place = 1 THEN specialty END), MIN(specialty)) AS specialty,
    COALESCE(MAX(CASE WHEN place = 1 THEN institution END), MIN(institution)) AS institution,
    COALESCE(MAX(CASE WHEN place = 1 THEN city END), MIN(city)) AS city,
    COALESCE(MAX(CASE WHEN place = 1 THEN region END), MIN(region)) AS region,
    COALESCE(MAX(CASE WHEN place = 1 THEN postal_code END), MIN(postal_code)) AS postal_code,
    COALESCE(MAX(CASE WHEN place = 1 THEN country END), MIN(country)) AS country,
    COALESCE(MAX(CASE WHEN place = 1 THEN brick END), MIN(brick)) AS brick,
    COALESCE(MAX(CASE WHEN place = 1 THEN email END), MIN(email)) AS email,
    COALESCE(MAX(CASE WHEN place = 1 THEN phone END), MIN(phone)) AS phone,
    COALESCE(MAX(CASE WHEN place = 1 THEN licence_id END), MIN(licence_id)) AS licence_id,
    COUNT(*) AS record_count,
    BOOL_OR(simulated) AS simulated
  FROM ranked
  GROUP BY
    customer_id
), mention AS (
  SELECT
    system,
    source_record_id,
    simulated
  FROM source_touchpoint
  UNION ALL
  SELECT
    system,
    source_record_id,
    simulated
  FROM source_consent
  UNION ALL
  SELECT
    system,
    source_record_id,
    simulated
  FROM source_assignment
  UNION ALL
  SELECT
    system,
    source_record_id,
    simulated
  FROM source_outcome
), seen_only AS (
  SELECT
    x.customer_id,
    BOOL_OR(m.simulated) AS simulated
  FROM customer_xref AS x
  LEFT JOIN mention AS m
    ON m.system = x.system AND m.source_record_id = x.source_record_id
  LEFT JOIN golden AS g
    ON g.customer_id = x.customer_id
  WHERE
    g.customer_id IS NULL
  GROUP BY
    x.customer_id
)
SELECT
  *
FROM golden
UNION ALL
SELECT
  customer_id,
  'unknown' AS kind,
  NULL AS full_name,
  NULL AS given_name,
  NULL AS family_name,
  NULL AS specialty,
  NULL AS institution,
  NULL AS city,
  NULL AS region,
  NULL AS postal_code,
  NULL AS country,
  NULL AS brick,
  NULL AS email,
  NULL AS phone,
  NULL AS licence_id,
  0 AS record_count,
  COALESCE(simulated, FALSE) AS simulated
FROM seen_only
