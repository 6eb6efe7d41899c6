/* What a customer's contacts of late keep off, by "never A within N days of B": any contact by the company, whichever side */
/* of the wall it was on, or one of some events of this side. Days are counted as for caps. */
WITH felt AS (
  SELECT
    customer_id,
    channel,
    '*' AS event,
    occurred_at
  FROM touch
  UNION ALL
  SELECT
    customer_id,
    channel,
    event,
    occurred_at
  FROM touchpoint
  WHERE
    is_own
)
SELECT
  t.customer_id,
  s.product_id,
  s.channel,
  s.separation_id,
  MAX(t.occurred_at) AS last_at
FROM playbook_separation AS s
INNER JOIN local_day AS d
  ON d.age = s.days - 1
INNER JOIN felt AS t
  ON t.channel = s.of_channel AND t.event = s.event AND t.occurred_at >= d.begins_at
GROUP BY
  t.customer_id,
  s.product_id,
  s.channel,
  s.separation_id
