/* Statements by customer. One limited to a product we do not know stays limited to it: it never widens to all. */
/* The same statement told twice is one, and lapses when the first of them does. */
SELECT
  x.customer_id,
  s.channel,
  s.purpose,
  COALESCE(p.product_id, LOWER(TRIM(s.product)), 'all') AS product_id,
  s.status,
  s.stated_at,
  MIN(s.expires_at) AS expires_at,
  MAX(s.evidence) AS evidence,
  s.source,
  BOOL_OR(s.simulated) AS simulated
FROM source_consent AS s
INNER JOIN customer_xref AS x
  ON x.system = s.system AND x.source_record_id = s.source_record_id
LEFT JOIN playbook_product_alias AS p
  ON p.alias = LOWER(TRIM(s.product))
GROUP BY
  x.customer_id,
  s.channel,
  s.purpose,
  COALESCE(p.product_id, LOWER(TRIM(s.product)), 'all'),
  s.status,
  s.stated_at,
  s.source
