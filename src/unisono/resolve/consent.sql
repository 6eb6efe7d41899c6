-- Statements by customer. One limited to a product we do not know stays limited to it: it never widens to all.
-- The same statement told twice is one, and lapses when the first of them does.
select
    x.customer_id,
    s.channel,
    s.purpose,
    coalesce(p.product_id, lower(trim(s.product)), 'all') as product_id,
    s.status,
    s.stated_at,
    min(s.expires_at) as expires_at,
    max(s.evidence) as evidence,
    s.source,
    bool_or(s.simulated) as simulated
from source_consent as s
inner join customer_xref as x on x.system = s.system and x.source_record_id = s.source_record_id
left join playbook_product_alias as p on p.alias = lower(trim(s.product))
group by
    x.customer_id, s.channel, s.purpose, coalesce(p.product_id, lower(trim(s.product)), 'all'),
    s.status, s.stated_at, s.source
