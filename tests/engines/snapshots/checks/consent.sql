/* No suggestion on a channel that requires consent without a grant in force, for the customer's present address or for */
/* none in particular, that nothing later or stricter takes back. */
WITH said AS (
  SELECT
    d.decision_id,
    n.address,
    COALESCE(n.channel_value, '') AS about,
    n.stated_at,
    n.status = 'granted' AND COALESCE(n.expires_at > d.decided_at, TRUE) AS is_grant,
    n.status IN ('denied', 'withdrawn') AS is_refusal
  FROM decision AS d
  INNER JOIN playbook_channel AS h
    ON h.channel = d.channel AND h.consent = 'required'
  INNER JOIN consent AS n
    ON n.customer_id = d.customer_id
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
), ending AS (
  SELECT
    decision_id,
    about,
    MAX(stated_at) AS stated_at
  FROM said
  GROUP BY
    decision_id,
    about
), last_word AS (
  SELECT
    s.decision_id,
    s.address,
    s.stated_at,
    BOOL_AND(s.is_grant) AS is_grant,
    BOOL_OR(s.is_refusal) AS is_refusal
  FROM said AS s
  INNER JOIN ending AS e
    ON e.decision_id = s.decision_id AND e.about = s.about AND e.stated_at = s.stated_at
  GROUP BY
    s.decision_id,
    s.address,
    s.about,
    s.stated_at
), summed AS (
  SELECT
    decision_id,
    MAX(CASE WHEN is_grant AND address <> 'other' THEN stated_at END) AS granted_at,
    MAX(CASE WHEN NOT is_grant AND address <> 'other' THEN stated_at END) AS lost_at,
    MAX(CASE WHEN is_refusal AND address = 'other' THEN stated_at END) AS refused_elsewhere_at,
    BOOL_OR(is_grant AND address = 'current') AS is_granted_here,
    BOOL_OR(address = 'unclear') AS is_unclear
  FROM last_word
  GROUP BY
    decision_id
)
SELECT
  d.decision_id
FROM decision AS d
INNER JOIN playbook_channel AS h
  ON h.channel = d.channel AND h.consent = 'required'
LEFT JOIN summed AS s
  ON s.decision_id = d.decision_id
WHERE
  s.granted_at IS NULL
  OR s.lost_at >= s.granted_at
  OR (
    s.is_unclear AND NOT s.lost_at IS NULL
  )
  OR (
    NOT s.is_granted_here AND s.refused_elsewhere_at >= s.granted_at
  )
