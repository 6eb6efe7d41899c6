"""Who is who: what the playbook's section `identity` compiles to, and what resolution makes on its way to customers."""

from __future__ import annotations

from unisono.tables.columns import CUSTOMER, RECORD_REF, c
from unisono.tables.contract import Table
from unisono.tables.vocabulary import CUSTOMER_KINDS

RECORD_KEY = c("record_key", "VARCHAR", "system and id of a record, with a colon between")
PAIR = (
    c("left_key", "VARCHAR", "the record whose key sorts first, as system:id"),
    c("right_key", "VARCHAR", "the other record, as system:id"),
)
SCORE = (
    c("weight", "DOUBLE", "evidence that they are one customer, the prior included", unit="bits"),
    c("probability", "DOUBLE", "probability that they are one customer", unit="0..1"),
)
MATCH_PAIR = (*PAIR, *SCORE)
INSTITUTION = c("institution_id", "VARCHAR", "the institution, a customer of kind hco")
MATCH_MODEL = (
    c("model_version", "VARCHAR", "hash of the specification and of what was learnt"),
    c("specification", "VARCHAR", "hash of the specification it was learnt for"),
    c("trained_at", "TIMESTAMP", "clock of the run that learnt it"),
    c("records", "BIGINT", "records it was learnt from", unit="records"),
    c("settings", "VARCHAR", "the specification with its weights, as JSON"),
)
IDENTIFYING = (
    c("value", "VARCHAR", "its value, and those of the fields that must agree with it"),
    c("position", "BIGINT", "priority, 1 being the highest"),
)
ENTITY = (
    c("entity", "VARCHAR", "the group: the key of its first record"),
    c(
        "method",
        "VARCHAR",
        "what joined it",
        values=("source_id", "identifier", "match", "steward", "touchpoint_only"),
    ),
    c("probability", "DOUBLE", "confidence of the match", unit="0..1"),
    c("component", "VARCHAR", "first of the records that anything ties together, one customer or not"),
    c("rules", "VARCHAR", "hash of what groups depend on besides records, identifiers and pairs"),
)
CONTENT = c("content_hash", "BIGINT", "hash of its key and of what is compared")

PLAYBOOK_IDENTITY = (
    Table(
        "playbook_identity",
        "playbook",
        "when records are one customer",
        ("accept",),
        (
            c("accept", "DOUBLE", "records this likely to be one customer become one", unit="0..1"),
            c("review", "DOUBLE", "records this likely wait for a steward's decision", unit="0..1"),
            c(
                "matching",
                "VARCHAR",
                "how records are compared, as JSON; empty if they are not",
                nullable=True,
            ),
        ),
    ),
    Table(
        "playbook_identifier",
        "playbook",
        "one field whose values make records one customer",
        ("position",),
        (
            c("position", "BIGINT", "priority, 1 being the highest"),
            c("field", "VARCHAR", "column of match_record"),
            c("at_most", "BIGINT", "a value that more records share is a placeholder", unit="records"),
            c("agree", "VARCHAR[]", "fields that must not differ"),
            c("blocked", "VARCHAR[]", "values that identify nobody, in lower case"),
        ),
    ),
    Table(
        "playbook_curated",
        "playbook",
        "one system without duplicates",
        ("system",),
        (c("system", "VARCHAR", "namespace of the source's customer ids"),),
    ),
    Table(
        "playbook_nickname",
        "playbook",
        "one given name and the one it stands for",
        ("name",),
        (
            c("name", "VARCHAR", "name in lower case"),
            c("stands_for", "VARCHAR", "first of the names that are one another's"),
        ),
    ),
    Table(
        "playbook_source_rank",
        "playbook",
        "how much one system is trusted on one field",
        ("field", "system"),
        (
            c("field", "VARCHAR", "column of customer; '*' is any"),
            c("system", "VARCHAR", "namespace of the source's customer ids"),
            c("position", "BIGINT", "trust, 1 being the highest"),
        ),
    ),
    Table(
        "playbook_institution_type",
        "playbook",
        "one type of institution; the first that fits is an institution's type",
        ("type_id",),
        (
            c("type_id", "VARCHAR", "the type"),
            c("position", "BIGINT", "order in which types are tried, from 1"),
            c("name", "VARCHAR", "name for people"),
            c("people_at_least", "BIGINT", "people known to work there", unit="people"),
            c("specialties_at_least", "BIGINT", "different specialties among them", unit="specialties"),
            c("name_contains", "VARCHAR[]", "one of these is in its name, in lower case; empty: any name"),
        ),
    ),
    Table(
        "playbook_decision_maker",
        "playbook",
        "one thing that makes a person a decision maker where they work",
        ("field", "value"),
        (
            c("field", "VARCHAR", "where it is told", values=("specialty", "title")),
            c("value", "VARCHAR", "the specialty, or a text in the name as written, in lower case"),
        ),
    ),
)

