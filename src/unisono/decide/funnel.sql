-- How many candidates met and failed each gate, for the whole run ('*') and for each customer.
with asked as (
    select * from candidate
    union all
    select * from medical_candidate
),
gate as (
    select *
    from (
        values
            ('kind', 1), ('assignment', 2), ('reach', 3), ('wall', 4), ('control_arm', 5), ('stale_input', 6),
            ('consent', 7), ('suppression', 8), ('content', 9), ('repeat_content', 10), ('cap', 11), ('rest', 12),
            ('separation', 13)
    ) as g (gate, position)
),
stopped as (
    select
        customer_id,
        blocked_by as gate,
        count(*) as candidates,
        min(product_id || '/' || channel || coalesce('/' || rep_id, '')) as example
    from asked
    group by customer_id, blocked_by
),
scoped as (
    select customer_id, gate, candidates, example from stopped
    union all
    select '*' as customer_id, gate, sum(candidates) as candidates, min(customer_id || '/' || example) as example
    from stopped
    group by gate
),
total as (select customer_id, sum(candidates) as candidates from scoped group by customer_id),
met as (
    select
        t.customer_id,
        g.gate,
        g.position,
        t.candidates - coalesce(
            sum(s.candidates) over (
                partition by t.customer_id order by g.position rows between unbounded preceding and 1 preceding
            ),
            0
        ) as entering,
        coalesce(s.candidates, 0) as removed,
        s.example
    from total as t
    cross join gate as g
    left join scoped as s on s.customer_id = t.customer_id and s.gate = g.gate
)
select customer_id, gate, position, entering, removed, example
from met
where customer_id = '*' or removed > 0
