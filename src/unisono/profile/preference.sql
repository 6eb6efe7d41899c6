-- Beta posterior of each customer's response probability: own evidence shrunk to the segment's expectation.
with posterior as (
    select
        e.customer_id,
        e.dimension,
        e.value,
        p.mean * p.strength + e.responses as alpha,
        (1 - p.mean) * p.strength + e.trials - e.responses as beta,
        e.evidence_count,
        e.response_count,
        e.last_at,
        p.mean as prior_mean,
        p.strength as prior_strength
    from evidence as e
    inner join customer as c on c.customer_id = e.customer_id
    inner join preference_prior as p
        on p.segment = coalesce(lower(trim(c.specialty)), 'unknown') and p.dimension = e.dimension and p.value = e.value
)
select
    customer_id,
    dimension,
    value,
    alpha / (alpha + beta) as mean,
    sqrt(alpha * beta / ((alpha + beta) * (alpha + beta) * (alpha + beta + 1))) as sd,
    evidence_count,
    response_count,
    last_at,
    prior_mean,
    prior_strength
from posterior
