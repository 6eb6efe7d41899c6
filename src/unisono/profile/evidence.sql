-- Trials and responses by channel, time slot on it, topic and format; a contact weighs half after each half-life.
-- Contacts of every company count for channel and slot: they tell how the customer likes to be reached, and when.
with weighted as (
    select
        c.customer_id,
        c.channel,
        c.content_id,
        c.responded,
        c.occurred_at,
        power(0.5, date_diff('day', c.occurred_at, $as_of) / p.preference_half_life_days) as weight
    from contact as c
    cross join playbook_policy as p
    where c.is_outbound or c.responded
),
tagged as (
    select customer_id, 'channel' as dimension, channel as value, responded, occurred_at, weight
    from weighted
    union all
    -- A source that tells no time of day says midnight.
    select
        customer_id,
        'slot' as dimension,
        channel || '/' || substr('montuewedthufrisatsun', 1 + 3 * date_diff('day', date_trunc('week', occurred_at), occurred_at), 3)
        || case when hour(occurred_at) < 12 then '_morning' when hour(occurred_at) < 17 then '_afternoon' else '_evening' end
            as value,
        responded,
        occurred_at,
        weight
    from weighted
    where occurred_at <> date_trunc('day', occurred_at)
    union all
    select w.customer_id, 'topic' as dimension, t.value, w.responded, w.occurred_at, w.weight
    from weighted as w
    inner join playbook_content_tag as t on t.content_id = w.content_id and t.tag = 'topic'
    union all
    select w.customer_id, 'format' as dimension, c.format as value, w.responded, w.occurred_at, w.weight
    from weighted as w
    inner join playbook_content as c on c.content_id = w.content_id
)
select
    customer_id,
    dimension,
    value,
    sum(weight) as trials,
    sum(case when responded then weight else 0.0 end) as responses,
    count(*) as evidence_count,
    sum(case when responded then 1 else 0 end) as response_count,
    max(occurred_at) as last_at
from tagged
group by customer_id, dimension, value
