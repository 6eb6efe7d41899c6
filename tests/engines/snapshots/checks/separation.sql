/* No suggestion within the days that the playbook keeps it off a contact or event, nor beside another suggestion that */
/* would be such a contact. */
WITH every AS (
  SELECT
    customer_id,
    channel,
    event,
    direction,
    occurred_at,
    'commercial' AS side
  FROM touchpoint
  WHERE
    is_own
  UNION ALL
  SELECT
    customer_id,
    channel,
    event,
    direction,
    occurred_at,
    'medical' AS side
  FROM medical_touchpoint
  WHERE
    is_own
), kept AS (
  SELECT
    d.decision_id,
    d.customer_id,
    h.purpose,
    s.channel,
    s.of_channel,
    s.event,
    w.begins_at
  FROM decision AS d
  INNER JOIN playbook_channel AS h
    ON h.channel = d.channel
  INNER JOIN playbook_separation AS s
    ON s.channel = d.channel AND s.product_id = d.product_id
  INNER JOIN local_day AS w
    ON w.age = s.days - 1
)
SELECT
  k.decision_id
FROM kept AS k
INNER JOIN every AS t
  ON t.customer_id = k.customer_id
  AND t.channel = k.of_channel
  AND t.occurred_at >= k.begins_at
INNER JOIN playbook_event AS e
  ON e.event = t.event
WHERE
  (
    k.event = '*' AND e.is_contact AND t.direction = 'outbound'
  )
  OR (
    k.event = t.event AND k.purpose = t.side
  )
UNION ALL
SELECT
  k.decision_id
FROM kept AS k
INNER JOIN decision AS o
  ON o.customer_id = k.customer_id
  AND o.channel = k.of_channel
  AND o.channel <> k.channel
