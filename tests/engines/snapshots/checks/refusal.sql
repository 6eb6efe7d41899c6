/* No suggestion on a channel the customer refused or unsubscribed from, unless consent was given after that for the same */
/* address, or for the present one; and none to a customer held out of suggestions. */
WITH every AS (
  SELECT
    customer_id,
    channel,
    occurred_at
  FROM touchpoint
  WHERE
    event = 'unsubscribed' AND is_own
  UNION ALL
  SELECT
    customer_id,
    channel,
    occurred_at
  FROM medical_touchpoint
  WHERE
    event = 'unsubscribed' AND is_own
), refused AS (
  SELECT
    d.decision_id,
    n.address,
    n.channel_value,
    n.stated_at AS refused_at
  FROM decision AS d
  INNER JOIN playbook_channel AS h
    ON h.channel = d.channel
  INNER JOIN consent AS n
    ON n.customer_id = d.customer_id
    AND n.status IN ('denied', 'withdrawn')
    AND n.stated_at <= d.decided_at
    AND (
      n.channel = d.channel OR n.channel = 'all'
    )
    AND (
      n.purpose = h.purpose OR n.purpose = 'all'
    )
    AND (
      n.product_id = d.product_id OR n.product_id = 'all'
    )
  UNION ALL
  SELECT
    d.decision_id,
    'any' AS address,
    NULL AS channel_value,
    t.occurred_at AS refused_at
  FROM decision AS d
  INNER JOIN every AS t
    ON t.customer_id = d.customer_id AND t.channel = d.channel
), granted AS (
  SELECT
    d.decision_id,
    g.address,
    g.channel_value,
    g.stated_at AS granted_at
  FROM decision AS d
  INNER JOIN playbook_channel AS h
    ON h.channel = d.channel
  INNER JOIN consent AS g
    ON g.customer_id = d.customer_id
    AND g.status = 'granted'
    AND g.stated_at <= d.decided_at
    AND (
      g.channel = d.channel OR g.channel = 'all'
    )
    AND (
      g.purpose = h.purpose OR g.purpose = 'all'
    )
    AND (
      g.product_id = d.product_id OR g.product_id = 'all'
    )
)
SELECT
  r.decision_id
FROM refused AS r
LEFT JOIN granted AS g
  ON g.decision_id = r.decision_id
  AND (
    (
      g.granted_at > r.refused_at AND g.channel_value = r.channel_value
    )
    OR (
      g.granted_at > r.refused_at AND r.address <> 'unclear' AND g.address <> 'other'
    )
    OR (
      r.address = 'other' AND g.address = 'current'
    )
  )
WHERE
  g.decision_id IS NULL
UNION ALL
SELECT
  d.decision_id
FROM decision AS d
LEFT JOIN arm AS a
  ON a.customer_id = d.customer_id AND a.suggests
WHERE
  a.customer_id IS NULL
