"""All services of a cycle in pictures: how scores are spread, who stands far, how groups and questions stand.

The room's rule: plain values in; what a bar or dot opens is an address that the page gives.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import sqrt
from textwrap import wrap
from typing import Any

from vfm.questionnaires.schema import Band
from vfm.questionnaires.wording import counted
from vfm.reports.charts import BAND_COLOURS, COLOURS, Cell, Chart, Column, Table, layout
from vfm.reports.result import bounds, one_place, points
from vfm.scoring.cohort import Quartiles

BAR, EDGE, MARK, FAINT = "#a9c4de", COLOURS[0], COLOURS[3], "#b1b4b6"
BAND_PATTERNS = {
    "red": "x", "orange": "/", "yellow": ".", "green": "", "turquoise": "\\", "blue": "-", "purple": "+",
    "grey": "|",
}  # fmt: skip
"""Beside the bands' colours, so that they can be told apart in black and white."""
LABEL_WIDTH = 24
MOST_RANGES = 40
"""Services drawn one below the other; the table has them all."""
POINTS_AXIS = {"range": [0, 100], "gridcolor": "#e5e6e7", "zeroline": False, "fixedrange": True}


# --- how scores are spread ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bar:
    """The services of one step of the scores; href: where they are listed."""

    words: str
    low: int
    high: int
    count: int
    href: str


@dataclass(frozen=True, slots=True)
class Dot:
    """One service; href: its result."""

    name: str
    score: float
    href: str


def distribution(what: str, bars: Sequence[Bar], dots: Sequence[Dot], found: Quartiles) -> Chart:
    """How many services score how much, with the quartiles drawn in and a stroke for each service.

    Args:
        what: whose scores these are: `the overall`, or a section’s title.
        bars: every step, empty ones too.
        dots: the services counted.
        found: their quartiles.
    """
    top = max(bar.count for bar in bars)
    below = -0.07 * top
    return Chart(
        key="distribution",
        title=spread_words(what, found),
        summary=(
            f"Each bar counts the services in ten points of {what}; choose one to see them. "
            "The strokes below are the services."
            + (" The upright lines are the quartiles and the median." if found.is_told else "")
        ),
        figure={
            "data": [_step_bars(bars), _strokes(dots, below)],
            "layout": _spread_layout(found, top, below),
        },
        table=Table(
            (Column("Score"), Column("Services", is_number=True)),
            tuple((bar.words, bar.count) for bar in bars),
        ),
        links=tuple(bar.href for bar in bars),
    )


def spread_words(what: str, found: Quartiles) -> str:
    """The spread in one sentence: `Half of the 31 services score between 44 and 58 overall; ...`."""
    where = "overall" if what == "the overall" else f"in {what}"
    if found.count == 1:
        return f"One service scores {points(found.median)} {where}"
    if not found.is_told:
        ends = f"{points(found.lowest)} to {points(found.highest)}"
        return f"{found.count} services score {ends} {where}; the median is {points(found.median)}"
    middle = f"{points(found.lower)} and {points(found.upper)}"
    median = points(found.median)
    return f"Half of the {found.count} services score between {middle} {where}; the median is {median}"


def _step_bars(bars: Sequence[Bar]) -> dict[str, Any]:
    return {
        "type": "bar",
        "name": "Services",
        "x": [(bar.low + bar.high) / 2 for bar in bars],
        "y": [bar.count for bar in bars],
        "width": [0.94 * (bar.high - bar.low) for bar in bars],
        "text": [str(bar.count) if bar.count else "" for bar in bars],
        "textposition": "inside",
        "insidetextanchor": "start",
        "textangle": 0,
        "textfont": {"color": "#0b0c0c"},
        "marker": {"color": BAR, "line": {"color": EDGE, "width": 1.5}},
        "hovertext": [f"{bar.words}: {counted(bar.count, 'service')}" for bar in bars],
        "hoverinfo": "text",
        "customdata": [bar.href for bar in bars],
    }


def _strokes(dots: Sequence[Dot], below: float) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "A service",
        "x": [round(dot.score, 2) for dot in dots],
        "y": [below] * len(dots),
        "marker": {"symbol": "line-ns", "size": 14, "line": {"width": 2, "color": EDGE}},
        "hovertext": [f"{escape(dot.name, quote=False)}: {points(dot.score)}" for dot in dots],
        "hoverinfo": "text",
        "customdata": [dot.href for dot in dots],
        "cliponaxis": False,
    }


