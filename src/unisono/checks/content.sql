-- No suggestion with content that is not approved, valid on the clock's day, and of the decision's product.
select d.decision_id
from decision as d
left join playbook_content as c
    on c.content_id = d.content_id
    and c.status = 'approved'
    and c.valid_from <= cast(d.decided_at as date)
    and c.valid_until >= cast(d.decided_at as date)
    and c.product_id = d.product_id
where c.content_id is null
