/* No suggestions that together with the contacts already made are more than a cap allows, or that disturb a rest. */
WITH every AS (
  SELECT
    customer_id,
    channel,
    contact_id,
    occurred_at,
    event
  FROM touchpoint
  WHERE
    is_own AND direction = 'outbound'
  UNION ALL
  SELECT
    customer_id,
    channel,
    contact_id,
    occurred_at,
    event
  FROM medical_touchpoint
  WHERE
    is_own AND direction = 'outbound'
), reached_out AS (
  SELECT
    t.customer_id,
    t.channel,
    t.contact_id,
    MAX(t.occurred_at) AS occurred_at
  FROM every AS t
  INNER JOIN playbook_event AS e
    ON e.event = t.event AND e.is_contact
  GROUP BY
    t.customer_id,
    t.channel,
    t.contact_id
), counted AS (
  SELECT
    d.decision_id,
    c.gate,
    c.at_most,
    COUNT(DISTINCT t.contact_id || '|' || t.channel) AS made,
    COUNT(DISTINCT o.decision_id) AS suggested
  FROM decision AS d
  INNER JOIN playbook_cap AS c
    ON c.channel = d.channel OR c.channel = 'all'
  INNER JOIN decision AS o
    ON o.customer_id = d.customer_id
    AND (
      o.channel = c.channel OR c.channel = 'all'
    )
  INNER JOIN local_day AS w
    ON w.age = c.days - 1
  LEFT JOIN reached_out AS t
    ON t.customer_id = d.customer_id
    AND (
      t.channel = c.channel OR c.channel = 'all'
    )
    AND t.occurred_at >= w.begins_at
  GROUP BY
    d.decision_id,
    c.channel,
    c.days,
    c.gate,
    c.at_most
)
SELECT
  decision_id
FROM counted
WHERE
  (
    gate = 'cap' AND made + suggested > at_most
  )
  OR (
    gate = 'rest' AND made + suggested > 1
  )