def _spread_layout(found: Quartiles, top: int, below: float) -> dict[str, Any]:
    lines = (
        (("Lower quartile", found.lower), ("Median", found.median), ("Upper quartile", found.upper))
        if found.is_told
        else (("Median", found.median),)
    )
    return layout(
        height=400,
        margin={"l": 50, "r": 20, "t": 70, "b": 50},
        xaxis=POINTS_AXIS | {"title": {"text": "Points of 100"}, "dtick": 10},
        yaxis={
            "title": {"text": "Services"},
            "range": [2 * below, 1.15 * top],
            "gridcolor": "#e5e6e7",
            "zerolinecolor": "#0b0c0c",
            "fixedrange": True,
            "tickmode": "linear",
            "tick0": 0,
            "dtick": max(1, -(-top // 6)),
        },
        shapes=[
            {
                "type": "line",
                "x0": at,
                "x1": at,
                "y0": 0,
                "y1": 1,
                "yref": "paper",
                "line": {"color": MARK, "width": 2, "dash": "solid" if name == "Median" else "dash"},
            }
            for name, at in lines
        ],
        annotations=[
            {
                "x": at,
                "y": 1.02 + 0.065 * (2 - place),
                "yref": "paper",
                "yanchor": "bottom",
                "showarrow": False,
                "text": f"{name} {points(at)}",
                "xanchor": "left" if at < 75 else "right",
                "font": {"size": 13},
            }
            for place, (name, at) in enumerate(lines)
        ],
    )


@dataclass(frozen=True, slots=True)
class Range:
    """One service without a score, and what it could still be; why: in words."""

    name: str
    why: str
    low: float | None
    high: float | None
    href: str


def open_ranges(ranges: Sequence[Range]) -> Chart | None:
    """What the services that are not counted could still score; None where no range is known."""
    drawn = [one for one in ranges if one.low is not None and one.high is not None]
    if not drawn:
        return None
    shown = drawn[:MOST_RANGES]
    more = f" The first {MOST_RANGES} are drawn." if len(drawn) > len(shown) else ""
    verb = "is" if len(drawn) == 1 else "are"
    return Chart(
        key="open",
        title=f"{counted(len(drawn), 'service')} with too little answered {verb} not counted",
        summary=f"Each bar runs from the lowest to the highest score still possible.{more}",
        figure={
            "data": [
                {
                    "type": "bar",
                    "orientation": "h",
                    "y": [label(one.name) for one in shown],
                    "base": [one.low for one in shown],
                    "x": [max((one.high or 0) - (one.low or 0), 0.5) for one in shown],
                    "text": [bounds(one.low, one.high) for one in shown],
                    "textposition": "inside",
                    "insidetextanchor": "middle",
                    "textfont": {"color": "#0b0c0c"},
                    "marker": {
                        "color": "#ffffff",
                        "pattern": {"shape": "/", "fgcolor": FAINT, "solidity": 0.3},
                        "line": {"color": COLOURS[4], "width": 1.5},
                    },
                    "hovertext": [f"{one.name}: could be {bounds(one.low, one.high)}" for one in shown],
                    "hoverinfo": "text",
                    "customdata": [one.href for one in shown],
                }
            ],
            "layout": _rows_layout(len(shown), "Points of 100"),
        },
        table=Table(
            (Column("Service"), Column("Why"), Column("Could be", is_number=True)),
            tuple((one.name, one.why, bounds(one.low, one.high)) for one in ranges),
        ),
        links=tuple(one.href for one in ranges),
    )


def label(words: str) -> str:
    """A name broken into short lines, so that a phone has room for the bars."""
    return _in_lines(words, LABEL_WIDTH) or "–"


def _in_lines(words: str, width: int = 60) -> str:
    return "<br>".join(wrap(escape(words, quote=False), width))


def _rows_layout(rows: int, axis: str, **more: Any) -> dict[str, Any]:
    return layout(
        **(
            {
                "height": 90 + 40 * rows,
                "margin": {"l": 10, "r": 30, "t": 20, "b": 50},
                "bargap": 0.35,
                "xaxis": POINTS_AXIS | {"title": {"text": axis}},
                "yaxis": {"autorange": "reversed", "automargin": True, "fixedrange": True},
            }
            | more
        )
    )


# --- groups: middle halves, ends, who stands far ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Spread:
    """One group's scores.

    Attributes:
        ends: beyond which a score is far; None where there are too few to say.
        far: the services far from the rest; dots: the others, where each is drawn.
        href: where its services are listed.
        cells: the further columns of its row in the table.
    """

    name: str
    quartiles: Quartiles | None
    href: str = ""
    ends: tuple[float, float] | None = None
    far: tuple[Dot, ...] = ()
    dots: tuple[Dot, ...] = ()
    cells: tuple[Cell, ...] = ()


def spreads(
    key: str, title: str, summary: str, groups: Sequence[Spread], columns: Sequence[Column]
) -> Chart | None:
    """A row a group: its middle half as a bar, its median as a stroke, its ends as a whisker, dots far off.

    Args:
        key: unique on the page.
        title: the finding.
        summary: a sentence on it.
        groups: in display order; one without scores is in the table only.
        columns: headings of the groups' further cells.

    Returns:
        None where no group has a score.
    """
    drawn = [(group, found) for group in groups if (found := group.quartiles) is not None]
    if not drawn:
        return None
    return Chart(
        key=key,
        title=title,
        summary=summary,
        figure={
            "data": [*_middles(drawn), *_services(drawn)],
            "layout": _rows_layout(
                len(drawn),
                "Points of 100",
                height=120 + 56 * len(drawn),
                xaxis=POINTS_AXIS | {"range": [-2, 102], "title": {"text": "Points of 100"}},
                bargap=0.6,
                showlegend=True,
                margin={"l": 10, "r": 30, "t": 50, "b": 50},
                legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0},
            ),
        },
        table=Table(
            (
                Column("Group"),
                Column("Scored", is_number=True),
                Column("Lowest", is_number=True),
                Column("Lower quartile", is_number=True),
                Column("Median", is_number=True),
                Column("Upper quartile", is_number=True),
                Column("Highest", is_number=True),
                *columns,
            ),
            tuple((group.name, *five(group.quartiles), *group.cells) for group in groups),
        ),
        links=tuple(group.href for group in groups) if any(group.href for group in groups) else (),
    )


def five(found: Quartiles | None) -> tuple[Cell, ...]:
    """Count, lowest, lower quartile, median, upper quartile and highest; a dash for what is not told."""
    if found is None:
        return (0, "–", "–", "–", "–", "–")
    lower, upper = (points(found.lower), points(found.upper)) if found.is_told else ("–", "–")
    return (found.count, points(found.lowest), lower, points(found.median), upper, points(found.highest))


def _middles(drawn: Sequence[tuple[Spread, Quartiles]]) -> list[dict[str, Any]]:
    told = [(group, found) for group, found in drawn if found.is_told]
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": "Lowest to highest",
            "x": [end for _, found in drawn for end in _whiskers(found)],
            "y": [place for group, _ in drawn for place in (*[label(group.name)] * 2, None) * 2],
            "line": {"color": "#505a5f", "width": 2},
            "hoverinfo": "skip",
        },
        {
            "type": "bar",
            "orientation": "h",
            "name": "Middle half",
            "y": [label(group.name) for group, _ in told],
            "base": [found.lower for _, found in told],
            "x": [max(found.spread, 0.5) for _, found in told],
            "marker": {"color": BAR, "line": {"color": EDGE, "width": 1.5}},
            "hovertext": [
                f"{group.name}: half score between {points(found.lower)} and {points(found.upper)}"
                for group, found in told
            ],
            "hoverinfo": "text",
            "customdata": [group.href for group, _ in told],
        },
        {
            "type": "scatter",
            "mode": "markers+text",
            "name": "Median",
            "y": [label(group.name) for group, _ in drawn],
            "x": [found.median for _, found in drawn],
            "text": [points(found.median) for _, found in drawn],
            "textposition": "top center",
            "marker": {"symbol": "line-ns", "size": 26, "line": {"width": 4, "color": MARK}},
            "hovertext": [f"{group.name}: median {points(found.median)}" for group, found in drawn],
            "hoverinfo": "text",
            "customdata": [group.href for group, _ in drawn],
            "cliponaxis": False,
        },
    ]


