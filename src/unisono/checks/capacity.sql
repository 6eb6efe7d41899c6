-- Nobody is given more than there is: minutes and suggestions of a representative, sendings of a channel, suggestions
-- to a customer, budgets and quotas.
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
union all
select m.limit_id as owner
from decision as d
inner join customer as c on c.customer_id = d.customer_id
inner join playbook_limit_scope as s
    on s.channel = d.channel and s.product_id = d.product_id
    and (s.specialty = '*' or s.specialty = coalesce(lower(trim(c.specialty)), 'unknown'))
inner join playbook_limit as m on m.limit_id = s.limit_id and m.kind <> 'goal'
group by m.limit_id, m.amount
having sum(s.amount) > m.amount + 0.000001
