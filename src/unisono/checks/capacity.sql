-- Nobody is given more than there is: minutes and suggestions of a representative, sendings of a channel, suggestions
-- to a customer.
select d.rep_id as owner
from decision as d
inner join rep as r on r.rep_id = d.rep_id
cross join playbook_policy as p
group by d.rep_id, r.capacity_minutes, p.per_rep
having sum(d.minutes) > r.capacity_minutes + 0.000001 or count(*) > p.per_rep
union all
select d.channel as owner
from decision as d
inner join playbook_channel as h on h.channel = d.channel and h.owner = 'central'
group by d.channel, h.capacity
having count(*) > h.capacity
union all
select d.customer_id as owner
from decision as d
cross join playbook_policy as p
group by d.customer_id, p.per_customer
having count(*) > p.per_customer
