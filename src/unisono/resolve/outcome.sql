-- What came of it, month by month: figures of customers and of sales areas, with products in the playbook's words.
-- Figures of shorter periods, and of several records of one customer, add up.
select
    x.customer_id,
    o.brick,
    o.product,
    o.measure,
    sum(o.value) as value,
    p.product_id,
    cast(date_trunc('month', o.period_on) as date) as period_on,
    o.source,
    bool_or(o.simulated) as simulated
from source_outcome as o
left join customer_xref as x on x.system = o.system and x.source_record_id = o.source_record_id
left join playbook_product_alias as p on p.alias = lower(trim(o.product))
group by
    x.customer_id, o.brick, o.product, o.measure, p.product_id, cast(date_trunc('month', o.period_on) as date), o.source
