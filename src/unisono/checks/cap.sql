-- No suggestion to a customer who already had as many contacts as a cap allows, counted from the touchpoints.
with contact_day as (
    select distinct t.customer_id, t.channel, t.contact_id, date_diff('day', t.occurred_at, $as_of) as age
    from touchpoint as t
    inner join playbook_event as e on e.event = t.event and e.is_contact
    where t.is_own and t.direction = 'outbound'
)
select d.decision_id
from decision as d
inner join playbook_cap as c on c.channel = d.channel or c.channel = 'all'
left join contact_day as t
    on t.customer_id = d.customer_id and (t.channel = c.channel or c.channel = 'all') and t.age < c.days
group by d.decision_id, c.channel, c.days, c.gate, c.at_most
having count(distinct t.contact_id || '|' || t.channel) >= c.at_most and not (c.gate = 'rest' and count(t.contact_id) = 0)
