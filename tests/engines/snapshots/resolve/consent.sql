/* Statements by customer. One limited to a product we do not know grants nothing and refuses everything. */
/* The same statement told twice is one, and lapses when the first of them does. A statement that could not be read */
/* may be a refusal: until its row is mended it counts as one, made now and for everything, so that no earlier grant */
/* stands. What was stated after the clock is not known yet. */
WITH origin AS (
  SELECT
    source,
    BOOL_OR(simulated) AS simulated
  FROM source_consent
  GROUP BY
    source
), stated AS (
  SELECT
    s.system,
    s.source_record_id,
    s.channel,
    s.purpose,
    CASE
      WHEN NOT p.product_id IS NULL
      THEN p.product_id
      WHEN s.product IS NULL OR s.status <> 'granted'
      THEN 'all'
      ELSE LOWER(TRIM(s.product))
    END AS product_id,
    s.status,
    s.stated_at,
    s.expires_at,
    s.evidence,
    s.source,
    s.simulated
  FROM source_consent AS s
  LEFT JOIN playbook_product_alias AS p
    ON p.alias = LOWER(TRIM(s.product))
  UNION ALL
  SELECT
    q.system,
    q.source_record_id,
    'all' AS channel,
    'all' AS purpose,
    'all' AS product_id,
    'denied' AS status,
    CAST('2026-01-05 12:00:00.000000' AS TIMESTAMP_NTZ) AS stated_at,
    NULL AS expires_at,
    'unreadable statement, quarantined: ' || q.file || ' line ' || CAST(q.line AS STRING) AS evidence,
    q.source,
    COALESCE(o.simulated, FALSE) AS simulated
  FROM quarantine AS q
  LEFT JOIN origin AS o
    ON o.source = q.source
  WHERE
    q.table_name = 'source_consent'
    AND q.reason <> 'after_clock'
    AND NOT q.source_record_id IS NULL
)
SELECT
  x.customer_id,
  s.channel,
  s.purpose,
  s.product_id,
  s.status,
  s.stated_at,
  MIN(s.expires_at) AS expires_at,
  MAX(s.evidence) AS evidence,
  s.source,
  BOOL_OR(s.simulated) AS simulated
FROM stated AS s
INNER JOIN customer_xref AS x
  ON x.system = s.system AND x.source_record_id = s.source_record_id
GROUP BY
  x.customer_id,
  s.channel,
  s.purpose,
  s.product_id,
  s.status,
  s.stated_at,
  s.source
