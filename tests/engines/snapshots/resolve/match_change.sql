/* Which records are not as the snapshot before compared them. A hash is of a record's key too, so that no two are equal, */
/* and what changed is found without looking at keys. */
WITH change AS (
  SELECT
    r.content_hash AS hash_now,
    p.content_hash AS hash_before
  FROM match_record AS r
  FULL JOIN previous_match_record AS p
    ON p.content_hash = r.content_hash
  WHERE
    (
      r.content_hash IS NULL OR p.content_hash IS NULL
    )
    AND (
      SELECT
        COUNT(*)
      FROM previous_match_record
    ) + (
      SELECT
        COUNT(*)
      FROM previous_match_model
    ) > 0
), changed AS (
  SELECT
    r.record_key,
    TRUE AS is_there,
    FALSE AS was_there
  FROM match_record AS r
  INNER JOIN change AS c
    ON c.hash_now = r.content_hash
  UNION ALL
  SELECT
    p.record_key,
    FALSE AS is_there,
    TRUE AS was_there
  FROM previous_match_record AS p
  INNER JOIN change AS c
    ON c.hash_before = p.content_hash
)
SELECT
  record_key,
  BOOL_OR(is_there) AS is_there,
  BOOL_OR(was_there) AS was_there
FROM changed
GROUP BY
  record_key
