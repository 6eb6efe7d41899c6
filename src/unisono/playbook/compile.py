"""The playbook as small tables that SQL joins: nothing of it is left to constants in code."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from math import fsum, log
from typing import TYPE_CHECKING

from unisono.playbook.compile_identity import IDENTITY
from unisono.playbook.models import Budget, Channel, Playbook, Scope
from unisono.playbook.names import Name, company_names, product_names, tidy
from unisono.tables import EVENTS

if TYPE_CHECKING:
    import pyarrow as pa

Row = dict[str, object]

SHARE_TOLERANCE = 1e-9
VALUES_BY = {"propensity_only": "response", "no_levers": "no_levers", "random_eligible": "chance"}
"""How arms value actions that do not do it as everybody else does."""


def compile_playbook(playbook: Playbook) -> dict[str, pa.Table]:
    """Return every `playbook_*` table of the contract by name."""
    from unisono.tables import arrow  # pyarrow is slow to import, and checking a playbook does without it

    return {name: arrow.rows(name, list(rows(playbook))) for name, rows in _TABLES.items()}


def playbook_hash(playbook: Playbook) -> str:
    """Return 12 hex digits that change when the playbook means something else, whatever its layout."""
    text = json.dumps(playbook.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _companies(playbook: Playbook) -> Iterator[Row]:
    yield {"company_id": playbook.company.id, "company_name": playbook.company.name, "is_own": True}
    for rival in playbook.competitors:
        yield {"company_id": rival.id, "company_name": rival.name, "is_own": False}


def _company_aliases(playbook: Playbook) -> Iterator[Row]:
    return _aliases(company_names(playbook), "company_id")


def _product_aliases(playbook: Playbook) -> Iterator[Row]:
    return _aliases(product_names(playbook), "product_id")


def _aliases(names: Iterable[Name], column: str) -> Iterator[Row]:
    for alias, owner in {name.alias: name.owner for name in names}.items():
        yield {"alias": alias, column: owner}


def _products(playbook: Playbook) -> Iterator[Row]:
    """Products of others have no life cycle and weight 0: nothing is decided for them."""
    for product in playbook.products:
        yield {
            "product_id": product.id,
            "product_name": product.name,
            "company_id": playbook.company.id,
            "is_own": True,
            "lifecycle": product.lifecycle,
            "priority": product.priority,
        }
    for rival in playbook.competitors:
        for other in rival.products:
            yield {
                "product_id": other.id,
                "product_name": other.name,
                "company_id": rival.id,
                "is_own": False,
                "priority": 0.0,
            }


def _targets(playbook: Playbook) -> Iterator[Row]:
    """Every product has a row '*', so that a specialty nobody named has a weight."""
    for product in playbook.products:
        weights = {"*": 0.0} | {tidy(name): weight for name, weight in product.specialties.items()}
        for specialty, weight in weights.items():
            yield {"product_id": product.id, "specialty": specialty, "weight": weight}


def _channels(playbook: Playbook) -> Iterator[Row]:
    same = ("mode", "contact", "access", "owner", "purpose", "unit_cost", "minutes", "consent", "capacity")
    for channel in playbook.channels:
        yield {
            "channel": channel.id,
            "channel_name": channel.name,
            **{name: getattr(channel, name) for name in same},
            "depth": channel.depth,
            "response_mean": channel.response.mean,
            "response_strength": channel.response.strength,
        }


def _channel_systems(playbook: Playbook) -> Iterator[Row]:
    for channel in playbook.channels:
        for system in dict.fromkeys(channel.systems):
            yield {"channel": channel.id, "system": system}


def _caps(playbook: Playbook) -> Iterator[Row]:
    """Rest after a contact is a cap of none in the days that follow it."""
    limits = [(channel.id, channel.caps) for channel in playbook.channels]
    for channel, caps in [*limits, ("all", playbook.policy.caps)]:
        for cap in caps:
            yield {"channel": channel, "days": cap.days, "at_most": cap.at_most, "gate": "cap"}
    for entry in playbook.channels:
        if entry.rest_days is not None:
            yield {"channel": entry.id, "days": entry.rest_days, "at_most": 0, "gate": "rest"}


def _matrix(playbook: Playbook) -> Iterator[Row]:
    for lifecycle, row in playbook.channel_matrix.items():
        for channel, cell in row.items():
            yield {"lifecycle": lifecycle, "channel": channel, "fit": cell.fit, "role": cell.role}


def _ladder(playbook: Playbook) -> Iterator[Row]:
    stages = playbook.ladder.stages
    for position, (stage, following) in enumerate(zip(stages, [*stages[1:], None], strict=True), 1):
        yield {
            "stage": stage.id,
            "stage_name": stage.name,
            "position": position,
            "prior": stage.prior,
            "long_run_value": stage.value,
            "gain": stage.advance * (following.value - stage.value) if following else 0.0,
        }


def _evidence(playbook: Playbook) -> Iterator[Row]:
    for event, weights in playbook.ladder.evidence.items():
        for stage in playbook.ladder.stages:
            yield {"event": event, "stage": stage.id, "log_likelihood": log(weights.get(stage.id, 1.0))}


def _events(_: Playbook) -> Iterator[Row]:
    for event in EVENTS:
        yield {"event": event.name, "is_contact": event.is_contact, "is_response": event.is_response}


def _topics(playbook: Playbook) -> Iterator[Row]:
    for topic in playbook.topics:
        yield {"topic": topic.id, "topic_name": topic.name}


def _contents(playbook: Playbook) -> Iterator[Row]:
    for content in playbook.content:
        yield {**content.model_dump(), "content_id": content.id, "product_id": content.product}


def _content_tags(playbook: Playbook) -> Iterator[Row]:
    for content in playbook.content:
        tags: dict[str, Sequence[str]] = {
            "topic": content.topics,
            "channel": content.channels,
            "market": content.markets,
            "kind": content.kinds,
        }
        for tag, values in tags.items():
            for value in dict.fromkeys(values):
                yield {"content_id": content.id, "tag": tag, "value": value}


def _arms(playbook: Playbook) -> Iterator[Row]:
    """Every arm that has a share; who is in no other arm receives suggestions as planned."""
    policy = playbook.policy
    shares = {"holdout": policy.holdout} | {
        name: getattr(policy.arms, name) for name in ("usual", *VALUES_BY)
    }
    shares["suggest"] = max(1 - fsum(shares.values()), 0.0)
    for position, (arm, share) in enumerate(shares.items(), 1):
        if share > SHARE_TOLERANCE:
            by = VALUES_BY.get(arm, "value")
            row = {"arm": arm, "position": position, "share": share, "values_by": by}
            explores = by in ("value", "no_levers") and policy.exploration.enabled
            yield row | {"suggests": arm not in ("holdout", "usual"), "explores": explores}


def _limits(playbook: Playbook) -> Iterator[Row]:
    for budget in playbook.budgets:
        yield _limit(budget, "budget", budget.amount)
    for quota in playbook.quotas:
        yield _limit(quota, "quota", quota.at_most)
    for goal in playbook.goals:
        yield _limit(goal, "goal", goal.at_least) | {"worth": goal.worth}


def _limit(scope: Scope, kind: str, amount: float) -> Row:
    return {"limit_id": scope.id, "limit_name": scope.name, "kind": kind, "amount": float(amount)}


def _limit_scopes(playbook: Playbook) -> Iterator[Row]:
    """A limit counts unit costs if it is a budget, else contacts."""
    for scope in (*playbook.budgets, *playbook.quotas, *playbook.goals):
        for channel in scoped_channels(playbook, scope):
            amount = channel.unit_cost if isinstance(scope, Budget) else 1.0
            for row in _scope(playbook, scope, channel):
                yield row | {"limit_id": scope.id, "amount": amount}


def _scope(playbook: Playbook, scope: Scope, channel: Channel) -> Iterator[Row]:
    """Yield every product and specialty of a scope on one of its channels."""
    products = dict.fromkeys(scope.products) or _own(playbook)
    for product_id, specialty in itertools.product(
        products, dict.fromkeys(map(tidy, scope.specialties)) or ["*"]
    ):
        yield {"channel": channel.id, "product_id": product_id, "specialty": specialty}


def _own(playbook: Playbook) -> list[str]:
    return [each.id for each in playbook.products]


def _levers(playbook: Playbook) -> Iterator[Row]:
    for lever in playbook.levers:
        yield {
            **lever.model_dump(include={"kind", "factor", "starts_on", "ends_on"}),
            "lever_id": lever.id,
            "lever_name": lever.name,
            "event": lever.signal and lever.signal.event,
            "within_days": lever.signal and lever.signal.within_days,
        }


def _lever_scopes(playbook: Playbook) -> Iterator[Row]:
    for lever in playbook.levers:
        for channel in scoped_channels(playbook, lever):
            for row in _scope(playbook, lever, channel):
                for stage in dict.fromkeys(lever.stages) or ["*"]:
                    yield row | {"lever_id": lever.id, "stage": stage}


def _separations(playbook: Playbook) -> Iterator[Row]:
    for rule in playbook.separations:
        kept = itertools.product(
            dict.fromkeys(rule.never.channels), dict.fromkeys(rule.never.products) or _own(playbook)
        )
        after = itertools.product(dict.fromkeys(rule.of.channels), dict.fromkeys(rule.of.events) or ["*"])
        for (channel, product_id), (of_channel, event) in itertools.product(kept, after):
            yield {
                "separation_id": rule.id,
                "channel": channel,
                "product_id": product_id,
                "of_channel": of_channel,
                "event": event,
                "days": rule.within_days,
            }


def scoped_channels(playbook: Playbook, scope: Scope) -> list[Channel]:
    """Return the channels of a scope."""
    if not scope.channels:
        return [each for each in playbook.channels if each.purpose == "commercial" and each.owner != "none"]
    return [each for each in playbook.channels if each.id in scope.channels]


def _policy(playbook: Playbook) -> Iterator[Row]:
    yield {
        **playbook.policy.model_dump(),
        "policy_version": playbook_hash(playbook),
        "market": playbook.company.market,
        "currency": playbook.company.currency,
        "time_zone": playbook.company.time_zone,
        "lever_least": playbook.policy.lever_bounds.least,
        "lever_most": playbook.policy.lever_bounds.most,
        "belief_half_life_days": playbook.ladder.half_life_days,
        "stratum_size": playbook.policy.arms.stratum_size,
        "unit_value": playbook.policy.arms.unit_value,
    }


def _exploration(playbook: Playbook) -> Iterator[Row]:
    yield playbook.policy.exploration.model_dump()


_TABLES: dict[str, Callable[[Playbook], Iterator[Row]]] = {
    "playbook_company": _companies,
    "playbook_company_alias": _company_aliases,
    "playbook_product": _products,
    "playbook_product_alias": _product_aliases,
    "playbook_target": _targets,
    "playbook_channel": _channels,
    "playbook_channel_system": _channel_systems,
    "playbook_cap": _caps,
    "playbook_channel_matrix": _matrix,
    "playbook_ladder": _ladder,
    "playbook_ladder_evidence": _evidence,
    "playbook_event": _events,
    "playbook_topic": _topics,
    "playbook_content": _contents,
    "playbook_content_tag": _content_tags,
    "playbook_arm": _arms,
    "playbook_limit": _limits,
    "playbook_limit_scope": _limit_scopes,
    "playbook_lever": _levers,
    "playbook_lever_scope": _lever_scopes,
    "playbook_separation": _separations,
    "playbook_policy": _policy,
    "playbook_exploration": _exploration,
    **IDENTITY,
}
