/* No suggestion with content that is not approved, valid on the clock's day, and of the decision's product. */
SELECT
  d.decision_id
FROM decision AS d
LEFT JOIN playbook_content AS c
  ON c.content_id = d.content_id
  AND c.status = 'approved'
  AND c.valid_from <= CAST(d.decided_at AS DATE)
  AND c.valid_until >= CAST(d.decided_at AS DATE)
  AND c.product_id = d.product_id
WHERE
  c.content_id IS NULL
