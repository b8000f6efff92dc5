"""The top of a ranking as stacked bars, and one service's place as a waterfall."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vfm.reports.charts import COLOURS, Chart, Column, Table, layout, names_above

PATTERNS = ("", "/", "x", ".", "\\", "-", "+")
"""Beside the colours, so that the groups can be told apart in black and white."""
LONGEST_NAME = 30
UP, DOWN, WHOLE = "#f46a25", "#28a197", COLOURS[0]


@dataclass(frozen=True, slots=True)
class Bar:
    """One service: its place, its index, and the points each group puts into it, in the groups' order.

    `service` is its id, for what is linked with the picture; None links nothing.
    """

    name: str
    place: int
    index: float
    points: tuple[float, ...]
    shown: tuple[str, ...]
    shown_index: str
    service: int | None = None


def ranked_bars(bars: Sequence[Bar], groups: Sequence[str], *, of: int, source: str = "") -> Chart:
    """What makes the index of the first services.

    Args:
        bars: in display order.
        groups: names of the groups, at most seven.
        of: how many services are ranked.
        source: where the figures were published, in words.
    """
    names = [short_name(f"{bar.place}. {bar.name}") for bar in bars]
    data: list[dict[str, Any]] = [
        {
            "type": "bar",
            "orientation": "h",
            "name": group,
            "y": names,
            "x": [bar.points[at] for bar in bars],
            "marker": {
                "color": COLOURS[at],
                "pattern": _hatched(PATTERNS[at]),
                "line": {"color": "#ffffff", "width": 1},
            },
            "hovertext": [f"{bar.name}: {group} {bar.shown[at]} of {bar.shown_index}" for bar in bars],
            "hoverinfo": "text",
            "customdata": [bar.service for bar in bars],
        }
        for at, group in enumerate(groups)
    ]
    data.append(
        {
            "type": "scatter",
            "mode": "text",
            "y": names,
            "x": [bar.index for bar in bars],
            "text": [f" {bar.shown_index}" for bar in bars],
            "textposition": "middle right",
            "showlegend": False,
            "hoverinfo": "skip",
            "cliponaxis": False,
        }
    )
    return Chart(
        key="ranked",
        title=_title(bars, groups),
        summary=(
            f"The first {len(bars)} of {of} ranked services. The length of a bar is the index, 0 to 100; "
            "its parts are the points each group of criteria puts in."
        ),
        figure={
            "data": data,
            "layout": _layout(bars)
            | {"meta": {"names": {bar.service: bar.name for bar in bars if bar.service is not None}}},
            "narrow": names_above(
                {at: f"{bar.place}. {bar.name}" for at, bar in zip(names, bars, strict=True)}, room=170
            ),
        },
        table=Table(
            (
                Column("Service"),
                *(Column(f"{group}, points", is_number=True) for group in groups),
                Column("Index", is_number=True),
            ),
            tuple((f"{bar.place}. {bar.name}", *bar.shown, bar.shown_index) for bar in bars),
        ),
        source=source,
    )


def _hatched(shape: str | list[str]) -> dict[str, Any]:
    """White lines over the bar's own colour."""
    return {"shape": shape, "fillmode": "overlay", "fgcolor": "#ffffff", "size": 7, "solidity": 0.25}


def _title(bars: Sequence[Bar], groups: Sequence[str]) -> str:
    totals = [sum(bar.points[at] for bar in bars) for at in range(len(groups))]
    if not bars or not sum(totals):
        return "Nothing sets the services apart"
    heaviest = max(range(len(groups)), key=lambda at: totals[at])
    share = round(100 * totals[heaviest] / sum(totals))
    return f"{groups[heaviest]} puts most into the top of the list: {share}% of its points"


def _layout(bars: Sequence[Bar]) -> dict[str, Any]:
    return layout(
        height=540,
        margin={"l": 10, "r": 36, "t": 40, "b": 50},
        barmode="stack",
        bargap=0.3,
        xaxis={
            "range": [0, max((bar.index for bar in bars), default=0.0) * 1.12 or 1],
            "title": {"text": "Index, points of 100"},
            "gridcolor": "#f3f2f1",
            "zeroline": False,
            "fixedrange": True,
        },
        yaxis={"autorange": "reversed", "automargin": True, "fixedrange": True, "tickfont": {"size": 12}},
        showlegend=True,
        legend={"orientation": "h", "y": 1.01, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
    )


def short_name(words: str) -> str:
    """A name that leaves room for the bars."""
    return words if len(words) <= LONGEST_NAME else f"{words[: LONGEST_NAME - 1].rstrip()}…"


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a waterfall; `is_whole` stands on the ground (the start and the end)."""

    name: str
    start: float
    end: float
    shown: str
    is_whole: bool = False


def waterfall_chart(rungs: Sequence[Rung], *, title: str, summary: str) -> Chart:
    """From a typical service to this one, a step a criterion."""
    return Chart(
        key="waterfall",
        title=title,
        summary=summary,
        figure={
            "data": [
                {
                    "type": "bar",
                    "orientation": "h",
                    "y": [short_name(rung.name) for rung in rungs],
                    "base": [min(rung.start, rung.end) for rung in rungs],
                    "x": [abs(rung.end - rung.start) for rung in rungs],
                    "marker": {
                        "color": [_colour(rung) for rung in rungs],
                        "pattern": _hatched(["/" if rung.end < rung.start else "" for rung in rungs]),
                    },
                    "hovertext": [f"{rung.name}: {rung.shown}" for rung in rungs],
                    "hoverinfo": "text",
                },
                {
                    "type": "scatter",
                    "mode": "text",
                    "y": [short_name(rung.name) for rung in rungs],
                    "x": [max(rung.start, rung.end) for rung in rungs],
                    "text": [f" {rung.shown}" for rung in rungs],
                    "textposition": "middle right",
                    "hoverinfo": "skip",
                    "cliponaxis": False,
                },
            ],
            "layout": layout(
                height=80 + 36 * len(rungs),
                margin={"l": 10, "r": 40, "t": 10, "b": 50},
                bargap=0.3,
                xaxis={
                    "title": {"text": "Points of 100"},
                    "rangemode": "tozero",
                    "gridcolor": "#f3f2f1",
                    "zeroline": False,
                    "fixedrange": True,
                },
                yaxis={"autorange": "reversed", "automargin": True, "fixedrange": True},
            ),
            "narrow": names_above({short_name(rung.name): rung.name for rung in rungs}, room=70),
        },
        table=Table(
            (Column("Step"), Column("Points", is_number=True)),
            tuple((rung.name, rung.shown) for rung in rungs),
        ),
    )


def _colour(rung: Rung) -> str:
    if rung.is_whole:
        return WHOLE
    return UP if rung.end >= rung.start else DOWN
