-- Values that identify the records that have them: not blocked, not shared by more records than the playbook allows,
-- with the fields that have to agree. A record that lacks one of those has no such identifier.
with field_value as (
    select record_key, 'given_name' as field, given_name as value from match_record
    union all
    select record_key, 'family_name' as field, family_name as value from match_record
    union all
    select record_key, 'initials' as field, initials as value from match_record
    union all
    select record_key, 'specialty' as field, specialty as value from match_record
    union all
    select record_key, 'institution' as field, institution as value from match_record
    union all
    select record_key, 'place' as field, place as value from match_record
    union all
    select record_key, 'region' as field, region as value from match_record
    union all
    select record_key, 'postal_code' as field, postal_code as value from match_record
    union all
    select record_key, 'country' as field, country as value from match_record
    union all
    select record_key, 'email' as field, email as value from match_record
    union all
    select record_key, 'email_domain' as field, email_domain as value from match_record
    union all
    select record_key, 'phone' as field, phone as value from match_record
    union all
    select record_key, 'licence_id' as field, licence_id as value from match_record
),
asked as (
    select field, min(position) as position from playbook_identifier group by field
),
rule as (
    select p.*
    from playbook_identifier as p
    inner join asked as a on a.field = p.field and a.position = p.position
),
blocked as (
    select field, unnest(blocked) as value from rule
),
offered as (
    select v.record_key, v.field, v.value, r.position, r.at_most, array_length(r.agree) as agreeing
    from field_value as v
    inner join rule as r on r.field = v.field
    left join blocked as b on b.field = v.field and b.value = v.value
    where v.value is not null and b.field is null
),
usable as (
    select * from offered qualify count(*) over (partition by field, value) <= at_most
),
agree as (
    select field, unnest(agree) as other from rule
),
agreed as (
    select u.record_key, u.field, count(v.value) as found, string_agg(v.value, '|' order by a.other) as others
    from usable as u
    inner join agree as a on a.field = u.field
    inner join field_value as v on v.record_key = u.record_key and v.field = a.other
    group by u.record_key, u.field
)
select u.record_key, u.field, u.value || coalesce('|' || g.others, '') as value, u.position
from usable as u
left join agreed as g on g.record_key = u.record_key and g.field = u.field
where u.agreeing = coalesce(g.found, 0)
