/* No suggestion on a channel that requires consent without a grant in force that nothing later or stricter takes back. */
SELECT
  d.decision_id
FROM decision AS d
INNER JOIN playbook_channel AS h
  ON h.channel = d.channel AND h.consent = 'required'
LEFT JOIN consent AS g
  ON g.customer_id = d.customer_id
  AND g.status = 'granted'
  AND g.stated_at <= d.decided_at
  AND COALESCE(g.expires_at > d.decided_at, TRUE)
  AND (
    g.channel = d.channel OR g.channel = 'all'
  )
  AND (
    g.purpose = h.purpose OR g.purpose = 'all'
  )
  AND (
    g.product_id = d.product_id OR g.product_id = 'all'
  )
LEFT JOIN consent AS n
  ON n.customer_id = d.customer_id
  AND (
    n.status <> 'granted' OR n.expires_at <= d.decided_at
  )
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
GROUP BY
  d.decision_id
HAVING
  MAX(g.stated_at) IS NULL OR MAX(n.stated_at) >= MAX(g.stated_at)
