/* Nobody is given more than there is: minutes and suggestions of a representative, sendings of a channel, suggestions */
/* to a customer, budgets and quotas. */
SELECT
  d.rep_id AS owner
FROM decision AS d
INNER JOIN rep AS r
  ON r.rep_id = d.rep_id
CROSS JOIN playbook_policy AS p
GROUP BY
  d.rep_id,
  r.capacity_minutes,
  p.per_rep
HAVING
  SUM(d.minutes) > r.capacity_minutes + CAST(0.000001 AS DOUBLE)
  OR COUNT(*) > p.per_rep
UNION ALL
SELECT
  d.channel AS owner
FROM decision AS d
INNER JOIN playbook_channel AS h
  ON h.channel = d.channel AND h.owner = 'central'
GROUP BY
  d.channel,
  h.capacity
HAVING
  COUNT(*) > h.capacity
UNION ALL
SELECT
  d.customer_id AS owner
FROM decision AS d
CROSS JOIN playbook_policy AS p
GROUP BY
  d.customer_id,
  p.per_customer
HAVING
  COUNT(*) > p.per_customer
UNION ALL
SELECT
  m.limit_id AS owner
FROM decision AS d
INNER JOIN customer AS c
  ON c.customer_id = d.customer_id
INNER JOIN playbook_limit_scope AS s
  ON s.channel = d.channel
  AND s.product_id = d.product_id
  AND (
    s.specialty = '*' OR s.specialty = COALESCE(LOWER(TRIM(c.specialty)), 'unknown')
  )
INNER JOIN playbook_limit AS m
  ON m.limit_id = s.limit_id AND m.kind <> 'goal'
GROUP BY
  m.limit_id,
  m.amount
HAVING
  SUM(s.amount) > m.amount + CAST(0.000001 AS DOUBLE)
