-- Contents each customer has already met, and whether that is too recent to repeat them.
-- Read from touchpoints, because one contact can use several contents.
select
    t.customer_id,
    t.content_id,
    max(t.occurred_at) as last_used_at,
    bool_or(t.occurred_at >= d.begins_at) as too_recent
from touchpoint as t
cross join playbook_policy as p
inner join local_day as d on d.age = p.repeat_content_days - 1
where t.is_own and t.content_id is not null
group by t.customer_id, t.content_id
