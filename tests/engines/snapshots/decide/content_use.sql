/* Contents each customer has already met, and whether that is too recent to repeat them. */
/* Read from touchpoints, because one contact can use several contents. */
SELECT
  t.customer_id,
  t.content_id,
  MAX(t.occurred_at) AS last_used_at,
  BOOL_OR(t.occurred_at >= d.begins_at) AS too_recent
FROM touchpoint AS t
CROSS JOIN playbook_policy AS p
INNER JOIN local_day AS d
  ON d.age = p.repeat_content_days - 1
WHERE
  t.is_own AND NOT t.content_id IS NULL
GROUP BY
  t.customer_id,
  t.content_id
