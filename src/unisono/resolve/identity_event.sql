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
together as (
    -- Two records that a steward decided about, and whether they were one customer before and are now.
    select
        d.decision_id,
        d.decision,
        l.customer_id as left_id,
        r.customer_id as right_id,
        coalesce(lp.customer_id = rp.customer_id, false) as before
    from steward_decision as d
    inner join entity_record as le on le.record_key = d.left_key
    inner join entity_record as re on re.record_key = d.right_key
    inner join customer_xref as l on l.system = le.system and l.source_record_id = le.source_record_id
    inner join customer_xref as r on r.system = re.system and r.source_record_id = re.source_record_id
    left join previous_xref as lp on lp.system = le.system and lp.source_record_id = le.source_record_id
    left join previous_xref as rp on rp.system = re.system and rp.source_record_id = re.source_record_id
    where d.standing and d.decision <> 'open'
),
manual as (
    select left_id as customer_id, 'manual' as event, decision_id as other_id
    from together
    where before <> (left_id = right_id)
    union
    select right_id as customer_id, 'manual' as event, decision_id as other_id
    from together
    where before <> (left_id = right_id)
),
seen as (
    select * from created
    union all
    select * from absorbed
    union all
    select * from moved
    union all
    select * from manual
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
