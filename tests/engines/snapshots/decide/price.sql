/* Use and price of every scarce resource of one side of the wall: the representatives' time and suggestions, the central channels' sendings. */
WITH resource AS (
  SELECT
    'rep_minutes' AS resource,
    rep_id AS owner,
    capacity_minutes AS capacity
  FROM rep
  WHERE
    (
      role = 'msl'
    ) = (
      '<purpose>' = 'medical'
    )
  UNION ALL
  SELECT
    'rep_suggestions' AS resource,
    r.rep_id AS owner,
    CAST(p.per_rep AS DOUBLE) AS capacity
  FROM rep AS r
  CROSS JOIN playbook_policy AS p
  WHERE
    (
      r.role = 'msl'
    ) = (
      '<purpose>' = 'medical'
    )
  UNION ALL
  SELECT
    'channel_sends' AS resource,
    channel AS owner,
    CAST(capacity AS DOUBLE) AS capacity
  FROM playbook_channel
  WHERE
    owner = 'central' AND NOT capacity IS NULL AND purpose = '<purpose>'
), used AS (
  SELECT
    'rep_minutes' AS resource,
    c.rep_id AS owner,
    SUM(h.minutes) AS used,
    MAX(c.unit_price) AS price
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
    COUNT(*) AS used,
    MAX(suggestion_price) AS price
  FROM choice
  WHERE
    NOT rep_id IS NULL
  GROUP BY
    rep_id
  UNION ALL
  SELECT
    'channel_sends' AS resource,
    channel AS owner,
    COUNT(*) AS used,
    MAX(unit_price) AS price
  FROM choice
  WHERE
    rep_id IS NULL
  GROUP BY
    channel
)
SELECT
  r.resource,
  r.owner,
  COALESCE(u.used, CAST(0.0 AS DOUBLE)) AS used,
  r.capacity,
  COALESCE(u.price, CAST(0.0 AS DOUBLE)) AS price
FROM resource AS r
LEFT JOIN used AS u
  ON u.resource = r.resource AND u.owner = r.owner
