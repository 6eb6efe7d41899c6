-- Levers of the playbook on what is permitted: in force on the clock's day, for the customer's specialty and likeliest
-- stage (without any evidence, the stage most customers are expected at), and where it wants a signal, after one.
with permitted as (
    select distinct customer_id, product_id, channel from candidate where blocked_by is null
),
in_force as (
    select l.lever_id, l.lever_name, l.factor, l.event, l.within_days
    from playbook_lever as l
    inner join local_day as d on d.age = 0 and coalesce(l.starts_on, d.day) <= d.day and coalesce(l.ends_on, d.day) >= d.day
),
signalled as (
    select distinct t.customer_id, t.product_id, l.lever_id
    from in_force as l
    inner join local_day as d on d.age = l.within_days - 1
    inner join touchpoint as t on t.event = l.event and t.is_own and t.is_human and t.occurred_at >= d.begins_at
),
likely as (
    select stage from playbook_ladder qualify row_number() over (order by prior desc, position) = 1
)
select distinct a.customer_id, a.product_id, a.channel, l.lever_id, l.lever_name, l.factor
from permitted as a
cross join likely as y
inner join customer as c on c.customer_id = a.customer_id
left join belief as b on b.customer_id = a.customer_id and b.product_id = a.product_id and b.most_likely
inner join playbook_lever_scope as s
    on s.channel = a.channel and s.product_id = a.product_id
    and (s.specialty = '*' or s.specialty = coalesce(lower(trim(c.specialty)), 'unknown'))
    and (s.stage = '*' or s.stage = coalesce(b.stage, y.stage))
inner join in_force as l on l.lever_id = s.lever_id
left join signalled as g
    on g.lever_id = l.lever_id and g.customer_id = a.customer_id and coalesce(g.product_id, a.product_id) = a.product_id
where l.event is null or g.lever_id is not null
