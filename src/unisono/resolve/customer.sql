-- One row per customer: in each field the value that survives in `golden_value`.
-- Records that disagree on the kind of customer leave it unknown, and unknown customers are not suggested.
with counted as (
    select
        x.customer_id,
        case
            when count(distinct case when r.kind <> 'unknown' then r.kind end) = 1
                then max(case when r.kind <> 'unknown' then r.kind end)
            else 'unknown'
        end as kind,
        count(*) as record_count,
        bool_or(r.simulated) as simulated
    from customer_xref as x
    inner join source_record as r on r.system = x.system and r.source_record_id = x.source_record_id
    group by x.customer_id
),
golden as (
    select
        customer_id,
        max(case when field = 'full_name' then value end) as full_name,
        max(case when field = 'given_name' then value end) as given_name,
        max(case when field = 'family_name' then value end) as family_name,
        max(case when field = 'specialty' then value end) as specialty,
        max(case when field = 'institution' then value end) as institution,
        max(case when field = 'city' then value end) as city,
        max(case when field = 'region' then value end) as region,
        max(case when field = 'postal_code' then value end) as postal_code,
        max(case when field = 'country' then value end) as country,
        max(case when field = 'brick' then value end) as brick,
        max(case when field = 'email' then value end) as email,
        max(case when field = 'phone' then value end) as phone,
        max(case when field = 'licence_id' then value end) as licence_id
    from golden_value
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
    where x.method = 'touchpoint_only'
    group by x.customer_id
)
select
    c.customer_id, c.kind,
    g.full_name, g.given_name, g.family_name, g.specialty, g.institution, g.city,
    g.region, g.postal_code, g.country, g.brick, g.email, g.phone, g.licence_id,
    c.record_count, c.simulated
from counted as c
left join golden as g on g.customer_id = c.customer_id
union all
select
    s.customer_id, 'unknown' as kind,
    null as full_name, null as given_name, null as family_name, null as specialty, null as institution, null as city,
    null as region, null as postal_code, null as country, null as brick, null as email, null as phone, null as licence_id,
    0 as record_count, coalesce(s.simulated, false) as simulated
from seen_only as s
left join counted as c on c.customer_id = s.customer_id
where c.customer_id is null
