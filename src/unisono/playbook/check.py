"""What must hold between the sections of a playbook: ids, references, the matrix, the wall.

Each rule yields findings at paths of the playbook; it knows nothing of files. A rule may assume only that
the playbook has the right shape.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import fsum, isclose
from typing import Protocol
from zoneinfo import available_timezones

from unisono.errors import did_you_mean
from unisono.playbook.document import KEY, Loc
from unisono.playbook.models import Cap, Content, Playbook, Scope, Separation
from unisono.playbook.names import company_names, product_names, tidy
from unisono.playbook.yaml import Finding
from unisono.tables import EVENTS

SUM_TOLERANCE = 1e-6
_EVENTS = [event.name for event in EVENTS]
_EVERY_CHANNEL = "all"  # stands for every channel in caps and consent statements


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


def check(playbook: Playbook) -> Iterator[Finding]:
    """Yield everything that does not hold in `playbook`."""
    for rule in (
        _ids,
        _time_zone,
        _names,
        _channels,
        _caps,
        _targets,
        _matrix,
        _cells,
        _ladder,
        _evidence,
        _limits,
        _levers,
        _arms,
    ):
        yield from rule(playbook)
    for index, separation in enumerate(playbook.separations):
        yield from _separation(playbook, separation, ("separations", index))
    for index, content in enumerate(playbook.content):
        yield from _content(playbook, content, ("content", index))


def _ids(playbook: Playbook) -> Iterator[Finding]:
    """Ids are unique among things of one kind; a product's among the products of all companies."""
    products = _ids_in(("products",), playbook.products)
    for index, rival in enumerate(playbook.competitors):
        products += _ids_in(("competitors", index, "products"), rival.products)
    companies = [(("company", "id"), playbook.company.id), *_ids_in(("competitors",), playbook.competitors)]
    kinds: dict[str, list[tuple[Loc, str]]] = {
        "company": companies,
        "product": products,
        "channel": _ids_in(("channels",), playbook.channels),
        "stage": _ids_in(("ladder", "stages"), playbook.ladder.stages),
        "topic": _ids_in(("topics",), playbook.topics),
        "content": _ids_in(("content",), playbook.content),
        "limit": [
            *_ids_in(("budgets",), playbook.budgets),
            *_ids_in(("quotas",), playbook.quotas),
            *_ids_in(("goals",), playbook.goals),
        ],
        "lever": _ids_in(("levers",), playbook.levers),
        "separation": _ids_in(("separations",), playbook.separations),
        "institution type": _ids_in(
            ("identity", "institutions", "types"), playbook.identity.institutions.types
        ),
    }
    for kind, found in kinds.items():
        yield from _twice(found, f"{kind} '{{}}' is given twice", "every id stands for one thing")


def _ids_in(loc: Loc, entries: Sequence[_HasId]) -> list[tuple[Loc, str]]:
    return [((*loc, index, "id"), entry.id) for index, entry in enumerate(entries)]


def _twice(found: Iterable[tuple[Loc, str]], message: str, hint: str) -> Iterator[Finding]:
    """Yield each word after its first occurrence."""
    first: dict[str, Loc] = {}
    for loc, word in found:
        if first.setdefault(word, loc) is not loc:
            yield Finding(loc, "UN1006", message.format(word), hint, first[word])


def _time_zone(playbook: Playbook) -> Iterator[Finding]:
    """The market's time zone is one that the tz database has."""
    zone = playbook.company.time_zone
    if zone not in available_timezones():
        hint = did_you_mean(zone, available_timezones())
        yield Finding(("company", "time_zone"), "UN1004", f"'{zone}' is not an IANA time zone", hint)


def _names(playbook: Playbook) -> Iterator[Finding]:
    """A name, however sources write it, stands for one product and one company."""
    for kind, names in (("company", company_names(playbook)), ("product", product_names(playbook))):
        first: dict[str, tuple[Loc, str]] = {}
        for loc, alias, owner in names:
            known = first.setdefault(alias, (loc, owner))
            if not alias:
                yield Finding(loc, "UN1004", "a name should not be blank", "write it or remove it")
            elif known[1] != owner:
                message = f"'{alias}' stands for {kind} '{owner}' and for '{known[1]}'"
                yield Finding(loc, "UN1006", message, "remove it from one of them", known[0])


def _channels(playbook: Playbook) -> Iterator[Finding]:
    """Limits apply to whoever acts: minutes to representatives, capacity to central channels."""
    for index, channel in enumerate(playbook.channels):
        loc: Loc = ("channels", index)
        if channel.id == _EVERY_CHANNEL:
            yield Finding((*loc, "id"), "UN1004", "'all' means every channel", "choose another id")
        if channel.owner == "central" and channel.minutes:
            message = f"channel '{channel.id}' is central but takes {channel.minutes:g} minutes"
            hint = "remove 'minutes', which is a representative's time, or say 'owner: rep'"
            yield Finding((*loc, "minutes"), "UN1014", message, hint)
        if channel.owner != "central" and channel.capacity is not None:
            message = f"channel '{channel.id}' has a capacity but is not central"
            hint = "remove 'capacity': representatives are limited by their minutes"
            yield Finding((*loc, "capacity"), "UN1014", message, hint)


