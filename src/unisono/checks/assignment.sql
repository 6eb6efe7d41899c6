-- A suggestion for a representative needs that representative to be assigned to the customer on the clock's day, and to
-- belong to the field force of the channel's purpose.
select d.decision_id
from decision as d
inner join playbook_channel as h on h.channel = d.channel
left join assignment as a
    on a.customer_id = d.customer_id
    and a.rep_id = d.rep_id
    and (a.role = 'msl') = (h.purpose = 'medical')
where (h.owner = 'rep' and a.rep_id is null) or (h.owner <> 'rep' and d.rep_id is not null) or h.owner = 'none'
