-- Licence numbers that identify the record that has them.
select r.record_key, i.field, r.licence_id as value, i.position
from match_record as r
inner join playbook_identifier as i on i.field = 'licence_id'
where r.licence_id is not null
