/* No suggestion through systems of which none has a record of the customer. */
SELECT
  d.decision_id
FROM decision AS d
INNER JOIN playbook_channel_system AS s
  ON s.channel = d.channel
LEFT JOIN customer_xref AS x
  ON x.customer_id = d.customer_id
  AND x.system = s.system
  AND x.method <> 'touchpoint_only'
GROUP BY
  d.decision_id
HAVING
  COUNT(x.source_record_id) = 0