def _whiskers(found: Quartiles) -> tuple[float | None, ...]:
    """Two lines beside the middle half, or one from end to end where it is not told."""
    if not found.is_told:
        return found.lowest, found.highest, None, None, None, None
    return found.lowest, found.lower, None, found.upper, found.highest, None


def _services(drawn: Sequence[tuple[Spread, Quartiles]]) -> list[dict[str, Any]]:
    far = [(group.name, dot) for group, _ in drawn for dot in group.far]
    ends = [
        (group.name, Dot("Far begins", end, ""))
        for group, _ in drawn
        for end in group.ends or ()
        if 0 < end < 100
    ]
    near = [one for group, _ in drawn for one in _together(group)]
    dot = {
        "symbol": "circle",
        "size": [round(7 + 4 * sqrt(count - 1), 1) for _, _, count in near],
        "color": "#ffffff",
        "opacity": 0.9,
        "line": {"color": "#0b0c0c", "width": 1.5},
    }
    fence = {"symbol": "line-ns", "size": 20, "line": {"width": 2, "color": "#505a5f"}}
    diamond = {"symbol": "diamond", "size": 13, "color": COLOURS[2], "line": {"color": "#ffffff", "width": 1}}
    traces = [
        _dots([(name, one) for name, one, _ in near], "A service", dot),
        _dots(ends, "Where far begins", fence),
        _dots(far, "Far from the rest", diamond),
    ]
    return [trace for trace in traces if trace["x"]]


