-- Potential of healthcare professionals: the specialty's weight, halved for those no company contacts at all.
with activity as (
    select c.customer_id, count(t.contact_id) as contacts
    from customer as c
    left join contact as t on t.customer_id = c.customer_id and date_diff('day', t.occurred_at, $as_of) < 365
    where c.kind = 'hcp'
    group by c.customer_id
),
ranked as (
    select customer_id, percent_rank() over (order by contacts) as activity_rank from activity
)
select
    r.customer_id,
    p.product_id,
    coalesce(t.weight, other.weight, 0.0) * (1 + r.activity_rank) / 2 as potential,
    coalesce(t.weight, other.weight, 0.0) as specialty_weight,
    r.activity_rank
from ranked as r
inner join customer as c on c.customer_id = r.customer_id
cross join playbook_product as p
left join playbook_target as t on t.product_id = p.product_id and t.specialty = lower(trim(c.specialty))
left join playbook_target as other on other.product_id = p.product_id and other.specialty = '*'
where p.is_own
