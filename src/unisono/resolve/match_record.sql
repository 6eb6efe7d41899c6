-- Source records as they are compared: trimmed and in lower case. Numbers made of zeros and dashes are no licences.
select
    system || ':' || source_record_id as record_key,
    system,
    source_record_id,
    kind,
    lower(trim(given_name)) as given_name,
    lower(trim(family_name)) as family_name,
    null as initials,
    lower(trim(specialty)) as specialty,
    lower(trim(institution)) as institution,
    lower(trim(city)) as place,
    lower(trim(region)) as region,
    lower(trim(postal_code)) as postal_code,
    lower(trim(country)) as country,
    lower(trim(email)) as email,
    null as email_domain,
    trim(phone) as phone,
    case when regexp_matches(trim(licence_id), '^[0-]*$') then null else lower(trim(licence_id)) end as licence_id,
    md5(system || ':' || source_record_id) as fingerprint
from source_record
