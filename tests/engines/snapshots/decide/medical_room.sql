/* Suggestions that the policy and the caps over all channels allow a customer in this run. Medical suggestions are chosen */
/* first, so nothing is taken from it yet. */
SELECT
  u.customer_id,
  GREATEST(LEAST(p.per_customer, MIN(c.at_most - COALESCE(q.touches, 0))), 0) AS room
FROM customer AS u
CROSS JOIN playbook_policy AS p
LEFT JOIN playbook_cap AS c
  ON c.channel = 'all' AND c.gate = 'cap'
LEFT JOIN pressure AS q
  ON q.customer_id = u.customer_id AND q.channel = c.channel AND q.days = c.days
GROUP BY
  u.customer_id,
  p.per_customer
