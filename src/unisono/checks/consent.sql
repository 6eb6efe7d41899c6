-- No suggestion on a channel that requires consent without a grant in force that nothing later or stricter takes back.
select d.decision_id
from decision as d
inner join playbook_channel as h on h.channel = d.channel and h.consent = 'required'
left join consent as g
    on g.customer_id = d.customer_id
    and g.status = 'granted'
    and g.stated_at <= d.decided_at
    and coalesce(g.expires_at > d.decided_at, true)
    and (g.channel = d.channel or g.channel = 'all')
    and (g.purpose = h.purpose or g.purpose = 'all')
    and (g.product_id = d.product_id or g.product_id = 'all')
left join consent as n
    on n.customer_id = d.customer_id
    and (n.status <> 'granted' or n.expires_at <= d.decided_at)
    and n.stated_at <= d.decided_at
    and (n.channel = d.channel or n.channel = 'all')
    and (n.purpose = h.purpose or n.purpose = 'all')
    and (n.product_id = d.product_id or n.product_id = 'all')
group by d.decision_id
having max(g.stated_at) is null or max(n.stated_at) >= max(g.stated_at)
