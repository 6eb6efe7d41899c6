-- The same tables as one person would write them for this instance in one script, everything kept in memory.
-- table: customer_xref
with keyed as (
    select *, 'C' || substr(md5(min(system || ':' || source_record_id) over same), 1, 16) as customer_id,
        count(*) over same as records
    from source_record
    window same as (partition by upper(trim(licence_id)))
)
select system, source_record_id, customer_id, customer_id as home_id,
    case when records > 1 then 'identifier' else 'source_id' end as method, 1.0::double as probability
from keyed
-- table: touchpoint
with medical as (
    select distinct system, source_record_id, channel, contact_id from source_touchpoint
    where channel in (select channel from playbook_channel where purpose = 'medical')
        or content_id in (select content_id from playbook_content where purpose = 'medical')
        or rep_id in (select rep_id from rep where role = 'msl')
)
select t.touchpoint_id, x.customer_id, t.occurred_at, t.channel, t.event, t.direction, c.company_id, c.is_own,
    p.product_id, t.products, t.content_id, t.key_message, t.rep_id, t.group_id, t.contact_id, t.duration_minutes,
    t.amount, t.currency, t.is_human, t.decision_id, t.system, t.source_record_id, t.source, t.simulated
from source_touchpoint t
anti join medical using (system, source_record_id, channel, contact_id)
join customer_xref x using (system, source_record_id)
left join playbook_company_alias a on a.alias = lower(trim(t.company))
left join playbook_company c using (company_id)
left join playbook_product_alias p on p.alias = lower(trim(t.product))
order by customer_id, occurred_at
-- table: contact
select t.customer_id, t.contact_id, t.channel, t.is_own,
    coalesce(max(t.occurred_at) filter (where e.is_contact and t.direction = 'outbound'), min(t.occurred_at)) as occurred_at,
    min(t.product_id) as product_id, min(t.content_id) as content_id, min(t.rep_id) as rep_id,
    bool_or(e.is_contact and t.direction = 'outbound') as is_outbound,
    bool_or(e.is_response and t.is_human) as responded, count(*) as touchpoints
from touchpoint t join playbook_event e using (event)
group by t.customer_id, t.contact_id, t.channel, t.is_own
-- table: evidence
with weighted as (
    select customer_id, channel, content_id, responded, occurred_at,
        power(0.5, date_diff('day', occurred_at, $as_of) / (select preference_half_life_days from playbook_policy)) as w
    from contact where is_outbound or responded
),
tagged as (
    select customer_id, 'channel' as dimension, channel as value, responded, occurred_at, w from weighted
    union all
    select customer_id, 'slot', channel || '/' || lower(strftime(occurred_at, '%a'))
        || case when hour(occurred_at) < 12 then '_morning' when hour(occurred_at) < 17 then '_afternoon' else '_evening' end,
        responded, occurred_at, w
    from weighted where occurred_at <> date_trunc('day', occurred_at)
    union all
    select customer_id, 'topic', value, responded, occurred_at, w
    from weighted join playbook_content_tag using (content_id) where tag = 'topic'
    union all
    select customer_id, 'format', format, responded, occurred_at, w from weighted join playbook_content using (content_id)
)
select customer_id, dimension, value, sum(w) as trials, sum(w) filter (where responded) as responses,
    count(*) as evidence_count, count(*) filter (where responded) as response_count, max(occurred_at) as last_at
from tagged group by all
-- table: touch
select x.customer_id, t.contact_id, t.channel, max(t.occurred_at) as occurred_at
from source_touchpoint t
join customer_xref x using (system, source_record_id)
join playbook_event e using (event)
join playbook_company_alias a on a.alias = lower(trim(t.company))
join playbook_company c using (company_id)
where c.is_own and e.is_contact and t.direction = 'outbound'
group by all
-- table: pressure
with asked as (
    select distinct channel, days from playbook_cap
    union select 'all', fatigue_window_days from playbook_policy
),
recent as (
    select customer_id, channel, occurred_at,
        date_diff(
            'day',
            timezone((select time_zone from playbook_policy), timezone('UTC', occurred_at)),
            timezone((select time_zone from playbook_policy), timezone('UTC', cast($as_of as timestamp)))
        ) as age
    from touch
    where age < (select max(days) from asked)
),
counted as (from recent union all select customer_id, 'all', occurred_at, age from recent)
select customer_id, channel, days, count(*) as touches, max(occurred_at) as last_contact_at
from counted join asked using (channel) where age < days group by all
-- table: belief
with seen as (
    select customer_id, product_id, event, max(occurred_at) as last_at,
        log2(1 + sum(power(0.5, date_diff('day', occurred_at, $as_of) / (select belief_half_life_days from playbook_policy)))) as w
    from touchpoint
    where is_own and is_human and product_id in (select product_id from playbook_product where is_own)
        and event in (select event from playbook_ladder_evidence)
    group by all
),
score as (
    select customer_id, product_id, stage, position, ln(prior) + sum(w * log_likelihood) as score
    from seen join playbook_ladder_evidence using (event) join playbook_ladder using (stage)
    group by customer_id, product_id, stage, position, prior
),
likelihood as (
    select *, exp(score - max(score) over (partition by customer_id, product_id)) as likelihood from score
),
moved as (
    select customer_id, product_id, max_by(event, last_at) as moved_by, max(last_at) as moved_at from seen group by all
)
select customer_id, product_id, stage, likelihood / sum(likelihood) over p as probability,
    row_number() over (p order by likelihood desc, position) = 1 as most_likely, moved_by, moved_at
from likelihood join moved using (customer_id, product_id)
window p as (partition by customer_id, product_id)
