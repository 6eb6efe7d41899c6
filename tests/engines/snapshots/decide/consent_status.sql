/* The standing of consent of each customer: of what its records amount to, the most restrictive. Only a record's own later */
/* statement lifts its refusal, so a merge never permits what one of the records forbids; records without any statement */
/* say nothing. Of several alike the latest is the proof. */
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
  /* The standing of consent of each customer: of what its records amount to, the most restrictive. Only a record's own later */
  /* statement lifts its refusal, so a merge never permits what one of the records forbids; records without any statement */
  /* say nothing. Of several alike the latest is the proof. */
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
      ORDER BY CASE status
        WHEN 'withdrawn'
        THEN 1
        WHEN 'denied'
        THEN 2
        WHEN 'pending'
        THEN 3
        WHEN 'expired'
        THEN 4
        ELSE 5
      END NULLS LAST, stated_at DESC, expires_at NULLS LAST, source NULLS LAST, evidence NULLS LAST, system NULLS LAST, source_record_id NULLS LAST
    ) AS _w
  FROM record_consent
) AS _t
WHERE
  _w = 1
