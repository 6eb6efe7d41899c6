"""How every page is written: one file of HTML, no script, and nothing is loaded from anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from unisono.charts.svg import INK, QUIET, SIMULATED_LABEL, WARNING

Bar = tuple[str, float, float, str]
"""What a bar stands for, where it begins and ends, and its figure in words."""

UP, DOWN, SUM = "#4477aa", "#ee6677", "#555555"  # Paul Tol's bright scheme, which the colour-blind tell apart

STYLE = f"""
body {{ font: 16px/1.45 Helvetica, Arial, sans-serif; color: {INK}; max-width: 60rem; margin: 0 auto; padding: 1rem; }}
h1 {{ font-size: 1.5rem; margin-bottom: 0; }} h2 {{ font-size: 1.25rem; margin-top: 2rem; }}
h3 {{ font-size: 1rem; margin: 1.5rem 0 .3rem; }}
.quiet {{ color: {QUIET}; margin-top: 0; }} .simulated {{ color: {WARNING}; font-weight: bold; }}
.bar {{ display: flex; flex-wrap: wrap; gap: .1rem .6rem; align-items: center; margin: .15rem 0; }}
.name {{ width: 11rem; }} .track {{ flex: 1; background: #f4f4f4; }} .bar .number {{ width: 7rem; order: 1; }}
.track svg {{ display: block; width: 100%; height: 1rem; }} .number {{ text-align: right; }}
.wide {{ overflow-x: auto; }} table {{ border-collapse: collapse; width: 100%; font-size: .9rem; }}
td, th {{ text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid #ddd; }}
td.number, th.number {{ text-align: right; white-space: nowrap; }} p, li {{ overflow-wrap: anywhere; }}
@media (max-width: 40rem) {{ .name {{ flex: 1; }} .track {{ flex: 1 0 100%; order: 2; }} }}
"""


def write(
    title: str, known: Iterable[object], parts: Iterable[str], *, simulated: bool, name: str = ""
) -> str:
    """Return a page with a heading, what is known in one line, and its parts, labelled where its data is simulated.

    `title` and what is known are escaped, the parts are HTML; `name` is what the browser shows, the title unless given.
    """
    label = f'<p class="simulated">{escape(SIMULATED_LABEL)}</p>' if simulated else ""
    body = [
        f"<header>{label}<h1>{text(title)}</h1>",
        f'<p class="quiet">{text(" · ".join(str(part) for part in known if part))}</p></header>',
        *parts,
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text(name or title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(part for part in body if part)
        + "\n</body>\n</html>\n"
    )


def bars(drawn: Sequence[Bar], *, removed: bool = False) -> str:
    """Draw one bar a row, all on one scale; where they are what was removed, what is kept stands before them."""
    low = min(0.0, *(min(begin, end) for _, begin, end, _ in drawn))
    high = max(0.0, *(max(begin, end) for _, begin, end, _ in drawn)) or 1.0
    rows = []
    for name, begin, end, figure in drawn:
        left, right = sorted(1000 * (each - low) / (high - low) for each in (begin, end))
        colour = DOWN if removed and end > begin > 0 else bar_colour(begin, end)
        kept = f'<rect x="0" width="{left:.1f}" height="10" fill="{SUM}"/>' if removed else ""
        rows.append(
            f'<div class="bar"><div class="name">{text(name)}</div><div class="number">{text(figure)}</div>'
            '<div class="track"><svg viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" '
            f'aria-label="{text(name)} {text(figure)}">{kept}'
            f'<rect x="{left:.1f}" width="{max(right - left, 2):.1f}" height="10" fill="{colour}"/></svg></div></div>'
        )
    return "".join(rows)


def bar_colour(begin: float, end: float) -> str:
    """Return the colour of a bar: a sum, which begins at nothing, or a step up or down."""
    return SUM if begin in (0, end) else UP if end > begin else DOWN


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], numbers: Sequence[str] = ()) -> str:
    """Return a table; columns in `numbers` are aligned right."""
    kinds = [' class="number"' if column in numbers else "" for column in columns]
    head = "".join(f"<th{kind}>{text(column)}</th>" for kind, column in zip(kinds, columns, strict=True))
    body = "".join(
        "<tr>"
        + "".join(f"<td{kind}>{text(cell)}</td>" for kind, cell in zip(kinds, row, strict=True))
        + "</tr>"
        for row in rows
    )
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def words(name: str) -> str:
    """Return the name of a field as people write it."""
    return name.replace("_", " ")


def text(cell: object) -> str:
    """Return a cell's text, escaped."""
    return "" if cell is None else escape(str(cell))
