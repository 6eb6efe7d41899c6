/* No suggestion with content that is not approved, valid on the clock's day, made for the decision's product, and */
/* allowed on its channel and purpose, in the market, and for the customer's kind. */
SELECT
  d.decision_id
FROM decision AS d
INNER JOIN playbook_channel AS h
  ON h.channel = d.channel
INNER JOIN customer AS u
  ON u.customer_id = d.customer_id
CROSS JOIN playbook_policy AS y
INNER JOIN local_day AS w
  ON w.age = 0
LEFT JOIN playbook_content AS c
  ON c.content_id = d.content_id
  AND c.status = 'approved'
  AND c.valid_from <= w.day
  AND c.valid_until >= w.day
  AND c.product_id = d.product_id
  AND c.purpose = h.purpose
LEFT JOIN playbook_content_tag AS t
  ON t.content_id = c.content_id
  AND (
    (
      t.tag = 'channel' AND t.value = d.channel
    )
    OR (
      t.tag = 'market' AND t.value = y.market
    )
    OR (
      t.tag = 'kind' AND t.value = u.kind
    )
  )
GROUP BY
  d.decision_id
HAVING
  COUNT(DISTINCT t.tag) < 3
