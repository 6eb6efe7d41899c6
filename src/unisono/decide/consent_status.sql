-- The standing of consent of each customer: of what its records amount to, the most restrictive. Only a record's own later
-- statement lifts its refusal, so a merge never permits what one of the records forbids; records without any statement
-- say nothing. Of several alike the latest is the proof.
select customer_id, channel, purpose, product_id, status, stated_at, expires_at, evidence, source
from record_consent
qualify row_number() over (
    partition by customer_id, channel, purpose, product_id
    order by
        case status when 'withdrawn' then 1 when 'denied' then 2 when 'pending' then 3 when 'expired' then 4 else 5 end,
        stated_at desc,
        expires_at nulls last,
        source,
        evidence,
        system,
        source_record_id
) = 1
