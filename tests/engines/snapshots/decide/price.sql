/* Use and price of every resource of one side of the wall, and by how much goals are missed. */
WITH used AS (
  SELECT
    'rep_minutes' AS resource,
    c.rep_id AS owner,
    SUM(h.minutes) AS used
  FROM choice AS c
  INNER JOIN playbook_channel AS h
    ON h.channel = c.channel
  WHERE
    NOT c.rep_id IS NULL
  GROUP BY
    c.rep_id
  UNION ALL
  SELECT
    'rep_suggestions' AS resource,
    rep_id AS owner,
    CAST(COUNT(*) AS DOUBLE) AS used
  FROM choice
  WHERE
    NOT rep_id IS NULL
  GROUP BY
    rep_id
  UNION ALL
  SELECT
    'channel_sends' AS resource,
    channel AS owner,
    CAST(COUNT(*) AS DOUBLE) AS used
  FROM choice
  WHERE
    rep_id IS NULL
  GROUP BY
    channel
  UNION ALL
  SELECT
    u.resource,
    u.owner,
    SUM(u.amount) AS used
  FROM choice AS c
  INNER JOIN limit_use AS u
    ON u.customer_id = c.customer_id
    AND u.product_id = c.product_id
    AND u.channel = c.channel
    AND COALESCE(u.rep_id, '') = COALESCE(c.rep_id, '')
  GROUP BY
    u.resource,
    u.owner
)
SELECT
  r.resource,
  r.owner,
  COALESCE(u.used, CAST(0.0 AS DOUBLE)) AS used,
  r.capacity,
  p.price,
  p.plus_one,
  CASE
    WHEN r.resource = 'goal'
    THEN GREATEST(r.capacity - COALESCE(u.used, CAST(0.0 AS DOUBLE)), CAST(0.0 AS DOUBLE))
    ELSE CAST(0.0 AS DOUBLE)
  END AS missing
FROM resource AS r
INNER JOIN resource_price AS p
  ON p.resource = r.resource AND p.owner = r.owner
LEFT JOIN used AS u
  ON u.resource = r.resource AND u.owner = r.owner
