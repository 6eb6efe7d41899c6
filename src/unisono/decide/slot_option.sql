-- The best times for a customer on each channel that a planned action is on or might be exchanged for: slots the customer
-- was contacted in, and the best ones of the segment. Representatives work from Monday to Friday.
with everybody as (
    select h.channel, split_part(p.value, '/', 2) as slot, p.value, p.mean
    from preference_prior as p
    inner join playbook_channel as h on h.channel = split_part(p.value, '/', 1)
    where p.segment = '*' and p.dimension = 'slot'
        and (h.owner <> 'rep' or substr(split_part(p.value, '/', 2), 1, 3) not in ('sat', 'sun'))
),
segment as (
    select distinct coalesce(lower(trim(specialty)), 'unknown') as segment from customer
),
expected as (
    select s.segment, e.channel, e.slot, e.value, coalesce(p.mean, e.mean) as mean
    from segment as s
    cross join everybody as e
    left join preference_prior as p on p.segment = s.segment and p.dimension = 'slot' and p.value = e.value
),
best as (
    select x.segment, x.channel, x.slot, x.value, x.mean
    from expected as x
    cross join playbook_exploration as e
    qualify row_number() over (partition by x.segment, x.channel order by round(x.mean, 9) desc, x.slot) <= e.slots
),
asked as (
    select distinct a.customer_id, a.channel, coalesce(lower(trim(u.specialty)), 'unknown') as segment
    from choice as c
    inner join action as a on a.customer_id = c.customer_id
    inner join customer as u on u.customer_id = c.customer_id
),
own as (
    select a.customer_id, a.channel, e.slot, p.mean
    from asked as a
    inner join preference as p on p.customer_id = a.customer_id and p.dimension = 'slot'
    inner join everybody as e on e.channel = a.channel and e.value = p.value
),
known as (
    select customer_id, channel, slot, mean from own
    union all
    select a.customer_id, a.channel, b.slot, b.mean
    from asked as a
    inner join best as b on b.segment = a.segment and b.channel = a.channel
    left join own as o on o.customer_id = a.customer_id and o.channel = a.channel and o.slot = b.slot
    where o.customer_id is null
),
placed as (
    select
        k.customer_id,
        k.channel,
        k.slot,
        coalesce(k.mean / max(k.mean) over (partition by k.customer_id, k.channel), 1.0) as slot_factor,
        row_number() over (partition by k.customer_id, k.channel order by round(k.mean, 9) desc, k.slot) as slot_place,
        e.slots
    from known as k
    cross join playbook_exploration as e
)
select customer_id, channel, slot, slot_factor, slot_place
from placed
where slot_place <= slots
