/* What the medical suggestions of this run leave of a customer's room: whom they are for crosses the wall, not what they */
/* are about. It is all of it where a separation reaches across the wall: what is planned there may be what it is about. */
WITH planned AS (
  SELECT
    customer_id,
    COUNT(*) AS suggestions
  FROM medical_choice
  GROUP BY
    customer_id
), across AS (
  SELECT
    COUNT(*) AS separations
  FROM playbook_separation AS s
  INNER JOIN playbook_channel AS a
    ON a.channel = s.channel
  INNER JOIN playbook_channel AS b
    ON b.channel = s.of_channel AND b.purpose <> a.purpose
)
SELECT
  m.customer_id,
  CASE
    WHEN p.customer_id IS NULL
    THEN m.room
    WHEN x.separations > 0
    THEN 0
    ELSE m.room - p.suggestions
  END AS room
FROM medical_room AS m
CROSS JOIN across AS x
LEFT JOIN planned AS p
  ON p.customer_id = m.customer_id
