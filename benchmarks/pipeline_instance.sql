-- table: source_record
select
    'crm' as system,
    'H' || i as source_record_id,
    'hcp' as kind,
    'Doctor ' || i as full_name,
    null::varchar as given_name,
    null::varchar as family_name,
    list_extract(['cardiology', 'internal medicine', 'family medicine', 'endocrinology', 'nephrology', 'geriatrics'], 1 + (hash(i, 1) % 6)::int) as specialty,
    null::varchar as institution,
    'City ' || (hash(i, 2) % 100) as city,
    null::varchar as region,
    null::varchar as postal_code,
    'IT' as country,
    null::varchar as brick,
    null::varchar as email,
    null::varchar as phone,
    'L' || i as licence_id,
    null::timestamp as updated_at,
    'crm' as source,
    true as simulated
from range($customers) as r (i)
-- table: rep
select 'R' || i as rep_id, 'Rep ' || i as rep_name, 'sales' as role, 'T' || i as territory_id,
    1500.0 as capacity_minutes, null::date as starts_on, null::date as ends_on, 'roster' as source, true as simulated
from range(greatest($customers // 200, 1)) as r (i)
-- table: territory_area
select 'T' || (i % greatest($customers // 200, 1)) as territory_id, 'city' as field, 'City ' || i as area,
    'roster' as source, true as simulated
from range(100) as r (i)
where $customers // 200 <= 100
-- table: source_assignment
select 'R' || (i % greatest($customers // 200, 1)) as rep_id, null::varchar as territory_id, 'crm' as system,
    'H' || i as source_record_id, null::date as starts_on, null::date as ends_on, 'roster' as source, true as simulated
from range($customers) as r (i)
where $customers // 200 > 100
-- table: source_consent
select 'crm' as system, 'H' || i as source_record_id, 'all' as channel, 'all' as purpose,
    case when hash(i, 3) % 10 < 7 then 'granted' else 'withdrawn' end as status,
    timestamp '2025-01-01' + to_days((hash(i, 4) % 300)::int) as stated_at,
    null::timestamp as expires_at, 'form ' || i as evidence, null::varchar as product,
    null::varchar as channel_value, null::varchar as statement_id,
    'crm' as source, true as simulated
from range($customers) as r (i)
-- table: source_touchpoint
with channel as (
    select list(channel order by channel) as names, count(*) as n from playbook_channel
),
product as (
    select list(product_name order by product_name) as names, count(*) as n from playbook_product where is_own
),
content as (
    select list(content_id order by content_id) as ids, count(*) as n from playbook_content
)
select
    'T' || i as touchpoint_id,
    'crm' as system,
    'H' || (hash(i // 2, 5) % $customers) as source_record_id,
    $as_of::timestamp - to_seconds((hash(i, 6) % 31536000)::bigint) as occurred_at,
    list_extract(c.names, 1 + (hash(i // 2, 7) % c.n)::int) as channel,
    list_extract(['sent', 'sent', 'opened', 'clicked', 'visited', 'attended', 'declined', 'asked'], 1 + (hash(i, 8) % 8)::int) as event,
    'outbound' as direction,
    'self' as company,
    list_extract(p.names, 1 + (hash(i, 9) % p.n)::int) as product,
    [list_extract(p.names, 1 + (hash(i, 9) % p.n)::int)] as products,
    list_extract(k.ids, 1 + (hash(i, 10) % k.n)::int) as content_id,
    null::varchar as key_message,
    null::varchar as rep_id,
    null::varchar as group_id,
    'K' || (i // 2) as contact_id,
    null::double as duration_minutes,
    null::double as amount,
    null::varchar as currency,
    true as is_human,
    null::varchar as decision_id,
    'crm' as source,
    true as simulated
from range($touchpoints) as r (i), channel as c, product as p, content as k
