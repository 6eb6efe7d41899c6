-- Every draw is a distribution of which one option is drawn, and none of its options is stopped by a gate.
with every as (
    select 'commercial' as purpose, * from draw
    union all
    select 'medical' as purpose, * from medical_draw
),
asked as (
    select * from candidate
    union all
    select * from medical_candidate
)
select d.customer_id, d.planned_product_id, d.planned_channel
from every as d
group by d.purpose, d.customer_id, d.planned_product_id, d.planned_channel
having abs(sum(d.propensity) - 1) > 0.000000001 or min(d.propensity) < 0
    or sum(case when d.is_drawn then 1 else 0 end) <> 1
    or sum(case when d.is_drawn and d.propensity > 0 then 1 else 0 end) <> 1
union all
select d.customer_id, d.planned_product_id, d.planned_channel
from every as d
left join asked as a
    on a.customer_id = d.customer_id and a.product_id = d.product_id and a.channel = d.channel
    and coalesce(a.rep_id, '') = coalesce(d.rep_id, '') and a.blocked_by is null
where a.customer_id is null
