"""How a cycle went: services that had started, sent and signed off, a line each, a point a day."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from vfm.reports.charts import COLOURS, Chart, Column, Table, layout

Day = tuple[date, int, int, int]
"""A day, and how many services had started, sent and signed off at its end."""
LINES = (("Started", 1, "dot"), ("Sent", 2, "dash"), ("Signed off", 3, "solid"))
"""(words, place in a `Day`, how the line is drawn): told apart without colour too."""


def completion(days: Sequence[Day], total: int) -> Chart | None:
    """The chart of a cycle of `total` services over at least two days; None for fewer."""
    if len(days) < 2:
        return None
    _, started, sent, signed_off = days[-1]
    return Chart(
        key="completion",
        title=f"{signed_off} of {total} services have signed off, {sent} have sent",
        summary=(
            f"{started} of {total} have started, {sent} have sent their assessment, {signed_off} have it "
            f"signed off, from {_words(days[0][0])} to {_words(days[-1][0])}."
        ),
        figure={
            "data": [_line(days, *line, COLOURS[i]) for i, line in enumerate(LINES)],
            "layout": _layout(total),
        },
        table=Table(
            (Column("Day"), *(Column(words, is_number=True) for words, _, _ in LINES)),
            tuple((_words(on), *counts) for on, *counts in _changed(days)),
        ),
    )


def _changed(days: Sequence[Day]) -> list[Day]:
    """The days on which something changed, the latest first, so that a table of weeks stays short."""
    kept = [day for i, day in enumerate(days) if i == 0 or day[1:] != days[i - 1][1:]]
    return kept[::-1]


def _line(days: Sequence[Day], words: str, place: int, dash: str, colour: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": words,
        "x": [day[0].isoformat() for day in days],
        "y": [day[place] for day in days],
        "line": {"color": colour, "width": 3, "dash": dash, "shape": "hv"},
    }


def _layout(total: int) -> dict[str, Any]:
    return layout(
        height=360,
        margin={"l": 60, "r": 20, "t": 30, "b": 60},
        showlegend=True,
        legend={"orientation": "h", "y": 1.12},
        xaxis={"type": "date", "tickformat": "%-d %b"},
        yaxis={"title": {"text": "Services"}, "range": [0, max(total, 1)], "gridcolor": "#e5e6e7"},
    )


def _words(on: date) -> str:
    return f"{on.day} {on:%B %Y}"
