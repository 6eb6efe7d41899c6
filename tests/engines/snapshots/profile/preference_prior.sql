/* What to expect of a customer before own evidence: everybody, then the segment (specialty). */
/* The strength, how many own contacts the expectation weighs, is learned from how much customers differ: */
/* Kleinman's moment estimate of the beta-binomial (JASA 1973), kept within 2 and 200 contacts. */
WITH base AS (
  SELECT
    COALESCE(LOWER(TRIM(c.specialty)), 'unknown') AS segment,
    e.*
  FROM evidence AS e
  INNER JOIN customer AS c
    ON c.customer_id = e.customer_id
), overall AS (
  SELECT
    dimension,
    value,
    SUM(trials) AS trials,
    SUM(responses) AS responses,
    SUM(trials * trials) AS trials_squared,
    COUNT(*) AS customers,
    SUM(responses) / NULLIF(SUM(trials), 0) AS rate
  FROM base
  GROUP BY
    dimension,
    value
), spread AS (
  SELECT
    b.dimension,
    b.value,
    SUM(
      b.trials * (
        b.responses / NULLIF(b.trials, 0) - o.rate
      ) * (
        b.responses / NULLIF(b.trials, 0) - o.rate
      )
    ) AS squares
  FROM base AS b
  INNER JOIN overall AS o
    ON o.dimension = b.dimension AND o.value = b.value
  GROUP BY
    b.dimension,
    b.value
), correlation AS (
  SELECT
    o.*,
    CASE
      WHEN o.rate > CAST(0.001 AS DOUBLE)
      AND o.rate < CAST(0.999 AS DOUBLE)
      AND o.trials - o.trials_squared / NULLIF(o.trials, 0) > o.customers - 1
      THEN (
        s.squares / NULLIF((
          o.rate * (
            1 - o.rate
          )
        ), 0) - (
          o.customers - 1
        )
      ) / NULLIF(
        (
          o.trials - o.trials_squared / NULLIF(o.trials, 0) - (
            o.customers - 1
          )
        ),
        0
      )
    END AS rho
  FROM overall AS o
  INNER JOIN spread AS s
    ON s.dimension = o.dimension AND s.value = o.value
), dimension_mean AS (
  /* A slot is compared with the other slots of its channel. */
  SELECT
    dimension,
    CASE WHEN dimension = 'slot' THEN SPLIT_PART(value, '/', 1) END AS channel,
    SUM(responses) / NULLIF(SUM(trials), 0) AS mean
  FROM overall
  GROUP BY
    dimension,
    CASE WHEN dimension = 'slot' THEN SPLIT_PART(value, '/', 1) END
), known AS (
  SELECT
    'channel' AS dimension,
    channel AS value,
    response_mean AS mean,
    response_strength AS strength
  FROM playbook_channel
  UNION ALL
  SELECT
    d.dimension,
    o.value,
    d.mean,
    p.segment_strength AS strength
  FROM overall AS o
  INNER JOIN dimension_mean AS d
    ON d.dimension = o.dimension
    AND (
      d.channel IS NULL OR STARTSWITH(o.value, d.channel || '/')
    )
  CROSS JOIN playbook_policy AS p
  WHERE
    o.dimension <> 'channel'
), everybody AS (
  SELECT
    k.dimension,
    k.value,
    (
      k.mean * k.strength + COALESCE(c.responses, 0)
    ) / NULLIF((
      k.strength + COALESCE(c.trials, 0)
    ), 0) AS mean,
    CASE
      WHEN c.rho IS NULL
      THEN k.strength
      ELSE 1 / NULLIF(LEAST(GREATEST(c.rho, 1 / CAST(201.0 AS DOUBLE)), 1 / CAST(3.0 AS DOUBLE)), 0) - 1
    END AS strength /* greatest() passes over what is empty, so an unknown correlation has to be asked for. */
  FROM known AS k
  LEFT JOIN correlation AS c
    ON c.dimension = k.dimension AND c.value = k.value
), segment_sum AS (
  SELECT
    segment,
    dimension,
    value,
    SUM(trials) AS trials,
    SUM(responses) AS responses
  FROM base
  GROUP BY
    segment,
    dimension,
    value
)
SELECT
  '*' AS segment,
  dimension,
  value,
  mean,
  strength
FROM everybody
UNION ALL
SELECT
  s.segment,
  s.dimension,
  s.value,
  (
    e.mean * p.segment_strength + s.responses
  ) / NULLIF((
    p.segment_strength + s.trials
  ), 0) AS mean,
  e.strength
FROM segment_sum AS s
INNER JOIN everybody AS e
  ON e.dimension = s.dimension AND e.value = s.value
CROSS JOIN playbook_policy AS p
