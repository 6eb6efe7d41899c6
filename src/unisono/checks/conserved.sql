-- Every touchpoint of the sources is still there, once, under a customer and on one side of the wall.
with kept as (
    select touchpoint_id from touchpoint
    union all
    select touchpoint_id from medical_touchpoint
)
select s.touchpoint_id
from source_touchpoint as s
left join kept as t on t.touchpoint_id = s.touchpoint_id
group by s.touchpoint_id
having count(t.touchpoint_id) <> 1
