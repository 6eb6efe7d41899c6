-- Every change of identity so far: what earlier runs saw, and what this run sees against the snapshot before.
with before as (select distinct customer_id from previous_xref),
now as (select distinct customer_id from customer_xref),
created as (
    select n.customer_id, 'create' as event, cast(null as varchar) as other_id
    from now as n
    left join before as b on b.customer_id = n.customer_id
    where b.customer_id is null
),
absorbed as (
    select x.customer_id, 'absorb' as event, x.system || ':' || x.source_record_id as other_id
    from customer_xref as x
    inner join before as b on b.customer_id = x.customer_id
    left join previous_xref as p on p.system = x.system and p.source_record_id = x.source_record_id
    where p.customer_id is null
),
moved as (
    select distinct
        x.customer_id,
        case when n.customer_id is null then 'merge' else 'split' end as event,
        p.customer_id as other_id
    from customer_xref as x
    inner join previous_xref as p on p.system = x.system and p.source_record_id = x.source_record_id
    left join now as n on n.customer_id = p.customer_id
    where p.customer_id <> x.customer_id
),
seen as (
    select * from created
    union all
    select * from absorbed
    union all
    select * from moved
)
select * from previous_identity_event
union all
select
    'I' || substr(md5($run_id || '|' || event || '|' || customer_id || '|' || coalesce(other_id, '')), 1, 16)
        as identity_event_id,
    customer_id,
    event,
    other_id,
    $as_of as occurred_at,
    $run_id as run_id
from seen
