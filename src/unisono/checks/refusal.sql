-- No suggestion on a channel the customer refused or unsubscribed from, unless the same record gave consent after that for
-- the same address, or for the present one; and none to a customer held out of suggestions. Statements of records with
-- other addresses than the customer's are read by the record's own as well.
with reading as (
    select *, 'customer' as reading, address as place from consent
    union all
    select *, 'record' as reading, own_address as place from consent where own_address is not null
),
every as (
    select customer_id, system, source_record_id, channel, occurred_at
    from touchpoint
    where event = 'unsubscribed' and is_own
    union all
    select customer_id, system, source_record_id, channel, occurred_at
    from medical_touchpoint
    where event = 'unsubscribed' and is_own
),
refused as (
    select d.decision_id, n.system, n.source_record_id, n.reading, n.place, n.channel_value, n.stated_at as refused_at
    from decision as d
    inner join playbook_channel as h on h.channel = d.channel
    inner join reading as n
        on n.customer_id = d.customer_id
        and n.status in ('denied', 'withdrawn')
        and n.stated_at <= d.decided_at
        and (n.channel = d.channel or n.channel = 'all')
        and (n.purpose = h.purpose or n.purpose = 'all')
        and (n.product_id = d.product_id or n.product_id = 'all')
    union all
    select
        d.decision_id, t.system, t.source_record_id, 'customer' as reading, 'any' as place, null as channel_value,
        t.occurred_at as refused_at
    from decision as d
    inner join every as t on t.customer_id = d.customer_id and t.channel = d.channel
),
granted as (
    select d.decision_id, g.system, g.source_record_id, g.reading, g.place, g.channel_value, g.stated_at as granted_at
    from decision as d
    inner join playbook_channel as h on h.channel = d.channel
    inner join reading as g
        on g.customer_id = d.customer_id
        and g.status = 'granted'
        and g.stated_at <= d.decided_at
        and (g.channel = d.channel or g.channel = 'all')
        and (g.purpose = h.purpose or g.purpose = 'all')
        and (g.product_id = d.product_id or g.product_id = 'all')
)
select r.decision_id
from refused as r
left join granted as g
    on g.decision_id = r.decision_id
    and g.system = r.system
    and g.source_record_id = r.source_record_id
    and g.reading = r.reading
    and (
        (g.granted_at > r.refused_at and g.channel_value = r.channel_value)
        or (g.granted_at > r.refused_at and r.place <> 'unclear' and g.place <> 'other')
        or (r.place = 'other' and g.place = 'current')
    )
where g.decision_id is null
union all
select d.decision_id
from decision as d
left join arm as a on a.customer_id = d.customer_id and a.suggests
where a.customer_id is null
