-- Experiment arm by salted hash: the same customer is in the same arm in every run.
select c.customer_id, a.arm, a.suggests
from customer as c
cross join playbook_policy as p
inner join playbook_arm as a
    on substr(md5(p.salt || '|' || c.customer_id), 1, 8) >= a.from_hash
    and substr(md5(p.salt || '|' || c.customer_id), 1, 8) < a.until_hash
