/* Touchpoints by customer, with companies and products in the playbook's words. Every source touchpoint has one row, here */
/* or in `medical_touchpoint`. Medical is what its channel, its content or its representative says is medical, and with it */
/* everything of the same contact: opening a message answers what the message said. */
WITH medical AS (
  SELECT DISTINCT
    x.customer_id,
    t.channel,
    t.contact_id
  FROM source_touchpoint AS t
  INNER JOIN customer_xref AS x
    ON x.system = t.system AND x.source_record_id = t.source_record_id
  LEFT JOIN playbook_channel AS h
    ON h.channel = t.channel
  LEFT JOIN playbook_content AS k
    ON k.content_id = t.content_id
  LEFT JOIN rep AS r
    ON r.rep_id = t.rep_id
  WHERE
    h.purpose = 'medical' OR k.purpose = 'medical' OR r.role = 'msl'
)
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
LEFT JOIN medical AS m
  ON m.customer_id = x.customer_id
  AND m.channel = t.channel
  AND m.contact_id = t.contact_id
LEFT JOIN playbook_company_alias AS a
  ON a.alias = LOWER(TRIM(t.company))
LEFT JOIN playbook_company AS c
  ON c.company_id = a.company_id
LEFT JOIN playbook_product_alias AS p
  ON p.alias = LOWER(TRIM(t.product))
WHERE
  (
    NOT m.contact_id IS NULL
  ) = (
    '<purpose>' = 'medical'
  )
