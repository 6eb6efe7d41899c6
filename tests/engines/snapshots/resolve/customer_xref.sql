/* Which customer each record belongs to. A customer keeps its id across runs: an id goes to the entity with most of the */
/* records that had it, those at home in it first, and an entity takes the id that most of its records had. What is left, */
/* the parts of customers that were merged before, takes the id its records were at home in, so that a merge that is */
/* undone leaves no trace; the rest gets a new one. Records first seen in a merged customer are at home nowhere yet. */
WITH known AS (
  SELECT
    e.entity,
    e.record_key,
    p.customer_id,
    p.home_id
  FROM entity_record AS e
  INNER JOIN previous_xref AS p
    ON p.system = e.system AND p.source_record_id = e.source_record_id
), overlap AS (
  SELECT
    entity,
    customer_id,
    COUNT(*) AS records,
    COUNT_IF(home_id = customer_id) AS at_home
  FROM known
  GROUP BY
    entity,
    customer_id
), heir AS (
  SELECT
    *
  FROM (
    SELECT
      *,
      ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY at_home DESC, records DESC, entity NULLS LAST) AS _w
    FROM overlap
  ) AS _t
  WHERE
    _w = 1
), kept AS (
  SELECT
    entity,
    customer_id
  FROM (
    SELECT
      entity,
      customer_id,
      ROW_NUMBER() OVER (PARTITION BY entity ORDER BY records DESC, at_home DESC, customer_id NULLS LAST) AS _w
    FROM heir
  ) AS _t
  WHERE
    _w = 1
), home AS (
  SELECT
    k.entity,
    k.home_id AS customer_id,
    COUNT(*) AS records
  FROM known AS k
  LEFT JOIN kept AS e
    ON e.entity = k.entity
  LEFT JOIN kept AS c
    ON c.customer_id = k.home_id
  WHERE
    NOT k.home_id IS NULL AND e.entity IS NULL AND c.customer_id IS NULL
  GROUP BY
    k.entity,
    k.home_id
), home_heir AS (
  SELECT
    *
  FROM (
    SELECT
      *,
      ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY records DESC, entity NULLS LAST) AS _w
    FROM home
  ) AS _t
  WHERE
    _w = 1
), held AS (
  SELECT
    entity,
    customer_id
  FROM kept
  UNION ALL
  SELECT
    entity,
    customer_id
  FROM (
    SELECT
      entity,
      customer_id,
      ROW_NUMBER() OVER (PARTITION BY entity ORDER BY records DESC, customer_id NULLS LAST) AS _w
    FROM home_heir
  ) AS _t
  WHERE
    _w = 1
), taken AS (
  SELECT
    customer_id
  FROM previous_xref
  UNION
  SELECT
    home_id AS customer_id
  FROM previous_xref
  UNION
  SELECT
    other_id AS customer_id
  FROM previous_identity_event
  WHERE
    event = 'merge'
), fresh AS (
  SELECT DISTINCT
    e.entity,
    'C' || SUBSTRING(MD5(e.entity), 1, 16) AS customer_id
  FROM entity_record AS e
  LEFT JOIN held AS h
    ON h.entity = e.entity
  WHERE
    h.entity IS NULL
), named AS (
  SELECT
    entity,
    customer_id
  FROM held
  UNION ALL
  SELECT
    f.entity,
    CASE
      WHEN u.customer_id IS NULL
      THEN f.customer_id
      ELSE 'C' || SUBSTRING(MD5(f.entity || '|' || '<run_id>'), 1, 16)
    END AS customer_id /* The plain id may be in use by records that have since moved, or have been merged away. */
  FROM fresh AS f
  LEFT JOIN taken AS u
    ON u.customer_id = f.customer_id
), merged AS (
  SELECT DISTINCT
    n.entity
  FROM named AS n
  INNER JOIN known AS k
    ON k.entity = n.entity AND k.home_id <> n.customer_id
)
SELECT
  e.system,
  e.source_record_id,
  n.customer_id,
  COALESCE(k.home_id, CASE WHEN m.entity IS NULL THEN n.customer_id END) AS home_id,
  e.method,
  e.probability
FROM entity_record AS e
INNER JOIN named AS n
  ON n.entity = e.entity
LEFT JOIN known AS k
  ON k.record_key = e.record_key
LEFT JOIN merged AS m
  ON m.entity = e.entity
