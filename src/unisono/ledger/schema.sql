-- What people and channels do between runs. Rows are added, never changed, but for the dates in which a write key ends.
-- Instants are text in ISO 8601, UTC, microseconds, so that both databases keep and order them alike.
-- `serial primary key` stands for what each database calls a number that counts up by itself.

create table if not exists write_key (
    key_id text primary key,
    source text not null,
    key_hash text not null unique,
    hint text not null,
    created_at text not null,
    expires_at text,
    revoked_at text
);

-- An event as collected, in Segment's words. `body` is the whole of it; `original` what came where it came in others.
create table if not exists event (
    event_id serial primary key,
    source text not null,
    message_id text not null,
    type text not null,
    user_id text,
    received_at text not null,
    body text not null,
    original text,
    unique (source, message_id)
);
create index if not exists event_by_user on event (user_id, received_at);

-- What was collected and cannot be understood, with the reason; nothing is dropped.
create table if not exists refused_event (
    refused_id serial primary key,
    source text not null,
    received_at text not null,
    reason text not null,
    detail text not null,
    raw text not null
);

-- A suggestion as it was published. `body` is the whole decision record.
create table if not exists published_decision (
    decision_id text primary key,
    run_id text not null,
    published_at text not null,
    expires_at text not null,
    customer_id text not null,
    rep_id text,
    channel text not null,
    purpose text not null,
    body text not null
);
create index if not exists published_decision_by_rep on published_decision (rep_id, expires_at);
create index if not exists published_decision_by_customer on published_decision (customer_id);

-- What somebody did with a suggestion. `response_id` is made by whoever answers, so that a retry is the same answer.
create table if not exists response (
    response_id text primary key,
    decision_id text not null references published_decision (decision_id),
    actor text not null,
    response text not null,
    reason text,
    note text,
    until_on text,
    responded_at text not null
);
create index if not exists response_by_decision on response (decision_id);

create table if not exists feedback (
    feedback_id text not null,
    decision_id text not null references published_decision (decision_id),
    actor text not null,
    question text not null,
    answer text not null,
    answered_at text not null,
    primary key (feedback_id, question)
);

-- One try to hand a suggestion to its channel; `delivery_id` is the key under which the channel sees it once.
create table if not exists delivery (
    delivery_id text not null,
    status text not null,
    decision_id text not null references published_decision (decision_id),
    channel text not null,
    detail text not null,
    occurred_at text not null,
    primary key (delivery_id, status)
);

-- A question or a problem, its owner and when an answer is due; the answer is a row of its own.
create table if not exists desk_question (
    question_id text primary key,
    decision_id text,
    customer_id text,
    asked_by text not null,
    owner text not null,
    question text not null,
    asked_at text not null,
    due_at text not null
);
create table if not exists desk_answer (
    answer_id text primary key,
    question_id text not null references desk_question (question_id),
    answered_by text not null,
    answer text not null,
    answered_at text not null
);

-- Who did or read what. `hash` is over the row and the hash before it, so that a changed row shows.
create table if not exists audit (
    number bigint primary key,
    occurred_at text not null,
    actor text not null,
    action text not null,
    subject text not null,
    detail text not null,
    previous_hash text not null,
    hash text not null
);
create index if not exists audit_by_subject on audit (subject);
