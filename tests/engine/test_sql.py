"""Parameters, reads and errors of SQL files."""

from datetime import datetime

import pytest

from unisono.engine import Query
from unisono.engine.sql import check_portable, parameters, reads, source
from unisono.errors import EngineError


@pytest.fixture
def sql_file(tmp_path):
    def write(text):
        folder = tmp_path / "profile"
        folder.mkdir(exist_ok=True)
        path = folder / "contact.sql"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_reads_names_the_canonical_tables_and_not_the_statements_own():
    text = """
        with recent as (select * from touchpoint where occurred_at > $as_of),
        known as (select customer_id from customer)
        select * from recent inner join known on known.customer_id = recent.customer_id
        where recent.channel in (select channel from playbook_channel)
    """
    assert reads(text, "x") == ["customer", "playbook_channel", "touchpoint"]


def test_a_table_outside_the_contract_is_refused_with_the_nearest_name():
    with pytest.raises(EngineError, match=r"profile/contact.sql: UN3004 .*'touchpont'[\s\S]*'touchpoint'"):
        reads("select * from touchpont", "profile/contact.sql")


def test_a_file_takes_the_parameters_it_names(sql_file):
    path = sql_file("select $as_of as a, $seed as b")
    query = Query.from_file(path, {"as_of": datetime(2026, 1, 5), "seed": 3, "run_id": "r"})
    assert set(query.values) == set(parameters(*source(path))) == {"as_of", "seed"}
    assert query.where == "profile/contact.sql"
    assert query.sql("duckdb") == "SELECT\n  CAST('2026-01-05 00:00:00.000000' AS TIMESTAMP) AS a,\n  3 AS b"


def test_a_parameter_without_value_is_named(sql_file):
    with pytest.raises(EngineError, match=r"profile/contact.sql: UN3002 .*\$as_off[\s\S]*'as_of'"):
        Query.from_file(sql_file("select $as_off as a"), {"as_of": datetime(2026, 1, 5)})


@pytest.mark.parametrize(
    "text", ["select from where", "delete from contact", "create table t as select 1", "'"]
)
def test_what_is_not_a_query_is_refused(text):
    with pytest.raises(EngineError) as caught:
        reads(text, "profile/contact.sql")
    assert caught.value.code == "UN3003"
    assert caught.value.where == "profile/contact.sql"


def test_two_statements_in_a_file_are_refused():
    with pytest.raises(EngineError, match="UN3003"):
        reads("select 1 as a; select 2 as a", "x")


@pytest.mark.parametrize("text", ["it's", "a\\b", "'; drop table contact; --", "$as_of", "ü\n"])
def test_bound_text_is_data(text):
    (found,) = Query("select $text as text", "x", {"text": text}).bound().selects
    assert found.this.name == text


FORBIDDEN = {
    "select * from touchpoint asof join contact on touchpoint.occurred_at >= contact.occurred_at": "asof join",
    "select * from touchpoint positional join contact": "positional join",
    "select * from touchpoint using sample 10": "tablesample",
    "select distinct on (channel) channel from touchpoint": "distinct on",
    "select customer_id from contact union all by name select customer_id from touchpoint": "union by name",
    "select quantile_cont(amount, 0.5) as x from touchpoint": "percentile_cont()",
    "select list(channel order by channel) as x from touchpoint": "array_agg()",
    "select array_agg(channel) as x from touchpoint": "array_agg()",
    "select string_agg(channel, ',') as x from touchpoint": "string_agg() without order",
    "select arg_max(channel, amount) as x from touchpoint": "arg_max()",
    "select any_value(channel) as x from touchpoint": "any_value()",
    "select hash(channel) as x from touchpoint": "hash()",
    "select random() as x": "rand()",
    "select now() as x": "now()",
    "select current_timestamp as x": "current_timestamp()",
    "select current_date as x": "current_date()",
    "select log(amount) as x from touchpoint": "log()",
    "select epoch(occurred_at) as x from touchpoint": "time_to_unix()",
    "select isodow(occurred_at) as x from touchpoint": "dayofweek_iso()",
    "select extract(dow from occurred_at) as x from touchpoint": "extract(dow ...)",
    "select date_diff('month', occurred_at, occurred_at) as x from touchpoint": "date_diff() in months",
    "select occurred_at - occurred_at as x from touchpoint": "difference of two times",
    "select occurred_at + interval (amount) hour as x from touchpoint": "interval of a computed length",
    "select cast(amount as bigint) as x from touchpoint": "cast of a fraction to a whole number",
    "select cast(amount / 2 as int) as x from touchpoint": "cast of a fraction to a whole number",
    "select cast(amount as decimal(10, 2)) as x from touchpoint": "cast to decimal(10, 2)",
    "select cast('2026-01-05 00:00:00+02' as timestamptz) as x": "cast to timestamptz",
    "select regexp_replace(channel, 'a', 'b') as x from touchpoint": "regexp_replace() of the first match",
    "select len(products) as x from touchpoint": "length() of a list",
    "select list_extract(products, 1) as x from touchpoint": "list_extract()",
    "select concat(channel, 'a') as x from touchpoint": "concat()",
    "select * from range(3) as r(n)": "generate_series()",
}


@pytest.mark.parametrize(("text", "construct"), FORBIDDEN.items())
def test_what_engines_do_differently_is_refused_with_what_to_use_instead(text, construct):
    with pytest.raises(EngineError) as caught:
        check_portable(text, "profile/contact.sql")
    assert caught.value.code == "UN3006"
    assert caught.value.message.startswith(construct)
    assert caught.value.hint


def test_an_unknown_column_is_found_without_running():
    with pytest.raises(EngineError, match="UN3003 .*'chanel'"):
        check_portable("select chanel from contact", "profile/contact.sql")
