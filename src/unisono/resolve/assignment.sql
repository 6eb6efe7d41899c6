-- Who covers whom on the clock's day: customers named, and customers practising in a territory's area.
with named as (
    select x.customer_id, a.rep_id, 'named' as basis
    from source_assignment as a
    inner join customer_xref as x on x.system = a.system and x.source_record_id = a.source_record_id
    where coalesce(a.starts_on, cast($as_of as date)) <= cast($as_of as date)
        and coalesce(a.ends_on, cast($as_of as date)) >= cast($as_of as date)
),
place as (
    select customer_id, 'city' as field, lower(trim(city)) as area from customer
    union all
    select customer_id, 'postal_code' as field, lower(trim(postal_code)) as area from customer
    union all
    select customer_id, 'region' as field, lower(trim(region)) as area from customer
),
by_area as (
    select distinct p.customer_id, r.rep_id, 'area' as basis
    from place as p
    inner join territory_area as t on t.field = p.field and lower(trim(t.area)) = p.area
    inner join rep as r on r.territory_id = t.territory_id
),
both_ways as (
    select * from named
    union all
    select * from by_area
)
select b.customer_id, b.rep_id, r.role, r.territory_id, max(b.basis) as basis  -- 'named' sorts after 'area'
from both_ways as b
inner join rep as r on r.rep_id = b.rep_id
group by b.customer_id, b.rep_id, r.role, r.territory_id
