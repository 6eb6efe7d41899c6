-- Contents each customer has already met, and whether that is too recent to repeat them.
select
    c.customer_id,
    c.content_id,
    max(c.occurred_at) as last_used_at,
    bool_or(date_diff('day', c.occurred_at, $as_of) < p.repeat_content_days) as too_recent
from contact as c
cross join playbook_policy as p
where c.is_own and c.content_id is not null
group by c.customer_id, c.content_id
