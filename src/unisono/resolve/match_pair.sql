-- No records are compared yet.
select '' as left_key, '' as right_key, 0.0 as weight, 0.0 as probability
from playbook_identity
where 1 = 0
