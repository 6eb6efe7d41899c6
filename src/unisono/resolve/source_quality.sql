-- How complete each field of each system is, and how often its records say otherwise than what is believed of the
-- customer, whatever the case and blanks. Only customers of several records can be compared.
with field as (
    select unnest([
        'full_name', 'given_name', 'family_name', 'specialty', 'institution', 'city', 'region', 'postal_code',
        'country', 'brick', 'email', 'phone', 'licence_id'
    ]) as field
),
several as (select customer_id from customer_xref group by customer_id having count(*) > 1),
unpivoted as (
    select
        s.customer_id,
        r.system,
        r.kind,
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
        end as value
    from customer_xref as x
    inner join source_record as r on r.system = x.system and r.source_record_id = x.source_record_id
    left join several as s on s.customer_id = x.customer_id
    cross join field as f
),
cell as (
    select customer_id, system, kind, field, nullif(replace(lower(value), ' ', ''), '') as said from unpivoted
),
counted as (
    select
        system,
        kind,
        field,
        count(*) as records,
        count(said) as filled,
        count(distinct said) as distinct_values
    from cell
    group by system, kind, field
),
told as (
    select *, count(*) over (partition by customer_id, field) as records
    from cell
    where customer_id is not null and said is not null
),
compared as (
    select
        t.system,
        t.kind,
        t.field,
        count(*) as compared,
        sum(case when t.said <> replace(lower(g.value), ' ', '') then 1 else 0 end) as conflicting
    from told as t
    inner join golden_value as g on g.customer_id = t.customer_id and g.field = t.field
    where t.records > 1
    group by t.system, t.kind, t.field
)
select
    n.system,
    n.kind,
    n.field,
    n.records,
    n.filled,
    n.distinct_values,
    coalesce(c.compared, 0) as compared,
    coalesce(c.conflicting, 0) as conflicting
from counted as n
left join compared as c on c.system = n.system and c.kind = n.kind and c.field = n.field
