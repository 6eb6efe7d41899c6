"""Reading `sources.yaml`: presets filled in, and everything that can be wrong before a file is opened."""

from __future__ import annotations

import codecs
from collections.abc import Collection, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from unisono.errors import ProblemsError, SourceError, did_you_mean
from unisono.ingest.expression import NotScalarError, constant, parse
from unisono.ingest.join import joins_before
from unisono.ingest.presets import expand
from unisono.ingest.spec import Source, Sources
from unisono.playbook import Finding, read_yaml
from unisono.tables import TABLES, Column, Table

RESERVED = frozenset({"source", "simulated"})  # what ingestion alone says about a row
DERIVED = frozenset({"touchpoint_id", "contact_id", "system"})  # what it makes up if a source has none
EVERY_CHANNEL = "all"  # a consent may be about all channels


def read_sources(path: Path) -> Sources:
    """Return the sources declared in a file, those with presets filled in and split into their feeds.

    Raises ProblemsError with every problem at its line.
    """
    read = read_yaml([path], Sources)
    problems: list[SourceError] = []
    made: dict[str, Source] = {}
    for index, source in enumerate(read.value.sources):
        try:
            feeds = expand(source)
        except SourceError as error:
            where = read.place("sources", index, "feed" if error.code == "UN2015" else "preset")
            problems.append(SourceError(error.code, error.message, where=where, hint=error.hint))
            continue
        for feed in feeds:
            if feed.name in made:
                hint = "give each source its own name"
                message = f"source '{feed.name}' is declared twice"
                where = read.place("sources", index, "name")
                problems.append(SourceError("UN2017", message, where=where, hint=hint))
            made[feed.name] = feed
            problems += [
                SourceError(f.code, f.message, where=read.place("sources", index, *f.loc), hint=f.hint)
                for f in findings(feed)
            ]
    if problems:
        raise ProblemsError(problems)
    return Sources(sources=list(made.values()))


def require(source: Source, channels: Collection[str]) -> None:
    """Raise the first problem of an expanded source as SourceError, channels of the playbook included."""
    for finding in findings(source, channels):
        where = ", ".join([f"source '{source.name}'", *(str(part) for part in finding.loc)])
        raise SourceError(finding.code, finding.message, where=where, hint=finding.hint)


def findings(source: Source, channels: Collection[str] | None = None) -> Iterator[Finding]:
    """Yield what is wrong with an expanded source; channels are looked at if the playbook's are given."""
    if source.table is None:
        hint = "say which table the rows go to, e.g. `table: source_touchpoint`, or name a preset"
        yield Finding(("table",), "UN2010", f"source '{source.name}' has no table", hint)
        return
    table = TABLES[source.table]
    yield from _settings(source)
    yield from _targets(source, table)
    yield from _joins(source)
    yield from _expressions(source)
    yield from _words(source, table, channels)
    yield from _group(source, table, channels)


