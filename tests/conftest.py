"""What all tests share; its place here also lets them import `tests.build`."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile(
    "unisono", deadline=None
)  # the machine may be busy: time says nothing about correctness
settings.load_profile("unisono")
