"""The simulated world: a made-up country of customers with a hidden truth, told by messy systems.

`new_world` writes a project whose `data/` holds what the company's systems would export and whose `truth/`
holds what really went on; the pipeline reads only the former. Everything is drawn from one seed. `step_world`
lives another week under a plan.
"""

from __future__ import annotations

from unisono.world.settings import Dirt, Habit, WorldSettings, set_options
from unisono.world.step import step_world, true_values, world_state
from unisono.world.truth import content_ratios
from unisono.world.worlds import new_world

__all__ = [
    "Dirt",
    "Habit",
    "WorldSettings",
    "content_ratios",
    "new_world",
    "set_options",
    "step_world",
    "true_values",
    "world_state",
]
