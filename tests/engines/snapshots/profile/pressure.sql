/* The company's own contacts in each sliding window that a cap, a rest or the fatigue cost asks for. */
/* Windows are calendar days of the market: a window of 7 days is the clock's day and the six before it. */
WITH wanted AS (
  SELECT DISTINCT
    channel,
    days
  FROM playbook_cap
  UNION
  SELECT
    'all' AS channel,
    fatigue_window_days AS days
  FROM playbook_policy
), asked AS (
  SELECT
    w.channel,
    w.days,
    d.begins_at
  FROM wanted AS w
  INNER JOIN local_day AS d
    ON d.age = w.days - 1
), longest AS (
  SELECT
    MIN(begins_at) AS begins_at
  FROM asked
), recent AS (
  SELECT
    c.customer_id,
    c.channel,
    c.contact_id,
    c.occurred_at
  FROM touch AS c
  INNER JOIN longest AS l
    ON c.occurred_at >= l.begins_at
), counted AS (
  SELECT
    customer_id,
    channel,
    contact_id,
    occurred_at
  FROM recent
  UNION ALL
  SELECT
    customer_id,
    'all' AS channel,
    contact_id,
    occurred_at
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
  ON a.channel = c.channel AND c.occurred_at >= a.begins_at
GROUP BY
  c.customer_id,
  c.channel,
  a.days
