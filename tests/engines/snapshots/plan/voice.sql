/* Touchpoints of each company of the playbook for each product in each quarter. */
WITH every AS (
  SELECT
    touchpoint_id,
    company_id,
    occurred_at,
    product_id,
    products
  FROM touchpoint
  WHERE
    NOT company_id IS NULL
  UNION ALL
  SELECT
    touchpoint_id,
    company_id,
    occurred_at,
    product_id,
    products
  FROM medical_touchpoint
  WHERE
    NOT company_id IS NULL
), named AS (
  SELECT
    touchpoint_id,
    company_id,
    occurred_at,
    COALESCE(product_id, 'other') AS product_id,
    1 AS is_first
  FROM every
  UNION ALL
  SELECT
    listed.touchpoint_id,
    listed.company_id,
    listed.occurred_at,
    COALESCE(alias.product_id, 'other') AS product_id,
    0 AS is_first
  FROM (
    SELECT
      touchpoint_id,
      company_id,
      occurred_at,
      EXPLODE(products) AS name
    FROM every
  ) AS listed
  LEFT JOIN playbook_product_alias AS alias
    ON alias.alias = LOWER(TRIM(listed.name))
), named_once /* One meal may name a product twice; it still is one touchpoint that names it. */ AS (
  SELECT
    touchpoint_id,
    company_id,
    occurred_at,
    product_id,
    MAX(is_first) AS is_first
  FROM named
  GROUP BY
    touchpoint_id,
    company_id,
    occurred_at,
    product_id
)
SELECT
  CAST(EXTRACT(YEAR FROM occurred_at) AS STRING) || 'Q' || CAST(EXTRACT(QUARTER FROM occurred_at) AS STRING) AS quarter,
  company_id,
  product_id,
  SUM(is_first) AS touchpoints,
  COUNT(*) AS mentions
FROM named_once
GROUP BY
  1,
  2,
  3
