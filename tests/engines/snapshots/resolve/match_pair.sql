/* No records are compared yet. */
SELECT
  '' AS left_key,
  '' AS right_key,
  CAST(0.0 AS DOUBLE) AS weight,
  CAST(0.0 AS DOUBLE) AS probability
FROM playbook_identity
WHERE
  1 = 0
