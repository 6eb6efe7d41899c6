-- Statements by customer. One limited to a product we do not know grants nothing and refuses everything.
-- The same statement told twice is one, and lapses when the first of them does. A statement that could not be read
-- may be a refusal: until its row is mended it counts as one, made now and for everything, so that no earlier grant
-- stands. What was stated after the clock is not known yet.
with origin as (
    select source, bool_or(simulated) as simulated from source_consent group by source
),
stated as (
    select
        s.system, s.source_record_id, s.channel, s.purpose,
        case
            when p.product_id is not null then p.product_id
            when s.product is null or s.status <> 'granted' then 'all'
            else lower(trim(s.product))
        end as product_id,
        s.status, s.stated_at, s.expires_at, s.evidence, s.source, s.simulated
    from source_consent as s
    left join playbook_product_alias as p on p.alias = lower(trim(s.product))
    union all
    select
        q.system, q.source_record_id, 'all' as channel, 'all' as purpose, 'all' as product_id,
        'denied' as status, $as_of as stated_at, null as expires_at,
        'unreadable statement, quarantined: ' || q.file || ' line ' || cast(q.line as varchar) as evidence,
        q.source, coalesce(o.simulated, false) as simulated
    from quarantine as q
    left join origin as o on o.source = q.source
    where q.table_name = 'source_consent' and q.reason <> 'after_clock' and q.source_record_id is not null
)
select
    x.customer_id,
    s.channel,
    s.purpose,
    s.product_id,
    s.status,
    s.stated_at,
    min(s.expires_at) as expires_at,
    max(s.evidence) as evidence,
    s.source,
    bool_or(s.simulated) as simulated
from stated as s
inner join customer_xref as x on x.system = s.system and x.source_record_id = s.source_record_id
group by x.customer_id, s.channel, s.purpose, s.product_id, s.status, s.stated_at, s.source
