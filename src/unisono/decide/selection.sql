-- What was drawn, with the prices of what it uses, beside what was planned.
select
    o.customer_id,
    o.product_id,
    o.channel,
    o.rep_id,
    o.content_id,
    o.slot,
    o.value,
    o.unit_price,
    o.suggestion_price,
    o.limit_cost,
    o.reduced_value,
    row_number() over (
        partition by coalesce(o.rep_id, o.channel), o.rep_id is null order by o.reduced_value desc, o.customer_id
    ) as rank,
    d.propensity,
    not d.is_plan as explored,
    d.expected_value,
    p.product_id as planned_product_id,
    p.channel as planned_channel,
    p.content_id as planned_content_id,
    p.slot as planned_slot,
    p.expected_value as planned_value
from draw as d
inner join draw_option as o
    on o.customer_id = d.customer_id and o.planned_product_id = d.planned_product_id
    and o.planned_channel = d.planned_channel and o.product_id = d.product_id and o.channel = d.channel
    and o.place = d.place and o.slot_place = d.slot_place
inner join draw as p
    on p.customer_id = d.customer_id and p.planned_product_id = d.planned_product_id
    and p.planned_channel = d.planned_channel and p.is_plan
where d.is_drawn
