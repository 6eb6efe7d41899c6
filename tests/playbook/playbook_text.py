"""A small valid playbook as YAML text, a section each."""

from __future__ import annotations

from pathlib import Path

COMPANY = """\
company:
  id: verity
  name: Verity Pharma
  aliases: [Verity, VERITY PHARMA S.A.]
  market: "NO"
  currency: EUR
competitors:
  - id: rival
    name: Rival Bio
    products:
      - {id: rivalin, name: Rivalin, aliases: [rivalin 5 mg]}
"""
PRODUCTS = """\
products:
  - id: cardia
    name: Cardia
    aliases: [cardia 10 mg]
    lifecycle: growth
    priority: 1.5
    specialties: {Cardiology: 1, "*": 0.2}
  - id: pulma
    name: Pulma
    lifecycle: launch
    specialties: {Pulmonology: 1}
"""
CHANNELS = """\
channels:
  - id: visit
    name: Visit
    mode: offline
    contact: personal
    owner: rep
    consent: not_required
    unit_cost: 90
    minutes: 45
    rest_days: 7
    caps: [{days: 30, at_most: 2}]
    response: {mean: 0.4}
  - id: email
    name: E-mail
    mode: online
    contact: non_personal
    owner: central
    consent: required
    capacity: 5000
    caps: [{days: 7, at_most: 1}, {days: 30, at_most: 3}]
    response: {mean: 0.1, strength: 50}
  - id: msl_call
    name: Medical call
    mode: online
    contact: personal
    owner: rep
    purpose: medical
    consent: required
    minutes: 30
    response: {mean: 0.3}
  - id: website
    name: Web site
    mode: online
    contact: non_personal
    access: public
    owner: none
    consent: not_required
    response: {mean: 0.05}
"""
MATRIX = """\
channel_matrix:
  launch: &start
    visit: {fit: 1, role: introduce}
    email: {fit: 0.5, role: remind}
    msl_call: {fit: 0.8, role: explain}
  growth: *start
"""
LADDER = """\
ladder:
  stages:
    - {id: unaware, name: Unaware, prior: 0.5, value: 0, advance: 0.2}
    - {id: aware, name: Aware, prior: 0.3, value: 100, advance: 0.1}
    - {id: user, name: User, prior: 0.2, value: 500, advance: 0.05}
  evidence:
    opened: {aware: 2, user: 3}
    declined: {user: 0.5}
  half_life_days: 120
"""
CONTENT = """\
topics:
  - {id: safety, name: Safety}
  - {id: dosing, name: Dosing}
content:
  - id: cardia-leaflet
    title: Cardia at a glance
    product: cardia
    topics: [safety, dosing]
    key_message: Safe in the elderly
    format: leaflet
    channels: [visit, email]
    stage: aware
    status: approved
    valid_from: 2026-01-01
    valid_until: 2026-12-31
    version: 1.10
    markets: [NO, SE]
    kinds: [hcp, hco]
"""
POLICY = """\
policy:
  caps: [{days: 30, at_most: 4}]
  holdout: 0.05
  salt: verity-2026
"""

LEVERS = """\
levers:
  - {id: push, name: Push, factor: 1, stages: [aware], signal: {event: asked, within_days: 9}}
separations:
  - {id: calm, name: Calm, never: {channels: [email]}, within_days: 3, of: {channels: [visit], events: [declined]}}
"""

FILES = {
    "channels.yaml": CHANNELS,
    "company.yaml": COMPANY,
    "content.yaml": CONTENT,
    "ladder.yaml": LADDER,
    "levers.yaml": LEVERS,
    "matrix.yaml": MATRIX,
    "policy.yaml": POLICY,
    "products.yaml": PRODUCTS,
}


def write(folder: Path, **changes: str | bytes | None) -> Path:
    """Write the example as `folder/playbook`; `changes` replace files by name (None leaves them out)."""
    playbook = folder / "playbook"
    playbook.mkdir(parents=True)
    files: dict[str, str | bytes | None] = FILES | {f"{name}.yaml": text for name, text in changes.items()}
    for name, text in files.items():
        if text is not None:
            (playbook / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return playbook
