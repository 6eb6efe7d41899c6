-- Records that touchpoints, consents, assignments or outcomes mention, and of which no source tells more.
with mention as (
    select system, source_record_id from source_touchpoint
    union
    select system, source_record_id from source_consent
    union
    select system, source_record_id from source_assignment
    union
    select system, source_record_id from source_outcome where source_record_id is not null
)
select m.system || ':' || m.source_record_id as record_key, m.system, m.source_record_id
from mention as m
left join source_record as r on r.system = m.system and r.source_record_id = m.source_record_id
where r.system is null
