-- Decision stage by one step of a Bayes filter: the ladder's prior times the likelihood of what was seen.
-- An event weighs half after each half-life, and further events of the same kind weigh less and less
-- (log2 of 1 + their weight), because they are not independent of one another.
with seen as (
    select
        t.customer_id,
        t.product_id,
        t.event,
        ln(1 + sum(power(0.5, date_diff('day', t.occurred_at, $as_of) / p.belief_half_life_days))) / ln(2) as weight,
        max(t.occurred_at) as last_at
    from touchpoint as t
    inner join playbook_product as o on o.product_id = t.product_id and o.is_own
    inner join (select distinct event from playbook_ladder_evidence) as k on k.event = t.event
    cross join playbook_policy as p
    where t.is_own and t.is_human
    group by t.customer_id, t.product_id, t.event
),
moved as (
    select customer_id, product_id, event as moved_by, last_at as moved_at
    from seen
    qualify row_number() over (partition by customer_id, product_id order by last_at desc, event) = 1
),
score as (
    select
        s.customer_id,
        s.product_id,
        l.stage,
        l.position,
        ln(l.prior) + sum(s.weight * e.log_likelihood) as score
    from seen as s
    inner join playbook_ladder_evidence as e on e.event = s.event
    inner join playbook_ladder as l on l.stage = e.stage
    group by s.customer_id, s.product_id, l.stage, l.position, l.prior
),
likelihood as (
    select *, exp(score - max(score) over (partition by customer_id, product_id)) as likelihood from score
),
posterior as (
    select
        *,
        likelihood / sum(likelihood) over (partition by customer_id, product_id) as probability,
        row_number() over (partition by customer_id, product_id order by likelihood desc, position) as place
    from likelihood
)
select
    p.customer_id,
    p.product_id,
    p.stage,
    p.probability,
    p.place = 1 as most_likely,
    m.moved_by,
    m.moved_at
from posterior as p
inner join moved as m on m.customer_id = p.customer_id and m.product_id = p.product_id
