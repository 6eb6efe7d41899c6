"""Presets: ready mappings of well-known files, registered as entry points of group `unisono.presets`.

An entry point's object is the path of a YAML file, or a callable without arguments that returns the same as
plain data: feed -> what a source of `sources.yaml` may say. The feeds of a preset usually read the same file;
where they are different files, a source names the one it is (`feed:`).
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path

from pydantic import RootModel, ValidationError

from unisono.errors import ProblemsError, SourceError, did_you_mean
from unisono.ingest.spec import Source, SourceFields
from unisono.playbook import load_yaml

GROUP = "unisono.presets"

open_payments = Path(__file__).parent / "open_payments.yaml"
iowa_pseudonymised = Path(__file__).parent / "iowa_pseudonymised.yaml"


class Preset(RootModel[dict[str, SourceFields]]):
    """feed -> fields."""


def expand(source: Source) -> list[Source]:
    """Return a source with its preset filled in, one for each feed, named `<name>_<feed>`.

    What the source says itself comes first; its columns and aliases are laid over the preset's. Without a
    preset the source comes back as it is. Raises SourceError UN2014 (preset) or UN2015 (feed).
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
        preset = load_yaml(made, Preset) if isinstance(made, Path) else Preset.model_validate(made())
    except (ValidationError, ProblemsError) as error:
        raise SourceError("UN2014", f"preset '{name}' is broken: {error}") from error
    return preset.root


def _filled(source: Source, name: str, preset: SourceFields) -> Source:
    own = {field: getattr(source, field) for field in source.model_fields_set - {"preset", "feed"}}
    given = {field: getattr(preset, field) for field in preset.model_fields_set}
    laid_over = {field: {**given.get(field, {}), **own.get(field, {})} for field in ("columns", "aliases")}
    return Source(**{"system": source.name, **given, **own, **laid_over, "name": name})
