-- No suggestion through systems of which none has a record of the customer.
select d.decision_id
from decision as d
inner join playbook_channel_system as s on s.channel = d.channel
left join customer_xref as x
    on x.customer_id = d.customer_id and x.system = s.system and x.method <> 'touchpoint_only'
group by d.decision_id
having count(x.source_record_id) = 0
