/* Why a content may not be used on a channel at the clock; empty where it may. Content of the other side of the wall */
/* between medical and commercial is not even listed. */
WITH market AS (
  SELECT DISTINCT
    t.content_id
  FROM playbook_content_tag AS t
  INNER JOIN playbook_policy AS p
    ON p.market = t.value
  WHERE
    t.tag = 'market'
)
SELECT
  c.content_id,
  h.value AS channel,
  c.product_id,
  CASE
    WHEN c.status <> 'approved'
    THEN 'not_approved'
    WHEN c.valid_from > d.day
    THEN 'not_yet_valid'
    WHEN c.valid_until < d.day
    THEN 'expired'
    WHEN m.content_id IS NULL
    THEN 'market'
  END AS blocked_by
FROM playbook_content AS c
INNER JOIN local_day AS d
  ON d.age = 0
INNER JOIN playbook_content_tag AS h
  ON h.content_id = c.content_id AND h.tag = 'channel'
INNER JOIN playbook_channel AS w
  ON w.channel = h.value AND w.purpose = c.purpose
LEFT JOIN market AS m
  ON m.content_id = c.content_id
