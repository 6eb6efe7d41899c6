/* No suggestion on a channel the customer refused or unsubscribed from, unless the same record gave consent after that for */
/* the same address, or for the present one; and none to a customer held out of suggestions. Statements of records with */
/* other addresses than the customer's are read by the record's own as well. */
WITH reading AS (
  SELECT
    *,
    'customer' AS reading,
    address AS place
  FROM consent
  UNION ALL
  SELECT
    *,
    'record' AS reading,
    own_address AS place
  FROM consent
  WHERE
    NOT own_address IS NULL
), every AS (
  SELECT
    customer_id,
    system,
    source_record_id,
    channel,
    occurred_at
  FROM touchpoint
  WHERE
    event = 'unsubscribed' AND is_own
  UNION ALL
  SELECT
    customer_id,
    system,
    source_record_id,
    channel,
    occurred_at
  FROM medical_touchpoint
  WHERE
    event = 'unsubscribed' AND is_own
), refused AS (
  SELECT
    d.decision_id,
    n.system,
    n.source_record_id,
    n.reading,
    n.place,
    n.channel_value,
    n.stated_at AS refused_at
  FROM decision AS d
  INNER JOIN playbook_channel AS h
    ON h.channel = d.channel
  INNER JOIN reading AS n
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
    t.system,
    t.source_record_id,
    'customer' AS reading,
    'any' AS place,
    NULL AS channel_value,
    t.occurred_at AS refused_at
  FROM decision AS d
  INNER JOIN every AS t
    ON t.customer_id = d.customer_id AND t.channel = d.channel
), granted AS (
  SELECT
    d.decision_id,
    g.system,
    g.source_record_id,
    g.reading,
    g.place,
    g.channel_value,
    g.stated_at AS granted_at
  FROM decision AS d
  INNER JOIN playbook_channel AS h
    ON h.channel = d.channel
  INNER JOIN reading AS g
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
  AND g.system = r.system
  AND g.source_record_id = r.source_record_id
  AND g.reading = r.reading
  AND (
    (
      g.granted_at > r.refused_at AND g.channel_value = r.channel_value
    )
    OR (
      g.granted_at > r.refused_at AND r.place <> 'unclear' AND g.place <> 'other'
    )
    OR (
      r.place = 'other' AND g.place = 'current'
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
