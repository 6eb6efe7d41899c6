-- Statements by customer, each with the address it is about. One limited to something we do not know grants nothing and
-- refuses everything, until a later one grants the same. The same statement told twice is one, and lapses when the first
-- of them does; of several with ids that one source made at one instant about one thing, the last id stands. A statement
-- that could not be read may be a refusal: until its row is mended it counts as one, made now and for everything, so
-- that no earlier grant stands. What was stated after the clock is not known yet, and rows set aside are no statements.
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
        case when p.product_id is null then lower(trim(s.product)) end as unknown,
        s.status, s.stated_at, s.expires_at, s.evidence, s.source, s.simulated, s.statement_id,
        lower(trim(s.channel_value)) as channel_value
    from source_consent as s
    left join playbook_product_alias as p on p.alias = lower(trim(s.product))
    union all
    select
        q.system, q.source_record_id, 'all' as channel, 'all' as purpose, 'all' as product_id, null as unknown,
        'denied' as status, $as_of as stated_at, null as expires_at,
        'unreadable statement, quarantined: ' || q.file || ' line ' || cast(q.line as varchar) as evidence,
        q.source, coalesce(o.simulated, false) as simulated, null as statement_id, null as channel_value
    from quarantine as q
    left join origin as o on o.source = q.source
    where q.table_name = 'source_consent' and q.reason not in ('after_clock', 'set_aside')
        and q.source_record_id is not null
),
reached as (
    -- Telephone numbers are compared by their digits, with or without the country's code in front.
    select
        customer_id,
        lower(trim(email)) as email,
        regexp_replace(regexp_replace(phone, '[^0-9]', '', 'g'), '^0+', '', 'g') as number
    from customer
),
spoken as (
    select
        x.customer_id,
        s.*,
        regexp_replace(regexp_replace(s.channel_value, '[^0-9]', '', 'g'), '^0+', '', 'g') as number
    from stated as s
    inner join customer_xref as x on x.system = s.system and x.source_record_id = s.source_record_id
),
placed as (
    select
        s.*,
        case
            when s.channel_value is null then 'any'
            when contains(s.channel_value, '@') and r.email = s.channel_value then 'current'
            when contains(s.channel_value, '@') and r.email is not null then 'other'
            when contains(s.channel_value, '@') or length(s.number) < 6 or r.number is null or length(r.number) < 6
                then 'unclear'
            when r.number like '%' || s.number or s.number like '%' || r.number then 'current'
            else 'other'
        end as address
    from spoken as s
    inner join reached as r on r.customer_id = s.customer_id
),
judged as (
    select
        *,
        max(case when status = 'granted' and coalesce(expires_at > $as_of, true) then stated_at end) over (
            partition by customer_id, channel, purpose, unknown, channel_value
        ) as granted_at
    from placed
),
standing as (
    select *
    from judged
    where unknown is null or status = 'granted' or coalesce(stated_at >= granted_at, true)
    qualify statement_id is null or rank() over (
        partition by customer_id, source, channel, purpose, product_id, unknown, channel_value, stated_at
        order by statement_id desc nulls last
    ) = 1
)
select
    customer_id,
    channel,
    purpose,
    product_id,
    channel_value,
    address,
    status,
    stated_at,
    min(expires_at) as expires_at,
    max(evidence) as evidence,
    source,
    bool_or(simulated) as simulated
from standing
group by customer_id, channel, purpose, product_id, channel_value, address, status, stated_at, source
