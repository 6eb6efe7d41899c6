-- No suggestion on a channel that requires consent without a grant in force, by one of the customer's records, for its
-- present address or for none in particular; nor one that something later or stricter takes back, of what any one record
-- stated. Statements of records with other addresses than the customer's are read by the record's own as well.
with reading as (
    select *, 'customer' as reading, address as place, case when own_address is null then 1 else 2 end as readings
    from consent
    union all
    select *, 'record' as reading, own_address as place, 2 as readings
    from consent
    where own_address is not null
),
said as (
    select
        d.decision_id,
        n.system,
        n.source_record_id,
        n.reading,
        n.readings,
        n.place,
        coalesce(n.channel_value, '') as about,
        n.stated_at,
        n.status = 'granted' and coalesce(n.expires_at > d.decided_at, true) as is_grant,
        n.status in ('denied', 'withdrawn') as is_refusal
    from decision as d
    inner join playbook_channel as h on h.channel = d.channel and h.consent = 'required'
    inner join reading as n
        on n.customer_id = d.customer_id
        and n.stated_at <= d.decided_at
        and (n.channel = d.channel or n.channel = 'all')
        and (n.purpose = h.purpose or n.purpose = 'all')
        and (n.product_id = d.product_id or n.product_id = 'all')
),
ending as (
    select decision_id, system, source_record_id, reading, about, max(stated_at) as stated_at
    from said
    group by decision_id, system, source_record_id, reading, about
),
last_word as (
    select
        s.decision_id, s.system, s.source_record_id, s.reading, s.readings, s.place, s.stated_at,
        bool_and(s.is_grant) as is_grant,
        bool_or(s.is_refusal) as is_refusal
    from said as s
    inner join ending as e
        on e.decision_id = s.decision_id and e.system = s.system and e.source_record_id = s.source_record_id
        and e.reading = s.reading and e.about = s.about and e.stated_at = s.stated_at
    group by s.decision_id, s.system, s.source_record_id, s.reading, s.readings, s.place, s.about, s.stated_at
),
summed as (
    select
        decision_id,
        system,
        source_record_id,
        readings,
        max(case when is_grant and place <> 'other' then stated_at end) as granted_at,
        max(case when not is_grant and place <> 'other' then stated_at end) as lost_at,
        max(case when is_refusal and place = 'other' then stated_at end) as refused_elsewhere_at,
        bool_or(is_grant and place = 'current') as is_granted_here,
        bool_or(place = 'unclear') as is_unclear
    from last_word
    group by decision_id, system, source_record_id, reading, readings
),
record as (
    select
        decision_id,
        count(granted_at) = max(readings) as grants,
        bool_or(
            lost_at >= coalesce(granted_at, lost_at)
            or (is_unclear and lost_at is not null)
            or (not is_granted_here and refused_elsewhere_at >= coalesce(granted_at, refused_elsewhere_at))
        ) as forbids
    from summed
    group by decision_id, system, source_record_id
),
judged as (
    select decision_id, bool_or(grants) as is_granted, bool_or(forbids) as is_forbidden from record group by decision_id
)
select d.decision_id
from decision as d
inner join playbook_channel as h on h.channel = d.channel and h.consent = 'required'
left join judged as j on j.decision_id = d.decision_id
where not coalesce(j.is_granted, false) or coalesce(j.is_forbidden, false)
