-- No representative is given more minutes or more suggestions than there are.
select d.rep_id
from decision as d
inner join rep as r on r.rep_id = d.rep_id
cross join playbook_policy as p
group by d.rep_id, r.capacity_minutes, p.per_rep
having sum(d.minutes) > r.capacity_minutes + 0.000001 or count(*) > p.per_rep
