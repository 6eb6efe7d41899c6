-- What the medical suggestions of this run leave of a customer's room: whom they are for crosses the wall, not what they
-- are about. It is all of it where a separation reaches across the wall: what is planned there may be what it is about.
with planned as (select customer_id, count(*) as suggestions from medical_choice group by customer_id),
across as (
    select count(*) as separations
    from playbook_separation as s
    inner join playbook_channel as a on a.channel = s.channel
    inner join playbook_channel as b on b.channel = s.of_channel and b.purpose <> a.purpose
)
select
    m.customer_id,
    case
        when p.customer_id is null then m.room
        when x.separations > 0 then 0
        else m.room - p.suggestions
    end as room
from medical_room as m
cross join across as x
left join planned as p on p.customer_id = m.customer_id
