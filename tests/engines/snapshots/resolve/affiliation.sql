/* Who works where: a person's record names an institution, an institution's record has the same name, and their towns do */
/* not differ. Of several institutions of one name the town decides; where it cannot, none is linked. */
WITH record AS (
  SELECT DISTINCT
    x.customer_id,
    c.kind,
    r.institution,
    r.place
  FROM match_record AS r
  INNER JOIN customer_xref AS x
    ON x.system = r.system AND x.source_record_id = r.source_record_id
  INNER JOIN customer AS c
    ON c.customer_id = x.customer_id
  WHERE
    c.kind IN ('hcp', 'hco')
), institution_name AS (
  SELECT DISTINCT
    customer_id AS institution_id,
    institution
  FROM record
  WHERE
    kind = 'hco' AND NOT institution IS NULL
), institution_place AS (
  SELECT DISTINCT
    customer_id AS institution_id,
    place
  FROM record
  WHERE
    kind = 'hco' AND NOT place IS NULL
), compared AS (
  SELECT
    p.customer_id,
    p.institution,
    p.place,
    n.institution_id,
    COUNT(i.place) AS places,
    COUNT_IF(i.place = p.place) AS agreeing
  FROM record AS p
  INNER JOIN institution_name AS n
    ON n.institution = p.institution
  LEFT JOIN institution_place AS i
    ON i.institution_id = n.institution_id
  WHERE
    p.kind = 'hcp'
  GROUP BY
    p.customer_id,
    p.institution,
    p.place,
    n.institution_id
), fitting AS (
  SELECT
    customer_id,
    institution_id,
    agreeing > 0 AS in_town,
    COUNT(*) OVER (PARTITION BY customer_id, institution, place) AS rivals,
    COUNT_IF(agreeing > 0) OVER (PARTITION BY customer_id, institution, place) AS rivals_in_town
  FROM compared
  WHERE
    agreeing > 0 OR place IS NULL OR places = 0
), linked AS (
  SELECT
    customer_id,
    institution_id,
    BOOL_OR(in_town) AS in_town
  FROM fitting
  WHERE
    rivals = 1 OR (
      in_town AND rivals_in_town = 1
    )
  GROUP BY
    customer_id,
    institution_id
), decision_maker AS (
  SELECT
    c.customer_id
  FROM customer AS c
  INNER JOIN playbook_decision_maker AS d
    ON d.field = 'specialty' AND d.value = LOWER(TRIM(c.specialty))
  UNION
  SELECT
    x.customer_id
  FROM customer_xref AS x
  INNER JOIN source_record AS r
    ON r.system = x.system AND r.source_record_id = x.source_record_id
  INNER JOIN playbook_decision_maker AS d
    ON d.field = 'title' AND CONTAINS(LOWER(r.full_name), d.value)
)
SELECT
  l.customer_id,
  l.institution_id,
  CASE WHEN l.in_town THEN 'name_and_place' ELSE 'name' END AS basis,
  NOT d.customer_id IS NULL AS is_decision_maker
FROM linked AS l
LEFT JOIN decision_maker AS d
  ON d.customer_id = l.customer_id
