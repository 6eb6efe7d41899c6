-- Permitted actions with each of their best contents, the best new one among them, and every term of
-- value = potential x priority x fit x novelty x P(response) x stage gain x lever - fatigue cost - unit cost.
-- Some experiment arms value otherwise: without the lever, by response alone, or by chance (a number of 4 hex digits).
-- The whole belief is used, never only the likeliest stage; topics move the odds of a response by a quarter at most.
-- Every content of every action is ranked: such rows are kept narrow, with numbers for texts, until the best are known.
with permitted as (
    select
        customer_id,
        product_id,
        channel,
        rep_id,
        dense_rank() over (order by customer_id, product_id) as pair,
        row_number() over (order by customer_id, product_id, channel, rep_id) as action
    from candidate
    where blocked_by is null
),
pair as (
    select distinct customer_id, product_id, pair from permitted
),
relevance as (
    select s.position as of_position, l.stage, l.prior, l.gain * power(p.stage_mismatch, abs(l.position - s.position)) as gain
    from playbook_ladder as s
    cross join playbook_ladder as l
    cross join playbook_policy as p
),
believed_gain as (
    select p.pair, r.of_position, sum(b.probability * r.gain) as stage_gain
    from belief as b
    inner join relevance as r on r.stage = b.stage
    inner join pair as p on p.customer_id = b.customer_id and p.product_id = b.product_id
    group by p.pair, r.of_position
),
expected_gain as (
    select of_position, sum(prior * gain) as stage_gain from relevance group by of_position
),
themed as (
    select content_id, string_agg(value, '|' order by value) as topics
    from playbook_content_tag
    where tag = 'topic'
    group by content_id
),
usable as (
    select
        g.product_id,
        g.channel,
        d.value as kind,
        g.content_id,
        dense_rank() over (order by g.content_id) as content,
        l.position,
        x.stage_gain,
        dense_rank() over (order by e.topics) as theme,
        t.content_id is not null as is_new
    from content_gate as g
    inner join playbook_content as k on k.content_id = g.content_id
    inner join playbook_content_tag as d on d.content_id = g.content_id and d.tag = 'kind'
    inner join playbook_ladder as l on l.stage = k.stage
    inner join expected_gain as x on x.of_position = l.position
    left join themed as e on e.content_id = g.content_id
    left join new_content as t on t.content_id = g.content_id
    where g.blocked_by is null
),
named as (select distinct content, content_id, product_id from usable),
used as (
    select p.pair, k.content, u.too_recent
    from content_use as u
    inner join named as k on k.content_id = u.content_id
    inner join pair as p on p.customer_id = u.customer_id and p.product_id = k.product_id
),
own_level as (
    select customer_id, sum(mean * evidence_count) / sum(evidence_count) as mean
    from preference
    where dimension = 'topic'
    group by customer_id
),
theme_topic as (
    select distinct u.product_id, u.theme, t.value
    from usable as u
    inner join playbook_content_tag as t on t.content_id = u.content_id and t.tag = 'topic'
),
topic_factor as (
    -- Against the customer's own level over all topics: visits are answered more than e-mails, whatever the topic.
    -- Contents of a product on the same topics share it.
    select a.pair, t.theme, least(greatest(avg(p.mean / o.mean), 0.8), 1.25) as factor
    from preference as p
    inner join own_level as o on o.customer_id = p.customer_id and o.mean > 0
    inner join theme_topic as t on t.value = p.value
    inner join pair as a on a.customer_id = p.customer_id and a.product_id = t.product_id
    where p.dimension = 'topic'
    group by a.pair, t.theme
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
known as (
    select
        a.*,
        c.kind,
        o.potential,
        r.priority,
        m.fit,
        w.mean,
        w.sd as response_sd,
        case arm.values_by when 'value' then least(greatest(coalesce(v.factor, 1.0), y.lever_least), y.lever_most) else 1.0 end
            as lever,
        y.fatigue_cost * coalesce(q.touches, 0) as fatigue_cost,
        h.depth,
        h.unit_cost,
        h.minutes,
        case when n.customer_id is null then z.room else least(z.room, 1) end as room,
        arm.values_by,
        y.salt
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
    left join weighted as v on v.customer_id = a.customer_id and v.product_id = a.product_id and v.channel = a.channel
    left join at_odds as n on n.customer_id = a.customer_id
    left join pressure as q
        on q.customer_id = a.customer_id and q.channel = 'all' and q.days = y.fatigue_window_days
),
term as (
    -- What is the same for every content of an action.
    select
        *,
        potential * priority * fit as scale,
        fatigue_cost + unit_cost as cost,
        case when values_by = 'chance' then
            salt || '|' || cast($as_of as varchar) || '|' || customer_id || '|' || product_id || '|' || channel || '|'
                || coalesce(rep_id, '')
        end as lot
    from known
),
asked as (
    select
        a.action,
        k.content,
        k.is_new,
        case when u.content is null then 1.0 else y.novelty_after_use end as novelty,
        coalesce(f.factor, 1.0) as factor,
        coalesce(b.stage_gain, k.stage_gain) as stage_gain
    from term as a
    cross join playbook_policy as y
    inner join usable as k on k.product_id = a.product_id and k.channel = a.channel and k.kind = a.kind
    left join topic_factor as f on f.pair = a.pair and f.theme = k.theme
    left join believed_gain as b on b.pair = a.pair and b.of_position = k.position
    left join used as u on u.pair = a.pair and u.content = k.content
    where not coalesce(u.too_recent, false)
),
scored as (
    select
        q.action,
        q.content,
        q.is_new,
        q.novelty,
        a.mean * q.factor / (1 - a.mean + a.mean * q.factor) as response_probability,
        q.stage_gain * a.depth as stage_gain,
        a.scale,
        a.lever,
        a.cost,
        a.values_by,
        y.unit_value,
        md5(a.lot || '|' || k.content_id) as luck
    from asked as q
    cross join playbook_policy as y
    inner join term as a on a.action = q.action
    inner join named as k on k.content = q.content
),
valued as (
    select
        action,
        content,
        is_new,
        novelty,
        response_probability,
        stage_gain,
        case values_by
            when 'response' then unit_value * response_probability
            when 'chance' then
                unit_value * (
                    (position(substr(luck, 1, 1) in '0123456789abcdef') - 1) / 16.0
                    + (position(substr(luck, 2, 1) in '0123456789abcdef') - 1) / 256.0
                    + (position(substr(luck, 3, 1) in '0123456789abcdef') - 1) / 4096.0
                    + (position(substr(luck, 4, 1) in '0123456789abcdef') - 0.5) / 65536.0
                )
            else scale * novelty * response_probability * stage_gain * lever - cost
        end as value
    from scored
),
placed as (
    select *, row_number() over (partition by action order by value desc, content) as place from valued
),
kept as (
    select p.*
    from placed as p
    cross join playbook_policy as y
    where p.place <= y.alternatives or p.is_new
),
newest as (select action, min(place) as place from kept where is_new group by action)
select
    a.customer_id,
    a.product_id,
    a.channel,
    a.rep_id,
    k.content_id,
    a.potential,
    a.priority,
    a.fit,
    b.novelty,
    b.response_probability,
    a.response_sd,
    b.stage_gain,
    a.lever,
    a.fatigue_cost,
    a.unit_cost,
    a.minutes,
    b.value,
    b.value - a.potential * a.priority * a.fit * b.novelty * b.response_probability * b.stage_gain * (a.lever - 1)
        as value_without_levers,
    a.room,
    b.is_new,
    b.place
from kept as b
cross join playbook_policy as y
inner join term as a on a.action = b.action
inner join named as k on k.content = b.content
left join newest as n on n.action = b.action
where b.place <= y.alternatives or b.place = n.place
