/* What was drawn, with the prices of what it uses, beside what was planned. */
SELECT
  o.customer_id,
  o.product_id,
  o.channel,
  o.rep_id,
  o.content_id,
  o.slot,
  o.value,
  o.unit_price,
  o.suggestion_price,
  o.limit_cost,
  o.reduced_value,
  ROW_NUMBER() OVER (
    PARTITION BY COALESCE(o.rep_id, o.channel), o.rep_id IS NULL
    ORDER BY o.reduced_value DESC, o.customer_id NULLS LAST
  ) AS rank,
  d.propensity,
  NOT d.is_plan AS explored,
  d.expected_value,
  p.product_id AS planned_product_id,
  p.channel AS planned_channel,
  p.content_id AS planned_content_id,
  p.slot AS planned_slot,
  p.expected_value AS planned_value
FROM draw AS d
INNER JOIN draw_option AS o
  ON o.customer_id = d.customer_id
  AND o.planned_product_id = d.planned_product_id
  AND o.planned_channel = d.planned_channel
  AND o.product_id = d.product_id
  AND o.channel = d.channel
  AND o.place = d.place
  AND o.slot_place = d.slot_place
INNER JOIN draw AS p
  ON p.customer_id = d.customer_id
  AND p.planned_product_id = d.planned_product_id
  AND p.planned_channel = d.planned_channel
  AND p.is_plan
WHERE
  d.is_drawn
