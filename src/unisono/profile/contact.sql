-- Touchpoints folded into contacts: the sending, opening and clicking of one e-mail are one contact.
-- It is dated by the latest time the company reached out in it (invited, then attended: the day attended), as caps ask.
select
    t.customer_id,
    t.contact_id,
    t.channel,
    t.is_own,
    coalesce(
        max(case when e.is_contact and t.direction = 'outbound' then t.occurred_at end), min(t.occurred_at)
    ) as occurred_at,
    min(t.product_id) as product_id,
    min(t.content_id) as content_id,
    min(t.rep_id) as rep_id,
    bool_or(e.is_contact and t.direction = 'outbound') as is_outbound,
    bool_or(e.is_response and t.is_human) as responded,
    count(*) as touchpoints
from touchpoint as t
inner join playbook_event as e on e.event = t.event
group by t.customer_id, t.contact_id, t.channel, t.is_own
