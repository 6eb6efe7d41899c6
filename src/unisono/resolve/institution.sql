-- Institutions with their people, and what type they are: the playbook's first whose every condition holds.
with counted as (
    select
        i.customer_id as institution_id,
        lower(coalesce(i.full_name, i.institution)) as name,
        count(a.customer_id) as people,
        count(distinct lower(trim(p.specialty))) as specialties,
        count(case when a.is_decision_maker then 1 end) as decision_makers
    from customer as i
    left join affiliation as a on a.institution_id = i.customer_id
    left join customer as p on p.customer_id = a.customer_id
    where i.kind = 'hco'
    group by i.customer_id, lower(coalesce(i.full_name, i.institution))
),
word as (
    select type_id, unnest(name_contains) as word from playbook_institution_type
),
named as (
    select distinct c.institution_id, w.type_id
    from counted as c
    inner join word as w on contains(c.name, w.word)
),
fitting as (
    select c.institution_id, t.type_id
    from counted as c
    inner join playbook_institution_type as t
        on t.people_at_least <= c.people and t.specialties_at_least <= c.specialties
    left join named as n on n.institution_id = c.institution_id and n.type_id = t.type_id
    where n.type_id is not null or array_length(t.name_contains) = 0
    qualify row_number() over (partition by c.institution_id order by t.position) = 1
)
select c.institution_id, c.people, c.specialties, c.decision_makers, f.type_id as institution_type
from counted as c
left join fitting as f on f.institution_id = c.institution_id
