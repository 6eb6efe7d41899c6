-- Every touchpoint of the sources is still there, once, under a customer.
select s.touchpoint_id
from source_touchpoint as s
left join touchpoint as t on t.touchpoint_id = s.touchpoint_id
where t.touchpoint_id is null
