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
), together AS (
  /* Two records that a steward decided about, and whether they were one customer before and are now. */
  SELECT
    d.decision_id,
    d.decision,
    l.customer_id AS left_id,
    r.customer_id AS right_id,
    COALESCE(lp.customer_id = rp.customer_id, FALSE) AS before
  FROM steward_decision AS d
  INNER JOIN entity_record AS le
    ON le.record_key = d.left_key
  INNER JOIN entity_record AS re
    ON re.record_key = d.right_key
  INNER JOIN customer_xref AS l
    ON l.system = le.system AND l.source_record_id = le.source_record_id
  INNER JOIN customer_xref AS r
    ON r.system = re.system AND r.source_record_id = re.source_record_id
  LEFT JOIN previous_xref AS lp
    ON lp.system = le.system AND lp.source_record_id = le.source_record_id
  LEFT JOIN previous_xref AS rp
    ON rp.system = re.system AND rp.source_record_id = re.source_record_id
  WHERE
    d.standing AND d.decision <> 'open'
), manual AS (
  SELECT
    left_id AS customer_id,
    'manual' AS event,
    decision_id AS other_id
  FROM together
  WHERE
    before <> (
      left_id = right_id
    )
  UNION
  SELECT
    right_id AS customer_id,
    'manual' AS event,
    decision_id AS other_id
  FROM together
  WHERE
    before <> (
      left_id = right_id
    )
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
  UNION ALL
  SELECT
    *
  FROM manual
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
