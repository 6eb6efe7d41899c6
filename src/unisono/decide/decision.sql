-- Every suggestion of the run, of both sides of the wall.
select * from commercial_decision
union all
select * from medical_decision
