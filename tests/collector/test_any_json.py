"""Whatever JSON comes, the answer is 200 or 4xx, and every event is either kept or refused."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.collector.calls import Desk
from unisono.collector.dialects import PATHS

EVERY = settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

plain = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=9)
)
values = st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
ids = st.text(max_size=3) | values
instants = (
    st.sampled_from(["2026-03-03T08:00:00Z", "0001-01-01", "9999-12-31T23:59:59-12:00", 0, -1e300, 1e18])
    | values
)
types = st.sampled_from(["track", "Identify", "page", "alias", "delete"]) | values
events = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(["type", "action"], types),
        **dict.fromkeys(
            ["userId", "user_id", "anonymousId", "messageId", "distinct_id", "uuid", "uid", "eid"], ids
        ),
        **dict.fromkeys(["timestamp", "originalTimestamp", "sentAt", "dtm", "stm", "sent_at"], instants),
        **dict.fromkeys(
            ["properties", "traits", "context", "writeKey", "ue_pr", "ue_px", "$set", "x"], values
        ),
        "e": st.sampled_from(["pv", "pp", "se", "ue", "tr"]) | values,
        "event": st.sampled_from(["Viewed", "$identify", "$create_alias", "$groupidentify", "$pageview"])
        | values,
    },
)
bodies = st.fixed_dictionaries(
    {},
    optional={
        "batch": st.lists(events | values, max_size=4) | values,
        "data": st.lists(events | values, max_size=4) | values,
        **dict.fromkeys(["sentAt", "sent_at"], instants),
        **dict.fromkeys(["context", "api_key"], values),
    },
)


@EVERY
@given(path=st.sampled_from(sorted(PATHS)), body=bodies | events | values)
def test_events_in_are_events_kept_and_refused(collecting: Desk, path: str, body: Any) -> None:
    before = len(collecting.refused()), len(collecting.events())
    answer = collecting.send(path, body)
    assert answer.status in {200, 400}, answer
    if answer.status == 400:
        assert (len(collecting.refused()), len(collecting.events())) == before
        return
    listed = PATHS[path].envelope.__struct_fields__
    came = len(body["batch"]) if "batch" in listed else len(body["data"]) if "data" in listed else 1
    said = answer.json()
    assert said["accepted"] + said["refused"] == came
    assert len(collecting.refused()) - before[0] == said["refused"]
    assert len(collecting.events()) - before[1] <= said["accepted"]  # what came before is there already
