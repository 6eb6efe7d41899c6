/* Levers of the playbook on what is permitted: in force on the clock's day, for the customer's specialty and likeliest */
/* stage (without any evidence, the stage most customers are expected at), and where it wants a signal, after one. */
WITH permitted AS (
  SELECT DISTINCT
    customer_id,
    product_id,
    channel
  FROM candidate
  WHERE
    blocked_by IS NULL
), in_force AS (
  SELECT
    l.lever_id,
    l.lever_name,
    l.factor,
    l.event,
    l.within_days
  FROM playbook_lever AS l
  INNER JOIN local_day AS d
    ON d.age = 0
    AND COALESCE(l.starts_on, d.day) <= d.day
    AND COALESCE(l.ends_on, d.day) >= d.day
), signalled AS (
  SELECT DISTINCT
    t.customer_id,
    t.product_id,
    l.lever_id
  FROM in_force AS l
  INNER JOIN local_day AS d
    ON d.age = l.within_days - 1
  INNER JOIN touchpoint AS t
    ON t.event = l.event AND t.is_own AND t.is_human AND t.occurred_at >= d.begins_at
), likely AS (
  SELECT
    stage
  FROM (
    SELECT
      stage,
      ROW_NUMBER() OVER (ORDER BY prior DESC, position NULLS LAST) AS _w
    FROM playbook_ladder
  ) AS _t
  WHERE
    _w = 1
)
SELECT DISTINCT
  a.customer_id,
  a.product_id,
  a.channel,
  l.lever_id,
  l.lever_name,
  l.factor
FROM permitted AS a
CROSS JOIN likely AS y
INNER JOIN customer AS c
  ON c.customer_id = a.customer_id
LEFT JOIN belief AS b
  ON b.customer_id = a.customer_id AND b.product_id = a.product_id AND b.most_likely
INNER JOIN playbook_lever_scope AS s
  ON s.channel = a.channel
  AND s.product_id = a.product_id
  AND (
    s.specialty = '*' OR s.specialty = COALESCE(LOWER(TRIM(c.specialty)), 'unknown')
  )
  AND (
    s.stage = '*' OR s.stage = COALESCE(b.stage, y.stage)
  )
INNER JOIN in_force AS l
  ON l.lever_id = s.lever_id
LEFT JOIN signalled AS g
  ON g.lever_id = l.lever_id
  AND g.customer_id = a.customer_id
  AND COALESCE(g.product_id, a.product_id) = a.product_id
WHERE
  l.event IS NULL OR NOT g.lever_id IS NULL
