-- What to expect of a customer before own evidence: everybody, then the segment (specialty).
-- The strength, how many own contacts the expectation weighs, is learned from how much customers differ:
-- Kleinman's moment estimate of the beta-binomial (JASA 1973), kept within 2 and 200 contacts.
with base as (
    select coalesce(lower(trim(c.specialty)), 'unknown') as segment, e.*
    from evidence as e
    inner join customer as c on c.customer_id = e.customer_id
),
overall as (
    select
        dimension,
        value,
        sum(trials) as trials,
        sum(responses) as responses,
        sum(trials * trials) as trials_squared,
        count(*) as customers,
        sum(responses) / sum(trials) as rate
    from base
    group by dimension, value
),
spread as (
    select
        b.dimension,
        b.value,
        sum(b.trials * (b.responses / b.trials - o.rate) * (b.responses / b.trials - o.rate)) as squares
    from base as b
    inner join overall as o on o.dimension = b.dimension and o.value = b.value
    group by b.dimension, b.value
),
correlation as (
    select
        o.*,
        case
            when o.rate > 0.001 and o.rate < 0.999 and o.trials - o.trials_squared / o.trials > o.customers - 1
                then (s.squares / (o.rate * (1 - o.rate)) - (o.customers - 1))
                    / (o.trials - o.trials_squared / o.trials - (o.customers - 1))
        end as rho
    from overall as o
    inner join spread as s on s.dimension = o.dimension and s.value = o.value
),
dimension_mean as (
    -- A slot is compared with the other slots of its channel.
    select
        dimension,
        case when dimension = 'slot' then split_part(value, '/', 1) end as channel,
        sum(responses) / sum(trials) as mean
    from overall
    group by dimension, case when dimension = 'slot' then split_part(value, '/', 1) end
),
known as (
    select 'channel' as dimension, channel as value, response_mean as mean, response_strength as strength
    from playbook_channel
    union all
    select d.dimension, o.value, d.mean, p.segment_strength as strength
    from overall as o
    inner join dimension_mean as d
        on d.dimension = o.dimension and (d.channel is null or starts_with(o.value, d.channel || '/'))
    cross join playbook_policy as p
    where o.dimension <> 'channel'
),
everybody as (
    select
        k.dimension,
        k.value,
        (k.mean * k.strength + coalesce(c.responses, 0)) / (k.strength + coalesce(c.trials, 0)) as mean,
        -- greatest() passes over what is empty, so an unknown correlation has to be asked for.
        case when c.rho is null then k.strength else 1 / least(greatest(c.rho, 1 / 201.0), 1 / 3.0) - 1 end as strength
    from known as k
    left join correlation as c on c.dimension = k.dimension and c.value = k.value
),
segment_sum as (
    select segment, dimension, value, sum(trials) as trials, sum(responses) as responses
    from base
    group by segment, dimension, value
)
select '*' as segment, dimension, value, mean, strength
from everybody
union all
select
    s.segment,
    s.dimension,
    s.value,
    (e.mean * p.segment_strength + s.responses) / (p.segment_strength + s.trials) as mean,
    e.strength
from segment_sum as s
inner join everybody as e on e.dimension = s.dimension and e.value = s.value
cross join playbook_policy as p
