-- Whom the company itself reached out to, when and on which channel, on both sides of the wall: caps, rest and fatigue
-- count every contact. Nothing else of a medical contact crosses the wall, neither what it was about nor what came of it.
select customer_id, contact_id, channel, occurred_at
from contact
where is_own and is_outbound
union all
select customer_id, contact_id, channel, occurred_at
from medical_contact
where is_own and is_outbound
