-- What is scarce on one side of the wall: the representatives' time and suggestions, the central channels' sendings,
-- budgets and quotas; and goals, which are scarce the other way round.
select 'rep_minutes' as resource, rep_id as owner, capacity_minutes as capacity, cast(null as double) as worth
from rep
where (role = 'msl') = ($purpose = 'medical')
union all
select 'rep_suggestions' as resource, r.rep_id as owner, cast(p.per_rep as double) as capacity, cast(null as double) as worth
from rep as r
cross join playbook_policy as p
where (r.role = 'msl') = ($purpose = 'medical')
union all
select 'channel_sends' as resource, channel as owner, cast(capacity as double) as capacity, cast(null as double) as worth
from playbook_channel
where owner = 'central' and capacity is not null and purpose = $purpose
union all
select distinct m.kind as resource, m.limit_id as owner, m.amount as capacity, m.worth
from playbook_limit as m
inner join playbook_limit_scope as s on s.limit_id = m.limit_id
inner join playbook_channel as h on h.channel = s.channel and h.purpose = $purpose
