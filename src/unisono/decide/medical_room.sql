-- Suggestions that the policy and the caps over all channels allow a customer in this run. Medical suggestions are chosen
-- first, so nothing is taken from it yet.
select
    u.customer_id,
    greatest(least(p.per_customer, min(c.at_most - coalesce(q.touches, 0))), 0) as room
from customer as u
cross join playbook_policy as p
left join playbook_cap as c on c.channel = 'all' and c.gate = 'cap'
left join pressure as q on q.customer_id = u.customer_id and q.channel = c.channel and q.days = c.days
group by u.customer_id, p.per_customer
