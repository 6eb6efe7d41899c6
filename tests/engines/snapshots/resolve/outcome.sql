/* What came of it, month by month: figures of customers and of sales areas, with products in the playbook's words. */
/* Figures of shorter periods, and of several records of one customer, add up. */
SELECT
  x.customer_id,
  o.brick,
  o.product,
  o.measure,
  SUM(o.value) AS value,
  p.product_id,
  CAST(CAST(DATE_TRUNC('MONTH', o.period_on) AS TIMESTAMP_NTZ) AS DATE) AS period_on,
  o.source,
  BOOL_OR(o.simulated) AS simulated
FROM source_outcome AS o
LEFT JOIN customer_xref AS x
  ON x.system = o.system AND x.source_record_id = o.source_record_id
LEFT JOIN playbook_product_alias AS p
  ON p.alias = LOWER(TRIM(o.product))
GROUP BY
  x.customer_id,
  o.brick,
  o.product,
  o.measure,
  p.product_id,
  CAST(CAST(DATE_TRUNC('MONTH', o.period_on) AS TIMESTAMP_NTZ) AS DATE),
  o.source
