-- Touchpoints of each company of the playbook for each product in each quarter.
with every as (
    select touchpoint_id, company_id, occurred_at, product_id, products from touchpoint where company_id is not null

    union all

    select touchpoint_id, company_id, occurred_at, product_id, products
    from medical_touchpoint
    where company_id is not null
),

named as (
    select
        touchpoint_id,
        company_id,
        occurred_at,
        coalesce(product_id, 'other') as product_id,
        1 as is_first
    from every

    union all

    select
        listed.touchpoint_id,
        listed.company_id,
        listed.occurred_at,
        coalesce(alias.product_id, 'other') as product_id,
        0 as is_first
    from (
        select touchpoint_id, company_id, occurred_at, unnest(products) as name
        from every
    ) as listed
    left join playbook_product_alias as alias on alias.alias = lower(trim(listed.name))
),

-- One meal may name a product twice; it still is one touchpoint that names it.
named_once as (
    select touchpoint_id, company_id, occurred_at, product_id, max(is_first) as is_first
    from named
    group by touchpoint_id, company_id, occurred_at, product_id
)

select
    cast(extract(year from occurred_at) as varchar) || 'Q'
        || cast(extract(quarter from occurred_at) as varchar) as quarter,
    company_id,
    product_id,
    sum(is_first) as touchpoints,
    count(*) as mentions
from named_once
group by 1, 2, 3
