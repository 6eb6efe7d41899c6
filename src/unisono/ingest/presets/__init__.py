"""Presets: ready mappings of well-known files, registered as entry points of group `unisono.presets`.

An entry point's object is the path of a YAML file, or a callable without arguments that returns the same as
plain data: feed -> what a source of `sources.yaml` may say. The feeds of a preset usually read the same file;
where they are different files, a source names the one it is (`feed:`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import metadata
from pathlib import Path

from pydantic import RootModel, ValidationError

from unisono.errors import ProblemsError, SourceError, did_you_mean
from unisono.ingest.spec import Source, SourceFields
from unisono.playbook import load_yaml

GROUP = "unisono.presets"

HERE = Path(__file__).parent

consents = HERE / "consents.yaml"
iowa_pseudonymised = HERE / "iowa_pseudonymised.yaml"
open_payments = HERE / "open_payments.yaml"
outcomes = HERE / "outcomes.yaml"
segment = HERE / "segment.yaml"
veeva = HERE / "veeva.yaml"


@cache
def entry_points(group: str) -> metadata.EntryPoints:
    """Return what installed packages register; it takes looking through all of them."""
    return metadata.entry_points(group=group)


class Preset(RootModel[dict[str, SourceFields]]):
    """feed -> fields."""


def expand(source: Source) -> list[Source]:
    """Return a source with its preset filled in, one for each feed, named `<name>_<feed>`.

    What the source says itself comes first; its columns, aliases and joins are laid over the preset's, and
    what it maps the preset no longer does. Without a preset the source comes back as it is. Raises SourceError
    UN2014 (preset) or UN2015 (feed).
    """
    if source.preset is None:
        if source.feed is not None:
            raise SourceError("UN2015", "a feed needs a preset", hint="name a preset, or remove `feed`")
        return [source]
    feeds = load(source.preset)
    if source.feed is None:
        alone = len(feeds) == 1
        return [
            _filled(source, source.name if alone else f"{source.name}_{feed}", feeds[feed]) for feed in feeds
        ]
    if source.feed not in feeds:
        message = f"preset '{source.preset}' has no feed '{source.feed}'"
        raise SourceError("UN2015", message, hint=did_you_mean(source.feed, feeds))
    return [_filled(source, source.name, feeds[source.feed])]


def load(name: str) -> Mapping[str, SourceFields]:
    """Return a preset's feeds; SourceError UN2014 if there is no such preset or it is broken."""
    registered = {entry.name: entry for entry in entry_points(group=GROUP)}
    if name not in registered:
        raise SourceError("UN2014", f"no preset is called '{name}'", hint=did_you_mean(name, registered))
    made = registered[name].load()
    try:
        preset = _read(made) if isinstance(made, Path) else Preset.model_validate(made())
    except (ValidationError, ProblemsError) as error:
        raise SourceError("UN2014", f"preset '{name}' is broken: {error}") from error
    return preset.root


@cache
def _read(path: Path) -> Preset:
    return load_yaml(path, Preset)


def _filled(source: Source, name: str, preset: SourceFields) -> Source:
    own = {field: getattr(source, field) for field in source.model_fields_set - {"preset", "feed"}}
    given = {field: getattr(preset, field) for field in preset.model_fields_set}
    mapped = {column for one in source.maps for values in one.given() for column in values}
    given["columns"] = {column: text for column, text in preset.columns.items() if column not in mapped}
    given["maps"] = [left for one in preset.maps if (left := one.without(source.columns)).given()]
    joins = {join.name: join for join in (*preset.join, *source.join)}
    laid_over = {
        "columns": {**given["columns"], **source.columns},
        "aliases": {**preset.aliases, **source.aliases},
        "join": list(joins.values()),
    }
    return Source(**{"system": source.name, **given, **own, **laid_over, "name": name})
