-- Use and price of every scarce resource of one side of the wall: the representatives' time and suggestions, the central channels' sendings.
with resource as (
    select 'rep_minutes' as resource, rep_id as owner, capacity_minutes as capacity
    from rep
    where (role = 'msl') = ($purpose = 'medical')
    union all
    select 'rep_suggestions' as resource, r.rep_id as owner, cast(p.per_rep as double) as capacity
    from rep as r
    cross join playbook_policy as p
    where (r.role = 'msl') = ($purpose = 'medical')
    union all
    select 'channel_sends' as resource, channel as owner, cast(capacity as double) as capacity
    from playbook_channel
    where owner = 'central' and capacity is not null and purpose = $purpose
),
used as (
    select 'rep_minutes' as resource, c.rep_id as owner, sum(h.minutes) as used, max(c.unit_price) as price
    from choice as c
    inner join playbook_channel as h on h.channel = c.channel
    where c.rep_id is not null
    group by c.rep_id
    union all
    select 'rep_suggestions' as resource, rep_id as owner, count(*) as used, max(suggestion_price) as price
    from choice
    where rep_id is not null
    group by rep_id
    union all
    select 'channel_sends' as resource, channel as owner, count(*) as used, max(unit_price) as price
    from choice
    where rep_id is null
    group by channel
)
select r.resource, r.owner, coalesce(u.used, 0.0) as used, r.capacity, coalesce(u.price, 0.0) as price
from resource as r
left join used as u on u.resource = r.resource and u.owner = r.owner
