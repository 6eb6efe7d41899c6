/* Every touchpoint of the sources is still there, once, under a customer and on one side of the wall. */
WITH kept AS (
  SELECT
    touchpoint_id
  FROM touchpoint
  UNION ALL
  SELECT
    touchpoint_id
  FROM medical_touchpoint
)
SELECT
  s.touchpoint_id
FROM source_touchpoint AS s
LEFT JOIN kept AS t
  ON t.touchpoint_id = s.touchpoint_id
GROUP BY
  s.touchpoint_id
HAVING
  COUNT(t.touchpoint_id) <> 1
