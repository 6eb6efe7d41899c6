/* No touchpoint on the commercial side of the wall whose channel, content or representative is medical, nor one of a */
/* contact that is on the medical side. */
SELECT
  t.touchpoint_id
FROM touchpoint AS t
LEFT JOIN playbook_channel AS h
  ON h.channel = t.channel AND h.purpose = 'medical'
LEFT JOIN playbook_content AS k
  ON k.content_id = t.content_id AND k.purpose = 'medical'
LEFT JOIN rep AS r
  ON r.rep_id = t.rep_id AND r.role = 'msl'
WHERE
  NOT h.channel IS NULL OR NOT k.content_id IS NULL OR NOT r.rep_id IS NULL
UNION ALL
SELECT
  t.touchpoint_id
FROM touchpoint AS t
INNER JOIN medical_touchpoint AS m
  ON m.customer_id = t.customer_id
  AND m.channel = t.channel
  AND m.contact_id = t.contact_id
