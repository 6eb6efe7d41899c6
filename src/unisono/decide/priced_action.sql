-- What each permitted action pays at the published prices for everything it uses, and what is left of its value.
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
priced as (
    select
        a.customer_id,
        a.product_id,
        a.channel,
        a.rep_id,
        case when a.rep_id is null then a.channel else '' end as part,
        a.room,
        a.value,
        case when a.rep_id is null then 1.0 else a.minutes end as units,
        coalesce(m.price, 0.0) as unit_price,
        coalesce(s.price, 0.0) as suggestion_price,
        coalesce(l.price, 0.0) as limit_cost
    from action as a
    left join resource_price as m
        on m.resource = case when a.rep_id is null then 'channel_sends' else 'rep_minutes' end
        and m.owner = coalesce(a.rep_id, a.channel)
    left join resource_price as s on s.resource = 'rep_suggestions' and s.owner = a.rep_id
    left join limit_price as l
        on l.customer_id = a.customer_id and l.product_id = a.product_id and l.channel = a.channel
        and l.rep_id = coalesce(a.rep_id, '')
)
select *, value - unit_price * units - suggestion_price - limit_cost as reduced_value from priced
