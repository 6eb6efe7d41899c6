/* What each permitted action uses of budgets, quotas and goals. */
SELECT
  a.customer_id,
  a.product_id,
  a.channel,
  a.rep_id,
  m.kind AS resource,
  m.limit_id AS owner,
  s.amount
FROM action AS a
INNER JOIN customer AS c
  ON c.customer_id = a.customer_id
INNER JOIN playbook_limit_scope AS s
  ON s.channel = a.channel
  AND s.product_id = a.product_id
  AND (
    s.specialty = '*' OR s.specialty = COALESCE(LOWER(TRIM(c.specialty)), 'unknown')
  )
INNER JOIN playbook_limit AS m
  ON m.limit_id = s.limit_id
