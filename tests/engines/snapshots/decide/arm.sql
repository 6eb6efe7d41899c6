/* The experiment arm of every customer. An arm is kept for ever, as long as the playbook has it. Who is new, or loses an */
/* arm, fills up what arms lack of their share in the stratum, specialty by territory, in the order of a salted hash. By a */
/* random offset of the stratum the probability of an assignment is exact, also where a share is no whole number of customers. */
WITH territory AS (
  SELECT
    a.customer_id,
    MIN(r.territory_id) AS territory_id
  FROM assignment AS a
  INNER JOIN rep AS r
    ON r.rep_id = a.rep_id
  GROUP BY
    a.customer_id
), known AS (
  SELECT
    c.customer_id,
    COALESCE(LOWER(TRIM(c.specialty)), 'unknown') || '/' || COALESCE(t.territory_id, 'none') AS stratum
  FROM customer AS c
  LEFT JOIN territory AS t
    ON t.customer_id = c.customer_id
), size AS (
  SELECT
    stratum,
    COUNT(*) AS customers
  FROM known
  GROUP BY
    stratum
), kept AS (
  SELECT
    p.customer_id,
    p.arm,
    p.stratum,
    p.share,
    p.assigned_at
  FROM previous_arm AS p
  INNER JOIN customer AS c
    ON c.customer_id = p.customer_id
  INNER JOIN playbook_arm AS a
    ON a.arm = p.arm
), fresh AS (
  SELECT
    q.customer_id,
    CASE WHEN s.customers >= y.stratum_size THEN q.stratum ELSE '*' END AS stratum,
    y.salt
  FROM known AS q
  INNER JOIN size AS s
    ON s.stratum = q.stratum
  CROSS JOIN playbook_policy AS y
  LEFT JOIN kept AS k
    ON k.customer_id = q.customer_id
  WHERE
    k.customer_id IS NULL
), member AS (
  SELECT
    stratum
  FROM kept
  UNION ALL
  SELECT
    stratum
  FROM fresh
), total AS (
  SELECT
    stratum,
    COUNT(*) AS customers
  FROM member
  GROUP BY
    stratum
), held AS (
  SELECT
    stratum,
    arm,
    COUNT(*) AS customers
  FROM kept
  GROUP BY
    stratum,
    arm
), lacking AS (
  SELECT
    t.stratum,
    a.arm,
    a.position,
    GREATEST(a.share * t.customers - COALESCE(h.customers, 0), CAST(0.0 AS DOUBLE)) AS lack
  FROM total AS t
  CROSS JOIN playbook_arm AS a
  LEFT JOIN held AS h
    ON h.stratum = t.stratum AND h.arm = a.arm
), span AS (
  SELECT
    stratum,
    arm,
    position,
    lack / NULLIF(SUM(lack) OVER (PARTITION BY stratum), 0) AS share,
    SUM(lack) OVER (
      PARTITION BY stratum
      ORDER BY position NULLS LAST
      rows BETWEEN UNBOUNDED preceding AND CURRENT ROW
    ) / NULLIF(SUM(lack) OVER (PARTITION BY stratum), 0) AS until
  FROM lacking
), drawn AS (
  SELECT
    customer_id,
    stratum,
    ROW_NUMBER() OVER (
      PARTITION BY stratum
      ORDER BY MD5(salt || '|' || customer_id) NULLS LAST, customer_id NULLS LAST
    ) AS place,
    COUNT(*) OVER (PARTITION BY stratum) AS customers,
    MD5(salt || '|stratum|' || stratum) AS luck
  FROM fresh
), placed AS (
  SELECT
    customer_id,
    stratum,
    (
      place - (
        LOCATE(SUBSTRING(luck, 1, 1), '0123456789abcdef') - 1
      ) / CAST(16.0 AS DOUBLE) - (
        LOCATE(SUBSTRING(luck, 2, 1), '0123456789abcdef') - CAST(0.5 AS DOUBLE)
      ) / CAST(256.0 AS DOUBLE)
    ) / NULLIF(customers, 0) AS place
  FROM drawn
), assigned AS (
  SELECT
    customer_id,
    arm,
    stratum,
    share,
    assigned_at
  FROM (
    SELECT
      p.customer_id,
      s.arm,
      p.stratum,
      s.share,
      CAST(CAST('2026-01-05 12:00:00.000000' AS TIMESTAMP_NTZ) AS TIMESTAMP_NTZ) AS assigned_at,
      ROW_NUMBER() OVER (PARTITION BY p.customer_id ORDER BY s.position NULLS LAST) AS _w
    FROM placed AS p
    INNER JOIN span AS s
      ON s.stratum = p.stratum AND s.until > p.place
  ) AS _t
  WHERE
    _w = 1
), every AS (
  SELECT
    customer_id,
    arm,
    stratum,
    share,
    assigned_at
  FROM kept
  UNION ALL
  SELECT
    customer_id,
    arm,
    stratum,
    share,
    assigned_at
  FROM assigned
)
SELECT
  e.customer_id,
  e.arm,
  e.stratum,
  e.share,
  e.assigned_at,
  a.suggests,
  a.values_by,
  a.explores
FROM every AS e
INNER JOIN playbook_arm AS a
  ON a.arm = e.arm
