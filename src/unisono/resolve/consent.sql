-- Statements by customer and record, each with the address it is about. One limited to something we do not know grants nothing and
-- refuses everything, until a later one of the same record grants the same. The same statement told twice is one, and lapses when the first
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
        x.system,
        x.source_record_id,
        x.customer_id,
        lower(trim(c.email)) as email,
        regexp_replace(regexp_replace(c.phone, '[^0-9]', '', 'g'), '^0+', '', 'g') as number,
        lower(trim(r.email)) as own_email,
        regexp_replace(regexp_replace(r.phone, '[^0-9]', '', 'g'), '^0+', '', 'g') as own_number
    from customer_xref as x
    inner join customer as c on c.customer_id = x.customer_id
    left join source_record as r on r.system = x.system and r.source_record_id = x.source_record_id
),
spoken as (
    select
        s.*,
        r.customer_id,
        r.email,
        r.number,
        r.own_email,
        r.own_number,
        r.email is distinct from r.own_email or r.number is distinct from r.own_number as is_apart,
        regexp_replace(regexp_replace(s.channel_value, '[^0-9]', '', 'g'), '^0+', '', 'g') as stated_number
    from stated as s
    inner join reached as r on r.system = s.system and r.source_record_id = s.source_record_id
),
placed as (
    select
        *,
        case
            when channel_value is null then 'any'
            when contains(channel_value, '@') and email = channel_value then 'current'
            when contains(channel_value, '@') and email is not null then 'other'
            when contains(channel_value, '@') or length(stated_number) < 6 or number is null or length(number) < 6
                then 'unclear'
            when number like '%' || stated_number or stated_number like '%' || number then 'current'
            else 'other'
        end as address,
        case
            when not is_apart then null
            when channel_value is null then 'any'
            when contains(channel_value, '@') and own_email = channel_value then 'current'
            when contains(channel_value, '@') and own_email is not null then 'other'
            when contains(channel_value, '@') or length(stated_number) < 6 or own_number is null or length(own_number) < 6
                then 'unclear'
            when own_number like '%' || stated_number or stated_number like '%' || own_number then 'current'
            else 'other'
        end as own_address
    from spoken
),
judged as (
    select
        *,
        max(
            case when status = 'granted' and stated_at <= $as_of and coalesce(expires_at > $as_of, true) then stated_at end
        ) over (
            partition by system, source_record_id, channel, purpose, unknown, channel_value
        ) as granted_at
    from placed
),
standing as (
    select *
    from judged
    where unknown is null or status = 'granted' or coalesce(stated_at >= granted_at, true)
    qualify statement_id is null or rank() over (
        partition by system, source_record_id, source, channel, purpose, product_id, unknown, channel_value, stated_at
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
    own_address,
    status,
    stated_at,
    min(expires_at) as expires_at,
    max(evidence) as evidence,
    system,
    source_record_id,
    source,
    bool_or(simulated) as simulated
from standing
group by
    customer_id, system, source_record_id, channel, purpose, product_id, channel_value, address, own_address, status,
    stated_at, source
