-- Customers for whom doing nothing was best: nothing permitted, nothing worth its cost, or no time left for it.
with permitted as (
    select customer_id, product_id, channel, rep_id, value from action
    union all
    select customer_id, product_id, channel, rep_id, value from medical_action
),
best as (
    select customer_id, product_id, channel, value
    from permitted
    qualify row_number() over (partition by customer_id order by value desc, product_id, channel, rep_id) = 1
),
last_gate as (
    select customer_id, gate
    from funnel
    where customer_id <> '*'
    qualify row_number() over (partition by customer_id order by position desc) = 1
)
select
    c.customer_id,
    case when b.customer_id is null then 'gated' when b.value <= 0 then 'no_value' else 'no_capacity' end as reason,
    case
        when b.customer_id is null then 'last gate: ' || coalesce(g.gate, 'none')
        else b.product_id || '/' || b.channel
    end as detail,
    b.value as best_value
from customer as c
left join (select distinct customer_id from decision) as d on d.customer_id = c.customer_id
left join best as b on b.customer_id = c.customer_id
left join last_gate as g on g.customer_id = c.customer_id
where d.customer_id is null
