-- Touchpoints by customer, with companies and products in the playbook's words. Every source touchpoint has one row.
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
left join playbook_company_alias as a on a.alias = lower(trim(t.company))
left join playbook_company as c on c.company_id = a.company_id
left join playbook_product_alias as p on p.alias = lower(trim(t.product))
