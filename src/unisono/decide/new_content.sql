-- Contents in their first days of which hardly anything is known yet; none where exploration is switched off.
select k.content_id
from playbook_content as k
cross join playbook_exploration as e
left join content_use as u on u.content_id = k.content_id
where e.enabled and k.purpose = $purpose and k.valid_from <= cast($as_of as date)
    and date_diff('day', k.valid_from, cast($as_of as date)) < e.new_content_days
group by k.content_id, e.new_content_customers
having count(u.customer_id) < e.new_content_customers
