/* Pairs of records that wait for a steward: neither likely nor unlikely enough, or likely and yet two customers, because */
/* of two kinds, two records of one curated system or an earlier decision (kept apart), or because nothing but this link */
/* speaks for it (bridge). What is decided, or one customer already, is not asked. */
WITH undecided AS (
  SELECT
    p.*,
    i.accept,
    l.entity AS left_entity,
    r.entity AS right_entity
  FROM match_pair AS p
  INNER JOIN playbook_identity AS i
    ON i.review <= p.probability
  INNER JOIN entity_record AS l
    ON l.record_key = p.left_key
  INNER JOIN entity_record AS r
    ON r.record_key = p.right_key AND r.entity <> l.entity
  LEFT JOIN steward_decision AS d
    ON d.left_key = p.left_key
    AND d.right_key = p.right_key
    AND d.standing
    AND d.decision <> 'open'
  WHERE
    d.decision_id IS NULL
), kind AS (
  SELECT DISTINCT
    e.entity,
    r.kind
  FROM entity_record AS e
  INNER JOIN match_record AS r
    ON r.record_key = e.record_key
  WHERE
    r.kind <> 'unknown'
), curated AS (
  SELECT DISTINCT
    e.entity,
    e.system
  FROM entity_record AS e
  INNER JOIN playbook_curated AS c
    ON c.system = e.system
), told_apart AS (
  SELECT
    l.entity AS left_entity,
    r.entity AS right_entity
  FROM steward_decision AS d
  INNER JOIN entity_record AS l
    ON l.record_key = d.left_key
  INNER JOIN entity_record AS r
    ON r.record_key = d.right_key
  WHERE
    d.standing AND d.decision = 'not_same'
), apart AS (
  SELECT
    u.left_key,
    u.right_key
  FROM undecided AS u
  INNER JOIN kind AS l
    ON l.entity = u.left_entity
  INNER JOIN kind AS r
    ON r.entity = u.right_entity AND r.kind <> l.kind
  UNION
  SELECT
    u.left_key,
    u.right_key
  FROM undecided AS u
  INNER JOIN curated AS l
    ON l.entity = u.left_entity
  INNER JOIN curated AS r
    ON r.entity = u.right_entity AND r.system = l.system
  UNION
  SELECT
    u.left_key,
    u.right_key
  FROM undecided AS u
  INNER JOIN told_apart AS t
    ON (
      t.left_entity = u.left_entity AND t.right_entity = u.right_entity
    )
    OR (
      t.left_entity = u.right_entity AND t.right_entity = u.left_entity
    )
)
SELECT
  u.left_key,
  u.right_key,
  u.weight,
  u.probability,
  CASE
    WHEN u.probability < u.accept
    THEN 'unsure'
    WHEN NOT a.left_key IS NULL
    THEN 'kept_apart'
    ELSE 'bridge'
  END AS question
FROM undecided AS u
LEFT JOIN apart AS a
  ON a.left_key = u.left_key AND a.right_key = u.right_key
