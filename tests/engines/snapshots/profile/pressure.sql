/* The company's own contacts in each sliding window that a cap, a rest or the fatigue cost asks for. */
/* Windows are calendar days: a window of 7 days is the clock's day and the six before it. */
WITH asked AS (
  SELECT DISTINCT
    channel,
    days
  FROM playbook_cap
  UNION
  SELECT
    'all' AS channel,
    fatigue_window_days AS days
  FROM playbook_policy
), longest AS (
  SELECT
    MAX(days) AS days
  FROM asked
), recent AS (
  SELECT
    c.customer_id,
    c.channel,
    c.contact_id,
    c.occurred_at,
    DATEDIFF(
      DAY,
      CAST(c.occurred_at AS DATE),
      CAST(CAST('2026-01-05 12:00:00.000000' AS TIMESTAMP_NTZ) AS DATE)
    ) AS age
  FROM touch AS c
  CROSS JOIN longest AS l
  WHERE
    DATEDIFF(
      DAY,
      CAST(c.occurred_at AS DATE),
      CAST(CAST('2026-01-05 12:00:00.000000' AS TIMESTAMP_NTZ) AS DATE)
    ) < l.days
), counted AS (
  SELECT
    customer_id,
    channel,
    contact_id,
    occurred_at,
    age
  FROM recent
  UNION ALL
  SELECT
    customer_id,
    'all' AS channel,
    contact_id,
    occurred_at,
    age
  FROM recent
)
SELECT
  c.customer_id,
  c.channel,
  a.days,
  COUNT(*) AS touches,
  MAX(c.occurred_at) AS last_contact_at
FROM counted AS c
INNER JOIN asked AS a
  ON a.channel = c.channel AND c.age < a.days
GROUP BY
  c.customer_id,
  c.channel,
  a.days
