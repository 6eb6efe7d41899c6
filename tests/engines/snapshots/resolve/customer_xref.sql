/* Which customer each record of each system belongs to, by exact keys only. */
/* Records that carry the same licence are one customer; any other record is a customer of its own. Numbers made of */
/* zeros and dashes are placeholders, not licences. A customer keeps its id across runs: an entity takes the id that */
/* most of its records had before; an id that several entities could claim goes to the one with most of its records. */
WITH mention AS (
  SELECT
    system,
    source_record_id
  FROM source_touchpoint
  UNION
  SELECT
    system,
    source_record_id
  FROM source_consent
  UNION
  SELECT
    system,
    source_record_id
  FROM source_assignment
  UNION
  SELECT
    system,
    source_record_id
  FROM source_outcome
  WHERE
    NOT source_record_id IS NULL
), record AS (
  SELECT
    system,
    source_record_id,
    kind,
    CASE
      WHEN TRIM(licence_id) RLIKE '^[0-]*$'
      THEN NULL
      ELSE UPPER(TRIM(licence_id))
    END AS licence_id,
    'source_id' AS method
  FROM source_record
  UNION ALL
  SELECT
    m.system,
    m.source_record_id,
    'unknown' AS kind,
    NULL AS licence_id,
    'touchpoint_only' AS method
  FROM mention AS m
  LEFT JOIN source_record AS r
    ON r.system = m.system AND r.source_record_id = m.source_record_id
  WHERE
    r.system IS NULL
), grouped AS (
  SELECT
    system,
    source_record_id,
    CASE WHEN licence_id IS NULL THEN method ELSE 'identifier' END AS method,
    CASE
      WHEN licence_id IS NULL
      THEN 'record|' || system || '|' || source_record_id
      WHEN kind = 'patient'
      THEN 'patient licence|' || licence_id
      ELSE 'licence|' || licence_id
    END AS entity
  FROM record
), overlap AS (
  SELECT
    e.entity,
    p.customer_id,
    COUNT(*) AS records
  FROM grouped AS e
  INNER JOIN previous_xref AS p
    ON p.system = e.system AND p.source_record_id = e.source_record_id
  GROUP BY
    e.entity,
    p.customer_id
), largest_entity AS (
  SELECT
    entity,
    customer_id,
    records
  FROM (
    SELECT
      entity,
      customer_id,
      records,
      ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY records DESC, entity NULLS LAST) AS _w
    FROM overlap
  ) AS _t
  WHERE
    _w = 1
), claim AS (
  SELECT
    entity,
    customer_id
  FROM (
    SELECT
      entity,
      customer_id,
      ROW_NUMBER() OVER (PARTITION BY entity ORDER BY records DESC, customer_id NULLS LAST) AS _w
    FROM largest_entity
  ) AS _t
  WHERE
    _w = 1
), taken AS (
  SELECT
    customer_id
  FROM previous_xref
  UNION
  SELECT
    other_id AS customer_id
  FROM previous_identity_event
  WHERE
    event = 'merge'
), fresh AS (
  SELECT DISTINCT
    e.entity,
    'C' || SUBSTRING(MD5(e.entity), 1, 16) AS customer_id
  FROM grouped AS e
  LEFT JOIN claim AS c
    ON c.entity = e.entity
  WHERE
    c.entity IS NULL
), named AS (
  SELECT
    entity,
    customer_id
  FROM claim
  UNION ALL
  SELECT
    f.entity,
    CASE
      WHEN u.customer_id IS NULL
      THEN f.customer_id
      ELSE 'C' || SUBSTRING(MD5(f.entity || '|' || '<run_id>'), 1, 16)
    END AS customer_id /* The plain id may be in use by records that have since moved, or have been merged away. */
  FROM fresh AS f
  LEFT JOIN taken AS u
    ON u.customer_id = f.customer_id
)
SELECT
  e.system,
  e.source_record_id,
  n.customer_id,
  n.customer_id AS home_id,
  e.method,
  CAST(1.0 AS DOUBLE) AS probability
FROM grouped AS e
INNER JOIN named AS n
  ON n.entity = e.entity
