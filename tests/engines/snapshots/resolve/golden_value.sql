/* What is believed of each customer, field by field, and the record that says so. Of several values the one of the most */
/* trusted system survives: by the field's own ranks, then by those for all fields, then come systems without a rank. After */
/* that decide the date of the record, how many records say the same (whatever the case and blanks), how full the record */
/* is, and its id. Only customers of several records have to be compared; blank values are none. */
WITH field AS (
  SELECT
    EXPLODE(
      ARRAY(
        'full_name',
        'given_name',
        'family_name',
        'specialty',
        'institution',
        'city',
        'region',
        'postal_code',
        'country',
        'brick',
        'email',
        'phone',
        'licence_id'
      )
    ) AS field
), several AS (
  SELECT
    customer_id
  FROM customer_xref
  GROUP BY
    customer_id
  HAVING
    COUNT(*) > 1
), record AS (
  SELECT
    x.customer_id,
    r.*,
    s.customer_id IS NULL AS is_alone,
    (
      CASE WHEN r.full_name IS NULL THEN 0 ELSE 1 END
    ) + (
      CASE WHEN r.given_name IS NULL THEN 0 ELSE 1 END
    ) + (
      CASE WHEN r.family_name IS NULL THEN 0 ELSE 1 END
    ) + (
      CASE WHEN r.specialty IS NULL THEN 0 ELSE 1 END
    ) + (
      CASE WHEN r.institution IS NULL THEN 0 ELSE 1 END
    ) + (
      CASE WHEN r.city IS NULL THEN 0 ELSE 1 END
    ) + (
      CASE WHEN r.region IS NULL THEN 0 ELSE 1 END
    ) + (
      CASE WHEN r.postal_code IS NULL THEN 0 ELSE 1 END
    ) + (
      CASE WHEN r.country IS NULL THEN 0 ELSE 1 END
    ) + (
      CASE WHEN r.brick IS NULL THEN 0 ELSE 1 END
    ) + (
      CASE WHEN r.email IS NULL THEN 0 ELSE 1 END
    ) + (
      CASE WHEN r.phone IS NULL THEN 0 ELSE 1 END
    ) + (
      CASE WHEN r.licence_id IS NULL THEN 0 ELSE 1 END
    ) AS filled
  FROM customer_xref AS x
  INNER JOIN source_record AS r
    ON r.system = x.system AND r.source_record_id = x.source_record_id
  LEFT JOIN several AS s
    ON s.customer_id = x.customer_id
), unpivoted AS (
  SELECT
    r.customer_id,
    f.field,
    CASE f.field
      WHEN 'full_name'
      THEN r.full_name
      WHEN 'given_name'
      THEN r.given_name
      WHEN 'family_name'
      THEN r.family_name
      WHEN 'specialty'
      THEN r.specialty
      WHEN 'institution'
      THEN r.institution
      WHEN 'city'
      THEN r.city
      WHEN 'region'
      THEN r.region
      WHEN 'postal_code'
      THEN r.postal_code
      WHEN 'country'
      THEN r.country
      WHEN 'brick'
      THEN r.brick
      WHEN 'email'
      THEN r.email
      WHEN 'phone'
      THEN r.phone
      WHEN 'licence_id'
      THEN r.licence_id
    END AS value,
    r.system,
    r.source_record_id,
    r.updated_at,
    r.filled,
    r.is_alone
  FROM record AS r
  CROSS JOIN field AS f
), cell AS (
  SELECT
    *
  FROM unpivoted
  WHERE
    TRIM(value) <> ''
), compared AS (
  SELECT
    c.*,
    REPLACE(LOWER(c.value), ' ', '') AS said,
    COALESCE(own.position, 1000000 + general.position) AS position /* a field's own ranks come first */
  FROM cell AS c
  LEFT JOIN playbook_source_rank AS own
    ON own.field = c.field AND own.system = c.system
  LEFT JOIN playbook_source_rank AS general
    ON general.field = '*' AND general.system = c.system
  WHERE
    NOT c.is_alone
), counted AS (
  SELECT
    *,
    COUNT(*) OVER (PARTITION BY customer_id, field, said) AS agreeing
  FROM compared
), best AS (
  /* The best record for each value, so that the one after the winner says something else. */
  SELECT
    *
  FROM (
    /* The best record for each value, so that the one after the winner says something else. */
    SELECT
      *,
      ROW_NUMBER() OVER (
        PARTITION BY customer_id, field, said
        ORDER BY position NULLS LAST, updated_at DESC, filled DESC, system NULLS LAST, source_record_id NULLS LAST
      ) AS _w
    FROM counted
  ) AS _t
  WHERE
    _w = 1
), contested AS (
  SELECT
    *,
    ROW_NUMBER() OVER w AS place,
    COUNT(*) OVER (PARTITION BY customer_id, field) - 1 AS rivals,
    LEAD(position) OVER w AS next_position,
    LEAD(updated_at) OVER w AS next_updated_at,
    LEAD(agreeing) OVER w AS next_agreeing,
    LEAD(filled) OVER w AS next_filled
  FROM best
  WINDOW w AS (
    PARTITION BY customer_id, field
    ORDER BY position NULLS LAST, updated_at DESC, agreeing DESC, filled DESC, system NULLS LAST, source_record_id NULLS LAST
  )
)
SELECT
  customer_id,
  field,
  value,
  system,
  source_record_id,
  'only' AS rule,
  0 AS rivals
FROM cell
WHERE
  is_alone
UNION ALL
SELECT
  customer_id,
  field,
  value,
  system,
  source_record_id,
  CASE
    WHEN rivals = 0
    THEN 'only'
    WHEN position IS DISTINCT FROM next_position
    THEN 'rank'
    WHEN updated_at IS DISTINCT FROM next_updated_at
    THEN 'recency'
    WHEN agreeing <> next_agreeing
    THEN 'frequency'
    WHEN filled <> next_filled
    THEN 'completeness'
    ELSE 'id'
  END AS rule,
  rivals
FROM contested
WHERE
  place = 1
