/* Touchpoints by customer, with companies and products in the playbook's words. Every source touchpoint has one row. */
SELECT
  t.touchpoint_id,
  x.customer_id,
  t.occurred_at,
  t.channel,
  t.event,
  t.direction,
  c.company_id,
  COALESCE(c.is_own, FALSE) AS is_own,
  p.product_id,
  t.products,
  t.content_id,
  t.key_message,
  t.rep_id,
  t.group_id,
  t.contact_id,
  t.duration_minutes,
  t.amount,
  t.currency,
  t.is_human,
  t.decision_id,
  t.system,
  t.source_record_id,
  t.source,
  t.simulated
FROM source_touchpoint AS t
INNER JOIN customer_xref AS x
  ON x.system = t.system AND x.source_record_id = t.source_record_id
LEFT JOIN playbook_company_alias AS a
  ON a.alias = LOWER(TRIM(t.company))
LEFT JOIN playbook_company AS c
  ON c.company_id = a.company_id
LEFT JOIN playbook_product_alias AS p
  ON p.alias = LOWER(TRIM(t.product))