def _together(group: Spread) -> list[tuple[str, Dot, int]]:
    """(group, dot, how many services) where the services of a group that score alike are one larger dot."""
    alike: dict[str, list[Dot]] = {}
    for dot in group.dots:
        alike.setdefault(one_place(dot.score), []).append(dot)
    return [
        (
            group.name,
            Dot(", ".join(dot.name for dot in dots), dots[0].score, dots[0].href if len(dots) == 1 else ""),
            len(dots),
        )
        for dots in alike.values()
    ]


def _dots(named: Sequence[tuple[str, Dot]], name: str, marker: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "y": [label(group) for group, _ in named],
        "x": [dot.score for _, dot in named],
        "marker": marker,
        "hovertext": [f"{_in_lines(dot.name)}: {points(dot.score)}" for _, dot in named],
        "hoverinfo": "text",
        "customdata": [dot.href for _, dot in named],
        "cliponaxis": False,
    }


@dataclass(frozen=True, slots=True)
class Shares:
    """How the services of one group fall into the bands; others: those without a rating."""

    name: str
    counts: tuple[int, ...]
    others: int
    href: str


def band_shares(groups: Sequence[Shares], bands: Sequence[Band]) -> Chart | None:
    """A bar a group, cut by rating band; None without bands or a rated service."""
    rated = [group for group in groups if sum(group.counts)]
    if not bands or not rated:
        return None
    data = [
        {
            "type": "bar",
            "orientation": "h",
            "name": band.name,
            "y": [label(group.name) for group in rated],
            "x": [100 * group.counts[at] / sum(group.counts) for group in rated],
            "text": [str(group.counts[at]) if group.counts[at] else "" for group in rated],
            "textposition": "inside",
            "insidetextanchor": "middle",
            "textangle": 0,
            "textfont": {"color": "#0b0c0c", "size": 14},
            "marker": {
                "color": _tint(band.colour),
                "pattern": {
                    "shape": BAND_PATTERNS.get(band.colour, ""),
                    "fillmode": "overlay",
                    "fgcolor": BAND_COLOURS.get(band.colour, FAINT),
                    "size": 8,
                    "solidity": 0.12,
                },
                "line": {"color": "#0b0c0c", "width": 1},
            },
            "hovertext": [
                f"{group.name}: {counted(group.counts[at], 'service')} {band.name}" for group in rated
            ],
            "hoverinfo": "text",
            "customdata": [group.href for group in rated],
        }
        for at, band in enumerate(bands)
    ]
    return Chart(
        key="bands",
        title=_band_title(rated, bands),
        summary="Each bar is the share of a group’s rated services in each rating; the figures are services.",
        figure={
            "data": data,
            "layout": _rows_layout(
                len(rated),
                "% of the rated services",
                height=180 + 44 * len(rated),
                barmode="stack",
                showlegend=True,
                margin={"l": 10, "r": 30, "t": 50, "b": 50},
                legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
            ),
        },
        table=Table(
            (
                Column("Group"),
                *(Column(band.name, is_number=True) for band in bands),
                Column("Not rated", is_number=True),
            ),
            tuple((group.name, *group.counts, group.others) for group in groups),
        ),
        links=tuple(group.href for group in groups),
    )


def _band_title(groups: Sequence[Shares], bands: Sequence[Band]) -> str:
    lowest = min(range(len(bands)), key=lambda at: bands[at].minimum)
    shares = {group.name: group.counts[lowest] / sum(group.counts) for group in groups}
    most = max(shares, key=lambda name: shares[name])
    if not shares[most]:
        return f"No service is rated {bands[lowest].name}"
    return f"{most} has the largest share rated {bands[lowest].name}"


