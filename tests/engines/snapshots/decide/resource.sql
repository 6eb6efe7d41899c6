/* What is scarce on one side of the wall: the representatives' time and suggestions, the central channels' sendings, */
/* budgets and quotas; and goals, which are scarce the other way round. */
SELECT
  'rep_minutes' AS resource,
  rep_id AS owner,
  capacity_minutes AS capacity,
  CAST(NULL AS DOUBLE) AS worth
FROM rep
WHERE
  (
    role = 'msl'
  ) = (
    '<purpose>' = 'medical'
  )
UNION ALL
SELECT
  'rep_suggestions' AS resource,
  r.rep_id AS owner,
  CAST(p.per_rep AS DOUBLE) AS capacity,
  CAST(NULL AS DOUBLE) AS worth
FROM rep AS r
CROSS JOIN playbook_policy AS p
WHERE
  (
    r.role = 'msl'
  ) = (
    '<purpose>' = 'medical'
  )
UNION ALL
SELECT
  'channel_sends' AS resource,
  channel AS owner,
  CAST(capacity AS DOUBLE) AS capacity,
  CAST(NULL AS DOUBLE) AS worth
FROM playbook_channel
WHERE
  owner = 'central' AND NOT capacity IS NULL AND purpose = '<purpose>'
UNION ALL
SELECT DISTINCT
  m.kind AS resource,
  m.limit_id AS owner,
  m.amount AS capacity,
  m.worth
FROM playbook_limit AS m
INNER JOIN playbook_limit_scope AS s
  ON s.limit_id = m.limit_id
INNER JOIN playbook_channel AS h
  ON h.channel = s.channel AND h.purpose = '<purpose>'