def _caps(playbook: Playbook) -> Iterator[Finding]:
    """One window has one cap."""
    lists: list[tuple[Loc, list[Cap]]] = [
        (("channels", n, "caps"), channel.caps) for n, channel in enumerate(playbook.channels)
    ]
    for loc, caps in [*lists, (("policy", "caps"), playbook.policy.caps)]:
        found = [((*loc, n, "days"), str(cap.days)) for n, cap in enumerate(caps)]
        yield from _twice(found, "a window of {} days has two caps", "keep the one you mean")


def _targets(playbook: Playbook) -> Iterator[Finding]:
    """A specialty is named once per product, whatever its case."""
    for index, product in enumerate(playbook.products):
        found: list[tuple[Loc, str]] = [
            (("products", index, "specialties", name, KEY), tidy(name)) for name in product.specialties
        ]
        yield from _twice(found, "specialty '{}' is given twice", "case and outer blanks do not matter")


def _matrix(playbook: Playbook) -> Iterator[Finding]:
    """The matrix speaks of known channels."""
    known = [channel.id for channel in playbook.channels]
    for lifecycle, row in playbook.channel_matrix.items():
        for channel in row:
            yield from _known(channel, known, "channel", ("channel_matrix", lifecycle, channel, KEY))


def _cells(playbook: Playbook) -> Iterator[Finding]:
    """Every channel that someone acts on has a cell in the row of every own product's life-cycle stage."""
    acting = [channel.id for channel in playbook.channels if channel.owner != "none"]
    needed = {product.lifecycle: index for index, product in reversed([*enumerate(playbook.products)])}
    for lifecycle, index in needed.items():
        row = playbook.channel_matrix.get(lifecycle)
        if row is None:
            message = f"the channel matrix has no row '{lifecycle}', which this product needs"
            hint = f"add '{lifecycle}:' to channel_matrix with cells for {', '.join(acting)}"
            yield Finding(("products", index, "lifecycle"), "UN1010", message, hint)
            continue
        for channel in [channel for channel in acting if channel not in row]:
            message = f"row '{lifecycle}' of the channel matrix has no cell for channel '{channel}'"
            hint = f"add '{channel}: {{fit: 0.5, role: ...}}'; with fit 0 the channel is worth nothing there"
            yield Finding(("channel_matrix", lifecycle, KEY), "UN1010", message, hint)


def _ladder(playbook: Playbook) -> Iterator[Finding]:
    """Priors are shares of all customers."""
    total = fsum(stage.prior for stage in playbook.ladder.stages)
    if not isclose(total, 1, rel_tol=0, abs_tol=SUM_TOLERANCE):
        message = f"the priors of the stages sum to {total:.6g}, not 1"
        yield Finding(("ladder", "stages"), "UN1008", message, "each prior is a share of all customers")


def _evidence(playbook: Playbook) -> Iterator[Finding]:
    """Evidence speaks of known events and stages."""
    stages = [stage.id for stage in playbook.ladder.stages]
    for event, weights in playbook.ladder.evidence.items():
        yield from _known(event, _EVENTS, "event", ("ladder", "evidence", event, KEY))
        for stage in weights:
            yield from _known(stage, stages, "stage", ("ladder", "evidence", event, stage, KEY))


def _limits(playbook: Playbook) -> Iterator[Finding]:
    """A scope has channels somebody acts on, all on one side of the wall, and own products."""
    channels = {channel.id: channel for channel in playbook.channels}
    products = [product.id for product in playbook.products]
    for section in ("budgets", "quotas", "goals", "levers"):
        scopes: list[Scope] = getattr(playbook, section)
        for index, scope in enumerate(scopes):
            loc: Loc = (section, index)
            for place, name in enumerate(scope.channels):
                yield from _known(name, channels, "channel", (*loc, "channels", place))
            for place, name in enumerate(scope.products):
                yield from _known(name, products, "product", (*loc, "products", place))
            for place, name in enumerate(scope.specialties):
                if tidy(name) == "*":
                    hint = "leave 'specialties' out to mean all"
                    yield Finding((*loc, "specialties", place), "UN1004", "'*' is no specialty", hint)
            named = [channels[name] for name in scope.channels if name in channels]
            if len({channel.purpose for channel in named}) > 1:
                message = f"'{scope.id}' names commercial and medical channels together"
                yield Finding((*loc, "channels"), "UN1011", message, "write one for each side")
            if any(channel.owner == "none" for channel in named):
                message = f"'{scope.id}' names a channel on which nobody acts"
                yield Finding(
                    (*loc, "channels"), "UN1012", message, "remove the channel, or give it an owner"
                )


