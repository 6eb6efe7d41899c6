-- Pairs of records that wait for a steward: neither likely nor unlikely enough, or likely and yet two customers, because
-- of two kinds, two records of one curated system or an earlier decision (kept apart), or because nothing but this link
-- speaks for it (bridge). What is decided, or one customer already, is not asked.
with undecided as (
    select p.*, i.accept, l.entity as left_entity, r.entity as right_entity
    from match_pair as p
    inner join playbook_identity as i on i.review <= p.probability
    inner join entity_record as l on l.record_key = p.left_key
    inner join entity_record as r on r.record_key = p.right_key and r.entity <> l.entity
    left join steward_decision as d
        on d.left_key = p.left_key and d.right_key = p.right_key and d.standing and d.decision <> 'open'
    where d.decision_id is null
),
kind as (
    select distinct e.entity, r.kind
    from entity_record as e
    inner join match_record as r on r.record_key = e.record_key
    where r.kind <> 'unknown'
),
curated as (
    select distinct e.entity, e.system
    from entity_record as e
    inner join playbook_curated as c on c.system = e.system
),
told_apart as (
    select l.entity as left_entity, r.entity as right_entity
    from steward_decision as d
    inner join entity_record as l on l.record_key = d.left_key
    inner join entity_record as r on r.record_key = d.right_key
    where d.standing and d.decision = 'not_same'
),
apart as (
    select u.left_key, u.right_key
    from undecided as u
    inner join kind as l on l.entity = u.left_entity
    inner join kind as r on r.entity = u.right_entity and r.kind <> l.kind
    union
    select u.left_key, u.right_key
    from undecided as u
    inner join curated as l on l.entity = u.left_entity
    inner join curated as r on r.entity = u.right_entity and r.system = l.system
    union
    select u.left_key, u.right_key
    from undecided as u
    inner join told_apart as t
        on (t.left_entity = u.left_entity and t.right_entity = u.right_entity)
        or (t.left_entity = u.right_entity and t.right_entity = u.left_entity)
)
select
    u.left_key,
    u.right_key,
    u.weight,
    u.probability,
    case
        when u.probability < u.accept then 'unsure'
        when a.left_key is not null then 'kept_apart'
        else 'bridge'
    end as question
from undecided as u
left join apart as a on a.left_key = u.left_key and a.right_key = u.right_key
