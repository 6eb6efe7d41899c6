-- Each representative's suggestions as a list for the coming working days: the most valuable first, so many a day. What
-- does not fit, or would lapse before its day, waits.
with ahead as (
    select n, cast($as_of as date) + n as day_on from (values (0), (1), (2), (3), (4), (5), (6)) as a (n)
),
working as (
    select day_on, row_number() over (order by day_on) as place
    from ahead
    where date_diff('day', date_trunc('week', day_on), day_on) < 5
),
listed as (
    select
        d.decision_id,
        d.rep_id,
        d.customer_id,
        d.expires_at,
        y.per_day,
        row_number() over (partition by d.rep_id order by d.rank, d.decision_id) as place
    from decision as d
    cross join playbook_policy as y
    where d.rep_id is not null
),
dated as (
    select l.*, w.day_on as due_on
    from listed as l
    left join working as w on w.place = ceil(l.place / l.per_day) and l.expires_at > w.day_on
)
select
    decision_id,
    rep_id,
    customer_id,
    due_on,
    row_number() over (partition by rep_id, due_on order by place, decision_id) as position
from dated
