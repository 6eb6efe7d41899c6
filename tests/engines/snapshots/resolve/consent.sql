/* Statements by customer, each with the address it is about. One limited to something we do not know grants nothing and */
/* refuses everything, until a later one grants the same. The same statement told twice is one, and lapses when the first */
/* of them does; of several with ids that one source made at one instant about one thing, the last id stands. A statement */
/* that could not be read may be a refusal: until its row is mended it counts as one, made now and for everything, so */
/* that no earlier grant stands. What was stated after the clock is not known yet, and rows set aside are no statements. */
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
    CASE WHEN p.product_id IS NULL THEN LOWER(TRIM(s.product)) END AS unknown,
    s.status,
    s.stated_at,
    s.expires_at,
    s.evidence,
    s.source,
    s.simulated,
    s.statement_id,
    LOWER(TRIM(s.channel_value)) AS channel_value
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
    NULL AS unknown,
    'denied' AS status,
    CAST('2026-01-05 12:00:00.000000' AS TIMESTAMP_NTZ) AS stated_at,
    NULL AS expires_at,
    'unreadable statement, quarantined: ' || q.file || ' line ' || CAST(q.line AS STRING) AS evidence,
    q.source,
    COALESCE(o.simulated, FALSE) AS simulated,
    NULL AS statement_id,
    NULL AS channel_value
  FROM quarantine AS q
  LEFT JOIN origin AS o
    ON o.source = q.source
  WHERE
    q.table_name = 'source_consent'
    AND NOT q.reason IN ('after_clock', 'set_aside')
    AND NOT q.source_record_id IS NULL
), reached AS (
  /* Telephone numbers are compared by their digits, with or without the country's code in front. */
  SELECT
    customer_id,
    LOWER(TRIM(email)) AS email,
    REGEXP_REPLACE(REGEXP_REPLACE(phone, '[^0-9]', ''), '^0+', '') AS number
  FROM customer
), spoken AS (
  SELECT
    x.customer_id,
    s.*,
    REGEXP_REPLACE(REGEXP_REPLACE(s.channel_value, '[^0-9]', ''), '^0+', '') AS number
  FROM stated AS s
  INNER JOIN customer_xref AS x
    ON x.system = s.system AND x.source_record_id = s.source_record_id
), placed AS (
  SELECT
    s.*,
    CASE
      WHEN s.channel_value IS NULL
      THEN 'any'
      WHEN CONTAINS(s.channel_value, '@') AND r.email = s.channel_value
      THEN 'current'
      WHEN CONTAINS(s.channel_value, '@') AND NOT r.email IS NULL
      THEN 'other'
      WHEN CONTAINS(s.channel_value, '@')
      OR LENGTH(s.number) < 6
      OR r.number IS NULL
      OR LENGTH(r.number) < 6
      THEN 'unclear'
      WHEN r.number LIKE '%' || s.number OR s.number LIKE '%' || r.number
      THEN 'current'
      ELSE 'other'
    END AS address
  FROM spoken AS s
  INNER JOIN reached AS r
    ON r.customer_id = s.customer_id
), judged AS (
  SELECT
    *,
    MAX(
      CASE
        WHEN status = 'granted'
        AND COALESCE(expires_at > CAST('2026-01-05 12:00:00.000000' AS TIMESTAMP_NTZ), TRUE)
        THEN stated_at
      END
    ) OVER (PARTITION BY customer_id, channel, purpose, unknown, channel_value) AS granted_at
  FROM placed
), standing AS (
  SELECT
    *
  FROM (
    SELECT
      *,
      RANK() OVER (
        PARTITION BY customer_id, source, channel, purpose, product_id, unknown, channel_value, stated_at
        ORDER BY statement_id DESC
      ) AS _w
    FROM judged
    WHERE
      unknown IS NULL OR status = 'granted' OR COALESCE(stated_at >= granted_at, TRUE)
  ) AS _t
  WHERE
    statement_id IS NULL OR _w = 1
)
SELECT
  customer_id,
  channel,
  purpose,
  product_id,
  channel_value,
  address,
  status,
  stated_at,
  MIN(expires_at) AS expires_at,
  MAX(evidence) AS evidence,
  source,
  BOOL_OR(simulated) AS simulated
FROM standing
GROUP BY
  customer_id,
  channel,
  purpose,
  product_id,
  channel_value,
  address,
  status,
  stated_at,
  source
