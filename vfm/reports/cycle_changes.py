"""How all services of a cycle moved since their baselines: the distribution as a chart, verdicts in words."""

from collections import Counter
from collections.abc import Sequence
from math import floor
from typing import Any

from vfm.reports.charts import COLOURS, Chart, Column, Table, layout

VERDICTS = {
    "up": ("Up, material", "green"),
    "down": ("Down, material", "orange"),
    "within": ("Within the doubt", "grey"),
    "none": ("Not comparable", "purple"),
    "start": ("Nothing to compare with", "light-blue"),
    "waiting": ("Not agreed yet", "yellow"),
}
"""Verdict -> words and colour of its tag."""
STEP = 5
"""Points of one bar."""


def distribution(moves: Sequence[tuple[float, bool]]) -> Chart | None:
    """How many services moved by how much; None where none has a figure.

    Args:
        moves: like-for-like change in points and whether it is material, a service each.
    """
    if not moves:
        return None
    places = [floor(change / STEP) for change, _ in moves]
    span = range(min(places), max(places) + 1)
    found = Counter(zip(places, (is_material for _, is_material in moves), strict=True))
    counts = {kind: [found[place, kind] for place in span] for kind in (True, False)}
    labels = [f"{_signed(STEP * place)} to {_signed(STEP * place + STEP)}" for place in span]
    return Chart(
        key="changes",
        title=finding(moves),
        summary="Each bar counts the services that moved by so much, like for like, since their baselines.",
        figure={"data": _bars(labels, counts), "layout": _layout(labels)},
        table=Table(
            (
                Column("Points moved, up to the next bar"),
                Column("Material", is_number=True),
                Column("Within the doubt in the evidence", is_number=True),
            ),
            tuple((label, counts[True][place], counts[False][place]) for place, label in enumerate(labels)),
        ),
    )


def _signed(points: int) -> str:
    return f"+{points}" if points > 0 else f"−{-points}" if points < 0 else "0"


def finding(moves: Sequence[tuple[float, bool]]) -> str:
    """How many rose and fell by more than the doubt in their evidence."""
    up = sum(is_material and change > 0 for change, is_material in moves)
    down = sum(is_material and change < 0 for change, is_material in moves)
    rest = len(moves) - up - down
    if not up + down:
        return f"No service moved by more than the doubt in its evidence, of {len(moves)} compared"
    return (
        f"{_many(up)} rose and {_many(down).lower()} fell by more than the doubt in the evidence; "
        f"{_many(rest).lower()} of {len(moves)} within it"
    )


def _many(count: int) -> str:
    return {0: "None", 1: "One"}.get(count, str(count))


def _bars(labels: Sequence[str], counts: dict[bool, list[int]]) -> list[dict[str, Any]]:
    looks = (
        (True, "Material", {"color": COLOURS[0]}),
        (
            False,
            "Within the doubt in the evidence",
            {
                "color": "#ffffff",
                "pattern": {"shape": "/", "fgcolor": COLOURS[0], "solidity": 0.3},
                "line": {"color": COLOURS[0], "width": 1.5},
            },
        ),
    )
    return [
        {
            "type": "bar",
            "name": name,
            "x": list(labels),
            "y": counts[kind],
            "text": [str(count) if count else "" for count in counts[kind]],
            "textposition": "inside",
            "textangle": 0,
            "textfont": {"color": "#ffffff" if kind else "#0b0c0c"},
            "marker": marker,
            "hoverinfo": "x+y+name",
        }
        for kind, name, marker in looks
    ]


def _layout(labels: Sequence[str]) -> dict[str, Any]:
    return layout(
        height=340,
        barmode="stack",
        bargap=0.15,
        showlegend=True,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        margin={"l": 60, "r": 20, "t": 40, "b": 60},
        xaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": list(labels),
            "title": {"text": "Points moved since the baseline, like for like"},
        },
        yaxis={
            "title": {"text": "Services"},
            "rangemode": "tozero",
            "gridcolor": "#e5e6e7",
            "tickformat": "d",
        },
    )
