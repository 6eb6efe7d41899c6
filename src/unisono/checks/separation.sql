-- No suggestion within the days that the playbook keeps it off a contact or event, nor beside another suggestion that
-- would be such a contact.
with every as (
    select customer_id, channel, event, direction, occurred_at, 'commercial' as side from touchpoint where is_own
    union all
    select customer_id, channel, event, direction, occurred_at, 'medical' as side from medical_touchpoint where is_own
),
kept as (
    select d.decision_id, d.customer_id, h.purpose, s.channel, s.of_channel, s.event, w.begins_at
    from decision as d
    inner join playbook_channel as h on h.channel = d.channel
    inner join playbook_separation as s on s.channel = d.channel and s.product_id = d.product_id
    inner join local_day as w on w.age = s.days - 1
)
select k.decision_id
from kept as k
inner join every as t on t.customer_id = k.customer_id and t.channel = k.of_channel and t.occurred_at >= k.begins_at
inner join playbook_event as e on e.event = t.event
where (k.event = '*' and e.is_contact and t.direction = 'outbound') or (k.event = t.event and k.purpose = t.side)
union all
select k.decision_id
from kept as k
inner join decision as o on o.customer_id = k.customer_id and o.channel = k.of_channel and o.channel <> k.channel
