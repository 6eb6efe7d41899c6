-- Why a content may not be used on a channel at the clock; empty where it may. Content of the other side of the wall
-- between medical and commercial is not even listed.
with market as (
    select distinct t.content_id
    from playbook_content_tag as t
    inner join playbook_policy as p on p.market = t.value
    where t.tag = 'market'
)
select
    c.content_id,
    h.value as channel,
    c.product_id,
    case
        when c.status <> 'approved' then 'not_approved'
        when c.valid_from > d.day then 'not_yet_valid'
        when c.valid_until < d.day then 'expired'
        when m.content_id is null then 'market'
    end as blocked_by
from playbook_content as c
inner join local_day as d on d.age = 0
inner join playbook_content_tag as h on h.content_id = c.content_id and h.tag = 'channel'
inner join playbook_channel as w on w.channel = h.value and w.purpose = c.purpose
left join market as m on m.content_id = c.content_id
