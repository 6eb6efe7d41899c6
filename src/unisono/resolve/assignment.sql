-- Who covers whom on the clock's day: customers named for a representative or a territory, and customers practising in
-- a territory's area. Only representatives in service that day cover anybody.
with in_service as (
    select r.rep_id, r.role, r.territory_id
    from rep as r
    inner join local_day as d on d.age = 0
    where coalesce(r.starts_on, d.day) <= d.day and coalesce(r.ends_on, d.day) >= d.day
),
named as (
    select x.customer_id, a.rep_id, a.territory_id
    from source_assignment as a
    inner join customer_xref as x on x.system = a.system and x.source_record_id = a.source_record_id
    inner join local_day as d on d.age = 0
    where coalesce(a.starts_on, d.day) <= d.day and coalesce(a.ends_on, d.day) >= d.day
),
place as (
    select customer_id, 'city' as field, lower(trim(city)) as area from customer
    union all
    select customer_id, 'postal_code' as field, lower(trim(postal_code)) as area from customer
    union all
    select customer_id, 'region' as field, lower(trim(region)) as area from customer
),
covered as (
    select customer_id, rep_id, 'named' as basis from named where rep_id is not null
    union all
    select n.customer_id, r.rep_id, 'named' as basis
    from named as n
    inner join in_service as r on r.territory_id = n.territory_id
    where n.rep_id is null
    union all
    select p.customer_id, r.rep_id, 'area' as basis
    from place as p
    inner join territory_area as t on t.field = p.field and lower(trim(t.area)) = p.area
    inner join in_service as r on r.territory_id = t.territory_id
)
select c.customer_id, c.rep_id, r.role, r.territory_id, max(c.basis) as basis  -- 'named' sorts after 'area'
from covered as c
inner join in_service as r on r.rep_id = c.rep_id
group by c.customer_id, c.rep_id, r.role, r.territory_id
