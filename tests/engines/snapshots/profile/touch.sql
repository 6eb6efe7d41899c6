/* Whom the company itself reached out to, when and on which channel, on both sides of the wall: caps, rest and fatigue */
/* count every contact. Nothing else of a medical contact crosses the wall, neither what it was about nor what came of it. */
SELECT
  customer_id,
  contact_id,
  channel,
  occurred_at
FROM contact
WHERE
  is_own AND is_outbound
UNION ALL
SELECT
  customer_id,
  contact_id,
  channel,
  occurred_at
FROM medical_contact
WHERE
  is_own AND is_outbound