IDENTITY = (
    Table(
        "steward_decision",
        "store",
        "what a steward decided about two records (append-only; the last about a pair stands)",
        ("decision_id",),
        (
            c("decision_id", "VARCHAR", "the decision"),
            *PAIR,
            c("decision", "VARCHAR", "what was decided", values=("same", "not_same", "open")),
            c("decided_by", "VARCHAR", "who decided"),
            c("decided_at", "TIMESTAMP", "when"),
            c("reason", "VARCHAR", "why", nullable=True),
            c("standing", "BOOLEAN", "true for the last decision about the two records"),
        ),
    ),
    Table(
        "mentioned_record",
        "resolve",
        "one record of which no source tells but that others mention",
        ("record_key",),
        (RECORD_KEY, *RECORD_REF),
    ),
    Table(
        "match_record",
        "resolve",
        "one source record as it is compared: in Latin letters, lower case, without marks",
        ("record_key",),
        (
            RECORD_KEY,
            *RECORD_REF,
            c("kind", "VARCHAR", "what the record is about", values=CUSTOMER_KINDS),
            c("given_name", "VARCHAR", "given name, nicknames replaced", nullable=True),
            c("family_name", "VARCHAR", "family name", nullable=True),
            c("initials", "VARCHAR", "first letters of the given names", nullable=True),
            c("specialty", "VARCHAR", "medical specialty", nullable=True),
            c("institution", "VARCHAR", "place of work; of an institution its own name", nullable=True),
            c("place", "VARCHAR", "town", nullable=True),
            c("region", "VARCHAR", "state, department or province", nullable=True),
            c("postal_code", "VARCHAR", "postal code, letters and digits only", nullable=True),
            c("country", "VARCHAR", "country", nullable=True),
            c("email", "VARCHAR", "e-mail address", nullable=True),
            c("email_domain", "VARCHAR", "its domain; empty for public providers", nullable=True),
            c("phone", "VARCHAR", "telephone number, digits only", nullable=True),
            c("licence_id", "VARCHAR", "licence or register number; empty for placeholders", nullable=True),
            CONTENT,
        ),
    ),
    Table(
        "identifier",
        "resolve",
        "one value that identifies the record that has it",
        ("record_key", "field"),
        (
            RECORD_KEY,
            c("field", "VARCHAR", "column of match_record"),
            *IDENTIFYING,
        ),
    ),
    Table("match_model", "resolve", "the model of matching in use", ("model_version",), MATCH_MODEL),
    Table(
        "previous_match_model",
        "store",
        "the model of matching of the snapshot before",
        ("model_version",),
        MATCH_MODEL,
    ),
    Table(
        "previous_match_record",
        "store",
        "one record as the snapshot before compared it",
        ("record_key",),
        (RECORD_KEY, CONTENT),
    ),
    Table(
        "previous_match_pair",
        "store",
        "two records that the snapshot before found likely to be one customer",
        ("left_key", "right_key"),
        MATCH_PAIR,
    ),
    Table(
        "match_change",
        "resolve",
        "one record that is new, gone or not as the snapshot before compared it; none without a snapshot before",
        ("record_key",),
        (
            RECORD_KEY,
            c("is_there", "BOOLEAN", "true if it is there now"),
            c("was_there", "BOOLEAN", "true if the snapshot before had it"),
        ),
    ),
    Table(
        "match_new_pair",
        "resolve",
        "a row of match_pair with a record of match_change; none if all records are compared",
        ("left_key", "right_key"),
        MATCH_PAIR,
    ),
    Table(
        "match_pair",
        "resolve",
        "two records that are likely, or not unlikely, to be one customer",
        ("left_key", "right_key"),
        MATCH_PAIR,
    ),
    Table(
        "entity_record",
        "resolve",
        "one source record and the group of records that are one customer",
        ("record_key",),
        (
            RECORD_KEY,
            *RECORD_REF,
            *ENTITY,
        ),
    ),
    Table(
        "previous_identifier",
        "store",
        "one identifying value of the snapshot before",
        ("record_key", "field"),
        (RECORD_KEY, c("field", "VARCHAR", "column of match_record"), *IDENTIFYING),
    ),
    Table(
        "previous_entity_record",
        "store",
        "one record and the group that it was in in the snapshot before",
        ("record_key",),
        (RECORD_KEY, *RECORD_REF, *ENTITY),
    ),
    Table(
        "match_queue",
        "resolve",
        "two records that wait for a steward's decision",
        ("left_key", "right_key"),
        (
            *MATCH_PAIR,
            c(
                "question",
                "VARCHAR",
                "why it is asked: neither likely nor unlikely enough, likely but kept apart by a rule, or joined only "
                "by a weak link",
                values=("unsure", "kept_apart", "bridge"),
            ),
        ),
    ),
    Table(
        "golden_value",
        "resolve",
        "what is believed of one customer in one field, and the record that says so",
        ("customer_id", "field"),
        (
            CUSTOMER,
            c("field", "VARCHAR", "column of customer"),
            c("value", "VARCHAR", "the value"),
            *RECORD_REF,
            c(
                "rule",
                "VARCHAR",
                "what made it win: the only value, the trust in its system, the date, how many records say so, the "
                "fullness of its record, or, all else being equal, the record's id",
                values=("only", "rank", "recency", "frequency", "completeness", "id"),
            ),
            c("rivals", "BIGINT", "other values that records of the customer have", unit="values"),
        ),
    ),
    Table(
        "source_quality",
        "resolve",
        "how complete one field of one system is, and how often others say otherwise",
        ("system", "kind", "field"),
        (
            RECORD_REF[0],
            c("kind", "VARCHAR", "what the records are about", values=CUSTOMER_KINDS),
            c("field", "VARCHAR", "column of source_record"),
            c("records", "BIGINT", "records of the system", unit="records"),
            c("filled", "BIGINT", "records that have a value", unit="records"),
            c("distinct_values", "BIGINT", "different values", unit="values"),
            c(
                "compared",
                "BIGINT",
                "records with a value whose customer has one from another record",
                unit="records",
            ),
            c("conflicting", "BIGINT", "of these, records that differ from what is believed", unit="records"),
        ),
    ),
    Table(
        "affiliation",
        "resolve",
        "one healthcare professional who works at one institution that is a customer, by their records",
        ("customer_id", "institution_id"),
        (
            CUSTOMER,
            INSTITUTION,
            c(
                "basis",
                "VARCHAR",
                "what they agree in; the name only where a town is not known",
                values=("name_and_place", "name"),
            ),
            c("is_decision_maker", "BOOLEAN", "true if specialty or title makes them one, by the playbook"),
        ),
    ),
    Table(
        "institution",
        "resolve",
        "one institution that is a customer, with its people",
        ("institution_id",),
        (
            INSTITUTION,
            c("people", "BIGINT", "healthcare professionals who work there", unit="people"),
            c("specialties", "BIGINT", "different specialties among them", unit="specialties"),
            c("decision_makers", "BIGINT", "decision makers among them", unit="people"),
            c("institution_type", "VARCHAR", "first type of the playbook that fits", nullable=True),
        ),
    ),
)
