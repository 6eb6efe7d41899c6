/* Statements by customer and record, each with the address it is about. One limited to something we do not know grants nothing and */
/* refuses everything, until a later one of the same record grants the same. The same statement told twice is one, and lapses when the first */
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
    x.system,
    x.source_record_id,
    x.customer_id,
    LOWER(TRIM(c.email)) AS email,
    REGEXP_REPLACE(REGEXP_REPLACE(c.phone, '[^0-9]', ''), '^0+', '') AS number,
    LOWER(TRIM(r.email)) AS own_email,
    REGEXP_REPLACE(REGEXP_REPLACE(r.phone, '[^0-9]', ''), '^0+', '') AS own_number
  FROM customer_xref AS x
  INNER JOIN customer AS c
    ON c.customer_id = x.customer_id
  LEFT JOIN source_record AS r
    ON r.system = x.system AND r.source_record_id = x.source_record_id
), spoken AS (
  SELECT
    s.*,
    r.customer_id,
    r.email,
    r.number,
    r.own_email,
    r.own_number,
    r.email IS DISTINCT FROM r.own_email OR r.number IS DISTINCT FROM r.own_number AS is_apart,
    REGEXP_REPLACE(REGEXP_REPLACE(s.channel_value, '[^0-9]', ''), '^0+', '') AS stated_number
  FROM stated AS s
  INNER JOIN reached AS r
    ON r.system = s.system AND r.source_record_id = s.source_record_id
), placed AS (
  SELECT
    *,
    CASE
      WHEN channel_value IS NULL
      THEN 'any'
      WHEN CONTAINS(channel_value, '@') AND email = channel_value
      THEN 'current'
      WHEN CONTAINS(channel_value, '@') AND NOT email IS NULL
      THEN 'other'
      WHEN CONTAINS(channel_value, '@')
      OR LENGTH(stated_number) < 6
      OR number IS NULL
      OR LENGTH(number) < 6
      THEN 'unclear'
      WHEN number LIKE '%' || stated_number OR stated_number LIKE '%' || number
      THEN 'current'
      ELSE 'other'
    END AS address,
    CASE
      WHEN NOT is_apart
      THEN NULL
      WHEN channel_value IS NULL
      THEN 'any'
      WHEN CONTAINS(channel_value, '@') AND own_email = channel_value
      THEN 'current'
      WHEN CONTAINS(channel_value, '@') AND NOT own_email IS NULL
      THEN 'other'
      WHEN CONTAINS(channel_value, '@')
      OR LENGTH(stated_number) < 6
      OR own_number IS NULL
      OR LENGTH(own_number) < 6
      THEN 'unclear'
      WHEN own_number LIKE '%' || stated_number OR stated_number LIKE '%' || own_number
      THEN 'current'
      ELSE 'other'
    END AS own_address
  FROM spoken
), judged AS (
  SELECT
    *,
    MAX(
      CASE
        WHEN status = 'granted'
        AND stated_at <= CAST('2026-01-05 12:00:00.000000' AS TIMESTAMP_NTZ)
        AND COALESCE(expires_at > CAST('2026-01-05 12:00:00.000000' AS TIMESTAMP_NTZ), TRUE)
        THEN stated_at
      END
    ) OVER (PARTITION BY system, source_record_id, channel, purpose, unknown, channel_value) AS granted_at
  FROM placed
), standing AS (
  SELECT
    *
  FROM (
    SELECT
      *,
      RANK() OVER (
        PARTITION BY system, source_record_id, source, channel, purpose, product_id, unknown, channel_value, stated_at
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
  own_address,
  status,
  stated_at,
  MIN(expires_at) AS expires_at,
  MAX(evidence) AS evidence,
  system,
  source_record_id,
  source,
  BOOL_OR(simulated) AS simulated
FROM standing
GROUP BY
  customer_id,
  system,
  source_record_id,
  channel,
  purpose,
  product_id,
  channel_value,
  address,
  own_address,
  status,
  stated_at,
  source
