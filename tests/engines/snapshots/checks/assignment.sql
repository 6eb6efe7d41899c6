/* A suggestion for a representative needs that representative to be assigned to the customer on the clock's day, and to */
/* belong to the field force of the channel's purpose. */
SELECT
  d.decision_id
FROM decision AS d
INNER JOIN playbook_channel AS h
  ON h.channel = d.channel
LEFT JOIN assignment AS a
  ON a.customer_id = d.customer_id
  AND a.rep_id = d.rep_id
  AND (
    a.role = 'msl'
  ) = (
    h.purpose = 'medical'
  )
WHERE
  (
    h.owner = 'rep' AND a.rep_id IS NULL
  )
  OR (
    h.owner <> 'rep' AND NOT d.rep_id IS NULL
  )
  OR h.owner = 'none'
