-- Who works where: a person's record names an institution, an institution's record has the same name, and their towns do
-- not differ. Of several institutions of one name the town decides; where it cannot, none is linked.
with record as (
    select distinct x.customer_id, c.kind, r.institution, r.place
    from match_record as r
    inner join customer_xref as x on x.system = r.system and x.source_record_id = r.source_record_id
    inner join customer as c on c.customer_id = x.customer_id
    where c.kind in ('hcp', 'hco')
),
institution_name as (
    select distinct customer_id as institution_id, institution
    from record
    where kind = 'hco' and institution is not null
),
institution_place as (
    select distinct customer_id as institution_id, place
    from record
    where kind = 'hco' and place is not null
),
compared as (
    select
        p.customer_id,
        p.institution,
        p.place,
        n.institution_id,
        count(i.place) as places,
        count_if(i.place = p.place) as agreeing
    from record as p
    inner join institution_name as n on n.institution = p.institution
    left join institution_place as i on i.institution_id = n.institution_id
    where p.kind = 'hcp'
    group by p.customer_id, p.institution, p.place, n.institution_id
),
fitting as (
    select
        customer_id,
        institution_id,
        agreeing > 0 as in_town,
        count(*) over (partition by customer_id, institution, place) as rivals,
        count_if(agreeing > 0) over (partition by customer_id, institution, place) as rivals_in_town
    from compared
    where agreeing > 0 or place is null or places = 0
),
linked as (
    select customer_id, institution_id, bool_or(in_town) as in_town
    from fitting
    where rivals = 1 or (in_town and rivals_in_town = 1)
    group by customer_id, institution_id
),
decision_maker as (
    select c.customer_id
    from customer as c
    inner join playbook_decision_maker as d on d.field = 'specialty' and d.value = lower(trim(c.specialty))
    union
    select x.customer_id
    from customer_xref as x
    inner join source_record as r on r.system = x.system and r.source_record_id = x.source_record_id
    inner join playbook_decision_maker as d on d.field = 'title' and contains(lower(r.full_name), d.value)
)
select
    l.customer_id,
    l.institution_id,
    case when l.in_town then 'name_and_place' else 'name' end as basis,
    d.customer_id is not null as is_decision_maker
from linked as l
left join decision_maker as d on d.customer_id = l.customer_id
