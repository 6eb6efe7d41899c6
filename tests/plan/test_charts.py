"""Charts: what a reader must find in the SVG, whatever it looks like."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree

import pyarrow as pa
import pytest

from unisono.charts import SIMULATED_LABEL, voice_chart
from unisono.errors import UsageError

SVG = "{http://www.w3.org/2000/svg}"
QUARTERS = ("2014Q1", "2014Q2", "2014Q3")


def mentions(quarter: str, company: str, is_own: bool, product: str, count: int) -> dict[str, object]:
    return {
        "quarter": quarter,
        "company_name": company,
        "is_own": is_own,
        "product_name": product,
        "mentions": count,
    }


def market() -> pa.Table:
    rows = [
        each
        for quarter in QUARTERS
        for each in (
            mentions(quarter, "Ours & Co", True, "Alpha", 32),
            mentions(quarter, "Ours & Co", True, "Beta", 13),
            mentions(quarter, "Rival", False, "Gamma", 37),
            mentions(quarter, "Rival", False, "Delta", 18),
        )
    ]
    return pa.Table.from_pylist(rows)


def draw(tmp_path: Path, data: pa.Table, *, simulated: bool = False) -> ElementTree.Element:
    path = tmp_path / "made" / "voice.svg"
    voice_chart(data, path, source="a register", simulated=simulated)
    return ElementTree.parse(path).getroot()


def texts(root: ElementTree.Element) -> list[str]:
    return ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]


def bars(root: ElementTree.Element) -> list[ElementTree.Element]:
    return [each for each in root.iter(f"{SVG}path") if each.get("aria-roledescription") == "bar"]


def test_the_title_says_the_own_share_and_the_source_is_named(tmp_path: Path) -> None:
    found = texts(draw(tmp_path, market()))
    assert "Ours & Co's share of voice: 45% in 2014Q1, 45% in 2014Q3" in found
    assert "Source: a register" in found


def test_every_quarter_has_a_bar_for_every_own_product_and_competitor(tmp_path: Path) -> None:
    labels = [bar.get("aria-label", "") for bar in bars(draw(tmp_path, market()))]
    for quarter in QUARTERS:
        here = [label for label in labels if quarter in label]
        assert [name for name in ("Alpha", "Beta", "Rival") if any(name in label for label in here)] == [
            "Alpha",
            "Beta",
            "Rival",
        ]


def test_shares_are_written_on_the_bars(tmp_path: Path) -> None:
    found = texts(draw(tmp_path, market()))
    assert [found.count(share) for share in ("32%", "13%", "55%")] == [len(QUARTERS)] * 3


@pytest.mark.parametrize("simulated", [True, False])
def test_simulated_data_is_labelled_and_real_data_is_not(tmp_path: Path, simulated: bool) -> None:
    assert (SIMULATED_LABEL in texts(draw(tmp_path, market(), simulated=simulated))) is simulated


def test_small_competitors_are_drawn_together(tmp_path: Path) -> None:
    rivals = [mentions("2014Q1", f"Rival {n}", False, "Gamma", 10 * n) for n in range(1, 9)]
    found = texts(draw(tmp_path, pa.Table.from_pylist(rivals)))
    assert [name for name in found if name.startswith("Rival")] == [f"Rival {n}" for n in (4, 5, 6, 7, 8)]
    assert "all other companies" in found


def test_mentions_of_anything_outside_the_market_are_left_out(tmp_path: Path) -> None:
    others = mentions("2014Q1", "Rival", False, "", 1000) | {"product_name": None}
    with_others = pa.Table.from_pylist([*market().to_pylist(), others])
    assert texts(draw(tmp_path, with_others)) == texts(draw(tmp_path, market()))


def test_the_same_data_draws_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.svg", "b.svg"):
        voice_chart(market(), tmp_path / name, source="a register", simulated=True)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_nothing_to_draw_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"UN5302.*\n.*aliases"):
        voice_chart(market().slice(0, 0), tmp_path / "voice.svg", source="a register", simulated=False)


def test_a_missing_package_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "altair", None)
    with pytest.raises(UsageError, match=r"UN5301.*altair.*\n.*pip install 'unisono\[charts\]'"):
        voice_chart(market(), tmp_path / "voice.svg", source="a register", simulated=False)
