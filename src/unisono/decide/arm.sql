-- The experiment arm of every customer. An arm is kept for ever, as long as the playbook has it. Who is new, or loses an
-- arm, fills up what arms lack of their share in the stratum, specialty by territory, in the order of a salted hash. By a
-- random offset of the stratum the probability of an assignment is exact, also where a share is no whole number of customers.
with territory as (
    select a.customer_id, min(r.territory_id) as territory_id
    from assignment as a
    inner join rep as r on r.rep_id = a.rep_id
    group by a.customer_id
),
known as (
    select
        c.customer_id,
        coalesce(lower(trim(c.specialty)), 'unknown') || '/' || coalesce(t.territory_id, 'none') as stratum
    from customer as c
    left join territory as t on t.customer_id = c.customer_id
),
size as (
    select stratum, count(*) as customers from known group by stratum
),
kept as (
    select p.customer_id, p.arm, p.stratum, p.share, p.assigned_at
    from previous_arm as p
    inner join customer as c on c.customer_id = p.customer_id
    inner join playbook_arm as a on a.arm = p.arm
),
fresh as (
    select q.customer_id, case when s.customers >= y.stratum_size then q.stratum else '*' end as stratum, y.salt
    from known as q
    inner join size as s on s.stratum = q.stratum
    cross join playbook_policy as y
    left join kept as k on k.customer_id = q.customer_id
    where k.customer_id is null
),
member as (
    select stratum from kept
    union all
    select stratum from fresh
),
total as (
    select stratum, count(*) as customers from member group by stratum
),
held as (
    select stratum, arm, count(*) as customers from kept group by stratum, arm
),
lacking as (
    select
        t.stratum,
        a.arm,
        a.position,
        greatest(a.share * t.customers - coalesce(h.customers, 0), 0.0) as lack
    from total as t
    cross join playbook_arm as a
    left join held as h on h.stratum = t.stratum and h.arm = a.arm
),
span as (
    select
        stratum,
        arm,
        position,
        lack / sum(lack) over (partition by stratum) as share,
        sum(lack) over (
            partition by stratum order by position rows between unbounded preceding and current row
        ) / sum(lack) over (partition by stratum) as until
    from lacking
),
drawn as (
    select
        customer_id,
        stratum,
        row_number() over (partition by stratum order by md5(salt || '|' || customer_id), customer_id) as place,
        count(*) over (partition by stratum) as customers,
        md5(salt || '|stratum|' || stratum) as luck
    from fresh
),
placed as (
    select
        customer_id,
        stratum,
        (
            place - (position(substr(luck, 1, 1) in '0123456789abcdef') - 1) / 16.0
            - (position(substr(luck, 2, 1) in '0123456789abcdef') - 0.5) / 256.0
        ) / customers as place
    from drawn
),
assigned as (
    select p.customer_id, s.arm, p.stratum, s.share, cast($as_of as timestamp) as assigned_at
    from placed as p
    inner join span as s on s.stratum = p.stratum and s.until > p.place
    qualify row_number() over (partition by p.customer_id order by s.position) = 1
),
every as (
    select customer_id, arm, stratum, share, assigned_at from kept
    union all
    select customer_id, arm, stratum, share, assigned_at from assigned
)
select e.customer_id, e.arm, e.stratum, e.share, e.assigned_at, a.suggests, a.values_by, a.explores
from every as e
inner join playbook_arm as a on a.arm = e.arm
