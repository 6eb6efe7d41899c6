/* Contents each customer has already met, and whether that is too recent to repeat them. */
/* Read from touchpoints, because one contact can use several contents. */
SELECT
  t.customer_id,
  t.content_id,
  MAX(t.occurred_at) AS last_used_at,
  BOOL_OR(
    DATEDIFF(
      DAY,
      CAST(t.occurred_at AS DATE),
      CAST(CAST('2026-01-05 12:00:00.000000' AS TIMESTAMP_NTZ) AS DATE)
    ) < p.repeat_content_days
  ) AS too_recent
FROM touchpoint AS t
CROSS JOIN playbook_policy AS p
WHERE
  t.is_own AND NOT t.content_id IS NULL
GROUP BY
  t.customer_id,
  t.content_id