def _tint(colour: str) -> str:
    """A band's colour, paler, so that figures and patterns are read on it."""
    full = BAND_COLOURS.get(colour, FAINT).lstrip("#")
    mixed = (int(full[at : at + 2], 16) for at in (0, 2, 4))
    return "#" + "".join(f"{round(255 - 0.35 * (255 - part)):02x}" for part in mixed)


# --- questions ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Loss:
    """What one question takes from the council, in points of its mean overall; href: its page."""

    key: str
    text: str
    lost: float
    href: str


def losses(found: Sequence[Loss], total: float) -> Chart | None:
    """The questions that take most, the largest first; None where nothing is lost.

    Args:
        found: those drawn.
        total: points that all questions take together.
    """
    drawn = [one for one in found if one.lost > 0]
    if not drawn or not total:
        return None
    share = sum(one.lost for one in drawn) / total
    how_many = counted(len(drawn), "question takes", "questions take")
    return Chart(
        key="losses",
        title=f"{how_many} {points(100 * share)}% of what is lost",
        summary=(
            f"Each bar is how many points of the council’s mean overall score a question takes, out of "
            f"{one_place(total)} lost in all."
        ),
        figure={
            "data": [
                {
                    "type": "bar",
                    "orientation": "h",
                    "y": [one.key for one in drawn],
                    "x": [one.lost for one in drawn],
                    "text": [one_place(one.lost) for one in drawn],
                    "textposition": "outside",
                    "cliponaxis": False,
                    "marker": {"color": BAR, "line": {"color": EDGE, "width": 1.5}},
                    "hovertext": [f"{one.key} {_in_lines(one.text)}" for one in drawn],
                    "hoverinfo": "text",
                    "customdata": [one.href for one in drawn],
                }
            ],
            "layout": _rows_layout(
                len(drawn),
                "Points of the mean overall score",
                height=90 + 30 * len(drawn),
                xaxis={
                    "title": {"text": "Points of the mean overall score"},
                    "rangemode": "tozero",
                    "gridcolor": "#e5e6e7",
                    "fixedrange": True,
                },
            ),
        },
        table=Table(
            (Column("Question"), Column("What it asks"), Column("Points lost", is_number=True)),
            tuple((one.key, one.text, one_place(one.lost)) for one in drawn),
        ),
        links=tuple(one.href for one in drawn),
    )


@dataclass(frozen=True, slots=True)
class Level:
    """How many services gave one answer; href: where they are listed; is_scored: it has points."""

    words: str
    count: int
    is_scored: bool
    href: str


