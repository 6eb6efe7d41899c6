-- What each permitted action uses of budgets, quotas and goals.
select a.customer_id, a.product_id, a.channel, a.rep_id, m.kind as resource, m.limit_id as owner, s.amount
from action as a
inner join customer as c on c.customer_id = a.customer_id
inner join playbook_limit_scope as s
    on s.channel = a.channel and s.product_id = a.product_id
    and (s.specialty = '*' or s.specialty = coalesce(lower(trim(c.specialty)), 'unknown'))
inner join playbook_limit as m on m.limit_id = s.limit_id
