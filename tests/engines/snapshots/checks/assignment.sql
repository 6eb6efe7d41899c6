/* A suggestion for a representative needs that representative to be assigned to the customer on the clock's day. */
SELECT
  d.decision_id
FROM decision AS d
INNER JOIN playbook_channel AS h
  ON h.channel = d.channel
LEFT JOIN assignment AS a
  ON a.customer_id = d.customer_id AND a.rep_id = d.rep_id
WHERE
  h.owner = 'rep' AND a.rep_id IS NULL
