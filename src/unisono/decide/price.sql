-- Use and price of every scarce resource: the representatives' time and the central channels' sendings.
with resource as (
    select 'rep_minutes' as resource, rep_id as owner, capacity_minutes as capacity from rep
    union all
    select 'channel_sends' as resource, channel as owner, cast(capacity as double) as capacity
    from playbook_channel
    where owner = 'central' and capacity is not null
),
used as (
    select
        c.rep_id,
        c.channel,
        case when c.rep_id is null then 'channel_sends' else 'rep_minutes' end as resource,
        coalesce(c.rep_id, c.channel) as owner,
        case when c.rep_id is null then 1.0 else h.minutes end as amount,
        c.unit_price
    from choice as c
    inner join playbook_channel as h on h.channel = c.channel
)
select
    r.resource,
    r.owner,
    coalesce(sum(u.amount), 0.0) as used,
    r.capacity,
    coalesce(max(u.unit_price), 0.0) as price
from resource as r
left join used as u on u.resource = r.resource and u.owner = r.owner
group by r.resource, r.owner, r.capacity
