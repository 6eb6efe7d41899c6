-- Which customer each record of each system belongs to, by exact keys only.
-- Records that carry the same licence are one customer; any other record is a customer of its own. Numbers made of
-- zeros and dashes are placeholders, not licences. A customer keeps its id across runs: an entity takes the id that
-- most of its records had before; an id that several entities could claim goes to the one with most of its records.
with mention as (
    select system, source_record_id from source_touchpoint
    union
    select system, source_record_id from source_consent
    union
    select system, source_record_id from source_assignment
    union
    select system, source_record_id from source_outcome where source_record_id is not null
),
record as (
    select
        system,
        source_record_id,
        kind,
        case when regexp_matches(trim(licence_id), '^[0-]*$') then null else upper(trim(licence_id)) end as licence_id,
        'source_id' as method
    from source_record
    union all
    select m.system, m.source_record_id, 'unknown' as kind, null as licence_id, 'touchpoint_only' as method
    from mention as m
    left join source_record as r on r.system = m.system and r.source_record_id = m.source_record_id
    where r.system is null
),
grouped as (
    select
        system,
        source_record_id,
        case when licence_id is null then method else 'identifier' end as method,
        case
            when licence_id is null then 'record|' || system || '|' || source_record_id
            when kind = 'patient' then 'patient licence|' || licence_id
            else 'licence|' || licence_id
        end as entity
    from record
),
overlap as (
    select e.entity, p.customer_id, count(*) as records
    from grouped as e
    inner join previous_xref as p on p.system = e.system and p.source_record_id = e.source_record_id
    group by e.entity, p.customer_id
),
largest_entity as (
    select entity, customer_id, records
    from overlap
    qualify row_number() over (partition by customer_id order by records desc, entity) = 1
),
claim as (
    select entity, customer_id
    from largest_entity
    qualify row_number() over (partition by entity order by records desc, customer_id) = 1
),
taken as (
    select customer_id from previous_xref
    union
    select other_id as customer_id from previous_identity_event where event = 'merge'
),
fresh as (
    select distinct e.entity, 'C' || substr(md5(e.entity), 1, 16) as customer_id
    from grouped as e
    left join claim as c on c.entity = e.entity
    where c.entity is null
),
named as (
    select entity, customer_id from claim
    union all
    select
        f.entity,
        -- The plain id may be in use by records that have since moved, or have been merged away.
        case when u.customer_id is null then f.customer_id
            else 'C' || substr(md5(f.entity || '|' || $run_id), 1, 16) end as customer_id
    from fresh as f
    left join taken as u on u.customer_id = f.customer_id
)
select e.system, e.source_record_id, n.customer_id, n.customer_id as home_id, e.method, 1.0 as probability
from grouped as e
inner join named as n on n.entity = e.entity