def levels(found: Sequence[Level]) -> Chart | None:
    """A bar an answer, the lowest first, then the gaps; None where nobody was asked."""
    asked = sum(level.count for level in found)
    if not asked:
        return None
    most = max(found, key=lambda level: level.count)
    lines = max(label(level.words).count("<br>") for level in found) + 1
    named = most.words if len(most.words) <= 60 else f"{most.words[:59].rstrip()}…"
    return Chart(
        key="levels",
        title=f"{counted(most.count, 'service says', 'services say')} “{named}”",
        summary=f"Of {counted(asked, 'service')}, how many gave each answer; hatched bars have no points.",
        figure={
            "data": [
                {
                    "type": "bar",
                    "orientation": "h",
                    "y": [label(level.words) for level in found],
                    "x": [level.count for level in found],
                    "text": [str(level.count) for level in found],
                    "textposition": "outside",
                    "cliponaxis": False,
                    "marker": {
                        "color": [BAR if level.is_scored else "#ffffff" for level in found],
                        "pattern": {
                            "shape": ["" if level.is_scored else "/" for level in found],
                            "fillmode": "overlay",
                            "fgcolor": COLOURS[4],
                            "solidity": 0.2,
                        },
                        "line": {"color": EDGE, "width": 1.5},
                    },
                    "hovertext": [f"{level.words}: {counted(level.count, 'service')}" for level in found],
                    "hoverinfo": "text",
                    "customdata": [level.href for level in found],
                }
            ],
            "layout": _rows_layout(
                len(found),
                "Services",
                height=90 + (16 + 18 * lines) * len(found),
                xaxis={
                    "title": {"text": "Services"},
                    "rangemode": "tozero",
                    "gridcolor": "#e5e6e7",
                    "fixedrange": True,
                    "dtick": max(1, -(-most.count // 8)),
                },
            ),
        },
        table=Table(
            (Column("Answer"), Column("Services", is_number=True), Column("% of them", is_number=True)),
            tuple((level.words, level.count, points(100 * level.count / asked)) for level in found),
        ),
        links=tuple(level.href if level.count else "" for level in found),
    )


# --- figures ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pair:
    """One figure beside one score.

    Attributes:
        ahead: share of the comparators that are cheaper or do better, in [0, 1].
        verdict: in words; is_apart: figure and score disagree.
    """

    service: str
    measure: str
    ahead: float
    score: float | None
    verdict: str
    is_apart: bool
    href: str


def figures(
    pairs: Sequence[Pair], *, ahead: tuple[float, float], scores: tuple[float, float]
) -> Chart | None:
    """Standing among comparators against score; None where no figure has a score beside it.

    Args:
        pairs: in display order; those without a score are in the table only.
        ahead: shares up to and from which a standing says something.
        scores: points under and from which a score says something.
    """
    drawn = [pair for pair in pairs if pair.score is not None]
    if not drawn:
        return None
    apart = [pair for pair in drawn if pair.is_apart]
    agree = [pair for pair in drawn if not pair.is_apart]
    data = [
        _pair_dots(agree, "In keeping, or too near the middle", FAINT, "circle"),
        _pair_dots(apart, "Figure and score disagree", COLOURS[2], "diamond"),
    ]
    corners = ((1, ahead[1], scores[1], 100), (0, ahead[0], 0, scores[0]))
    return Chart(
        key="figures",
        title=_figures_title(len(apart), len(drawn)),
        summary=(
            "Further right more comparators are cheaper or do better; further up the section scores more. "
            "In the two shaded corners figure and score disagree."
        ),
        figure={
            "data": [trace for trace in data if trace["x"]],
            "layout": layout(
                height=460,
                margin={"l": 60, "r": 20, "t": 50, "b": 60},
                xaxis={
                    "range": [-4, 104],
                    "title": {"text": "% of comparators ahead"},
                    "gridcolor": "#e5e6e7",
                    "zeroline": False,
                    "fixedrange": True,
                },
                yaxis=POINTS_AXIS
                | {"range": [-4, 104], "title": {"text": "Score of the section, points of 100"}},
                showlegend=True,
                legend={"orientation": "h", "y": 1.01, "yanchor": "bottom", "x": 0},
                shapes=[
                    {
                        "type": "rect",
                        "x0": 100 * edge,
                        "x1": 104 if side else -4,
                        "layer": "below",
                        "y0": low or -4,
                        "y1": 104 if high == 100 else high,
                        "fillcolor": "#f3e6ec",
                        "line": {"width": 0},
                    }
                    for side, edge, low, high in corners
                ],
                annotations=[
                    {
                        "x": 101,
                        "y": 101,
                        "xanchor": "right",
                        "yanchor": "top",
                        "showarrow": False,
                        "text": "Scores high, stands badly",
                    },
                    {
                        "x": -1,
                        "y": -1,
                        "xanchor": "left",
                        "yanchor": "bottom",
                        "showarrow": False,
                        "text": "Scores low, stands well",
                    },
                ],
            ),
        },
        table=Table(
            (
                Column("Service"),
                Column("Figure"),
                Column("Comparators ahead", is_number=True),
                Column("Score", is_number=True),
                Column("What it comes to"),
            ),
            tuple(
                (pair.service, pair.measure, f"{points(100 * pair.ahead)}%", points(pair.score), pair.verdict)
                for pair in pairs
            ),
        ),
        links=tuple(pair.href for pair in pairs),
    )


def _figures_title(apart: int, drawn: int) -> str:
    if not apart:
        return "No published figure contradicts its score"
    of = counted(drawn, "comparison")
    return f"{apart} of {of} of a figure with a score {'disagrees' if apart == 1 else 'disagree'}"


def _pair_dots(pairs: Sequence[Pair], name: str, colour: str, symbol: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [100 * pair.ahead for pair in pairs],
        "y": [pair.score for pair in pairs],
        "marker": {"symbol": symbol, "size": 13, "color": colour, "line": {"color": "#0b0c0c", "width": 1}},
        "hovertext": [f"{pair.service}: {pair.measure}" for pair in pairs],
        "hoverinfo": "text",
        "customdata": [pair.href for pair in pairs],
        "cliponaxis": False,
    }
