/* Each representative's suggestions as a list for the coming working days: the most valuable first, so many a day. What */
/* does not fit, or would lapse before its day, waits. */
WITH ahead AS (
  SELECT
    n,
    CAST(CAST('2026-01-05 12:00:00.000000' AS TIMESTAMP_NTZ) AS DATE) + n AS day_on
  FROM VALUES
    (0),
    (1),
    (2),
    (3),
    (4),
    (5),
    (6) AS a(n)
), working AS (
  SELECT
    day_on,
    ROW_NUMBER() OVER (ORDER BY day_on NULLS LAST) AS place
  FROM ahead
  WHERE
    DATEDIFF(
      DAY,
      CAST(CAST(DATE_TRUNC('WEEK', day_on) AS TIMESTAMP_NTZ) AS DATE),
      CAST(day_on AS DATE)
    ) < 5
), listed AS (
  SELECT
    d.decision_id,
    d.rep_id,
    d.customer_id,
    d.expires_at,
    y.per_day,
    ROW_NUMBER() OVER (PARTITION BY d.rep_id ORDER BY d.rank NULLS LAST, d.decision_id NULLS LAST) AS place
  FROM decision AS d
  CROSS JOIN playbook_policy AS y
  WHERE
    NOT d.rep_id IS NULL
), dated AS (
  SELECT
    l.*,
    w.day_on AS due_on
  FROM listed AS l
  LEFT JOIN working AS w
    ON w.place = CEIL(l.place / NULLIF(l.per_day, 0)) AND l.expires_at > w.day_on
)
SELECT
  decision_id,
  rep_id,
  customer_id,
  due_on,
  ROW_NUMBER() OVER (PARTITION BY rep_id, due_on ORDER BY place NULLS LAST, decision_id NULLS LAST) AS position
FROM dated
