"""The pictures of the one-page board: drawn as SVG on the server, so that they print without scripts.

The room's rule: nothing is told by colour alone. Groups have patterns, bands have figures beside them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from vfm.reports.charts import COLOURS, Chart

BAR_WIDTH, BAND_WIDTH, ROW_HEIGHT = 150.0, 130.0, 15.0
ACROSS, UP = 430.0, 430.0
"""Inside of the quadrant, in the pixels that its labels were placed for."""
LEFT, RIGHT, ABOVE, BELOW = 34.0, 8.0, 22.0, 34.0
INK, GREY = "#0b0c0c", "#505a5f"
DASHES = f'stroke="{GREY}" stroke-dasharray="2 2"'
PATTERN_LINES = (
    "",
    "M0 6 L6 0",
    "M0 0 L6 6 M0 6 L6 0",
    "M3 0 L3 6",
    "M0 3 L6 3",
    "M0 0 L6 6",
    "M3 1.5 L3 4.5",
)
"""What is drawn over a group's colour in a square of 6, in the order of `COLOURS`."""


@dataclass(frozen=True, slots=True)
class Row:
    """A service on the one page, in words and figures.

    Attributes:
        points: of each group, adding up to the index.
        rank_from, rank_to: where it stands in nine of ten trials; None without trials.
        firm: in words, beside its band.
        outcome: suggested, or decided where somebody decided.
    """

    place: str
    name: str
    index: float
    shown: str
    points: Sequence[float]
    rank: int
    rank_from: int | None
    rank_to: int | None
    firm: str
    outcome: str
    is_top: bool


def patterns(groups: int) -> str:
    """The definitions that bars refer to; once on a page."""
    made = "".join(
        f'<pattern id="group-{at}" width="6" height="6" patternUnits="userSpaceOnUse">'
        f'<rect width="6" height="6" fill="{COLOURS[at]}"/>'
        f'<path d="{PATTERN_LINES[at]}" stroke="#ffffff" stroke-width="1.2"/></pattern>'
        for at in range(groups)
    )
    return f'<svg width="0" height="0" aria-hidden="true" focusable="false"><defs>{made}</defs></svg>'


def swatch(at: int) -> str:
    """A group's sign in the legend."""
    return (
        f'<svg width="14" height="14" aria-hidden="true" focusable="false">'
        f'<rect width="14" height="14" fill="url(#group-{at})"/></svg>'
    )


def bar(row: Row, longest: float) -> str:
    """The points of a service's groups, end to end; the figure stands beside it in the table.

    Args:
        row: the service.
        longest: the highest index on the page.
    """
    scale, start, made = BAR_WIDTH / max(longest, 1e-9), 0.0, []
    for at, points in enumerate(row.points):
        width = max(points, 0.0) * scale
        made.append(
            f'<rect x="{start:.1f}" y="1" width="{width:.1f}" height="{ROW_HEIGHT - 3:.0f}" '
            f'fill="url(#group-{at})" stroke="#ffffff" stroke-width="0.8"/>'
        )
        start += width
    return _picture(BAR_WIDTH, ROW_HEIGHT, "".join(made))


def band(row: Row, last: int, top: int) -> str:
    """Where a service stands in nine of ten trials, on a line from the first place to the last one shown.

    Args:
        row: the service.
        last: the place at the right end; what reaches beyond is cut there, and the words beside it tell.
        top: the dashed line stands behind this place.
    """
    middle = ROW_HEIGHT / 2

    def at(place: float) -> float:
        return 5 + (min(place, last) - 1) / max(last - 1, 1) * (BAND_WIDTH - 10)

    edge = at(top + 0.5)
    made = [
        f'<line x1="5" x2="{BAND_WIDTH - 5:.1f}" y1="{middle}" y2="{middle}" stroke="#b1b4b6"/>',
        f'<line x1="{edge:.1f}" x2="{edge:.1f}" y1="0" y2="{ROW_HEIGHT}" {DASHES}/>',
    ]
    if row.rank_from is not None and row.rank_to is not None:
        low, high = at(row.rank_from), at(row.rank_to)
        made.append(
            f'<line x1="{low:.1f}" x2="{max(high, low + 0.1):.1f}" y1="{middle}" y2="{middle}" '
            f'stroke="{COLOURS[0]}" stroke-width="5" stroke-linecap="round"/>'
        )
    made.append(f'<circle cx="{at(row.rank):.1f}" cy="{middle}" r="4" fill="#ffffff" stroke="{INK}"/>')
    return _picture(BAND_WIDTH, ROW_HEIGHT, "".join(made))


