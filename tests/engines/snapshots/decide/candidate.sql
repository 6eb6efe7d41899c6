/* Every customer x own product x channel of one side of the wall x representative, and the first gate that stops it. */
/* Gates are asked in the contract's order and fail closed: what is not known to be permitted is not permitted. */
WITH usable AS (
  SELECT
    g.product_id,
    g.channel,
    k.value AS kind,
    g.content_id
  FROM content_gate AS g
  INNER JOIN playbook_content_tag AS k
    ON k.content_id = g.content_id AND k.tag = 'kind'
  WHERE
    g.blocked_by IS NULL
), usable_count AS (
  SELECT
    product_id,
    channel,
    kind,
    COUNT(*) AS contents
  FROM usable
  GROUP BY
    product_id,
    channel,
    kind
), used_count AS (
  SELECT
    u.customer_id,
    s.product_id,
    s.channel,
    s.kind,
    COUNT(*) AS contents
  FROM content_use AS u
  INNER JOIN usable AS s
    ON s.content_id = u.content_id
  WHERE
    u.too_recent
  GROUP BY
    u.customer_id,
    s.product_id,
    s.channel,
    s.kind
), over_cap AS (
  SELECT
    p.customer_id,
    p.channel,
    BOOL_OR(c.gate = 'cap') AS capped,
    BOOL_OR(c.gate = 'rest') AS resting
  FROM pressure AS p
  INNER JOIN playbook_cap AS c
    ON c.channel = p.channel AND c.days = p.days AND p.touches >= c.at_most
  GROUP BY
    p.customer_id,
    p.channel
), forbidden AS (
  /* A cap of no contacts at all forbids the channel even to customers never contacted. */
  SELECT
    channel
  FROM playbook_cap
  WHERE
    gate = 'cap' AND at_most = 0
), latest AS (
  SELECT
    occurred_at
  FROM touch
  ORDER BY
    occurred_at DESC
  LIMIT 20
), placed AS (
  SELECT
    occurred_at,
    ROW_NUMBER() OVER (ORDER BY occurred_at DESC) AS place
  FROM latest
), separated AS (
  SELECT DISTINCT
    customer_id,
    product_id,
    channel
  FROM separation
), size AS (
  SELECT
    COUNT(*) AS touches
  FROM touch
), newest AS (
  /* Up to one row in a hundred, and at most 19, may carry a wrong date without making old data look fresh. */
  SELECT
    MAX(p.occurred_at) AS newest_at
  FROM placed AS p
  CROSS JOIN size AS z
  WHERE
    p.place >= LEAST(20, 1 + FLOOR(z.touches / 100))
), bound AS (
  SELECT DISTINCT
    channel
  FROM playbook_channel_system
), reached AS (
  /* A record that is only mentioned by touchpoints or statements is not one that a system could write to. */
  SELECT DISTINCT
    s.channel,
    x.customer_id
  FROM playbook_channel_system AS s
  INNER JOIN customer_xref AS x
    ON x.system = s.system AND x.method <> 'touchpoint_only'
), pair AS (
  SELECT
    c.customer_id,
    c.kind,
    p.product_id,
    h.channel,
    h.purpose,
    h.consent,
    h.owner,
    a.rep_id,
    a.role
  FROM customer AS c
  CROSS JOIN playbook_product AS p
  CROSS JOIN playbook_channel AS h
  LEFT JOIN assignment AS a
    ON a.customer_id = c.customer_id AND h.owner = 'rep'
  WHERE
    p.is_own AND h.owner <> 'none' AND h.purpose = '<purpose>'
)
SELECT
  x.customer_id,
  x.product_id,
  x.channel,
  x.rep_id,
  CASE
    WHEN x.kind <> 'hcp'
    THEN 'kind'
    WHEN x.owner = 'rep' AND x.rep_id IS NULL
    THEN 'assignment'
    WHEN NOT e.channel IS NULL AND r.customer_id IS NULL
    THEN 'reach'
    WHEN x.owner = 'rep'
    AND x.role <> CASE x.purpose WHEN 'medical' THEN 'msl' ELSE 'sales' END
    THEN 'wall'
    WHEN NOT COALESCE(arm.suggests, FALSE)
    THEN 'control_arm'
    WHEN COALESCE(n.newest_at < w.begins_at, TRUE)
    THEN 'stale_input'
    WHEN x.consent = 'required' AND COALESCE(s.status, 'none') <> 'granted'
    THEN 'consent'
    WHEN COALESCE(s.status, 'none') IN ('withdrawn', 'denied')
    THEN 'suppression'
    WHEN NOT u.unsubscribed_at IS NULL
    THEN 'suppression'
    WHEN t.contents IS NULL
    THEN 'content'
    WHEN t.contents <= COALESCE(d.contents, 0)
    THEN 'repeat_content'
    WHEN COALESCE(o.capped, FALSE)
    OR COALESCE(oa.capped, FALSE)
    OR NOT f.channel IS NULL
    OR NOT fa.channel IS NULL
    THEN 'cap'
    WHEN COALESCE(o.resting, FALSE)
    THEN 'rest'
    WHEN NOT v.customer_id IS NULL
    THEN 'separation'
  END AS blocked_by
FROM pair AS x
CROSS JOIN playbook_policy AS y
CROSS JOIN newest AS n
INNER JOIN local_day AS w
  ON w.age = y.stale_after_days
LEFT JOIN bound AS e
  ON e.channel = x.channel
LEFT JOIN reached AS r
  ON r.channel = x.channel AND r.customer_id = x.customer_id
LEFT JOIN arm
  ON arm.customer_id = x.customer_id
LEFT JOIN consent_status AS s
  ON s.customer_id = x.customer_id
  AND s.channel = x.channel
  AND s.purpose = x.purpose
  AND s.product_id = x.product_id
LEFT JOIN unsubscription AS u
  ON u.customer_id = x.customer_id
  AND u.channel = x.channel
  AND u.product_id = x.product_id
LEFT JOIN usable_count AS t
  ON t.product_id = x.product_id AND t.channel = x.channel AND t.kind = x.kind
LEFT JOIN used_count AS d
  ON d.customer_id = x.customer_id
  AND d.product_id = x.product_id
  AND d.channel = x.channel
  AND d.kind = x.kind
LEFT JOIN over_cap AS o
  ON o.customer_id = x.customer_id AND o.channel = x.channel
LEFT JOIN over_cap AS oa
  ON oa.customer_id = x.customer_id AND oa.channel = 'all'
LEFT JOIN separated AS v
  ON v.customer_id = x.customer_id
  AND v.product_id = x.product_id
  AND v.channel = x.channel
LEFT JOIN forbidden AS f
  ON f.channel = x.channel
LEFT JOIN forbidden AS fa
  ON fa.channel = 'all'
