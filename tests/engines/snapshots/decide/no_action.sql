/* Customers for whom doing nothing was best: nothing permitted, nothing worth its cost, or no time left for it. */
WITH permitted AS (
  SELECT
    customer_id,
    product_id,
    channel,
    rep_id,
    value
  FROM action
  UNION ALL
  SELECT
    customer_id,
    product_id,
    channel,
    rep_id,
    value
  FROM medical_action
), best AS (
  SELECT
    customer_id,
    product_id,
    channel,
    value
  FROM (
    SELECT
      customer_id,
      product_id,
      channel,
      value,
      ROW_NUMBER() OVER (
        PARTITION BY customer_id
        ORDER BY value DESC, product_id NULLS LAST, channel NULLS LAST, rep_id NULLS LAST
      ) AS _w
    FROM permitted
  ) AS _t
  WHERE
    _w = 1
), last_gate AS (
  SELECT
    customer_id,
    gate
  FROM (
    SELECT
      customer_id,
      gate,
      ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY position DESC) AS _w
    FROM funnel
    WHERE
      customer_id <> '*'
  ) AS _t
  WHERE
    _w = 1
)
SELECT
  c.customer_id,
  CASE
    WHEN b.customer_id IS NULL
    THEN 'gated'
    WHEN b.value <= 0
    THEN 'no_value'
    ELSE 'no_capacity'
  END AS reason,
  CASE
    WHEN b.customer_id IS NULL
    THEN 'last gate: ' || COALESCE(g.gate, 'none')
    ELSE b.product_id || '/' || b.channel
  END AS detail,
  b.value AS best_value
FROM customer AS c
LEFT JOIN (
  SELECT DISTINCT
    customer_id
  FROM decision
) AS d
  ON d.customer_id = c.customer_id
LEFT JOIN best AS b
  ON b.customer_id = c.customer_id
LEFT JOIN last_gate AS g
  ON g.customer_id = c.customer_id
WHERE
  d.customer_id IS NULL
