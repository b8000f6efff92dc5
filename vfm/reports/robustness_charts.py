"""How firm a ranking is, in pictures: who takes which place, kinds of weights, how far each may move."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from vfm.prioritisation.explanation import percent, share_of_trials
from vfm.questionnaires.wording import counted
from vfm.reports.charts import COLOURS, Chart, Column, Table, layout, names_above
from vfm.reports.cohort_charts import label
from vfm.reports.ranking_chart import short_name

MOST_BANDS = 6
"""Groups of places drawn above the line, and as many below it."""
GRID = "#f3f2f1"
SHADE = "#7fa8d1"
ROW = 26
SYMBOLS = ("circle", "square-open", "diamond")


# --- who takes which place ----------------------------------------------------------------------------------


MOST_UPRIGHT = 8
"""Columns with room for their headings side by side; more of them are turned where it is narrow."""


def bands(top: int, first_places: int) -> list[tuple[int, int]]:
    """Groups of neighbouring places, none of which crosses the line below the top set.

    >>> bands(3, 8)
    [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 6), (7, 7), (8, 8)]
    >>> bands(12, 12)
    [(1, 2), (3, 4), (5, 6), (7, 8), (9, 10), (11, 12)]
    """
    found = []
    for first, last in ((1, min(top, first_places)), (top + 1, first_places)):
        width = max(1, -(-(last - first + 1) // MOST_BANDS))
        found += [(start, min(start + width - 1, last)) for start in range(first, last + 1, width)]
    return found


@dataclass(frozen=True, slots=True)
class Places:
    """One service: its place, and the share of trials in each group of places, the lower ones last."""

    name: str
    place: int
    shares: tuple[float, ...]
    href: str


def place_map(
    rows: Sequence[Places],
    groups: Sequence[tuple[int, int]],
    *,
    top: int,
    left_out: int,
    is_crowded: bool = False,
) -> Chart:
    """Rank acceptability: a line a service, a column a group of places, the share of trials in each cell.

    Args:
        rows: in display order, at least one.
        groups: as `bands` makes them; the last share of a row is for every lower place.
        top: size of the top set; a line is drawn below it.
        left_out: ranked services that are not in the rows.
        is_crowded: of more rows than a picture holds these are the least settled ones.
    """
    heads = [f"{first}" if first == last else f"{first} to {last}" for first, last in groups]
    heads.append("Lower")
    reached = [at for at in range(len(heads)) if any(row.shares[at] for row in rows)]
    heads = heads[: reached[-1] + 1] if reached else heads
    names = [short_name(f"{row.place}. {row.name}") for row in rows]
    line = sum(last <= top for _, last in groups) - 0.5
    first = rows[0]
    who = "whose being in it or not is more settled" if is_crowded else "that hardly ever get there"
    more = f" {counted(left_out, 'service')} {who} are left out." if left_out else ""
    return Chart(
        key="places",
        title=f"{first.name} takes {_first_place(groups)} in {share_of_trials(first.shares[0])}",
        summary=(
            f"Each cell is the share of trials, in %, in which a service takes a place. The line stands "
            f"below the top {top}: the more of a row lies to its left, the firmer the service is there.{more}"
        ),
        figure={
            "data": [
                {
                    "type": "heatmap",
                    "x": heads,
                    "y": names,
                    "z": [[round(100 * share, 1) for share in row.shares[: len(heads)]] for row in rows],
                    "text": [[_cell(share) for share in row.shares[: len(heads)]] for row in rows],
                    "texttemplate": "%{text}",
                    "hovertemplate": "%{y}<br>place %{x}: %{z}% of trials<extra></extra>",
                    "textfont": {"color": "#0b0c0c"},  # dark on every shade
                    "colorscale": [[0, "#ffffff"], [1, SHADE]],
                    "zmin": 0,
                    "zmax": 100,
                    "showscale": False,
                    "xgap": 1,
                    "ygap": 1,
                }
            ],
            "layout": layout(
                height=110 + ROW * len(rows),
                margin={"l": 10, "r": 10, "t": 50, "b": 10},
                plot_bgcolor="#b1b4b6",
                xaxis={
                    "side": "top",
                    "title": {"text": "Place"},
                    "type": "category",
                    "fixedrange": True,
                    "tickangle": 0 if len(heads) <= MOST_UPRIGHT else "auto",
                    "automargin": True,
                    "showgrid": False,
                },
                yaxis=_names_axis(),
                shapes=[
                    {
                        "type": "line",
                        "x0": line,
                        "x1": line,
                        "y0": 0,
                        "y1": 1,
                        "yref": "paper",
                        "line": {"color": "#0b0c0c", "width": 3},
                    }
                ],
            ),
        },
        table=Table(
            (Column("Service"), *(Column(f"{head}, %", is_number=True) for head in heads)),
            tuple(
                (f"{row.place}. {row.name}", *(_cell(share) or "0" for share in row.shares[: len(heads)]))
                for row in rows
            ),
        ),
        links=tuple(row.href for row in rows),
    )


def _first_place(groups: Sequence[tuple[int, int]]) -> str:
    first, last = groups[0]
    return "first place" if first == last else f"a place from {first} to {last}"


def _cell(share: float) -> str:
    """A share in whole per cent; nothing for never, and never 0 for what did happen."""
    if not share:
        return ""
    return "<1" if share < 0.01 else percent(share).removesuffix("%")


def _names_axis() -> dict[str, Any]:
    return {
        "autorange": "reversed",
        "automargin": True,
        "fixedrange": True,
        "type": "category",
        "tickfont": {"size": 12},
        "showgrid": False,
    }


# --- three kinds of weights ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Trials:
    """One service: per kind of weights the share of trials in the top set, and the figures in words."""

    name: str
    place: int
    shares: tuple[float, ...]
    words: tuple[str, ...]
    href: str


def three_models(rows: Sequence[Trials], kinds: Sequence[str], heads: Sequence[str], *, top: int) -> Chart:
    """Share of trials in the top set with each kind of weights.

    Args:
        rows: in display order, at least one.
        kinds: words for the kinds of weights, the first the one the ranking rests on.
        heads: headings of `Trials.words`.
        top: size of the top set.
    """
    names = [short_name(f"{row.place}. {row.name}") for row in rows]
    return Chart(
        key="models",
        title=_models_title(rows, kinds, top),
        summary=(
            f"A mark is the share of trials in which a service is in the top {top}. Marks far apart: whether "
            f"it belongs there is a question of the weights."
        ),
        figure={
            "data": [
                {
                    "type": "scatter",
                    "mode": "markers",
                    "name": kind,
                    "y": names,
                    "x": [round(100 * row.shares[at], 2) for row in rows],
                    "marker": {"symbol": SYMBOLS[at], "size": 11, "color": COLOURS[at], "line": {"width": 2}},
                    "hovertext": [f"{row.name}, {kind.lower()}: {row.words[at]}" for row in rows],
                    "hoverinfo": "text",
                    "cliponaxis": False,
                    "customdata": [row.href for row in rows],
                }
                for at, kind in enumerate(kinds)
            ],
            "layout": layout(
                height=150 + ROW * len(rows),
                margin={"l": 10, "r": 20, "t": 50, "b": 50},
                showlegend=True,
                legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0},
                xaxis={
                    "title": {"text": f"In the top {top}, % of trials"},
                    "range": [-2, 102],
                    "gridcolor": GRID,
                    "zeroline": False,
                    "fixedrange": True,
                },
                yaxis=_names_axis()
                | {"showgrid": True, "gridcolor": GRID, "autorange": False, "range": [len(rows) - 0.4, -0.8]},
            ),
            "narrow": names_above(
                {at: f"{row.place}. {row.name}" for at, row in zip(names, rows, strict=True)}, room=150
            ),
        },
        table=Table(
            (Column("Service"), *(Column(head, is_number=True) for head in heads)),
            tuple((f"{row.place}. {row.name}", *row.words) for row in rows),
        ),
        links=tuple(row.href for row in rows),
    )


def _models_title(rows: Sequence[Trials], kinds: Sequence[str], top: int) -> str:
    widest = max(rows, key=lambda row: max(row.shares) - min(row.shares))
    if max(widest.shares) - min(widest.shares) < 0.1:
        return f"The top {top} is much the same with each kind of weights"
    most = max(range(len(kinds)), key=lambda at: widest.shares[at])
    least = min(range(len(kinds)), key=lambda at: widest.shares[at])
    return (
        f"{widest.name} depends most on the weights: in the top {top} in "
        f"{share_of_trials(widest.shares[most])} with {kinds[most].lower()}, in "
        f"{share_of_trials(widest.shares[least])} with {kinds[least].lower()}"
    )


# --- how far each weight can move ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Room:
    """One weight: its share now, how far it can move alone, and who changes places at each end."""

    name: str
    share: float
    low: float
    high: float
    at_low: str
    at_high: str


def rooms(found: Sequence[Room], *, top: int) -> Chart:
    """How far each weight can move before the top set changes; at least one weight."""
    names = [label(one.name) for one in found]
    return Chart(
        key="rooms",
        title=_rooms_title(found, top),
        summary=(
            f"A bar is how far a weight can move alone, the others in proportion, while the top {top} stays "
            f"the same; the upright stroke is the weight in use."
        ),
        figure={
            "data": [
                {
                    "type": "bar",
                    "orientation": "h",
                    "y": names,
                    "base": [round(100 * one.low, 3) for one in found],
                    "x": [round(100 * (one.high - one.low), 3) for one in found],
                    "marker": {
                        "color": "#ffffff",
                        "pattern": {"shape": "/", "fgcolor": COLOURS[0], "solidity": 0.3},
                        "line": {"color": COLOURS[0], "width": 1.5},
                    },
                    "hovertext": [_room_words(one) for one in found],
                    "hoverinfo": "text",
                },
                {
                    "type": "scatter",
                    "mode": "markers",
                    "y": names,
                    "x": [round(100 * one.share, 3) for one in found],
                    "marker": {
                        "symbol": "line-ns",
                        "size": 24,
                        "line": {"width": 4, "color": "#0b0c0c"},
                    },
                    "hovertext": [f"{one.name}: {percent(one.share, 1)} in use" for one in found],
                    "hoverinfo": "text",
                    "cliponaxis": False,
                },
            ],
            "layout": layout(
                height=90 + 42 * len(found),
                margin={"l": 10, "r": 20, "t": 10, "b": 50},
                bargap=0.4,
                xaxis={
                    "title": {"text": "Share of the weight, %"},
                    "range": [0, min(100, 10 * ceil(10 * max(one.high for one in found)) + 2)],
                    "gridcolor": GRID,
                    "zeroline": False,
                    "fixedrange": True,
                },
                yaxis={"autorange": "reversed", "automargin": True, "fixedrange": True},
            ),
            "narrow": names_above({label(one.name): one.name for one in found}, room=70),
        },
        table=Table(
            (
                Column("Criterion"),
                Column("In use", is_number=True),
                Column("From", is_number=True),
                Column("Below that"),
                Column("To", is_number=True),
                Column("Above that"),
            ),
            tuple(
                (
                    one.name,
                    percent(one.share, 1),
                    percent(one.low, 1),
                    one.at_low,
                    percent(one.high, 1),
                    one.at_high,
                )
                for one in found
            ),
        ),
    )


def _room_words(one: Room) -> str:
    return f"{one.name}: from {percent(one.low, 1)} to {percent(one.high, 1)}"


def _rooms_title(found: Sequence[Room], top: int) -> str:
    ends = [(abs(end - one.share), one, end) for one in found for end in (one.low, one.high) if 0 < end < 1]
    if not ends:
        return f"No weight alone changes the top {top}"
    _, one, end = min(ends, key=lambda item: (item[0], item[1].name))
    name = f"{one.name[:1].lower()}{one.name[1:]}"
    if percent(end, 1) == percent(one.share, 1):
        return f"The top {top} changes when the weight of {name} moves from {percent(one.share, 1)} at all"
    return (
        f"The top {top} changes soonest with the weight of {name}: at {percent(end, 1)} instead of "
        f"{percent(one.share, 1)}"
    )
