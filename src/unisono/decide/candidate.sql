-- Every customer x own product x channel of one side of the wall x representative, and the first gate that stops it.
-- Gates are asked in the contract's order and fail closed: what is not known to be permitted is not permitted.
with usable as (
    select g.product_id, g.channel, k.value as kind, g.content_id
    from content_gate as g
    inner join playbook_content_tag as k on k.content_id = g.content_id and k.tag = 'kind'
    where g.blocked_by is null
),
usable_count as (
    select product_id, channel, kind, count(*) as contents from usable group by product_id, channel, kind
),
used_count as (
    select u.customer_id, s.product_id, s.channel, s.kind, count(*) as contents
    from content_use as u
    inner join usable as s on s.content_id = u.content_id
    where u.too_recent
    group by u.customer_id, s.product_id, s.channel, s.kind
),
over_cap as (
    select
        p.customer_id,
        p.channel,
        bool_or(c.gate = 'cap') as capped,
        bool_or(c.gate = 'rest') as resting
    from pressure as p
    inner join playbook_cap as c on c.channel = p.channel and c.days = p.days and p.touches >= c.at_most
    group by p.customer_id, p.channel
),
forbidden as (
    -- A cap of no contacts at all forbids the channel even to customers never contacted.
    select channel from playbook_cap where gate = 'cap' and at_most = 0
),
latest as (
    select occurred_at from touch order by occurred_at desc limit 20
),
placed as (
    select occurred_at, row_number() over (order by occurred_at desc) as place from latest
),
separated as (select distinct customer_id, product_id, channel from separation),
size as (select count(*) as touches from touch),
newest as (
    -- Up to one row in a hundred, and at most 19, may carry a wrong date without making old data look fresh.
    select max(p.occurred_at) as newest_at
    from placed as p
    cross join size as z
    where p.place >= least(20, 1 + floor(z.touches / 100))
),
bound as (select distinct channel from playbook_channel_system),
reached as (
    -- A record that is only mentioned by touchpoints or statements is not one that a system could write to.
    select distinct s.channel, x.customer_id
    from playbook_channel_system as s
    inner join customer_xref as x on x.system = s.system and x.method <> 'touchpoint_only'
),
pair as (
    select
        c.customer_id,
        c.kind,
        p.product_id,
        h.channel,
        h.purpose,
        h.consent,
        h.owner,
        a.rep_id,
        a.role
    from customer as c
    cross join playbook_product as p
    cross join playbook_channel as h
    left join assignment as a on a.customer_id = c.customer_id and h.owner = 'rep'
    where p.is_own and h.owner <> 'none' and h.purpose = $purpose
)
select
    x.customer_id,
    x.product_id,
    x.channel,
    x.rep_id,
    case
        when x.kind <> 'hcp' then 'kind'
        when x.owner = 'rep' and x.rep_id is null then 'assignment'
        when e.channel is not null and r.customer_id is null then 'reach'
        when x.owner = 'rep' and x.role <> case x.purpose when 'medical' then 'msl' else 'sales' end then 'wall'
        when not coalesce(arm.suggests, false) then 'control_arm'
        when coalesce(n.newest_at < w.begins_at, true) then 'stale_input'
        when x.consent = 'required' and coalesce(s.status, 'none') <> 'granted' then 'consent'
        when coalesce(s.status, 'none') in ('withdrawn', 'denied') then 'suppression'
        when u.unsubscribed_at is not null then 'suppression'
        when t.contents is null then 'content'
        when t.contents <= coalesce(d.contents, 0) then 'repeat_content'
        when coalesce(o.capped, false) or coalesce(oa.capped, false) or f.channel is not null or fa.channel is not null then 'cap'
        when coalesce(o.resting, false) then 'rest'
        when v.customer_id is not null then 'separation'
    end as blocked_by
from pair as x
cross join playbook_policy as y
cross join newest as n
inner join local_day as w on w.age = y.stale_after_days
left join bound as e on e.channel = x.channel
left join reached as r on r.channel = x.channel and r.customer_id = x.customer_id
left join arm on arm.customer_id = x.customer_id
left join consent_status as s
    on s.customer_id = x.customer_id and s.channel = x.channel and s.purpose = x.purpose
    and s.product_id = x.product_id
left join unsubscription as u
    on u.customer_id = x.customer_id and u.channel = x.channel and u.product_id = x.product_id
left join usable_count as t on t.product_id = x.product_id and t.channel = x.channel and t.kind = x.kind
left join used_count as d
    on d.customer_id = x.customer_id and d.product_id = x.product_id and d.channel = x.channel and d.kind = x.kind
left join over_cap as o on o.customer_id = x.customer_id and o.channel = x.channel
left join over_cap as oa on oa.customer_id = x.customer_id and oa.channel = 'all'
left join separated as v on v.customer_id = x.customer_id and v.product_id = x.product_id and v.channel = x.channel
left join forbidden as f on f.channel = x.channel
left join forbidden as fa on fa.channel = 'all'
