/* Every change of identity so far: what earlier runs saw, and what this run sees against the snapshot before. */
WITH before AS (
  SELECT DISTINCT
    customer_id
  FROM previous_xref
), now AS (
  SELECT DISTINCT
    customer_id
  FROM customer_xref
), created AS (
  SELECT
    n.customer_id,
    'create' AS event,
    CAST(NULL AS STRING) AS other_id
  FROM now AS n
  LEFT JOIN before AS b
    ON b.customer_id = n.customer_id
  WHERE
    b.customer_id IS NULL
), absorbed AS (
  SELECT
    x.customer_id,
    'absorb' AS event,
    x.system || ':' || x.source_record_id AS other_id
  FROM customer_xref AS x
  INNER JOIN before AS b
    ON b.customer_id = x.customer_id
  LEFT JOIN previous_xref AS p
    ON p.system = x.system AND p.source_record_id = x.source_record_id
  WHERE
    p.customer_id IS NULL
), moved AS (
  SELECT DISTINCT
    x.customer_id,
    CASE WHEN n.customer_id IS NULL THEN 'merge' ELSE 'split' END AS event,
    p.customer_id AS other_id
  FROM customer_xref AS x
  INNER JOIN previous_xref AS p
    ON p.system = x.system AND p.source_record_id = x.source_record_id
  LEFT JOIN now AS n
    ON n.customer_id = p.customer_id
  WHERE
    p.customer_id <> x.customer_id
), seen AS (
  SELECT
    *
  FROM created
  UNION ALL
  SELECT
    *
  FROM absorbed
  UNION ALL
  SELECT
    *
  FROM moved
)
SELECT
  *
FROM previous_identity_event
UNION ALL
SELECT
  'I' || SUBSTRING(
    MD5(
      '<run_id>' || '|' || event || '|' || customer_id || '|' || COALESCE(other_id, '')
    ),
    1,
    16
  ) AS identity_event_id,
  customer_id,
  event,
  other_id,
  CAST('2026-01-05 12:00:00.000000' AS TIMESTAMP_NTZ) AS occurred_at,
  '<run_id>' AS run_id
FROM seen
