/* Trials and responses by channel, time slot on it, topic and format; a contact weighs half after each half-life. */
/* Contacts of every company count for channel and slot: they tell how the customer likes to be reached, and when. */
WITH weighted AS (
  SELECT
    c.customer_id,
    c.channel,
    c.content_id,
    c.responded,
    c.occurred_at,
    POWER(
      CAST(0.5 AS DOUBLE),
      DATEDIFF(
        DAY,
        CAST(c.occurred_at AS DATE),
        CAST(CAST('2026-01-05 12:00:00.000000' AS TIMESTAMP_NTZ) AS DATE)
      ) / NULLIF(p.preference_half_life_days, 0)
    ) AS weight
  FROM contact AS c
  CROSS JOIN playbook_policy AS p
  WHERE
    c.is_outbound OR c.responded
), tagged AS (
  SELECT
    customer_id,
    'channel' AS dimension,
    channel AS value,
    responded,
    occurred_at,
    weight
  FROM weighted
  UNION ALL
  /* A source that tells no time of day says midnight. */
  SELECT
    customer_id,
    'slot' AS dimension,
    channel || '/' || SUBSTRING(
      'montuewedthufrisatsun',
      1 + 3 * DATEDIFF(
        DAY,
        CAST(CAST(DATE_TRUNC('WEEK', occurred_at) AS TIMESTAMP_NTZ) AS DATE),
        CAST(occurred_at AS DATE)
      ),
      3
    ) || CASE
      WHEN HOUR(occurred_at) < 12
      THEN '_morning'
      WHEN HOUR(occurred_at) < 17
      THEN '_afternoon'
      ELSE '_evening'
    END AS value,
    responded,
    occurred_at,
    weight
  FROM weighted
  WHERE
    occurred_at <> CAST(DATE_TRUNC('DAY', occurred_at) AS TIMESTAMP_NTZ)
  UNION ALL
  SELECT
    w.customer_id,
    'topic' AS dimension,
    t.value,
    w.responded,
    w.occurred_at,
    w.weight
  FROM weighted AS w
  INNER JOIN playbook_content_tag AS t
    ON t.content_id = w.content_id AND t.tag = 'topic'
  UNION ALL
  SELECT
    w.customer_id,
    'format' AS dimension,
    c.format AS value,
    w.responded,
    w.occurred_at,
    w.weight
  FROM weighted AS w
  INNER JOIN playbook_content AS c
    ON c.content_id = w.content_id
)
SELECT
  customer_id,
  dimension,
  value,
  SUM(weight) AS trials,
  SUM(CASE WHEN responded THEN weight ELSE CAST(0.0 AS DOUBLE) END) AS responses,
  COUNT(*) AS evidence_count,
  SUM(CASE WHEN responded THEN 1 ELSE 0 END) AS response_count,
  MAX(occurred_at) AS last_at
FROM tagged
GROUP BY
  customer_id,
  dimension,
  value
