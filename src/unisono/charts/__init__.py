"""Charts as SVG, drawn without a browser, which needs the `charts` extra; and pages of HTML."""

from __future__ import annotations

from unisono.charts.customer import customer_page
from unisono.charts.match import match_chart, match_page
from unisono.charts.play import play_chart
from unisono.charts.quality import quality_chart, quality_page
from unisono.charts.sizing import sizing_chart
from unisono.charts.svg import SIMULATED_LABEL, save_svg
from unisono.charts.voice import voice_chart
from unisono.charts.why import why_page

__all__ = [
    "SIMULATED_LABEL",
    "customer_page",
    "match_chart",
    "match_page",
    "play_chart",
    "quality_chart",
    "quality_page",
    "save_svg",
    "sizing_chart",
    "voice_chart",
    "why_page",
]
