"""Which runs are kept, and which of them is the one before."""

from __future__ import annotations

from pathlib import Path

from unisono.store import Snapshot, Store


def publish(store: Store, run_id: str, day: int, *, is_refresh: bool = False) -> Snapshot:
    work = store.aside("work")
    refreshed = {"refreshed": {"customers": 1, "unknown": 0}} if is_refresh else {}
    return store.publish(work, run_id, {"clock": f"2026-01-{day:02d}T00:00:00", **refreshed})


def test_the_run_before_is_the_last_full_one_of_an_earlier_clock(tmp_path: Path) -> None:
    store = Store(tmp_path)
    first = publish(store, "first", 1)
    assert store.before(first) is None
    refreshed = publish(store, "refreshed", 2, is_refresh=True)
    assert store.before(refreshed) is None
    second = publish(store, "second", 8)
    again = publish(store, "again", 8)
    late = publish(store, "late", 9, is_refresh=True)
    for one in (second, again, late):
        before = store.before(one)
        assert before is not None
        assert before.run_id == "first"


def test_many_refreshes_push_no_full_run_out(tmp_path: Path) -> None:
    store = Store(tmp_path, keep=2)
    for day in (1, 2, 3):
        publish(store, f"full-{day}", day)
    for day in range(4, 9):
        publish(store, f"refresh-{day}", day, is_refresh=True)
    assert {one.name for one in tmp_path.glob("runs/*")} == {"full-2", "full-3", "refresh-7", "refresh-8"}
    (tmp_path / "runs" / "full-3" / "manifest.json").write_text("{")
    publish(store, "full-9", 9)
    assert (tmp_path / "current").read_text() == "full-9"
