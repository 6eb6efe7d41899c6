/* Beta posterior of each customer's response probability: own evidence shrunk to the segment's expectation. */
WITH posterior AS (
  SELECT
    e.customer_id,
    e.dimension,
    e.value,
    p.mean * p.strength + e.responses AS alpha,
    (
      1 - p.mean
    ) * p.strength + e.trials - e.responses AS beta,
    e.evidence_count,
    e.response_count,
    e.last_at,
    p.mean AS prior_mean,
    p.strength AS prior_strength
  FROM evidence AS e
  INNER JOIN customer AS c
    ON c.customer_id = e.customer_id
  INNER JOIN preference_prior AS p
    ON p.segment = COALESCE(LOWER(TRIM(c.specialty)), 'unknown')
    AND p.dimension = e.dimension
    AND p.value = e.value
)
SELECT
  customer_id,
  dimension,
  value,
  alpha / NULLIF((
    alpha + beta
  ), 0) AS mean,
  SQRT(
    alpha * beta / NULLIF(
      (
        (
          alpha + beta
        ) * (
          alpha + beta
        ) * (
          alpha + beta + 1
        )
      ),
      0
    )
  ) AS sd,
  evidence_count,
  response_count,
  last_at,
  prior_mean,
  prior_strength
FROM posterior
