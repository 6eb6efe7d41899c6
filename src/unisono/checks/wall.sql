-- No touchpoint on the commercial side of the wall whose channel, content or representative is medical, nor one of a
-- contact that is on the medical side.
select t.touchpoint_id
from touchpoint as t
left join playbook_channel as h on h.channel = t.channel and h.purpose = 'medical'
left join playbook_content as k on k.content_id = t.content_id and k.purpose = 'medical'
left join rep as r on r.rep_id = t.rep_id and r.role = 'msl'
where h.channel is not null or k.content_id is not null or r.rep_id is not null
union all
select t.touchpoint_id
from touchpoint as t
inner join medical_touchpoint as m
    on m.customer_id = t.customer_id and m.channel = t.channel and m.contact_id = t.contact_id
