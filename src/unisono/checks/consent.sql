-- No suggestion on a channel that requires consent without a grant in force, for the customer's present address or for
-- none in particular, that nothing later or stricter takes back.
with said as (
    select
        d.decision_id,
        n.address,
        coalesce(n.channel_value, '') as about,
        n.stated_at,
        n.status = 'granted' and coalesce(n.expires_at > d.decided_at, true) as is_grant,
        n.status in ('denied', 'withdrawn') as is_refusal
    from decision as d
    inner join playbook_channel as h on h.channel = d.channel and h.consent = 'required'
    inner join consent as n
        on n.customer_id = d.customer_id
        and n.stated_at <= d.decided_at
        and (n.channel = d.channel or n.channel = 'all')
        and (n.purpose = h.purpose or n.purpose = 'all')
        and (n.product_id = d.product_id or n.product_id = 'all')
),
ending as (
    select decision_id, about, max(stated_at) as stated_at from said group by decision_id, about
),
last_word as (
    select s.decision_id, s.address, s.stated_at, bool_and(s.is_grant) as is_grant, bool_or(s.is_refusal) as is_refusal
    from said as s
    inner join ending as e on e.decision_id = s.decision_id and e.about = s.about and e.stated_at = s.stated_at
    group by s.decision_id, s.address, s.about, s.stated_at
),
summed as (
    select
        decision_id,
        max(case when is_grant and address <> 'other' then stated_at end) as granted_at,
        max(case when not is_grant and address <> 'other' then stated_at end) as lost_at,
        max(case when is_refusal and address = 'other' then stated_at end) as refused_elsewhere_at,
        bool_or(is_grant and address = 'current') as is_granted_here,
        bool_or(address = 'unclear') as is_unclear
    from last_word
    group by decision_id
)
select d.decision_id
from decision as d
inner join playbook_channel as h on h.channel = d.channel and h.consent = 'required'
left join summed as s on s.decision_id = d.decision_id
where s.granted_at is null
    or s.lost_at >= s.granted_at
    or (s.is_unclear and s.lost_at is not null)
    or (not s.is_granted_here and s.refused_elsewhere_at >= s.granted_at)
