-- Unsubscribing is a refusal, whatever the message was about: it counts on both sides of the wall. It stands for each
-- product until the record that it was told of grants consent again, later.
with told as (
    select customer_id, system, source_record_id, channel, occurred_at
    from touchpoint
    where event = 'unsubscribed' and is_own
    union all
    select customer_id, system, source_record_id, channel, occurred_at
    from medical_touchpoint
    where event = 'unsubscribed' and is_own
)
select t.customer_id, t.channel, p.product_id, max(t.occurred_at) as unsubscribed_at
from told as t
inner join playbook_product as p on p.is_own
left join record_consent as r
    on r.system = t.system
    and r.source_record_id = t.source_record_id
    and r.channel = t.channel
    and r.product_id = p.product_id
    and r.status = 'granted'
    and r.stated_at > t.occurred_at
where r.system is null
group by t.customer_id, t.channel, p.product_id
