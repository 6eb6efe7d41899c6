-- What the medical suggestions of this run leave of a customer's room: whom they are for crosses the wall, not what they
-- are about.
with planned as (select customer_id, count(*) as suggestions from medical_choice group by customer_id)
select m.customer_id, m.room - coalesce(p.suggestions, 0) as room
from medical_room as m
left join planned as p on p.customer_id = m.customer_id