def quadrant_picture(chart: Chart) -> str:
    """The quadrant as it is on the board, with the same labels in the same places.

    Args:
        chart: as `quadrant` makes it.
    """
    layout, data = chart.figure["layout"], chart.figure["data"]
    reach = layout["yaxis"]["range"][1]

    def place(across: float, up: float) -> tuple[float, float]:
        return LEFT + across / 100 * ACROSS, ABOVE + UP - up / reach * UP

    made = [_frame(layout, place, reach)]
    for trace in data:
        for x, y, size in zip(trace["x"], trace["y"], trace["marker"]["size"], strict=True):
            cx, cy = place(x, y)
            made.append(
                f'<circle cx="{cx:.1f}" cy="{cy:.1f}" r="{size / 2:.1f}" fill="{trace["marker"]["color"]}" '
                f'fill-opacity="0.75" stroke="{INK}" stroke-width="0.8"/>'
            )
    made += [_label(note, place) for note in layout["annotations"]]
    width, height = LEFT + ACROSS + RIGHT, ABOVE + UP + BELOW
    words = escape(f"{chart.title}. {chart.summary}")
    return (
        f'<svg class="vfm-one-page__quadrant" viewBox="0 0 {width:.0f} {height:.0f}" role="img" '
        f'aria-label="{words}" font-family="Arial, sans-serif">{"".join(made)}</svg>'
    )


def _frame(layout: dict[str, Any], place: Any, reach: float) -> str:
    (left, bottom), (right, top) = place(0, 0), place(100, reach)
    middle, line = layout["shapes"][0]["x0"], layout["shapes"][1]["y0"]
    across, up = place(middle, line)
    dashes = f'stroke="{GREY}" stroke-dasharray="5 4"'
    names = (layout["xaxis"]["title"]["text"], layout["yaxis"]["title"]["text"])
    return (
        f'<rect x="{left}" y="{top}" width="{right - left}" height="{bottom - top}" fill="none" '
        f'stroke="{GREY}"/><line x1="{across:.1f}" x2="{across:.1f}" y1="{top}" y2="{bottom}" {dashes}/>'
        f'<line x1="{left}" x2="{right}" y1="{up:.1f}" y2="{up:.1f}" {dashes}/>'
        f'<text x="{(left + right) / 2}" y="{bottom + 26}" font-size="13" text-anchor="middle">'
        f"{escape(names[0])} →</text>"
        f'<text transform="translate(14 {(top + bottom) / 2}) rotate(-90)" font-size="13" '
        f'text-anchor="middle">{escape(names[1])} →</text>'
    )


def _label(note: dict[str, Any], place: Any) -> str:
    words = escape(note["text"])
    if not note["showarrow"]:  # the name of a corner
        is_left, is_top = note["xanchor"] == "left", note["yanchor"] == "top"
        x = LEFT + 6 if is_left else LEFT + ACROSS - 6
        y = ABOVE - 7 if is_top else ABOVE + UP - 7
        anchor = "start" if is_left else "end"
        return (
            f'<text x="{x}" y="{y}" font-size="13" font-weight="bold" text-anchor="{anchor}" '
            f'fill="{GREY}">{words}</text>'
        )
    x, y = place(note["x"], note["y"])
    tx, ty = x + note["ax"], y + note["ay"]
    leader = (
        f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{tx:.1f}" y2="{ty:.1f}" stroke="{GREY}" stroke-width="0.8"/>'
        if note["arrowcolor"].startswith("#")
        else ""
    )
    text = f'<text x="{tx:.1f}" y="{ty + 4:.1f}" font-size="12" text-anchor="middle"'
    halo = f'{text} stroke="#ffffff" stroke-width="3" stroke-linejoin="round">{words}</text>'
    return f"{leader}{halo}{text}>{words}</text>"


def _picture(width: float, height: float, inside: str) -> str:
    """A picture whose figures stand beside it, so that a screen reader may pass it over."""
    return (
        f'<svg width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'aria-hidden="true" focusable="false">{inside}</svg>'
    )
