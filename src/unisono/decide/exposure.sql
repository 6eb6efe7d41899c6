-- What the experiment arm came to in this run, for every customer assigned: measuring compares arms as they were
-- assigned, whatever came of them (intention to treat).
with suggested as (
    select customer_id, count(*) as suggestions from decision group by customer_id
)
select
    a.customer_id,
    a.arm,
    a.stratum,
    a.share,
    a.assigned_at,
    case
        when s.customer_id is not null then 'suggested'
        when a.suggests and n.reason = 'gated' then 'gated'
        else 'none'
    end as exposed_to,
    coalesce(s.suggestions, 0) as suggestions
from arm as a
left join suggested as s on s.customer_id = a.customer_id
left join no_action as n on n.customer_id = a.customer_id
