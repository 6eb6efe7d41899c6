/* Decision stage by one step of a Bayes filter: the ladder's prior times the likelihood of what was seen. */
/* An event weighs half after each half-life, and further events of the same kind weigh less and less */
/* (log2 of 1 + their weight), because they are not independent of one another. */
WITH seen AS (
  SELECT
    t.customer_id,
    t.product_id,
    t.event,
    LN(
      NULLIF(
        GREATEST(
          1 + SUM(
            POWER(
              CAST(0.5 AS DOUBLE),
              DATEDIFF(
                DAY,
                CAST(t.occurred_at AS DATE),
                CAST(CAST('2026-01-05 12:00:00.000000' AS TIMESTAMP_NTZ) AS DATE)
              ) / NULLIF(p.belief_half_life_days, 0)
            )
          ),
          0
        ),
        0
      )
    ) / LN(2) AS weight,
    MAX(t.occurred_at) AS last_at
  FROM touchpoint AS t
  INNER JOIN playbook_product AS o
    ON o.product_id = t.product_id AND o.is_own
  INNER JOIN (
    SELECT DISTINCT
      event
    FROM playbook_ladder_evidence
  ) AS k
    ON k.event = t.event
  CROSS JOIN playbook_policy AS p
  WHERE
    t.is_own AND t.is_human
  GROUP BY
    t.customer_id,
    t.product_id,
    t.event
), moved AS (
  SELECT
    customer_id,
    product_id,
    moved_by,
    moved_at
  FROM (
    SELECT
      customer_id,
      product_id,
      event AS moved_by,
      last_at AS moved_at,
      ROW_NUMBER() OVER (PARTITION BY customer_id, product_id ORDER BY last_at DESC, event NULLS LAST) AS _w
    FROM seen
  ) AS _t
  WHERE
    _w = 1
), score AS (
  SELECT
    s.customer_id,
    s.product_id,
    l.stage,
    l.position,
    LN(NULLIF(GREATEST(l.prior, 0), 0)) + SUM(s.weight * e.log_likelihood) AS score
  FROM seen AS s
  INNER JOIN playbook_ladder_evidence AS e
    ON e.event = s.event
  INNER JOIN playbook_ladder AS l
    ON l.stage = e.stage
  GROUP BY
    s.customer_id,
    s.product_id,
    l.stage,
    l.position,
    l.prior
), likelihood AS (
  SELECT
    *,
    EXP(score - MAX(score) OVER (PARTITION BY customer_id, product_id)) AS likelihood
  FROM score
), posterior AS (
  SELECT
    *,
    likelihood / NULLIF(SUM(likelihood) OVER (PARTITION BY customer_id, product_id), 0) AS probability,
    ROW_NUMBER() OVER (
      PARTITION BY customer_id, product_id
      ORDER BY likelihood DESC, position NULLS LAST
    ) AS place
  FROM likelihood
)
SELECT
  p.customer_id,
  p.product_id,
  p.stage,
  p.probability,
  p.place = 1 AS most_likely,
  m.moved_by,
  m.moved_at
FROM posterior AS p
INNER JOIN moved AS m
  ON m.customer_id = p.customer_id AND m.product_id = p.product_id
