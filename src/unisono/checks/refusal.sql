-- No suggestion on a channel the customer refused or unsubscribed from, unless consent was given after that for the same
-- address, or for the present one; and none to a customer held out of suggestions.
with every as (
    select customer_id, channel, occurred_at from touchpoint where event = 'unsubscribed' and is_own
    union all
    select customer_id, channel, occurred_at from medical_touchpoint where event = 'unsubscribed' and is_own
),
refused as (
    select d.decision_id, n.address, n.channel_value, n.stated_at as refused_at
    from decision as d
    inner join playbook_channel as h on h.channel = d.channel
    inner join consent as n
        on n.customer_id = d.customer_id
        and n.status in ('denied', 'withdrawn')
        and n.stated_at <= d.decided_at
        and (n.channel = d.channel or n.channel = 'all')
        and (n.purpose = h.purpose or n.purpose = 'all')
        and (n.product_id = d.product_id or n.product_id = 'all')
    union all
    select d.decision_id, 'any' as address, null as channel_value, t.occurred_at as refused_at
    from decision as d
    inner join every as t on t.customer_id = d.customer_id and t.channel = d.channel
),
granted as (
    select d.decision_id, g.address, g.channel_value, g.stated_at as granted_at
    from decision as d
    inner join playbook_channel as h on h.channel = d.channel
    inner join consent as g
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
    and (
        (g.granted_at > r.refused_at and g.channel_value = r.channel_value)
        or (g.granted_at > r.refused_at and r.address <> 'unclear' and g.address <> 'other')
        or (r.address = 'other' and g.address = 'current')
    )
where g.decision_id is null
union all
select d.decision_id
from decision as d
left join arm as a on a.customer_id = d.customer_id and a.suggests
where a.customer_id is null
