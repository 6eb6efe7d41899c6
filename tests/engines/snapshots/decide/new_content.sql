/* Contents in their first days of which hardly anything is known yet; none where exploration is switched off. */
SELECT
  k.content_id
FROM playbook_content AS k
CROSS JOIN playbook_exploration AS e
LEFT JOIN content_use AS u
  ON u.content_id = k.content_id
WHERE
  e.enabled
  AND k.purpose = '<purpose>'
  AND k.valid_from <= CAST(CAST('2026-01-05 12:00:00.000000' AS TIMESTAMP_NTZ) AS DATE)
  AND DATEDIFF(
    DAY,
    CAST(k.valid_from AS DATE),
    CAST(CAST('2026-01-05 12:00:00.000000' AS TIMESTAMP_NTZ) AS DATE)
  ) < e.new_content_days
GROUP BY
  k.content_id,
  e.new_content_customers
HAVING
  COUNT(u.customer_id) < e.new_content_customers
