"""Company events: customers who share one meal, meeting or congress."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from unisono.ingest.expression import literal, name, sql
from unisono.ingest.spec import Group, Source


def grouped(rows: exp.Select, sources: Sequence[Source]) -> exp.Select:
    """Return a query over the touchpoints of query `rows` that fills `group_id` and renames channels of large events.

    Rows of one source that share the group's columns (nothing equals nothing) are one event.
    """
    groups = {source.name: source.group for source in sources if source.group is not None}
    event, least, large, channel = (exp.Case(this=name("source")) for _ in range(4))
    for source, group in groups.items():
        event = event.when(literal(source), _event(source, group))
        least = least.when(literal(source), literal(group.at_least))
        large = large.when(literal(source), literal(group.channel_at_least))
        channel = channel.when(literal(source), _renamed(group))
    keyed = exp.select("*", exp.alias_(event, "event_key")).from_(rows.subquery("rows"))
    counted = (
        exp.select("event_key", "count(distinct row(system, source_record_id)) as people")
        .from_("keyed")
        .where("event_key is not null")
        .group_by("event_key")
    )
    group_id = sql("case when people >= $least then event_key else group_id end", least=least)
    renamed = sql("case when people >= $large then $channel else channel end", large=large, channel=channel)
    star = exp.Star(replace=[exp.alias_(group_id, "group_id"), exp.alias_(renamed, "channel")])
    return (
        exp.select(star)
        .with_("keyed", as_=keyed)
        .from_("keyed")
        .join(counted.subquery("counted"), using=["event_key"], join_type="left")
    )


def _event(source: str, group: Group) -> exp.Expr:
    shared = [sql("coalesce(cast($x as varchar), '\x1e')", x=name(column)) for column in group.by]
    text = exp.func("concat_ws", literal("\x1f"), literal(source), *shared, dialect="duckdb")
    return sql("'G' || left(md5($text), 16)", text=text)


def _renamed(group: Group) -> exp.Expr:
    renamed = exp.Case(this=name("channel"))
    for channel, large in group.channel.items():
        renamed = renamed.when(literal(channel), literal(large))
    return renamed.else_(name("channel"))
