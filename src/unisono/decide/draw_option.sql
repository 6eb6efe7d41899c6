-- What may be drawn in place of each planned action: other permitted actions of the same customer by the same hand, each
-- with its contents and slots. An exchange takes no more of anything than the plan set aside, and leaves no goal, so that
-- it is feasible whatever is drawn for others. Of several central actions of a customer none is exchanged for another
-- channel, as two might meet there. Where an arm does not explore there is only the plan itself.
with single as (
    select customer_id from choice where rep_id is null group by customer_id having count(*) = 1
),
pair as (
    select
        c.customer_id,
        c.product_id as planned_product_id,
        c.channel as planned_channel,
        a.product_id,
        a.channel,
        a.rep_id,
        a.product_id = c.product_id and a.channel = c.channel as is_planned,
        g.explores,
        case when a.rep_id is null then 1.0 else a.minutes end as units,
        c.unit_price,
        c.suggestion_price,
        c.limit_cost,
        c.reduced_value
    from choice as c
    inner join arm as g on g.customer_id = c.customer_id
    inner join action as p
        on p.customer_id = c.customer_id and p.product_id = c.product_id and p.channel = c.channel
        and coalesce(p.rep_id, '') = coalesce(c.rep_id, '')
    inner join action as a on a.customer_id = c.customer_id and coalesce(a.rep_id, '') = coalesce(c.rep_id, '')
    left join single as s on s.customer_id = c.customer_id
    where (a.product_id = c.product_id and a.channel = c.channel)
        or (g.explores and a.minutes <= p.minutes and (c.rep_id is not null or s.customer_id is not null))
),
limited as (
    -- Serving a goal counts as using less than nothing.
    select
        u.customer_id,
        u.product_id,
        u.channel,
        coalesce(u.rep_id, '') as rep_id,
        u.resource || '/' || u.owner as what,
        case when u.resource = 'goal' then -u.amount else u.amount end as amount,
        p.price
    from limit_use as u
    inner join resource_price as p on p.resource = u.resource and p.owner = u.owner
),
used as (
    select customer_id, product_id, channel, rep_id, what, amount from limited
    union all
    select a.customer_id, a.product_id, a.channel, '' as rep_id, r.resource || '/' || r.owner as what, 1.0 as amount
    from action as a
    inner join resource as r on r.resource = 'channel_sends' and r.owner = a.channel
    where a.rep_id is null
),
change as (
    select p.customer_id, p.planned_product_id, p.planned_channel, p.product_id, p.channel, u.what, u.amount
    from pair as p
    inner join used as u
        on u.customer_id = p.customer_id and u.product_id = p.product_id and u.channel = p.channel
        and u.rep_id = coalesce(p.rep_id, '')
    union all
    select p.customer_id, p.planned_product_id, p.planned_channel, p.product_id, p.channel, u.what, -u.amount as amount
    from pair as p
    inner join used as u
        on u.customer_id = p.customer_id and u.product_id = p.planned_product_id and u.channel = p.planned_channel
        and u.rep_id = coalesce(p.rep_id, '')
),
more as (
    select customer_id, planned_product_id, planned_channel, product_id, channel, what
    from change
    group by customer_id, planned_product_id, planned_channel, product_id, channel, what
    having sum(amount) > 0.000000001
),
too_much as (
    select distinct customer_id, planned_product_id, planned_channel, product_id, channel from more
),
limit_price as (
    select customer_id, product_id, channel, rep_id, sum(price * amount) as cost
    from limited
    group by customer_id, product_id, channel, rep_id
),
priced as (
    select
        p.customer_id,
        p.planned_product_id,
        p.planned_channel,
        p.product_id,
        p.channel,
        p.rep_id,
        p.is_planned,
        p.explores,
        p.units,
        case
            when p.is_planned or p.rep_id is not null or p.channel = p.planned_channel then p.unit_price
            else coalesce(s.price, 0.0)
        end as unit_price,
        p.suggestion_price,
        case when p.is_planned then p.limit_cost else coalesce(l.cost, 0.0) end as limit_cost,
        p.reduced_value
    from pair as p
    left join too_much as m
        on m.customer_id = p.customer_id and m.planned_product_id = p.planned_product_id
        and m.planned_channel = p.planned_channel and m.product_id = p.product_id and m.channel = p.channel
    left join resource_price as s on s.resource = 'channel_sends' and s.owner = p.channel
    left join limit_price as l
        on l.customer_id = p.customer_id and l.product_id = p.product_id and l.channel = p.channel
        and l.rep_id = coalesce(p.rep_id, '')
    where p.is_planned or m.customer_id is null
),
worth as (
    select
        p.customer_id,
        p.planned_product_id,
        p.planned_channel,
        p.product_id,
        p.channel,
        p.rep_id,
        o.content_id,
        o.place,
        p.is_planned,
        p.explores,
        o.is_new,
        o.response_probability,
        o.response_sd,
        o.value,
        o.value + o.fatigue_cost + o.unit_cost as gain,
        p.unit_price,
        p.suggestion_price,
        p.limit_cost,
        case
            when p.is_planned and o.place = 1 then p.reduced_value
            else o.value - p.unit_price * p.units - p.suggestion_price - p.limit_cost
        end as reduced_value
    from priced as p
    inner join content_option as o
        on o.customer_id = p.customer_id and o.product_id = p.product_id and o.channel = p.channel
        and coalesce(o.rep_id, '') = coalesce(p.rep_id, '')
),
reached as (
    select
        *,
        max(case when place = 1 then reduced_value end)
            over (partition by customer_id, planned_product_id, planned_channel, product_id, channel) as best_value
    from worth
)
select
    r.customer_id,
    r.planned_product_id,
    r.planned_channel,
    r.product_id,
    r.channel,
    r.rep_id,
    r.content_id,
    r.place,
    s.slot,
    coalesce(s.slot_place, 1) as slot_place,
    r.is_planned and r.place = 1 and coalesce(s.slot_place, 1) = 1 as is_plan,
    r.is_new,
    r.response_probability,
    r.response_sd,
    r.value,
    r.gain,
    coalesce(s.slot_factor, 1.0) as slot_factor,
    r.unit_price,
    r.suggestion_price,
    r.limit_cost,
    r.reduced_value
from reached as r
left join slot_option as s on s.customer_id = r.customer_id and s.channel = r.channel
where (r.is_planned or r.best_value > 0) and (r.explores or (r.place = 1 and coalesce(s.slot_place, 1) = 1))