def _levers(playbook: Playbook) -> Iterator[Finding]:
    """A lever is within the bounds of all levers together, and speaks of known stages and events."""
    stages = [stage.id for stage in playbook.ladder.stages]
    bounds = playbook.policy.lever_bounds
    for index, lever in enumerate(playbook.levers):
        loc: Loc = ("levers", index)
        for place, name in enumerate(lever.stages):
            yield from _known(name, stages, "stage", (*loc, "stages", place))
        if lever.signal:
            yield from _known(lever.signal.event, _EVENTS, "event", (*loc, "signal", "event"))
        if not bounds.least <= lever.factor <= bounds.most:
            message = f"factor {lever.factor:g} of lever '{lever.id}' would be cut"
            hint = f"levers multiply by {bounds.least:g} to {bounds.most:g}; policy.lever_bounds can say otherwise"
            yield Finding((*loc, "factor"), "UN1004", message, hint)
        if lever.starts_on and lever.ends_on and lever.starts_on > lever.ends_on:
            message = f"lever '{lever.id}' ends on {lever.ends_on}, before {lever.starts_on}"
            yield Finding((*loc, "ends_on"), "UN1013", message, "starts_on comes first")


def _separation(playbook: Playbook, rule: Separation, loc: Loc) -> Iterator[Finding]:
    """A separation keeps off what somebody could suggest; events are known on their own side of the wall only."""
    channels = {channel.id: channel for channel in playbook.channels}
    products = [product.id for product in playbook.products]
    for place, name in enumerate(rule.never.products):
        yield from _known(name, products, "product", (*loc, "never", "products", place))
    for place, name in enumerate(rule.of.events):
        yield from _known(name, _EVENTS, "event", (*loc, "of", "events", place))
    for part, names in (("never", rule.never.channels), ("of", rule.of.channels)):
        for place, name in enumerate(names):
            yield from _known(name, channels, "channel", (*loc, part, "channels", place))
    kept, after = (
        [channels[name] for name in part.channels if name in channels] for part in (rule.never, rule.of)
    )
    if any(channel.owner == "none" for channel in kept):
        message = f"'{rule.id}' keeps off a channel on which nobody acts"
        yield Finding(
            (*loc, "never", "channels"), "UN1012", message, "remove the channel, or give it an owner"
        )
    if rule.of.events and len({channel.purpose for channel in (*kept, *after)}) > 1:
        message = f"'{rule.id}' asks for events across the wall between medical and commercial"
        hint = "leave 'events' out: that there was a contact is all that crosses it"
        yield Finding((*loc, "of", "events"), "UN1011", message, hint)


def _arms(playbook: Playbook) -> Iterator[Finding]:
    """Experiment arms share the customers out."""
    arms, held = playbook.policy.arms, playbook.policy.holdout
    total = fsum((held, arms.usual, arms.propensity_only, arms.no_levers, arms.random_eligible))
    if total > 1 + SUM_TOLERANCE:
        message = f"the hold-out and the arms take {total:.0%} of the customers"
        yield Finding(("policy", "arms"), "UN1004", message, "let their shares add up to 1 at most")


def _content(playbook: Playbook, content: Content, loc: Loc) -> Iterator[Finding]:
    """Content refers to what exists, fits the channels it is meant for, and is valid some day."""
    products = [product.id for product in playbook.products]
    stages = [stage.id for stage in playbook.ladder.stages]
    topics = [topic.id for topic in playbook.topics]
    yield from _known(content.product, products, "product", (*loc, "product"))
    yield from _known(content.stage, stages, "stage", (*loc, "stage"))
    for index, topic in enumerate(content.topics):
        yield from _known(topic, topics, "topic", (*loc, "topics", index))
    yield from _content_channels(playbook, content, loc)
    if content.valid_from > content.valid_until:
        message = f"content '{content.id}' is valid until {content.valid_until}, before {content.valid_from}"
        yield Finding((*loc, "valid_until"), "UN1013", message, "valid_from comes first")


def _content_channels(playbook: Playbook, content: Content, loc: Loc) -> Iterator[Finding]:
    channels = {channel.id: channel for channel in playbook.channels}
    for index, name in enumerate(content.channels):
        here = (*loc, "channels", index)
        yield from _known(name, channels, "channel", here)
        channel = channels.get(name)
        if channel and channel.owner == "none":
            message = f"content '{content.id}' is meant for channel '{name}', on which nobody acts"
            yield Finding(here, "UN1012", message, "remove the channel, or give it an owner")
        if channel and channel.purpose != content.purpose:
            message = f"{content.purpose} content may not go out on {channel.purpose} channel '{name}'"
            hint = f"use a {content.purpose} channel, or state the right 'purpose'"
            yield Finding(here, "UN1011", message, hint)


def _known(word: str, known: Iterable[str], kind: str, loc: Loc) -> Iterator[Finding]:
    if word not in known:
        yield Finding(loc, "UN1007", f"no {kind} is called '{word}'", did_you_mean(word, known))
