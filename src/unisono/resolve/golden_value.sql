-- What is believed of each customer, field by field, and the record that says so. Of several values the one of the most
-- trusted system survives: by the field's own ranks, then by those for all fields, then come systems without a rank. After
-- that decide the date of the record, how many records say the same (whatever the case and blanks), how full the record
-- is, and its id. Only customers of several records have to be compared; blank values are none.
with field as (
    select unnest([
        'full_name', 'given_name', 'family_name', 'specialty', 'institution', 'city', 'region', 'postal_code',
        'country', 'brick', 'email', 'phone', 'licence_id'
    ]) as field
),
several as (select customer_id from customer_xref group by customer_id having count(*) > 1),
record as (
    select
        x.customer_id,
        r.*,
        s.customer_id is null as is_alone,
        (case when r.full_name is null then 0 else 1 end)
        + (case when r.given_name is null then 0 else 1 end)
        + (case when r.family_name is null then 0 else 1 end)
        + (case when r.specialty is null then 0 else 1 end)
        + (case when r.institution is null then 0 else 1 end)
        + (case when r.city is null then 0 else 1 end)
        + (case when r.region is null then 0 else 1 end)
        + (case when r.postal_code is null then 0 else 1 end)
        + (case when r.country is null then 0 else 1 end)
        + (case when r.brick is null then 0 else 1 end)
        + (case when r.email is null then 0 else 1 end)
        + (case when r.phone is null then 0 else 1 end)
        + (case when r.licence_id is null then 0 else 1 end) as filled
    from customer_xref as x
    inner join source_record as r on r.system = x.system and r.source_record_id = x.source_record_id
    left join several as s on s.customer_id = x.customer_id
),
unpivoted as (
    select
        r.customer_id,
        f.field,
        case f.field
            when 'full_name' then r.full_name
            when 'given_name' then r.given_name
            when 'family_name' then r.family_name
            when 'specialty' then r.specialty
            when 'institution' then r.institution
            when 'city' then r.city
            when 'region' then r.region
            when 'postal_code' then r.postal_code
            when 'country' then r.country
            when 'brick' then r.brick
            when 'email' then r.email
            when 'phone' then r.phone
            when 'licence_id' then r.licence_id
        end as value,
        r.system,
        r.source_record_id,
        r.updated_at,
        r.filled,
        r.is_alone
    from record as r
    cross join field as f
),
cell as (select * from unpivoted where trim(value) <> ''),
compared as (
    select
        c.*,
        replace(lower(c.value), ' ', '') as said,
        coalesce(own.position, 1000000 + general.position) as position  -- a field's own ranks come first
    from cell as c
    left join playbook_source_rank as own on own.field = c.field and own.system = c.system
    left join playbook_source_rank as general on general.field = '*' and general.system = c.system
    where not c.is_alone
),
counted as (
    select *, count(*) over (partition by customer_id, field, said) as agreeing from compared
),
best as (
    -- The best record for each value, so that the one after the winner says something else.
    select *
    from counted
    qualify row_number() over (
        partition by customer_id, field, said
        order by position nulls last, updated_at desc nulls last, filled desc, system, source_record_id
    ) = 1
),
contested as (
    select
        *,
        row_number() over w as place,
        count(*) over (partition by customer_id, field) - 1 as rivals,
        lead(position) over w as next_position,
        lead(updated_at) over w as next_updated_at,
        lead(agreeing) over w as next_agreeing,
        lead(filled) over w as next_filled
    from best
    window w as (
        partition by customer_id, field
        order by
            position nulls last, updated_at desc nulls last, agreeing desc, filled desc, system, source_record_id
    )
)
select customer_id, field, value, system, source_record_id, 'only' as rule, 0 as rivals
from cell
where is_alone
union all
select
    customer_id,
    field,
    value,
    system,
    source_record_id,
    case
        when rivals = 0 then 'only'
        when position is distinct from next_position then 'rank'
        when updated_at is distinct from next_updated_at then 'recency'
        when agreeing <> next_agreeing then 'frequency'
        when filled <> next_filled then 'completeness'
        else 'id'
    end as rule,
    rivals
from contested
where place = 1
