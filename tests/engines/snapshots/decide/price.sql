/* Use and price of every scarce resource: the representatives' time and the central channels' sendings. */
WITH resource AS (
  SELECT
    'rep_minutes' AS resource,
    rep_id AS owner,
    capacity_minutes AS capacity
  FROM rep
  UNION ALL
  SELECT
    'channel_sends' AS resource,
    channel AS owner,
    CAST(capacity AS DOUBLE) AS capacity
  FROM playbook_channel
  WHERE
    owner = 'central' AND NOT capacity IS NULL
), used AS (
  SELECT
    c.rep_id,
    c.channel,
    CASE WHEN c.rep_id IS NULL THEN 'channel_sends' ELSE 'rep_minutes' END AS resource,
    COALESCE(c.rep_id, c.channel) AS owner,
    CASE WHEN c.rep_id IS NULL THEN CAST(1.0 AS DOUBLE) ELSE h.minutes END AS amount,
    c.unit_price
  FROM choice AS c
  INNER JOIN playbook_channel AS h
    ON h.channel = c.channel
)
SELECT
  r.resource,
  r.owner,
  COALESCE(SUM(u.amount), CAST(0.0 AS DOUBLE)) AS used,
  r.capacity,
  COALESCE(MAX(u.unit_price), CAST(0.0 AS DOUBLE)) AS price
FROM resource AS r
LEFT JOIN used AS u
  ON u.resource = r.resource AND u.owner = r.owner
GROUP BY
  r.resource,
  r.owner,
  r.capacity
