-- Everything an explanation of one suggestion may state, gathered once: no sentence may say what is not here.
with latest as (
    select customer_id, channel as last_contact_channel, occurred_at as last_contact_at
    from touch
    qualify row_number() over (partition by customer_id order by occurred_at desc, channel, contact_id) = 1
),
usual as (
    select t.customer_id, t.channel, count(*) as contacts
    from touch as t
    inner join playbook_channel as h on h.channel = t.channel and h.owner <> 'none' and h.purpose = $purpose
    where date_diff('day', t.occurred_at, $as_of) < 365
    group by t.customer_id, t.channel
    qualify row_number() over (partition by t.customer_id order by count(*) desc, t.channel) = 1
),
chosen as (
    select d.customer_id, d.product_id, d.channel, p.part
    from selection as d
    inner join priced_action as p
        on p.customer_id = d.customer_id and p.product_id = d.product_id and p.channel = d.channel
        and coalesce(p.rep_id, '') = coalesce(d.rep_id, '')
),
passed_over as (
    -- Only what could take the place of the choice: not what another choice of the customer leaves no room for.
    select
        d.customer_id,
        d.product_id,
        d.channel,
        a.product_id || '/' || a.channel as runner_up,
        a.value as runner_up_value,
        a.reduced_value as runner_up_reduced_value
    from chosen as d
    inner join priced_action as a on a.customer_id = d.customer_id
    left join chosen as o
        on o.customer_id = a.customer_id
        and ((o.product_id = a.product_id and o.channel = a.channel) or (o.part = a.part and o.part <> d.part))
    where o.customer_id is null
    qualify row_number() over (
        partition by d.customer_id, d.product_id, d.channel
        order by a.reduced_value desc, a.product_id, a.channel, a.rep_id
    ) = 1
),
usual_action as (
    select customer_id, product_id, channel, max(value) as value, max(reduced_value) as reduced_value
    from priced_action
    group by customer_id, product_id, channel
),
weighed as (
    select
        customer_id,
        product_id,
        channel,
        string_agg(lever_name || ' x' || cast(factor as varchar), ' | ' order by lever_id) as levers
    from lever
    group by customer_id, product_id, channel
),
usual_stop as (
    select customer_id, product_id, channel, min(blocked_by) as blocked_by
    from candidate
    where blocked_by is not null and blocked_by <> 'wall'
    group by customer_id, product_id, channel
)
select
    d.customer_id,
    d.product_id,
    d.channel,
    d.rep_id,
    h.purpose,
    d.content_id,
    d.slot,
    a.potential, a.priority, a.fit, a.novelty, a.response_probability, a.response_sd, a.stage_gain, a.lever,
    a.fatigue_cost, a.unit_cost, a.minutes, a.value, a.value_without_levers,
    d.unit_price,
    d.suggestion_price,
    d.limit_cost,
    d.reduced_value,
    d.rank,
    v.levers,
    d.propensity,
    d.explored,
    d.expected_value,
    d.planned_value,
    pr.product_name as planned_product_name,
    ph.channel_name as planned_channel_name,
    pk.title as planned_title,
    d.planned_slot,
    c.simulated,
    c.specialty,
    r.product_name,
    h.channel_name,
    k.title,
    k.version as content_version,
    k.valid_until as content_valid_until,
    ks.stage_name as content_stage_name,
    e.evidence_count as channel_contacts,
    e.response_count as channel_responses,
    e.last_at as channel_last_at,
    e.prior_mean as channel_expected,
    bs.stage_name,
    b.probability as stage_probability,
    b.moved_by,
    b.moved_at,
    l.last_contact_at,
    l.last_contact_channel,
    coalesce(q.touches, 0) as touches,
    y.fatigue_window_days,
    o.specialty_weight,
    o.activity_rank,
    o.prescribing,
    o.prescribed,
    o.prescribed_usual,
    y.outcome_measure,
    p.runner_up,
    p.runner_up_value,
    p.runner_up_reduced_value,
    u.channel as usual_channel,
    uh.channel_name as usual_channel_name,
    u.contacts as usual_contacts,
    ua.value as usual_value,
    ua.reduced_value as usual_reduced_value,
    case when ua.value is null then us.blocked_by end as usual_blocked_by,
    h.consent as consent_rule,
    s.status as consent_status,
    s.stated_at as consent_stated_at,
    s.expires_at as consent_expires_at,
    s.evidence as consent_evidence,
    s.source as consent_source,
    m.arm,
    m.values_by,
    y.policy_version,
    y.currency,
    y.time_zone,
    y.decision_valid_days
from selection as d
inner join content_option as a
    on a.customer_id = d.customer_id and a.product_id = d.product_id and a.channel = d.channel
    and coalesce(a.rep_id, '') = coalesce(d.rep_id, '') and a.content_id = d.content_id
cross join playbook_policy as y
inner join customer as c on c.customer_id = d.customer_id
inner join arm as m on m.customer_id = d.customer_id
inner join playbook_product as r on r.product_id = d.product_id
inner join playbook_channel as h on h.channel = d.channel
inner join playbook_content as k on k.content_id = d.content_id
inner join playbook_product as pr on pr.product_id = d.planned_product_id
inner join playbook_channel as ph on ph.channel = d.planned_channel
inner join playbook_content as pk on pk.content_id = d.planned_content_id
inner join playbook_ladder as ks on ks.stage = k.stage
inner join potential as o on o.customer_id = d.customer_id and o.product_id = d.product_id
left join preference as e on e.customer_id = d.customer_id and e.dimension = 'channel' and e.value = d.channel
left join belief as b on b.customer_id = d.customer_id and b.product_id = d.product_id and b.most_likely
left join playbook_ladder as bs on bs.stage = b.stage
left join latest as l on l.customer_id = d.customer_id
left join pressure as q on q.customer_id = d.customer_id and q.channel = 'all' and q.days = y.fatigue_window_days
left join passed_over as p
    on p.customer_id = d.customer_id and p.product_id = d.product_id and p.channel = d.channel
left join usual as u on u.customer_id = d.customer_id
left join playbook_channel as uh on uh.channel = u.channel
left join usual_action as ua
    on ua.customer_id = d.customer_id and ua.product_id = d.product_id and ua.channel = u.channel
left join usual_stop as us
    on us.customer_id = d.customer_id and us.product_id = d.product_id and us.channel = u.channel
left join weighed as v
    on v.customer_id = d.customer_id and v.product_id = d.product_id and v.channel = d.channel and m.values_by = 'value'
left join consent_status as s
    on s.customer_id = d.customer_id and s.channel = d.channel and s.product_id = d.product_id
    and s.purpose = h.purpose
