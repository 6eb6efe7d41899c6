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
        a.units,
        a.unit_price,
        a.suggestion_price,
        a.limit_cost,
        g.explores
    from choice as c
    inner join arm as g on g.customer_id = c.customer_id
    inner join playbook_channel as h on h.channel = c.channel
    inner join priced_action as a
        on a.customer_id = c.customer_id and coalesce(a.rep_id, '') = coalesce(c.rep_id, '')
    left join single as s on s.customer_id = c.customer_id
    where (a.product_id = c.product_id and a.channel = c.channel)
        or (
            g.explores
            and a.units <= case when c.rep_id is null then 1.0 else h.minutes end
            and (c.rep_id is not null or s.customer_id is not null)
        )
),
used as (
    -- Serving a goal counts as using less than nothing.
    select
        customer_id,
        product_id,
        channel,
        coalesce(rep_id, '') as rep_id,
        resource || '/' || owner as what,
        case when resource = 'goal' then -amount else amount end as amount
    from limit_use
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
feasible as (
    select p.*
    from pair as p
    left join too_much as m
        on m.customer_id = p.customer_id and m.planned_product_id = p.planned_product_id
        and m.planned_channel = p.planned_channel and m.product_id = p.product_id and m.channel = p.channel
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
        o.value - p.unit_price * p.units - p.suggestion_price - p.limit_cost as reduced_value
    from feasible as p
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
