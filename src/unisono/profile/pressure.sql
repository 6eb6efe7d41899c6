-- The company's own contacts in each sliding window that a cap, a rest or the fatigue cost asks for.
-- Windows are calendar days of the market: a window of 7 days is the clock's day and the six before it.
with wanted as (
    select distinct channel, days from playbook_cap
    union
    select 'all' as channel, fatigue_window_days as days from playbook_policy
),
asked as (
    select w.channel, w.days, d.begins_at from wanted as w inner join local_day as d on d.age = w.days - 1
),
longest as (select min(begins_at) as begins_at from asked),
recent as (
    select c.customer_id, c.channel, c.contact_id, c.occurred_at
    from touch as c
    inner join longest as l on c.occurred_at >= l.begins_at
),
counted as (
    select customer_id, channel, contact_id, occurred_at from recent
    union all
    select customer_id, 'all' as channel, contact_id, occurred_at from recent
)
select c.customer_id, c.channel, a.days, count(*) as touches, max(c.occurred_at) as last_contact_at
from counted as c
inner join asked as a on a.channel = c.channel and c.occurred_at >= a.begins_at
group by c.customer_id, c.channel, a.days
