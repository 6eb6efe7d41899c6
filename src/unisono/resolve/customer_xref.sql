-- Which customer each record belongs to. A customer keeps its id across runs: an id goes to the entity with most of the
-- records that had it, those at home in it first, and an entity takes the id that most of its records had. What is left,
-- the parts of customers that were merged before, takes the id its records were at home in, so that a merge that is
-- undone leaves no trace; the rest gets a new one. Records first seen in a merged customer are at home nowhere yet.
with known as (
    select e.entity, e.record_key, p.customer_id, p.home_id
    from entity_record as e
    inner join previous_xref as p on p.system = e.system and p.source_record_id = e.source_record_id
),
overlap as (
    select entity, customer_id, count(*) as records, count_if(home_id = customer_id) as at_home
    from known
    group by entity, customer_id
),
heir as (
    select *
    from overlap
    qualify row_number() over (partition by customer_id order by at_home desc, records desc, entity) = 1
),
kept as (
    select entity, customer_id
    from heir
    qualify row_number() over (partition by entity order by records desc, at_home desc, customer_id) = 1
),
home as (
    select k.entity, k.home_id as customer_id, count(*) as records
    from known as k
    left join kept as e on e.entity = k.entity
    left join kept as c on c.customer_id = k.home_id
    where k.home_id is not null and e.entity is null and c.customer_id is null
    group by k.entity, k.home_id
),
home_heir as (
    select *
    from home
    qualify row_number() over (partition by customer_id order by records desc, entity) = 1
),
held as (
    select entity, customer_id from kept
    union all
    select entity, customer_id
    from home_heir
    qualify row_number() over (partition by entity order by records desc, customer_id) = 1
),
taken as (
    select customer_id from previous_xref
    union
    select home_id as customer_id from previous_xref
    union
    select other_id as customer_id from previous_identity_event where event = 'merge'
),
fresh as (
    select distinct e.entity, 'C' || substr(md5(e.entity), 1, 16) as customer_id
    from entity_record as e
    left join held as h on h.entity = e.entity
    where h.entity is null
),
named as (
    select entity, customer_id from held
    union all
    select
        f.entity,
        -- The plain id may be in use by records that have since moved, or have been merged away.
        case when u.customer_id is null then f.customer_id
            else 'C' || substr(md5(f.entity || '|' || $run_id), 1, 16) end as customer_id
    from fresh as f
    left join taken as u on u.customer_id = f.customer_id
),
merged as (
    select distinct n.entity
    from named as n
    inner join known as k on k.entity = n.entity and k.home_id <> n.customer_id
)
select
    e.system,
    e.source_record_id,
    n.customer_id,
    coalesce(k.home_id, case when m.entity is null then n.customer_id end) as home_id,
    e.method,
    e.probability
from entity_record as e
inner join named as n on n.entity = e.entity
left join known as k on k.record_key = e.record_key
left join merged as m on m.entity = e.entity
