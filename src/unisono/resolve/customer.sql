-- One row per customer: the fullest record gives each field, other records fill what it leaves empty.
-- Records that disagree on the kind of customer leave it unknown, and unknown customers are not suggested.
with record as (
    select
        x.customer_id,
        r.*,
        (case when r.full_name is null then 0 else 1 end)
        + (case when r.specialty is null then 0 else 1 end)
        + (case when r.city is null then 0 else 1 end)
        + (case when r.email is null then 0 else 1 end)
        + (case when r.phone is null then 0 else 1 end)
        + (case when r.institution is null then 0 else 1 end) as filled
    from customer_xref as x
    inner join source_record as r on r.system = x.system and r.source_record_id = x.source_record_id
),
ranked as (
    select *, row_number() over (partition by customer_id order by filled desc, system, source_record_id) as place
    from record
),
golden as (
    select
        customer_id,
        case
            when count(distinct case when kind <> 'unknown' then kind end) = 1 then max(case when kind <> 'unknown' then kind end)
            else 'unknown'
        end as kind,
        coalesce(max(case when place = 1 then full_name end), min(full_name)) as full_name,
        coalesce(max(case when place = 1 then given_name end), min(given_name)) as given_name,
        coalesce(max(case when place = 1 then family_name end), min(family_name)) as family_name,
        coalesce(max(case when place = 1 then specialty end), min(specialty)) as specialty,
        coalesce(max(case when place = 1 then institution end), min(institution)) as institution,
        coalesce(max(case when place = 1 then city end), min(city)) as city,
        coalesce(max(case when place = 1 then region end), min(region)) as region,
        coalesce(max(case when place = 1 then postal_code end), min(postal_code)) as postal_code,
        coalesce(max(case when place = 1 then country end), min(country)) as country,
        coalesce(max(case when place = 1 then brick end), min(brick)) as brick,
        coalesce(max(case when place = 1 then email end), min(email)) as email,
        coalesce(max(case when place = 1 then phone end), min(phone)) as phone,
        coalesce(max(case when place = 1 then licence_id end), min(licence_id)) as licence_id,
        count(*) as record_count,
        bool_or(simulated) as simulated
    from ranked
    group by customer_id
),
mention as (
    select system, source_record_id, simulated from source_touchpoint
    union all
    select system, source_record_id, simulated from source_consent
    union all
    select system, source_record_id, simulated from source_assignment
    union all
    select system, source_record_id, simulated from source_outcome
),
seen_only as (
    select x.customer_id, bool_or(m.simulated) as simulated
    from customer_xref as x
    left join mention as m on m.system = x.system and m.source_record_id = x.source_record_id
    left join golden as g on g.customer_id = x.customer_id
    where g.customer_id is null
    group by x.customer_id
)
select * from golden
union all
select
    customer_id, 'unknown' as kind,
    null as full_name, null as given_name, null as family_name, null as specialty, null as institution, null as city,
    null as region, null as postal_code, null as country, null as brick, null as email, null as phone, null as licence_id,
    0 as record_count, coalesce(simulated, false) as simulated
from seen_only
