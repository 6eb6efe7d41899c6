-- Unsubscribing is a refusal, whatever the message was about: it counts on both sides of the wall.
with told as (
    select customer_id, channel, occurred_at from touchpoint where event = 'unsubscribed' and is_own
    union all
    select customer_id, channel, occurred_at from medical_touchpoint where event = 'unsubscribed' and is_own
)
select customer_id, channel, max(occurred_at) as unsubscribed_at
from told
group by customer_id, channel
