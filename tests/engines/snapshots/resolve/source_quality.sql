/* How complete each field of each system is, and how often its records say otherwise than what is believed of the */
/* customer, whatever the case and blanks. Only customers of several records can be compared. */
WITH field AS (
  SELECT
    EXPLODE(
      ARRAY(
        'full_name',
        'given_name',
        'family_name',
        'specialty',
        'institution',
        'city',
        'region',
        'postal_code',
        'country',
        'brick',
        'email',
        'phone',
        'licence_id'
      )
    ) AS field
), several AS (
  SELECT
    customer_id
  FROM customer_xref
  GROUP BY
    customer_id
  HAVING
    COUNT(*) > 1
), unpivoted AS (
  SELECT
    s.customer_id,
    r.system,
    r.kind,
    f.field,
    CASE f.field
      WHEN 'full_name'
      THEN r.full_name
      WHEN 'given_name'
      THEN r.given_name
      WHEN 'family_name'
      THEN r.family_name
      WHEN 'specialty'
      THEN r.specialty
      WHEN 'institution'
      THEN r.institution
      WHEN 'city'
      THEN r.city
      WHEN 'region'
      THEN r.region
      WHEN 'postal_code'
      THEN r.postal_code
      WHEN 'country'
      THEN r.country
      WHEN 'brick'
      THEN r.brick
      WHEN 'email'
      THEN r.email
      WHEN 'phone'
      THEN r.phone
      WHEN 'licence_id'
      THEN r.licence_id
    END AS value
  FROM customer_xref AS x
  INNER JOIN source_record AS r
    ON r.system = x.system AND r.source_record_id = x.source_record_id
  LEFT JOIN several AS s
    ON s.customer_id = x.customer_id
  CROSS JOIN field AS f
), cell AS (
  SELECT
    customer_id,
    system,
    kind,
    field,
    NULLIF(REPLACE(LOWER(value), ' ', ''), '') AS said
  FROM unpivoted
), counted AS (
  SELECT
    system,
    kind,
    field,
    COUNT(*) AS records,
    COUNT(said) AS filled,
    COUNT(DISTINCT said) AS distinct_values
  FROM cell
  GROUP BY
    system,
    kind,
    field
), told AS (
  SELECT
    *,
    COUNT(*) OVER (PARTITION BY customer_id, field) AS records
  FROM cell
  WHERE
    NOT customer_id IS NULL AND NOT said IS NULL
), compared AS (
  SELECT
    t.system,
    t.kind,
    t.field,
    COUNT(*) AS compared,
    SUM(CASE WHEN t.said <> REPLACE(LOWER(g.value), ' ', '') THEN 1 ELSE 0 END) AS conflicting
  FROM told AS t
  INNER JOIN golden_value AS g
    ON g.customer_id = t.customer_id AND g.field = t.field
  WHERE
    t.records > 1
  GROUP BY
    t.system,
    t.kind,
    t.field
)
SELECT
  n.system,
  n.kind,
  n.field,
  n.records,
  n.filled,
  n.distinct_values,
  COALESCE(c.compared, 0) AS compared,
  COALESCE(c.conflicting, 0) AS conflicting
FROM counted AS n
LEFT JOIN compared AS c
  ON c.system = n.system AND c.kind = n.kind AND c.field = n.field
