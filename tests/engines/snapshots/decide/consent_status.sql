SELECT
  customer_id,
  channel,
  purpose,
  product_id,
  status,
  stated_at,
  expires_at,
  evidence,
  source
FROM (
  /* What statements amount to at the clock: the latest one that applies decides; of several made at the same instant, */
  /* the most restrictive. A grant that has lapsed is expired, and expired is not consent. A pending answer says nothing */
  /* where consent is not required: above all it does not take back a refusal. */
  WITH applicable AS (
    SELECT
      s.customer_id,
      c.channel,
      c.purpose,
      p.product_id,
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
    FROM consent AS s
    INNER JOIN playbook_channel AS c
      ON (
        s.channel = c.channel OR s.channel = 'all'
      )
      AND (
        s.purpose = c.purpose OR s.purpose = 'all'
      )
    INNER JOIN playbook_product AS p
      ON p.is_own AND (
        s.product_id = p.product_id OR s.product_id = 'all'
      )
    WHERE
      s.stated_at <= CAST('2026-01-05 12:00:00.000000' AS TIMESTAMP_NTZ)
      AND NOT (
        s.status = 'pending' AND c.consent = 'not_required'
      )
  )
  SELECT
    customer_id,
    channel,
    purpose,
    product_id,
    status,
    stated_at,
    expires_at,
    evidence,
    source,
    ROW_NUMBER() OVER (
      PARTITION BY customer_id, channel, purpose, product_id
      ORDER BY stated_at DESC, CASE status
        WHEN 'withdrawn'
        THEN 1
        WHEN 'denied'
        THEN 2
        WHEN 'pending'
        THEN 3
        WHEN 'expired'
        THEN 4
        ELSE 5
      END NULLS LAST, expires_at NULLS LAST, source NULLS LAST, evidence NULLS LAST
    ) AS _w
  FROM applicable
) AS _t
WHERE
  _w = 1
