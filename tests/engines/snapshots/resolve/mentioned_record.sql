/* Records that touchpoints, consents, assignments or outcomes mention, and of which no source tells more. */
WITH mention AS (
  SELECT
    system,
    source_record_id
  FROM source_touchpoint
  UNION
  SELECT
    system,
    source_record_id
  FROM source_consent
  UNION
  SELECT
    system,
    source_record_id
  FROM source_assignment
  UNION
  SELECT
    system,
    source_record_id
  FROM source_outcome
  WHERE
    NOT source_record_id IS NULL
)
SELECT
  m.system || ':' || m.source_record_id AS record_key,
  m.system,
  m.source_record_id
FROM mention AS m
LEFT JOIN source_record AS r
  ON r.system = m.system AND r.source_record_id = m.source_record_id
WHERE
  r.system IS NULL
