-- The proof of a plan, worked out from published prices without the solver (Lagrangian duality): at any prices, what all
-- customers would take if only their own limits held, plus the worth of everything scarce, is more than any plan is worth.
with best as (
    select customer_id, part, min(room) as room, max(reduced_value) as value
    from priced_action
    group by customer_id, part
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
