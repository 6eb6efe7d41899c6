-- Which records are not as the snapshot before compared them. A hash is of a record's key too, so that no two are equal,
-- and what changed is found without looking at keys.
with change as (
    select r.content_hash as hash_now, p.content_hash as hash_before
    from match_record as r
    full join previous_match_record as p on p.content_hash = r.content_hash
    where
        (r.content_hash is null or p.content_hash is null)
        and (select count(*) from previous_match_record) + (select count(*) from previous_match_model) > 0
),
changed as (
    select r.record_key, true as is_there, false as was_there
    from match_record as r
    inner join change as c on c.hash_now = r.content_hash
    union all
    select p.record_key, false as is_there, true as was_there
    from previous_match_record as p
    inner join change as c on c.hash_before = p.content_hash
)
select record_key, bool_or(is_there) as is_there, bool_or(was_there) as was_there
from changed
group by record_key
