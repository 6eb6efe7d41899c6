-- No suggestions that together with the contacts already made are more than a cap allows, or that disturb a rest.
with every as (
    select customer_id, channel, contact_id, occurred_at, event from touchpoint where is_own and direction = 'outbound'
    union all
    select customer_id, channel, contact_id, occurred_at, event
    from medical_touchpoint
    where is_own and direction = 'outbound'
),
reached_out as (
    select t.customer_id, t.channel, t.contact_id, max(t.occurred_at) as occurred_at
    from every as t
    inner join playbook_event as e on e.event = t.event and e.is_contact
    group by t.customer_id, t.channel, t.contact_id
),
counted as (
    select
        d.decision_id,
        c.gate,
        c.at_most,
        count(distinct t.contact_id || '|' || t.channel) as made,
        count(distinct o.decision_id) as suggested
    from decision as d
    inner join playbook_cap as c on c.channel = d.channel or c.channel = 'all'
    inner join decision as o on o.customer_id = d.customer_id and (o.channel = c.channel or c.channel = 'all')
    inner join local_day as w on w.age = c.days - 1
    left join reached_out as t
        on t.customer_id = d.customer_id and (t.channel = c.channel or c.channel = 'all') and t.occurred_at >= w.begins_at
    group by d.decision_id, c.channel, c.days, c.gate, c.at_most
)
select decision_id
from counted
where (gate = 'cap' and made + suggested > at_most) or (gate = 'rest' and made + suggested > 1)
