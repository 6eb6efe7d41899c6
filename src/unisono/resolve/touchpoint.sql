-- Touchpoints by customer, with companies and products in the playbook's words. Every source touchpoint has one row, here
-- or in `medical_touchpoint`. Medical is what its channel, its content or its representative says is medical, and with it
-- everything of the same contact: opening a message answers what the message said.
with medical as (
    select distinct x.customer_id, t.channel, t.contact_id
    from source_touchpoint as t
    inner join customer_xref as x on x.system = t.system and x.source_record_id = t.source_record_id
    left join playbook_channel as h on h.channel = t.channel
    left join playbook_content as k on k.content_id = t.content_id
    left join rep as r on r.rep_id = t.rep_id
    where h.purpose = 'medical' or k.purpose = 'medical' or r.role = 'msl'
)
select
    t.touchpoint_id,
    x.customer_id,
    t.occurred_at,
    t.channel,
    t.event,
    t.direction,
    c.company_id,
    coalesce(c.is_own, false) as is_own,
    p.product_id,
    t.products,
    t.content_id,
    t.key_message,
    t.rep_id,
    t.group_id,
    t.contact_id,
    t.duration_minutes,
    t.amount,
    t.currency,
    t.is_human,
    t.decision_id,
    t.system,
    t.source_record_id,
    t.source,
    t.simulated
from source_touchpoint as t
inner join customer_xref as x on x.system = t.system and x.source_record_id = t.source_record_id
left join medical as m on m.customer_id = x.customer_id and m.channel = t.channel and m.contact_id = t.contact_id
left join playbook_company_alias as a on a.alias = lower(trim(t.company))
left join playbook_company as c on c.company_id = a.company_id
left join playbook_product_alias as p on p.alias = lower(trim(t.product))
where (m.contact_id is not null) = ($purpose = 'medical')
