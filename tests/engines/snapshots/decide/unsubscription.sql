/* Unsubscribing is a refusal, whatever the message was about: it counts on both sides of the wall. It stands for each */
/* product until the record that it was told of grants consent again, later. */
WITH told AS (
  SELECT
    customer_id,
    system,
    source_record_id,
    channel,
    occurred_at
  FROM touchpoint
  WHERE
    event = 'unsubscribed' AND is_own
  UNION ALL
  SELECT
    customer_id,
    system,
    source_record_id,
    channel,
    occurred_at
  FROM medical_touchpoint
  WHERE
    event = 'unsubscribed' AND is_own
)
SELECT
  t.customer_id,
  t.channel,
  p.product_id,
  MAX(t.occurred_at) AS unsubscribed_at
FROM told AS t
INNER JOIN playbook_product AS p
  ON p.is_own
LEFT JOIN record_consent AS r
  ON r.system = t.system
  AND r.source_record_id = t.source_record_id
  AND r.channel = t.channel
  AND r.product_id = p.product_id
  AND r.status = 'granted'
  AND r.stated_at > t.occurred_at
WHERE
  r.system IS NULL
GROUP BY
  t.customer_id,
  t.channel,
  p.product_id
