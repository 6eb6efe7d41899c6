"""The collector: takes events from the SDKs that are in use already and puts them into the ledger; 200 means durable.

dialects      the six wire dialects, each put into Segment's words
canonical     one event as the ledger keeps it, or why it is refused
keys          which source a request writes to
limits        how much is too much: bodies, events, rates
writer        one thread that commits what waits as one transaction
metrics       what is counted
openapi       what it answers, and its description
app           the routes
"""

from unisono.collector.app import Collector
from unisono.collector.limits import Limits
from unisono.collector.metrics import Metrics
from unisono.collector.openapi import description

__all__ = ["Collector", "Limits", "Metrics", "description"]
