/* Touchpoints folded into contacts: the sending, opening and clicking of one e-mail are one contact. */
/* It is dated by the latest time the company reached out in it (invited, then attended: the day attended), as caps ask. */
SELECT
  t.customer_id,
  t.contact_id,
  t.channel,
  t.is_own,
  COALESCE(
    MAX(CASE WHEN e.is_contact AND t.direction = 'outbound' THEN t.occurred_at END),
    MIN(t.occurred_at)
  ) AS occurred_at,
  MIN(t.product_id) AS product_id,
  MIN(t.content_id) AS content_id,
  MIN(t.rep_id) AS rep_id,
  BOOL_OR(e.is_contact AND t.direction = 'outbound') AS is_outbound,
  BOOL_OR(e.is_response AND t.is_human) AS responded,
  COUNT(*) AS touchpoints
FROM touchpoint AS t
INNER JOIN playbook_event AS e
  ON e.event = t.event
GROUP BY
  t.customer_id,
  t.contact_id,
  t.channel,
  t.is_own
