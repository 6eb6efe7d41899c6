-- Use and price of every resource of one side of the wall, and by how much goals are missed.
with used as (
    select 'rep_minutes' as resource, c.rep_id as owner, sum(h.minutes) as used
    from choice as c
    inner join playbook_channel as h on h.channel = c.channel
    where c.rep_id is not null
    group by c.rep_id
    union all
    select 'rep_suggestions' as resource, rep_id as owner, cast(count(*) as double) as used
    from choice
    where rep_id is not null
    group by rep_id
    union all
    select 'channel_sends' as resource, channel as owner, cast(count(*) as double) as used
    from choice
    where rep_id is null
    group by channel
    union all
    select u.resource, u.owner, sum(u.amount) as used
    from choice as c
    inner join limit_use as u
        on u.customer_id = c.customer_id and u.product_id = c.product_id and u.channel = c.channel
        and coalesce(u.rep_id, '') = coalesce(c.rep_id, '')
    group by u.resource, u.owner
)
select
    r.resource,
    r.owner,
    coalesce(u.used, 0.0) as used,
    r.capacity,
    p.price,
    p.plus_one,
    case when r.resource = 'goal' then greatest(r.capacity - coalesce(u.used, 0.0), 0.0) else 0.0 end as missing
from resource as r
inner join resource_price as p on p.resource = r.resource and p.owner = r.owner
left join used as u on u.resource = r.resource and u.owner = r.owner
