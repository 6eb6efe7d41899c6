/* One row per customer: in each field the value that survives in `golden_value`. */
/* Records that disagree on the kind of customer leave it unknown, and unknown customers are not suggested. */
WITH counted AS (
  SELECT
    x.customer_id,
    CASE
      WHEN COUNT(DISTINCT CASE WHEN r.kind <> 'unknown' THEN r.kind END) = 1
      THEN MAX(CASE WHEN r.kind <> 'unknown' THEN r.kind END)
      ELSE 'unknown'
    END AS kind,
    COUNT(*) AS record_count,
    BOOL_OR(r.simulated) AS simulated
  FROM customer_xref AS x
  INNER JOIN source_record AS r
    ON r.system = x.system AND r.source_record_id = x.source_record_id
  GROUP BY
    x.customer_id
), golden AS (
  SELECT
    customer_id,
    MAX(CASE WHEN field = 'full_name' THEN value END) AS full_name,
    MAX(CASE WHEN field = 'given_name' THEN value END) AS given_name,
    MAX(CASE WHEN field = 'family_name' THEN value END) AS family_name,
    MAX(CASE WHEN field = 'specialty' THEN value END) AS specialty,
    MAX(CASE WHEN field = 'institution' THEN value END) AS institution,
    MAX(CASE WHEN field = 'city' THEN value END) AS city,
    MAX(CASE WHEN field = 'region' THEN value END) AS region,
    MAX(CASE WHEN field = 'postal_code' THEN value END) AS postal_code,
    MAX(CASE WHEN field = 'country' THEN value END) AS country,
    MAX(CASE WHEN field = 'brick' THEN value END) AS brick,
    MAX(CASE WHEN field = 'email' THEN value END) AS email,
    MAX(CASE WHEN field = 'phone' THEN value END) AS phone,
    MAX(CASE WHEN field = 'licence_id' THEN value END) AS licence_id
  FROM golden_value
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
  WHERE
    x.method = 'touchpoint_only'
  GROUP BY
    x.customer_id
)
SELECT
  c.customer_id,
  c.kind,
  g.full_name,
  g.given_name,
  g.family_name,
  g.specialty,
  g.institution,
  g.city,
  g.region,
  g.postal_code,
  g.country,
  g.brick,
  g.email,
  g.phone,
  g.licence_id,
  c.record_count,
  c.simulated
FROM counted AS c
LEFT JOIN golden AS g
  ON g.customer_id = c.customer_id
UNION ALL
SELECT
  s.customer_id,
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
  COALESCE(s.simulated, FALSE) AS simulated
FROM seen_only AS s
LEFT JOIN counted AS c
  ON c.customer_id = s.customer_id
WHERE
  c.customer_id IS NULL
