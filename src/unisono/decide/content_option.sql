-- Permitted actions with each of their best contents, the best new one among them, and every term of
-- value = potential x priority x fit x novelty x P(response) x stage gain x lever - fatigue cost - unit cost.
-- Some experiment arms value otherwise: without the lever, by response alone, or by chance (a number of 4 hex digits).
-- The whole belief is used, never only the likeliest stage; topics move the odds of a response by a quarter at most.
with permitted as (
    select * from candidate where blocked_by is null
),
content_stage as (
    select distinct l.stage, l.position
    from playbook_content as c
    inner join playbook_ladder as l on l.stage = c.stage
),
relevance as (
    select s.stage as content_stage, l.stage, l.prior, l.gain * power(p.stage_mismatch, abs(l.position - s.position)) as gain
    from content_stage as s
    cross join playbook_ladder as l
    cross join playbook_policy as p
),
believed_gain as (
    select b.customer_id, b.product_id, r.content_stage, sum(b.probability * r.gain) as stage_gain
    from belief as b
    inner join relevance as r on r.stage = b.stage
    group by b.customer_id, b.product_id, r.content_stage
),
expected_gain as (
    select content_stage, sum(prior * gain) as stage_gain from relevance group by content_stage
),
own_level as (
    select customer_id, sum(mean * evidence_count) / sum(evidence_count) as mean
    from preference
    where dimension = 'topic'
    group by customer_id
),
topic_factor as (
    -- Against the customer's own level over all topics: visits are answered more than e-mails, whatever the topic.
    select
        p.customer_id,
        t.content_id,
        least(greatest(avg(p.mean / o.mean), 0.8), 1.25) as factor
    from preference as p
    inner join own_level as o on o.customer_id = p.customer_id and o.mean > 0
    inner join playbook_content_tag as t on t.tag = 'topic' and t.value = p.value
    where p.dimension = 'topic'
    group by p.customer_id, t.content_id
),
response as (
    select
        a.customer_id,
        a.channel,
        coalesce(p.mean, s.mean, e.mean) as mean,
        coalesce(
            p.sd,
            sqrt(coalesce(s.mean, e.mean) * (1 - coalesce(s.mean, e.mean)) / (coalesce(s.strength, e.strength) + 1))
        ) as sd
    from (select distinct customer_id, channel from permitted) as a
    inner join customer as c on c.customer_id = a.customer_id
    inner join preference_prior as e on e.segment = '*' and e.dimension = 'channel' and e.value = a.channel
    left join preference_prior as s
        on s.segment = coalesce(lower(trim(c.specialty)), 'unknown') and s.dimension = 'channel' and s.value = a.channel
    left join preference as p on p.customer_id = a.customer_id and p.dimension = 'channel' and p.value = a.channel
),
weighted as (
    select customer_id, product_id, channel, exp(sum(ln(factor))) as factor
    from lever
    group by customer_id, product_id, channel
),
at_odds as (
    -- Suggestions of one run may be carried out on one day: where one would keep off the other, there is room for one.
    select distinct a.customer_id
    from permitted as a
    inner join playbook_separation as s
        on s.channel = a.channel and s.product_id = a.product_id and s.of_channel <> s.channel
    inner join permitted as b on b.customer_id = a.customer_id and b.channel = s.of_channel
),
term as (
    select
        a.customer_id,
        a.product_id,
        a.channel,
        a.rep_id,
        k.content_id,
        o.potential,
        r.priority,
        m.fit,
        case when u.content_id is null then 1.0 else y.novelty_after_use end as novelty,
        w.mean * coalesce(f.factor, 1.0) / (1 - w.mean + w.mean * coalesce(f.factor, 1.0)) as response_probability,
        w.sd as response_sd,
        coalesce(b.stage_gain, x.stage_gain) * h.depth as stage_gain,
        case arm.values_by when 'value' then least(greatest(coalesce(v.factor, 1.0), y.lever_least), y.lever_most) else 1.0 end
            as lever,
        y.fatigue_cost * coalesce(q.touches, 0) as fatigue_cost,
        h.unit_cost,
        h.minutes,
        case when n.customer_id is null then z.room else least(z.room, 1) end as room,
        arm.values_by,
        y.unit_value,
        case when arm.values_by = 'chance' then
            md5(y.salt || '|' || cast($as_of as varchar) || '|' || a.customer_id || '|' || a.product_id || '|' || a.channel
                || '|' || coalesce(a.rep_id, '') || '|' || k.content_id)
        end as luck,
        t.content_id is not null as is_new,
        y.alternatives
    from permitted as a
    cross join playbook_policy as y
    inner join customer as c on c.customer_id = a.customer_id
    inner join playbook_product as r on r.product_id = a.product_id
    inner join playbook_channel as h on h.channel = a.channel
    inner join playbook_channel_matrix as m on m.lifecycle = r.lifecycle and m.channel = a.channel
    inner join potential as o on o.customer_id = a.customer_id and o.product_id = a.product_id
    inner join arm on arm.customer_id = a.customer_id
    inner join room as z on z.customer_id = a.customer_id
    inner join response as w on w.customer_id = a.customer_id and w.channel = a.channel
    inner join content_gate as g on g.product_id = a.product_id and g.channel = a.channel and g.blocked_by is null
    inner join playbook_content as k on k.content_id = g.content_id
    inner join playbook_content_tag as d on d.content_id = k.content_id and d.tag = 'kind' and d.value = c.kind
    inner join expected_gain as x on x.content_stage = k.stage
    left join believed_gain as b
        on b.customer_id = a.customer_id and b.product_id = a.product_id and b.content_stage = k.stage
    left join weighted as v on v.customer_id = a.customer_id and v.product_id = a.product_id and v.channel = a.channel
    left join at_odds as n on n.customer_id = a.customer_id
    left join content_use as u on u.customer_id = a.customer_id and u.content_id = k.content_id
    left join new_content as t on t.content_id = k.content_id
    left join topic_factor as f on f.customer_id = a.customer_id and f.content_id = k.content_id
    left join pressure as q
        on q.customer_id = a.customer_id and q.channel = 'all' and q.days = y.fatigue_window_days
    where not coalesce(u.too_recent, false)
),
multiplied as (
    select *, potential * priority * fit * novelty * response_probability * stage_gain as worth from term
),
valued as (
    select
        *,
        case values_by
            when 'response' then unit_value * response_probability
            when 'chance' then
                unit_value * (
                    (position(substr(luck, 1, 1) in '0123456789abcdef') - 1) / 16.0
                    + (position(substr(luck, 2, 1) in '0123456789abcdef') - 1) / 256.0
                    + (position(substr(luck, 3, 1) in '0123456789abcdef') - 1) / 4096.0
                    + (position(substr(luck, 4, 1) in '0123456789abcdef') - 0.5) / 65536.0
                )
            else worth * lever - fatigue_cost - unit_cost
        end as value
    from multiplied
),
placed as (
    select
        * exclude (values_by, unit_value, luck, worth),
        value - worth * (lever - 1) as value_without_levers,
        row_number() over (partition by customer_id, product_id, channel, rep_id order by value desc, content_id) as place,
        row_number() over (
            partition by customer_id, product_id, channel, rep_id, is_new order by value desc, content_id
        ) as place_of_kind
    from valued
)
select * exclude (alternatives, place_of_kind)
from placed
where place <= alternatives or (is_new and place_of_kind = 1)
