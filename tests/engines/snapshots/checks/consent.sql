/* No suggestion on a channel that requires consent without a grant in force, by one of the customer's records, for its */
/* present address or for none in particular; nor one that something later or stricter takes back, of what any one record */
/* stated. Statements of records with other addresses than the customer's are read by the record's own as well. */
WITH reading AS (
  SELECT
    *,
    'customer' AS reading,
    address AS place,
    CASE WHEN own_address IS NULL THEN 1 ELSE 2 END AS readings
  FROM consent
  UNION ALL
  SELECT
    *,
    'record' AS reading,
    own_address AS place,
    2 AS readings
  FROM consent
  WHERE
    NOT own_address IS NULL
), said AS (
  SELECT
    d.decision_id,
    n.system,
    n.source_record_id,
    n.reading,
    n.readings,
    n.place,
    COALESCE(n.channel_value, '') AS about,
    n.stated_at,
    n.status = 'granted' AND COALESCE(n.expires_at > d.decided_at, TRUE) AS is_grant,
    n.status IN ('denied', 'withdrawn') AS is_refusal
  FROM decision AS d
  INNER JOIN playbook_channel AS h
    ON h.channel = d.channel AND h.consent = 'required'
  INNER JOIN reading AS n
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
    system,
    source_record_id,
    reading,
    about,
    MAX(stated_at) AS stated_at
  FROM said
  GROUP BY
    decision_id,
    system,
    source_record_id,
    reading,
    about
), last_word AS (
  SELECT
    s.decision_id,
    s.system,
    s.source_record_id,
    s.reading,
    s.readings,
    s.place,
    s.stated_at,
    BOOL_AND(s.is_grant) AS is_grant,
    BOOL_OR(s.is_refusal) AS is_refusal
  FROM said AS s
  INNER JOIN ending AS e
    ON e.decision_id = s.decision_id
    AND e.system = s.system
    AND e.source_record_id = s.source_record_id
    AND e.reading = s.reading
    AND e.about = s.about
    AND e.stated_at = s.stated_at
  GROUP BY
    s.decision_id,
    s.system,
    s.source_record_id,
    s.reading,
    s.readings,
    s.place,
    s.about,
    s.stated_at
), summed AS (
  SELECT
    decision_id,
    system,
    source_record_id,
    readings,
    MAX(CASE WHEN is_grant AND place <> 'other' THEN stated_at END) AS granted_at,
    MAX(CASE WHEN NOT is_grant AND place <> 'other' THEN stated_at END) AS lost_at,
    MAX(CASE WHEN is_refusal AND place = 'other' THEN stated_at END) AS refused_elsewhere_at,
    BOOL_OR(is_grant AND place = 'current') AS is_granted_here,
    BOOL_OR(place = 'unclear') AS is_unclear
  FROM last_word
  GROUP BY
    decision_id,
    system,
    source_record_id,
    reading,
    readings
), record AS (
  SELECT
    decision_id,
    COUNT(granted_at) = MAX(readings) AS grants,
    BOOL_OR(
      lost_at >= COALESCE(granted_at, lost_at)
      OR (
        is_unclear AND NOT lost_at IS NULL
      )
      OR (
        NOT is_granted_here
        AND refused_elsewhere_at >= COALESCE(granted_at, refused_elsewhere_at)
      )
    ) AS forbids
  FROM summed
  GROUP BY
    decision_id,
    system,
    source_record_id
), judged AS (
  SELECT
    decision_id,
    BOOL_OR(grants) AS is_granted,
    BOOL_OR(forbids) AS is_forbidden
  FROM record
  GROUP BY
    decision_id
)
SELECT
  d.decision_id
FROM decision AS d
INNER JOIN playbook_channel AS h
  ON h.channel = d.channel AND h.consent = 'required'
LEFT JOIN judged AS j
  ON j.decision_id = d.decision_id
WHERE
  NOT COALESCE(j.is_granted, FALSE) OR COALESCE(j.is_forbidden, FALSE)
