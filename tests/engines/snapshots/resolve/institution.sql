/* Institutions with their people, and what type they are: the playbook's first whose every condition holds. */
WITH counted AS (
  SELECT
    i.customer_id AS institution_id,
    LOWER(COALESCE(i.full_name, i.institution)) AS name,
    COUNT(a.customer_id) AS people,
    COUNT(DISTINCT LOWER(TRIM(p.specialty))) AS specialties,
    COUNT(CASE WHEN a.is_decision_maker THEN 1 END) AS decision_makers
  FROM customer AS i
  LEFT JOIN affiliation AS a
    ON a.institution_id = i.customer_id
  LEFT JOIN customer AS p
    ON p.customer_id = a.customer_id
  WHERE
    i.kind = 'hco'
  GROUP BY
    i.customer_id,
    LOWER(COALESCE(i.full_name, i.institution))
), word AS (
  SELECT
    type_id,
    EXPLODE(name_contains) AS word
  FROM playbook_institution_type
), named AS (
  SELECT DISTINCT
    c.institution_id,
    w.type_id
  FROM counted AS c
  INNER JOIN word AS w
    ON CONTAINS(c.name, w.word)
), fitting AS (
  SELECT
    institution_id,
    type_id
  FROM (
    SELECT
      c.institution_id,
      t.type_id,
      ROW_NUMBER() OVER (PARTITION BY c.institution_id ORDER BY t.position NULLS LAST) AS _w
    FROM counted AS c
    INNER JOIN playbook_institution_type AS t
      ON t.people_at_least <= c.people AND t.specialties_at_least <= c.specialties
    LEFT JOIN named AS n
      ON n.institution_id = c.institution_id AND n.type_id = t.type_id
    WHERE
      NOT n.type_id IS NULL OR SIZE(t.name_contains) = 0
  ) AS _t
  WHERE
    _w = 1
)
SELECT
  c.institution_id,
  c.people,
  c.specialties,
  c.decision_makers,
  f.type_id AS institution_type
FROM counted AS c
LEFT JOIN fitting AS f
  ON f.institution_id = c.institution_id
