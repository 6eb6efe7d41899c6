/* The best times for a customer on each channel that a planned action is on or might be exchanged for: slots the customer */
/* was contacted in, and the best ones of the segment. Representatives work from Monday to Friday. */
WITH everybody AS (
  SELECT
    h.channel,
    SPLIT_PART(p.value, '/', 2) AS slot,
    p.value,
    p.mean
  FROM preference_prior AS p
  INNER JOIN playbook_channel AS h
    ON h.channel = SPLIT_PART(p.value, '/', 1)
  WHERE
    p.segment = '*'
    AND p.dimension = 'slot'
    AND (
      h.owner <> 'rep'
      OR NOT SUBSTRING(SPLIT_PART(p.value, '/', 2), 1, 3) IN ('sat', 'sun')
    )
), segment AS (
  SELECT DISTINCT
    COALESCE(LOWER(TRIM(specialty)), 'unknown') AS segment
  FROM customer
), expected AS (
  SELECT
    s.segment,
    e.channel,
    e.slot,
    e.value,
    COALESCE(p.mean, e.mean) AS mean
  FROM segment AS s
  CROSS JOIN everybody AS e
  LEFT JOIN preference_prior AS p
    ON p.segment = s.segment AND p.dimension = 'slot' AND p.value = e.value
), best AS (
  SELECT
    segment,
    channel,
    slot,
    value,
    mean
  FROM (
    SELECT
      x.segment,
      x.channel,
      x.slot,
      x.value,
      x.mean,
      ROW_NUMBER() OVER (
        PARTITION BY x.segment, x.channel
        ORDER BY ROUND(x.mean, 9) DESC, x.slot NULLS LAST
      ) AS _w,
      e.slots
    FROM expected AS x
    CROSS JOIN playbook_exploration AS e
  ) AS _t
  WHERE
    _w <= e.slots
), asked AS (
  SELECT DISTINCT
    a.customer_id,
    a.channel,
    COALESCE(LOWER(TRIM(u.specialty)), 'unknown') AS segment
  FROM choice AS c
  INNER JOIN action AS a
    ON a.customer_id = c.customer_id
  INNER JOIN customer AS u
    ON u.customer_id = c.customer_id
), own AS (
  SELECT
    a.customer_id,
    a.channel,
    e.slot,
    p.mean
  FROM asked AS a
  INNER JOIN preference AS p
    ON p.customer_id = a.customer_id AND p.dimension = 'slot'
  INNER JOIN everybody AS e
    ON e.channel = a.channel AND e.value = p.value
), known AS (
  SELECT
    customer_id,
    channel,
    slot,
    mean
  FROM own
  UNION ALL
  SELECT
    a.customer_id,
    a.channel,
    b.slot,
    b.mean
  FROM asked AS a
  INNER JOIN best AS b
    ON b.segment = a.segment AND b.channel = a.channel
  LEFT JOIN own AS o
    ON o.customer_id = a.customer_id AND o.channel = a.channel AND o.slot = b.slot
  WHERE
    o.customer_id IS NULL
), placed AS (
  SELECT
    k.customer_id,
    k.channel,
    k.slot,
    COALESCE(
      k.mean / NULLIF(MAX(k.mean) OVER (PARTITION BY k.customer_id, k.channel), 0),
      CAST(1.0 AS DOUBLE)
    ) AS slot_factor,
    ROW_NUMBER() OVER (
      PARTITION BY k.customer_id, k.channel
      ORDER BY ROUND(k.mean, 9) DESC, k.slot NULLS LAST
    ) AS slot_place,
    e.slots
  FROM known AS k
  CROSS JOIN playbook_exploration AS e
)
SELECT
  customer_id,
  channel,
  slot,
  slot_factor,
  slot_place
FROM placed
WHERE
  slot_place <= slots
