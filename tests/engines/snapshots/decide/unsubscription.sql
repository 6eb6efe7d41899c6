/* Unsubscribing is a refusal, whatever the message was about: it counts on both sides of the wall. */
WITH told AS (
  SELECT
    customer_id,
    channel,
    occurred_at
  FROM touchpoint
  WHERE
    event = 'unsubscribed' AND is_own
  UNION ALL
  SELECT
    customer_id,
    channel,
    occurred_at
  FROM medical_touchpoint
  WHERE
    event = 'unsubscribed' AND is_own
)
SELECT
  customer_id,
  channel,
  MAX(occurred_at) AS unsubscribed_at
FROM told
GROUP BY
  customer_id,
  channel
