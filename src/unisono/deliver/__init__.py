"""Deliver: what stands between a suggestion and its going out.

    door      is it still permitted now, by the newest published run and by what was collected since?
    lawful    was a contact permitted on a given day?

Neither writes anything.
"""

from unisono.deliver.door import Detail, Refusal, check
from unisono.deliver.lawful import standing_on

__all__ = ["Detail", "Refusal", "check", "standing_on"]
