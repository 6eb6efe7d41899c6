/* What the medical suggestions of this run leave of a customer's room: whom they are for crosses the wall, not what they */
/* are about. */
WITH planned AS (
  SELECT
    customer_id,
    COUNT(*) AS suggestions
  FROM medical_choice
  GROUP BY
    customer_id
)
SELECT
  m.customer_id,
  m.room - COALESCE(p.suggestions, 0) AS room
FROM medical_room AS m
LEFT JOIN planned AS p
  ON p.customer_id = m.customer_id
