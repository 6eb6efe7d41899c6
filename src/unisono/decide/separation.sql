-- What a customer's contacts of late keep off, by "never A within N days of B": any contact by the company, whichever side
-- of the wall it was on, or one of some events of this side. Days are counted as for caps.
with felt as (
    select customer_id, channel, '*' as event, occurred_at from touch
    union all
    select customer_id, channel, event, occurred_at from touchpoint where is_own
)
select t.customer_id, s.product_id, s.channel, s.separation_id, max(t.occurred_at) as last_at
from playbook_separation as s
inner join local_day as d on d.age = s.days - 1
inner join felt as t on t.channel = s.of_channel and t.event = s.event and t.occurred_at >= d.begins_at
group by t.customer_id, s.product_id, s.channel, s.separation_id
