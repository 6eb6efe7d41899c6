-- Potential of healthcare professionals: the specialty's weight, halved for those no company contacts at all, times how
-- much they prescribe beside their peers where sources tell outcomes by customer. Medical potential knows no outcomes.
with activity as (
    select c.customer_id, count(t.contact_id) as contacts
    from customer as c
    left join contact as t on t.customer_id = c.customer_id and date_diff('day', t.occurred_at, $as_of) < 365
    where c.kind = 'hcp'
    group by c.customer_id
),
ranked as (
    select customer_id, percent_rank() over (order by contacts) as activity_rank from activity
),
prescribed as (
    select o.customer_id, o.product_id, sum(o.value) as amount
    from outcome as o
    inner join playbook_policy as y on y.outcome_measure = o.measure
    inner join playbook_product as p on p.product_id = o.product_id and p.is_own
    inner join ranked as r on r.customer_id = o.customer_id
    where $purpose = 'commercial' and o.period_on <= cast($as_of as date) and date_diff('day', o.period_on, $as_of) < 365
    group by o.customer_id, o.product_id
),
size as (select count(*) as customers from ranked),
usual as (
    select p.product_id, sum(p.amount) / max(z.customers) as amount
    from prescribed as p
    cross join size as z
    group by p.product_id
),
overall as (
    select customer_id, sum(amount) as amount from prescribed group by customer_id
),
usual_overall as (select sum(amount) as amount from usual),
compared as (
    -- One prescription more for everybody, so that few months of data do not make giants or nobodies.
    select
        r.customer_id,
        u.product_id,
        coalesce(p.amount, 0) as prescribed,
        u.amount as prescribed_usual,
        (coalesce(p.amount, 0) + 1) / (u.amount + 1) as of_product,
        (coalesce(o.amount, 0) + 1) / (a.amount + 1) as of_all
    from ranked as r
    cross join usual as u
    cross join usual_overall as a
    left join prescribed as p on p.customer_id = r.customer_id and p.product_id = u.product_id
    left join overall as o on o.customer_id = r.customer_id
),
known as (
    select
        r.customer_id,
        p.product_id,
        coalesce(t.weight, other.weight, 0.0) as specialty_weight,
        r.activity_rank,
        case when m.of_product is null then 1.0 else least(sqrt(m.of_product * m.of_all), 3.0) end as prescribing,
        m.prescribed,
        m.prescribed_usual
    from ranked as r
    inner join customer as c on c.customer_id = r.customer_id
    cross join playbook_product as p
    left join playbook_target as t on t.product_id = p.product_id and t.specialty = lower(trim(c.specialty))
    left join playbook_target as other on other.product_id = p.product_id and other.specialty = '*'
    left join compared as m on m.customer_id = r.customer_id and m.product_id = p.product_id
    where p.is_own
)
select
    customer_id,
    product_id,
    specialty_weight * (1 + activity_rank) / 2 * prescribing as potential,
    specialty_weight,
    activity_rank,
    prescribing,
    prescribed,
    prescribed_usual
from known
