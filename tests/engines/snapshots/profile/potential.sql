/* Potential of healthcare professionals: the specialty's weight, halved for those no company contacts at all. */
WITH activity AS (
  SELECT
    c.customer_id,
    COUNT(t.contact_id) AS contacts
  FROM customer AS c
  LEFT JOIN contact AS t
    ON t.customer_id = c.customer_id
    AND DATEDIFF(
      DAY,
      CAST(t.occurred_at AS DATE),
      CAST(CAST('2026-01-05 12:00:00.000000' AS TIMESTAMP_NTZ) AS DATE)
    ) < 365
  WHERE
    c.kind = 'hcp'
  GROUP BY
    c.customer_id
), ranked AS (
  SELECT
    customer_id,
    PERCENT_RANK() OVER (ORDER BY contacts NULLS LAST) AS activity_rank
  FROM activity
)
SELECT
  r.customer_id,
  p.product_id,
  COALESCE(t.weight, other.weight, CAST(0.0 AS DOUBLE)) * (
    1 + r.activity_rank
  ) / 2 AS potential,
  COALESCE(t.weight, other.weight, CAST(0.0 AS DOUBLE)) AS specialty_weight,
  r.activity_rank
FROM ranked AS r
INNER JOIN customer AS c
  ON c.customer_id = r.customer_id
CROSS JOIN playbook_product AS p
LEFT JOIN playbook_target AS t
  ON t.product_id = p.product_id AND t.specialty = LOWER(TRIM(c.specialty))
LEFT JOIN playbook_target AS other
  ON other.product_id = p.product_id AND other.specialty = '*'
WHERE
  p.is_own
