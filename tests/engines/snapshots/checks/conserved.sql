/* Every touchpoint of the sources is still there, once, under a customer. */
SELECT
  s.touchpoint_id
FROM source_touchpoint AS s
LEFT JOIN touchpoint AS t
  ON t.touchpoint_id = s.touchpoint_id
WHERE
  t.touchpoint_id IS NULL
