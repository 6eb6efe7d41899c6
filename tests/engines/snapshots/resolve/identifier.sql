/* Values that identify the records that have them: not blocked, not shared by more records than the playbook allows, */
/* with the fields that have to agree. A record that lacks one of those has no such identifier. */
WITH field_value AS (
  SELECT
    record_key,
    'given_name' AS field,
    given_name AS value
  FROM match_record
  UNION ALL
  SELECT
    record_key,
    'family_name' AS field,
    family_name AS value
  FROM match_record
  UNION ALL
  SELECT
    record_key,
    'initials' AS field,
    initials AS value
  FROM match_record
  UNION ALL
  SELECT
    record_key,
    'specialty' AS field,
    specialty AS value
  FROM match_record
  UNION ALL
  SELECT
    record_key,
    'institution' AS field,
    institution AS value
  FROM match_record
  UNION ALL
  SELECT
    record_key,
    'place' AS field,
    place AS value
  FROM match_record
  UNION ALL
  SELECT
    record_key,
    'region' AS field,
    region AS value
  FROM match_record
  UNION ALL
  SELECT
    record_key,
    'postal_code' AS field,
    postal_code AS value
  FROM match_record
  UNION ALL
  SELECT
    record_key,
    'country' AS field,
    country AS value
  FROM match_record
  UNION ALL
  SELECT
    record_key,
    'email' AS field,
    email AS value
  FROM match_record
  UNION ALL
  SELECT
    record_key,
    'email_domain' AS field,
    email_domain AS value
  FROM match_record
  UNION ALL
  SELECT
    record_key,
    'phone' AS field,
    phone AS value
  FROM match_record
  UNION ALL
  SELECT
    record_key,
    'licence_id' AS field,
    licence_id AS value
  FROM match_record
), asked AS (
  SELECT
    field,
    MIN(position) AS position
  FROM playbook_identifier
  GROUP BY
    field
), rule AS (
  SELECT
    p.*
  FROM playbook_identifier AS p
  INNER JOIN asked AS a
    ON a.field = p.field AND a.position = p.position
), blocked AS (
  SELECT
    field,
    EXPLODE(blocked) AS value
  FROM rule
), offered AS (
  SELECT
    v.record_key,
    v.field,
    v.value,
    r.position,
    r.at_most,
    SIZE(r.agree) AS agreeing
  FROM field_value AS v
  INNER JOIN rule AS r
    ON r.field = v.field
  LEFT JOIN blocked AS b
    ON b.field = v.field AND b.value = v.value
  WHERE
    NOT v.value IS NULL AND b.field IS NULL
), usable AS (
  SELECT
    *
  FROM (
    SELECT
      *,
      COUNT(*) OVER (PARTITION BY field, value) AS _w
    FROM offered
  ) AS _t
  WHERE
    _w <= at_most
), agree AS (
  SELECT
    field,
    EXPLODE(agree) AS other
  FROM rule
), agreed AS (
  SELECT
    u.record_key,
    u.field,
    COUNT(v.value) AS found,
    LISTAGG(v.value, '|') WITHIN GROUP (ORDER BY
      a.other NULLS LAST) AS others
  FROM usable AS u
  INNER JOIN agree AS a
    ON a.field = u.field
  INNER JOIN field_value AS v
    ON v.record_key = u.record_key AND v.field = a.other
  GROUP BY
    u.record_key,
    u.field
)
SELECT
  u.record_key,
  u.field,
  u.value || COALESCE('|' || g.others, '') AS value,
  u.position
FROM usable AS u
LEFT JOIN agreed AS g
  ON g.record_key = u.record_key AND g.field = u.field
WHERE
  u.agreeing = COALESCE(g.found, 0)
