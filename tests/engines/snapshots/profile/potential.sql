/* Potential of healthcare professionals: the specialty's weight, halved for those no company contacts at all, times how */
/* much they prescribe beside their peers where sources tell outcomes by customer. Medical potential knows no outcomes. */
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
), prescribed AS (
  SELECT
    o.customer_id,
    o.product_id,
    SUM(o.value) AS amount
  FROM outcome AS o
  INNER JOIN playbook_policy AS y
    ON y.outcome_measure = o.measure
  INNER JOIN playbook_product AS p
    ON p.product_id = o.product_id AND p.is_own
  INNER JOIN ranked AS r
    ON r.customer_id = o.customer_id
  WHERE
    '<purpose>' = 'commercial'
    AND o.period_on <= CAST(CAST('2026-01-05 12:00:00.000000' AS TIMESTAMP_NTZ) AS DATE)
    AND DATEDIFF(
      DAY,
      CAST(o.period_on AS DATE),
      CAST(CAST('2026-01-05 12:00:00.000000' AS TIMESTAMP_NTZ) AS DATE)
    ) < 365
  GROUP BY
    o.customer_id,
    o.product_id
), size AS (
  SELECT
    COUNT(*) AS customers
  FROM ranked
), usual AS (
  SELECT
    p.product_id,
    SUM(p.amount) / NULLIF(MAX(z.customers), 0) AS amount
  FROM prescribed AS p
  CROSS JOIN size AS z
  GROUP BY
    p.product_id
), overall AS (
  SELECT
    customer_id,
    SUM(amount) AS amount
  FROM prescribed
  GROUP BY
    customer_id
), usual_overall AS (
  SELECT
    SUM(amount) AS amount
  FROM usual
), compared AS (
  /* One prescription more for everybody, so that few months of data do not make giants or nobodies. */
  SELECT
    r.customer_id,
    u.product_id,
    COALESCE(p.amount, 0) AS prescribed,
    u.amount AS prescribed_usual,
    (
      COALESCE(p.amount, 0) + 1
    ) / NULLIF((
      u.amount + 1
    ), 0) AS of_product,
    (
      COALESCE(o.amount, 0) + 1
    ) / NULLIF((
      a.amount + 1
    ), 0) AS of_all
  FROM ranked AS r
  CROSS JOIN usual AS u
  CROSS JOIN usual_overall AS a
  LEFT JOIN prescribed AS p
    ON p.customer_id = r.customer_id AND p.product_id = u.product_id
  LEFT JOIN overall AS o
    ON o.customer_id = r.customer_id
), known AS (
  SELECT
    r.customer_id,
    p.product_id,
    COALESCE(t.weight, other.weight, CAST(0.0 AS DOUBLE)) AS specialty_weight,
    r.activity_rank,
    CASE
      WHEN m.of_product IS NULL
      THEN CAST(1.0 AS DOUBLE)
      ELSE LEAST(SQRT(m.of_product * m.of_all), CAST(3.0 AS DOUBLE))
    END AS prescribing,
    m.prescribed,
    m.prescribed_usual
  FROM ranked AS r
  INNER JOIN customer AS c
    ON c.customer_id = r.customer_id
  CROSS JOIN playbook_product AS p
  LEFT JOIN playbook_target AS t
    ON t.product_id = p.product_id AND t.specialty = LOWER(TRIM(c.specialty))
  LEFT JOIN playbook_target AS other
    ON other.product_id = p.product_id AND other.specialty = '*'
  LEFT JOIN compared AS m
    ON m.customer_id = r.customer_id AND m.product_id = p.product_id
  WHERE
    p.is_own
)
SELECT
  customer_id,
  product_id,
  specialty_weight * (
    1 + activity_rank
  ) / 2 * prescribing AS potential,
  specialty_weight,
  activity_rank,
  prescribing,
  prescribed,
  prescribed_usual
FROM known
