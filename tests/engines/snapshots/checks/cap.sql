/* No suggestion to a customer who already had as many contacts as a cap allows, counted from the touchpoints. */
WITH contact_day AS (
  SELECT DISTINCT
    t.customer_id,
    t.channel,
    t.contact_id,
    DATEDIFF(
      DAY,
      CAST(t.occurred_at AS DATE),
      CAST(CAST('2026-01-05 12:00:00.000000' AS TIMESTAMP_NTZ) AS DATE)
    ) AS age
  FROM touchpoint AS t
  INNER JOIN playbook_event AS e
    ON e.event = t.event AND e.is_contact
  WHERE
    t.is_own AND t.direction = 'outbound'
)
SELECT
  d.decision_id
FROM decision AS d
INNER JOIN playbook_cap AS c
  ON c.channel = d.channel OR c.channel = 'all'
LEFT JOIN contact_day AS t
  ON t.customer_id = d.customer_id
  AND (
    t.channel = c.channel OR c.channel = 'all'
  )
  AND t.age < c.days
GROUP BY
  d.decision_id,
  c.channel,
  c.days,
  c.gate,
  c.at_most
HAVING
  COUNT(DISTINCT t.contact_id || '|' || t.channel) >= c.at_most
  AND NOT (
    c.gate = 'rest' AND COUNT(t.contact_id) = 0
  )
