/* What the statements of one record amount to at the clock. About each address the latest one that applies decides; of */
/* several made at the same instant, the most restrictive. A grant that has lapsed is expired, and expired is not consent. */
/* A pending answer says nothing where consent is not required: above all it does not take back a refusal. */
/* What is said of the present address, or of none, decides by its instant. A grant for another address allows nothing */
/* here; a refusal of another address forbids here too unless the present one has a grant of its own. Where the present */
/* address is not known, the most restrictive of all addresses decides. */
/* All this is read twice where the record has other addresses than the customer: against the customer's, and against its */
/* own, as if it stood alone. The stricter reading counts, and a grant has to be one in both. */
WITH scope AS (
  /* Products that a customer's statements name are judged apart, all others at once. */
  SELECT DISTINCT
    customer_id,
    product_id
  FROM consent
), seen AS (
  SELECT
    *,
    'customer' AS reading,
    address AS place
  FROM consent
  UNION ALL
  SELECT
    *,
    'record' AS reading,
    own_address AS place
  FROM consent
  WHERE
    NOT own_address IS NULL
), applicable AS (
  SELECT
    s.customer_id,
    s.system,
    s.source_record_id,
    s.reading,
    CASE WHEN s.own_address IS NULL THEN 1 ELSE 2 END AS readings,
    c.channel,
    c.purpose,
    o.product_id,
    s.channel_value,
    s.place,
    CASE
      WHEN s.status = 'granted'
      AND s.expires_at <= CAST('2026-01-05 12:00:00.000000' AS TIMESTAMP_NTZ)
      THEN 'expired'
      ELSE s.status
    END AS status,
    s.stated_at,
    s.expires_at,
    s.evidence,
    s.source
  FROM seen AS s
  INNER JOIN playbook_channel AS c
    ON (
      s.channel = c.channel OR s.channel = 'all'
    )
    AND (
      s.purpose = c.purpose OR s.purpose = 'all'
    )
  INNER JOIN scope AS o
    ON o.customer_id = s.customer_id
    AND (
      s.product_id = o.product_id OR s.product_id = 'all'
    )
  WHERE
    s.stated_at <= CAST('2026-01-05 12:00:00.000000' AS TIMESTAMP_NTZ)
    AND NOT (
      s.status = 'pending' AND c.consent = 'not_required'
    )
), ranked AS (
  SELECT
    *,
    CASE status
      WHEN 'withdrawn'
      THEN 1
      WHEN 'denied'
      THEN 2
      WHEN 'pending'
      THEN 3
      WHEN 'expired'
      THEN 4
      ELSE 5
    END AS lenience
  FROM applicable
), latest AS (
  SELECT
    *
  FROM (
    SELECT
      *,
      ROW_NUMBER() OVER (
        PARTITION BY system, source_record_id, reading, channel, purpose, product_id, channel_value
        ORDER BY stated_at DESC, lenience NULLS LAST, expires_at NULLS LAST, source NULLS LAST, evidence NULLS LAST
      ) AS _w
    FROM ranked
  ) AS _t
  WHERE
    _w = 1
), judged AS (
  SELECT
    *,
    BOOL_OR(place = 'unclear') OVER (PARTITION BY system, source_record_id, reading, channel, purpose, product_id) AS is_unclear,
    BOOL_OR(place = 'current' AND status = 'granted') OVER (PARTITION BY system, source_record_id, reading, channel, purpose, product_id) AS is_granted_here
  FROM latest
), read AS (
  SELECT
    customer_id,
    system,
    source_record_id,
    reading,
    readings,
    channel,
    purpose,
    product_id,
    status,
    lenience,
    stated_at,
    expires_at,
    evidence,
    source
  FROM (
    SELECT
      customer_id,
      system,
      source_record_id,
      reading,
      readings,
      channel,
      purpose,
      product_id,
      status,
      lenience,
      stated_at,
      expires_at,
      evidence,
      source,
      ROW_NUMBER() OVER (
        PARTITION BY system, source_record_id, reading, channel, purpose, product_id
        ORDER BY CASE WHEN is_unclear THEN lenience ELSE 0 END NULLS LAST, stated_at DESC, lenience NULLS LAST, expires_at NULLS LAST, source NULLS LAST, evidence NULLS LAST
      ) AS _w
    FROM judged
    WHERE
      place <> 'other'
      OR (
        status IN ('denied', 'withdrawn') AND NOT is_granted_here
      )
  ) AS _t
  WHERE
    _w = 1
), counted AS (
  SELECT
    *,
    COUNT(*) OVER (PARTITION BY system, source_record_id, channel, purpose, product_id) AS made
  FROM read
), verdict AS (
  SELECT
    *
  FROM (
    SELECT
      *,
      ROW_NUMBER() OVER (
        PARTITION BY system, source_record_id, channel, purpose, product_id
        ORDER BY lenience NULLS LAST, stated_at NULLS LAST, expires_at NULLS LAST, source NULLS LAST, evidence NULLS LAST
      ) AS _w
    FROM counted
    WHERE
      status <> 'granted' OR made = readings
  ) AS _t
  WHERE
    _w = 1
)
SELECT
  v.customer_id,
  v.system,
  v.source_record_id,
  v.channel,
  v.purpose,
  p.product_id,
  v.status,
  v.stated_at,
  v.expires_at,
  v.evidence,
  v.source
FROM verdict AS v
INNER JOIN playbook_product AS p
  ON p.is_own AND (
    v.product_id = p.product_id OR v.product_id = 'all'
  )
LEFT JOIN scope AS o
  ON o.customer_id = v.customer_id AND o.product_id = p.product_id
WHERE
  v.product_id = p.product_id OR o.customer_id IS NULL