def mapped(source: Source) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield every canonical column a source gives, with the place in its declaration."""
    for column in source.columns:
        yield ("columns", column), column
    for index, one in enumerate(source.maps):
        for word, values in one.to.items():
            yield from ((("maps", index, "to", word, column), column) for column in values)
        yield from ((("maps", index, "otherwise", column), column) for column in one.otherwise or {})


def map_columns(source: Source, index: int) -> list[str]:
    """Return the canonical columns that one value map gives."""
    return list(dict.fromkeys(column for loc, column in mapped(source) if loc[:2] == ("maps", index)))


def known_words(table: Table, column: Column, channels: Collection[str]) -> tuple[str, ...]:
    """Return the only words a column may hold; nothing if any may stand there."""
    if column.name == "channel":
        return (*sorted(channels), *([EVERY_CHANNEL] if table.name == "source_consent" else []))
    return column.values


def _settings(source: Source) -> Iterator[Finding]:
    try:
        ZoneInfo(source.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        hint = did_you_mean(source.timezone, available_timezones())
        yield Finding(("timezone",), "UN2016", f"'{source.timezone}' is not an IANA time zone", hint)
    try:
        codecs.lookup(source.encoding)
    except LookupError:
        hint = "e.g. utf-8, cp1252, latin-1, utf-16"
        yield Finding(("encoding",), "UN2016", f"Python knows no encoding '{source.encoding}'", hint)


def _targets(source: Source, table: Table) -> Iterator[Finding]:
    givers: dict[str, tuple[str | int, ...]] = {}
    for loc, column in mapped(source):
        giver = loc[:2] if loc[0] == "maps" else loc[:1]
        if column not in table.names:
            hint = did_you_mean(column, set(table.names) - RESERVED)
            yield Finding(loc, "UN2011", f"table {table.name} has no column '{column}'", hint)
        elif column in RESERVED:
            hint = "`simulated: true` says so for a whole source" if column == "simulated" else ""
            yield Finding(loc, "UN2011", f"column '{column}' is filled in by ingestion", hint)
        elif givers.setdefault(column, giver) != giver:
            yield Finding(loc, "UN2011", f"column '{column}' is given twice", "keep one of them")
    for needed in table.columns:
        optional = needed.nullable or needed.default is not None or needed.name in RESERVED | DERIVED
        if not optional and needed.name not in givers:
            hint = f"add `{needed.name}:` under columns; it is {needed.meaning}"
            yield Finding(
                ("columns",), "UN2010", f"column '{needed.name}' of {table.name} is not mapped", hint
            )
    if table.one_of and not set(table.one_of) & set(givers):
        message = f"neither {' nor '.join(table.one_of)} of {table.name} is mapped"
        yield Finding(("columns",), "UN2010", message, f"add `{table.one_of[0]}:` under columns")


def _expressions(source: Source) -> Iterator[Finding]:
    joins = _join_names(source)
    texts: list[tuple[tuple[str | int, ...], str, frozenset[str]]] = [
        (("columns", column), text, joins) for column, text in source.columns.items()
    ]
    texts += [(("maps", index, "from"), one.source, joins) for index, one in enumerate(source.maps)]
    texts += [(("set_aside", index, "when"), one.when, joins) for index, one in enumerate(source.set_aside)]
    for index, join in enumerate(source.join):
        before = joins_before(source, join)
        texts += [(("join", index, "match", theirs), ours, before) for theirs, ours in join.match.items()]
        texts += [(("join", index, "where"), join.where, frozenset())] if join.where else []
    for loc, text, known in texts:
        try:
            parse(text, known)
        except NotScalarError as error:
            yield Finding(loc, "UN2012", error.message, error.hint)


def _join_names(source: Source) -> frozenset[str]:
    return frozenset(join.name for join in source.join)


def _joins(source: Source) -> Iterator[Finding]:
    names: set[str] = set()
    for index, join in enumerate(source.join):
        if join.name in names:
            hint = "give each join its own name"
            yield Finding(("join", index, "name"), "UN2020", f"join '{join.name}' is declared twice", hint)
        names.add(join.name)


def _words(source: Source, table: Table, channels: Collection[str] | None) -> Iterator[Finding]:
    for loc, column, word in _constants(source):
        if column not in table.names or (column == "channel" and channels is None):
            continue
        known = known_words(table, table.column(column), channels or ())
        if (known or column == "channel") and word not in known:
            what = "a channel of the playbook" if column == "channel" else f"a known {column}"
            yield Finding(loc, "UN2018", f"'{word}' is not {what}", did_you_mean(word, known))


def _constants(source: Source) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """Yield every word that the declaration itself writes into a canonical column."""
    for column, text in source.columns.items():
        try:
            word = constant(parse(text, _join_names(source)))
        except NotScalarError:
            continue
        if word is not None:
            yield ("columns", column), column, word
    for index, one in enumerate(source.maps):
        for key, values in one.to.items():
            yield from ((("maps", index, "to", key, c), c, word) for c, word in values.items() if word)
        yield from (
            (("maps", index, "otherwise", c), c, word) for c, word in (one.otherwise or {}).items() if word
        )


def _group(source: Source, table: Table, channels: Collection[str] | None) -> Iterator[Finding]:
    group = source.group
    if group is None:
        return
    if "group_id" not in table.names:
        yield Finding(("group",), "UN2019", f"table {table.name} has no groups", "remove `group`")
        return
    if "group_id" in {column for _, column in mapped(source)}:
        hint = "remove `group`, or do not map group_id"
        yield Finding(("group",), "UN2019", "group_id is mapped and would be overwritten", hint)
    for index, column in enumerate(group.by):
        if column not in table.names:
            hint = did_you_mean(column, table.names)
            yield Finding(
                ("group", "by", index), "UN2011", f"table {table.name} has no column '{column}'", hint
            )
    if channels is not None:
        for channel in (*group.channel, *group.channel.values()):
            if channel not in channels:
                message = f"'{channel}' is not a channel of the playbook"
                yield Finding(("group", "channel"), "UN2018", message, did_you_mean(channel, channels))
