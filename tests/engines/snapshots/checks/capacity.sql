/* No representative is given more minutes or more suggestions than there are. */
SELECT
  d.rep_id
FROM decision AS d
INNER JOIN rep AS r
  ON r.rep_id = d.rep_id
CROSS JOIN playbook_policy AS p
GROUP BY
  d.rep_id,
  r.capacity_minutes,
  p.per_rep
HAVING
  SUM(d.minutes) > r.capacity_minutes + CAST(0.000001 AS DOUBLE)
  OR COUNT(*) > p.per_rep
