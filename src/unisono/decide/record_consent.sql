-- What the statements of one record amount to at the clock. About each address the latest one that applies decides; of
-- several made at the same instant, the most restrictive. A grant that has lapsed is expired, and expired is not consent.
-- A pending answer says nothing where consent is not required: above all it does not take back a refusal.
-- What is said of the present address, or of none, decides by its instant. A grant for another address allows nothing
-- here; a refusal of another address forbids here too unless the present one has a grant of its own. Where the present
-- address is not known, the most restrictive of all addresses decides.
-- All this is read twice where the record has other addresses than the customer: against the customer's, and against its
-- own, as if it stood alone. The stricter reading counts, and a grant has to be one in both.
with scope as (
    -- Products that a customer's statements name are judged apart, all others at once.
    select distinct customer_id, product_id from consent
),
seen as (
    select *, 'customer' as reading, address as place from consent
    union all
    select *, 'record' as reading, own_address as place from consent where own_address is not null
),
applicable as (
    select
        s.customer_id,
        s.system,
        s.source_record_id,
        s.reading,
        case when s.own_address is null then 1 else 2 end as readings,
        c.channel,
        c.purpose,
        o.product_id,
        s.channel_value,
        s.place,
        case when s.status = 'granted' and s.expires_at <= $as_of then 'expired' else s.status end as status,
        s.stated_at,
        s.expires_at,
        s.evidence,
        s.source
    from seen as s
    inner join playbook_channel as c
        on (s.channel = c.channel or s.channel = 'all') and (s.purpose = c.purpose or s.purpose = 'all')
    inner join scope as o on o.customer_id = s.customer_id and (s.product_id = o.product_id or s.product_id = 'all')
    where s.stated_at <= $as_of and not (s.status = 'pending' and c.consent = 'not_required')
),
ranked as (
    select
        *,
        case status when 'withdrawn' then 1 when 'denied' then 2 when 'pending' then 3 when 'expired' then 4 else 5 end
            as lenience
    from applicable
),
latest as (
    select *
    from ranked
    qualify row_number() over (
        partition by system, source_record_id, reading, channel, purpose, product_id, channel_value
        order by stated_at desc, lenience, expires_at nulls last, source, evidence
    ) = 1
),
judged as (
    select
        *,
        bool_or(place = 'unclear')
            over (partition by system, source_record_id, reading, channel, purpose, product_id) as is_unclear,
        bool_or(place = 'current' and status = 'granted')
            over (partition by system, source_record_id, reading, channel, purpose, product_id) as is_granted_here
    from latest
),
read as (
    select
        customer_id, system, source_record_id, reading, readings, channel, purpose, product_id, status, lenience,
        stated_at, expires_at, evidence, source
    from judged
    where place <> 'other' or (status in ('denied', 'withdrawn') and not is_granted_here)
    qualify row_number() over (
        partition by system, source_record_id, reading, channel, purpose, product_id
        order by
            case when is_unclear then lenience else 0 end,
            stated_at desc,
            lenience,
            expires_at nulls last,
            source,
            evidence
    ) = 1
),
counted as (
    select *, count(*) over (partition by system, source_record_id, channel, purpose, product_id) as made from read
),
verdict as (
    select *
    from counted
    where status <> 'granted' or made = readings
    qualify row_number() over (
        partition by system, source_record_id, channel, purpose, product_id
        order by lenience, stated_at, expires_at nulls last, source, evidence
    ) = 1
)
select
    v.customer_id, v.system, v.source_record_id, v.channel, v.purpose, p.product_id,
    v.status, v.stated_at, v.expires_at, v.evidence, v.source
from verdict as v
inner join playbook_product as p on p.is_own and (v.product_id = p.product_id or v.product_id = 'all')
left join scope as o on o.customer_id = v.customer_id and o.product_id = p.product_id
where v.product_id = p.product_id or o.customer_id is null
