-- No suggestion with content that is not approved, valid on the clock's day, made for the decision's product, and
-- allowed on its channel and purpose, in the market, and for the customer's kind.
select d.decision_id
from decision as d
inner join playbook_channel as h on h.channel = d.channel
inner join customer as u on u.customer_id = d.customer_id
cross join playbook_policy as y
inner join local_day as w on w.age = 0
left join playbook_content as c
    on c.content_id = d.content_id
    and c.status = 'approved'
    and c.valid_from <= w.day
    and c.valid_until >= w.day
    and c.product_id = d.product_id
    and c.purpose = h.purpose
left join playbook_content_tag as t
    on t.content_id = c.content_id
    and (
        (t.tag = 'channel' and t.value = d.channel)
        or (t.tag = 'market' and t.value = y.market)
        or (t.tag = 'kind' and t.value = u.kind)
    )
group by d.decision_id
having count(distinct t.tag) < 3
