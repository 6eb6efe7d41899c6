-- The company's own contacts in each sliding window that a cap, a rest or the fatigue cost asks for.
-- Windows are calendar days: a window of 7 days is the clock's day and the six before it.
with asked as (
    select distinct channel, days from playbook_cap
    union
    select 'all' as channel, fatigue_window_days as days from playbook_policy
),
longest as (select max(days) as days from asked),
recent as (
    select c.customer_id, c.channel, c.contact_id, c.occurred_at, date_diff('day', c.occurred_at, $as_of) as age
    from touch as c
    cross join longest as l
    where date_diff('day', c.occurred_at, $as_of) < l.days
),
counted as (
    select customer_id, channel, contact_id, occurred_at, age from recent
    union all
    select customer_id, 'all' as channel, contact_id, occurred_at, age from recent
)
select c.customer_id, c.channel, a.days, count(*) as touches, max(c.occurred_at) as last_contact_at
from counted as c
inner join asked as a on a.channel = c.channel and c.age < a.days
group by c.customer_id, c.channel, a.days
