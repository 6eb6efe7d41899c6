"""Charts as SVG, drawn without a browser, which needs the `charts` extra; and the page that explains a decision."""

from __future__ import annotations

from unisono.charts.play import play_chart
from unisono.charts.sizing import sizing_chart
from unisono.charts.svg import SIMULATED_LABEL, save_svg
from unisono.charts.voice import voice_chart
from unisono.charts.why import why_page

__all__ = ["SIMULATED_LABEL", "play_chart", "save_svg", "sizing_chart", "voice_chart", "why_page"]
