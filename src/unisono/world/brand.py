"""The playbook as arrays: what the company can do, in the order of the playbook's entries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unisono.playbook import Playbook
from unisono.playbook.models import Channel, Content
from unisono.world.names import SPECIALTIES

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Days = NDArray[np.datetime64]


@dataclass(frozen=True)
class Brand:
    """Channels (C), products (P), stages (L), topics (T) and contents that were ever usable (K) as arrays."""

    channels: tuple[str, ...]
    needs_consent: Bools  # C
    is_medical: Bools  # C
    owner: tuple[str, ...]  # C: rep, central or none
    minutes: Floats  # C: of a representative's time
    products: tuple[str, ...]
    written: tuple[tuple[str, ...], ...]  # P: the ways a product is written
    rivals: tuple[tuple[str, str], ...]  # company and product of competitors, as written
    interest: Floats  # specialty x P, rows sum to 1
    topics: tuple[str, ...]
    stages: tuple[str, ...]
    prior: Floats  # L
    advance: Floats  # L
    contents: tuple[str, ...]
    messages: tuple[str, ...]  # K
    content_product: Ints  # K
    content_topics: Floats  # T x K, columns sum to 1
    content_stage: Ints  # K: the stage it is made for
    content_format: Ints  # K
    formats: int
    on_channel: Bools  # C x K
    valid_from: Days  # K
    valid_until: Days  # K

    def usable(self, channel: int, day: np.datetime64) -> Bools:
        """Return which contents could be used on a channel on a day (K)."""
        return np.asarray(self.on_channel[channel] & (self.valid_from <= day) & (day <= self.valid_until))


def make_brand(playbook: Playbook) -> Brand:
    """Return the arrays of a playbook; content never approved for HCPs of its market is left out."""
    contents = [
        content
        for content in playbook.content
        if content.status not in ("draft", "in_review")
        and playbook.company.market in content.markets
        and "hcp" in content.kinds
    ]
    products = tuple(product.id for product in playbook.products)
    topics = tuple(topic.id for topic in playbook.topics)
    formats = sorted({content.format for content in contents})
    stages = tuple(stage.id for stage in playbook.ladder.stages)
    topic_use = np.array([[topic in content.topics for content in contents] for topic in topics], float)
    channels = playbook.channels
    return Brand(
        channels=tuple(channel.id for channel in channels),
        needs_consent=np.array([channel.consent == "required" for channel in channels]),
        is_medical=np.array([channel.purpose == "medical" for channel in channels]),
        owner=tuple(channel.owner for channel in channels),
        minutes=np.array([channel.minutes for channel in channels]),
        products=products,
        written=tuple((product.name, product.id, *product.aliases) for product in playbook.products),
        rivals=tuple(_rivals(playbook)),
        interest=_interest(playbook),
        topics=topics,
        stages=stages,
        prior=np.array([stage.prior for stage in playbook.ladder.stages]),
        advance=np.array([stage.advance for stage in playbook.ladder.stages]),
        contents=tuple(content.id for content in contents),
        messages=tuple(content.key_message for content in contents),
        content_product=np.array([products.index(content.product) for content in contents]),
        content_topics=topic_use / topic_use.sum(axis=0),
        content_stage=np.array([stages.index(content.stage) for content in contents]),
        content_format=np.array([formats.index(content.format) for content in contents]),
        formats=len(formats),
        on_channel=np.array([[_is_on(content, channel) for content in contents] for channel in channels]),
        valid_from=np.array([content.valid_from for content in contents], "datetime64[D]"),
        valid_until=np.array([content.valid_until for content in contents], "datetime64[D]"),
    )


def _is_on(content: Content, channel: Channel) -> bool:
    """Return whether content is found on a channel: the portal, which nobody owns, shows all that is commercial."""
    on_portal = channel.owner == "none" and channel.mode == "online" and content.purpose == channel.purpose
    return on_portal or channel.id in content.channels


def _interest(playbook: Playbook) -> Floats:
    weights = np.array(
        [
            [
                product.priority * product.specialties.get(specialty, product.specialties.get("*", 0.0))
                for product in playbook.products
            ]
            for specialty, _, _ in SPECIALTIES
        ]
    )
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _rivals(playbook: Playbook) -> list[tuple[str, str]]:
    return [
        (company, product)
        for competitor in playbook.competitors
        for company in (competitor.name, *competitor.aliases)
        for entry in competitor.products
        for product in (entry.name, *entry.aliases)
    ]


def draw(rng: np.random.Generator, weights: Floats) -> Ints:
    """Return one column per row, drawn by the row's weights; -1 where all are zero."""
    total = weights.cumsum(axis=1)
    at = rng.random(len(weights)) * total[:, -1]
    return np.where(total[:, -1] > 0, (at[:, None] >= total).sum(axis=1), -1)
