-- The proof of a plan, worked out from published prices without the solver (Lagrangian duality): at any prices, what all
-- customers would take if only their own limits held, plus the worth of everything scarce, is more than any plan is worth.
with limit_price as (
    select
        u.customer_id,
        u.product_id,
        u.channel,
        coalesce(u.rep_id, '') as rep_id,
        sum(case when u.resource = 'goal' then -p.price else p.price end * u.amount) as price
    from limit_use as u
    inner join resource_price as p on p.resource = u.resource and p.owner = u.owner
    group by u.customer_id, u.product_id, u.channel, coalesce(u.rep_id, '')
),
reduced as (
    select
        a.customer_id,
        a.room,
        case when a.rep_id is null then a.channel else '' end as part,
        a.value - coalesce(m.price * a.minutes, 0.0) - coalesce(s.price, 0.0) - coalesce(h.price, 0.0)
        - coalesce(l.price, 0.0) as value
    from action as a
    left join resource_price as m on m.resource = 'rep_minutes' and m.owner = a.rep_id
    left join resource_price as s on s.resource = 'rep_suggestions' and s.owner = a.rep_id
    left join resource_price as h on h.resource = 'channel_sends' and a.rep_id is null and h.owner = a.channel
    left join limit_price as l
        on l.customer_id = a.customer_id and l.product_id = a.product_id and l.channel = a.channel
        and l.rep_id = coalesce(a.rep_id, '')
),
best as (
    select customer_id, part, min(room) as room, max(value) as value from reduced group by customer_id, part
),
taken as (
    select *
    from best
    where value > 0
    qualify row_number() over (partition by customer_id order by value desc, part) <= room
),
bound as (
    select
        (select coalesce(sum(value), 0.0) from taken)
        + (
            select coalesce(sum(case when r.resource = 'goal' then -p.price else p.price end * r.capacity), 0.0)
            from resource as r
            inner join resource_price as p on p.resource = r.resource and p.owner = r.owner
        ) as bound
),
made as (
    select
        (select coalesce(sum(value), 0.0) from choice)
        - (
            select coalesce(sum(p.missing * r.worth), 0.0)
            from price as p
            inner join resource as r on r.resource = p.resource and r.owner = p.owner
        ) as objective,
        (
            select coalesce(sum(a.value_without_levers), 0.0)
            from choice as c
            inner join action as a
                on a.customer_id = c.customer_id and a.product_id = c.product_id and a.channel = c.channel
                and coalesce(a.rep_id, '') = coalesce(c.rep_id, '')
        ) as value_without_levers
)
select
    $purpose as purpose,
    m.objective,
    b.bound,
    case when b.bound > 0 then (b.bound - m.objective) / b.bound else 0.0 end as gap,
    (select count(*) from choice) as suggestions,
    m.value_without_levers,
    (select count(*) from price where missing > 0) as goals_missed
from made as m
cross join bound as b
