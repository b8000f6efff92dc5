"""A service over its cycles as a chart and as rows: points as reported, the like-for-like level as a line."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from vfm.reports.changes import figure, moved, percent
from vfm.reports.charts import COLOURS, Cell, Chart, Column, Table, layout
from vfm.reports.workbook import Rows
from vfm.scoring.rounding import shown_tenths
from vfm.scoring.targets import Target
from vfm.scoring.trend import Point, Trend

LINE, DOT, MARK = COLOURS[0], COLOURS[3], COLOURS[2]


def chart(trend: Trend, targets: Sequence[Target]) -> Chart | None:
    """The chart of a trend; None where no cycle has a result in points.

    Args:
        trend: the cycles, the oldest first.
        targets: those that stand; the overall's is drawn at the right.
    """
    if all(point.bounds() is None for point in trend.points):
        return None
    aims = [target for target in targets if not target.place]
    labels = [_label(point) for point in trend.points]
    drawn = [_reported(trend, labels), _withheld(trend, labels), _level(trend, labels)]
    drawn += [_aim(target) for target in aims]
    return Chart(
        key="trend",
        title=finding(trend),
        summary=_summary(trend, aims),
        figure={
            "data": [trace for trace in drawn if trace["x"]],
            "layout": _layout(trend, labels + [_aim_label(target) for target in aims]),
        },
        table=_table(trend, aims),
    )


def finding(trend: Trend) -> str:
    """What became of the service, like for like, from the baseline to its newest result."""
    scored = trend.scored
    start = trend.start
    if start is None:
        return "Reported scores; there is no baseline yet to compare like for like with"
    newest = scored[-1]
    if newest.is_start:
        return f"One cycle is measured so far: {start.cycle}, the baseline"
    change = newest.moved()
    if change is None:
        return f"{newest.cycle} cannot be compared like for like with the baseline"
    tenths = shown_tenths(change)
    if not tenths:
        return f"Like for like, the service stands where it stood at the baseline, {start.cycle}"
    return f"Like for like, {'up' if change > 0 else 'down'} {figure(abs(change))} points since {start.cycle}"


def _label(point: Point) -> str:
    words = point.cycle.split()
    middle = (len(words) + 1) // 2
    name = f"{' '.join(words[:middle])}<br>{' '.join(words[middle:])}" if len(words) > 1 else point.cycle
    return f"{name}<br>version {point.round.version}" if point.round else f"{name}<br>not asked"


def _aim_label(target: Target) -> str:
    return f"Target by<br>{_day(target.due_on)}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


def _summary(trend: Trend, aims: Sequence[Target]) -> str:
    words = (
        "Each dot is a score as reported, its whisker what was still possible. The line is the baseline's "
        "score with the like-for-like change since."
    )
    if any(point.side is None for point in trend.points):
        words += " Where a cycle did not ask the service or has no result yet there is a gap."
    if any(point.is_new_version for point in trend.points):
        words += " A dotted upright line stands where the questionnaire changed."
    for target in aims:
        words += f" The target is {figure(float(target.points))} by {_day(target.due_on)}."
    return words


def _reported(trend: Trend, labels: Sequence[str]) -> dict[str, Any]:
    found = [(label, p, p.score(), p.bounds()) for label, p in zip(labels, trend.points, strict=True)]
    rows = [(label, p, score, ends) for label, p, score, ends in found if score is not None and ends]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "As reported",
        "x": [label for label, _, _, _ in rows],
        "y": [score for _, _, score, _ in rows],
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [max(0.0, ends[1] - score) for _, _, score, ends in rows],
            "arrayminus": [max(0.0, score - ends[0]) for _, _, score, ends in rows],
            "color": "#505a5f",
            "thickness": 1.5,
            "width": 6,
        },
        "marker": {
            "color": DOT,
            "size": 17,
            "symbol": ["circle-open" if _is_provisional(p) else "circle" for _, p, _, _ in rows],
            "line": {"width": 2, "color": DOT},
        },
        "hovertext": [f"{p.cycle}: {figure(score)} as reported" for _, p, score, _ in rows],
        "hoverinfo": "text",
    }


def _is_provisional(point: Point) -> bool:
    """True for what is not agreed yet, or was a pilot."""
    return point.round is not None and (point.round.status != "agreed" or point.round.kind == "pilot")


def _withheld(trend: Trend, labels: Sequence[str]) -> dict[str, Any]:
    found = [(label, p, p.score(), p.bounds()) for label, p in zip(labels, trend.points, strict=True)]
    rows = [(label, p, ends) for label, p, score, ends in found if score is None and ends]
    return {
        "type": "bar",
        "name": "Score withheld: what is possible",
        "x": [label for label, _, _ in rows],
        "base": [ends[0] for _, _, ends in rows],
        "y": [ends[1] - ends[0] for _, _, ends in rows],
        "width": 0.12,
        "marker": {
            "color": "#ffffff",
            "pattern": {"shape": "/", "fgcolor": "#b1b4b6", "solidity": 0.3},
            "line": {"color": COLOURS[4], "width": 1.5},
        },
        "hovertext": [f"{p.cycle}: {figure(ends[0])} to {figure(ends[1])}" for _, p, ends in rows],
        "hoverinfo": "text",
    }


def _level(trend: Trend, labels: Sequence[str]) -> dict[str, Any]:
    levels = [trend.level(point) for point in trend.points]
    if all(level is None for level in levels):
        return {"x": []}
    return {
        "type": "scatter",
        "mode": "lines+markers+text",
        "name": "Like for like from the baseline",
        "x": list(labels),
        "y": levels,
        "connectgaps": False,
        "text": [_level_words(trend, point) for point in trend.points],
        "textposition": "bottom right",
        "cliponaxis": False,
        "line": {"color": LINE, "width": 3},
        "marker": {"symbol": "diamond", "size": 9, "color": LINE},
        "hovertext": [f"{point.cycle}: {moved(point.moved())} like for like" for point in trend.points],
        "hoverinfo": "text",
    }


def _level_words(trend: Trend, point: Point) -> str:
    if trend.level(point) is None:
        return ""
    return "baseline" if point.is_start else moved(point.moved())


def _aim(target: Target) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers+text",
        "name": "Target",
        "x": [_aim_label(target)],
        "y": [float(target.points)],
        "text": [figure(float(target.points))],
        "textposition": "middle right",
        "cliponaxis": False,
        "marker": {"symbol": "star", "size": 15, "color": MARK},
        "hoverinfo": "text",
        "hovertext": [f"Target: {figure(float(target.points))} by {_day(target.due_on)}"],
    }


def _layout(trend: Trend, labels: Sequence[str]) -> dict[str, Any]:
    changed = [place for place, point in enumerate(trend.points) if point.is_new_version]
    return layout(
        height=420,
        margin={"l": 60, "r": 60, "t": 50, "b": 80},
        showlegend=True,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        shapes=[
            {
                "type": "line",
                "x0": place - 0.5,
                "x1": place - 0.5,
                "y0": 0,
                "y1": 100,
                "line": {"color": "#505a5f", "width": 1.5, "dash": "dot"},
            }
            for place in changed
        ],
        xaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": list(labels),
            "range": [-0.5, len(labels) - 0.5],
        },
        yaxis={
            "title": {"text": "Points of 100"},
            "range": [0, 103],
            "gridcolor": "#e5e6e7",
            "zerolinecolor": "#0b0c0c",
        },
    )


def _table(trend: Trend, aims: Sequence[Target]) -> Table:
    return Table(
        (
            Column("Cycle"),
            Column("Questionnaire"),
            Column("As reported", is_number=True),
            Column("Could be", is_number=True),
            Column("Since the baseline, like for like", is_number=True),
            Column("Baseline with that", is_number=True),
            Column("Since the cycle before, like for like", is_number=True),
        ),
        tuple(_row(trend, point) for point in trend.points)
        + tuple(
            (f"Target by {_day(aim.due_on)}", "–", figure(float(aim.points)), "–", "–", "–", "–")
            for aim in aims
        ),
    )


def _row(trend: Trend, point: Point) -> tuple[Cell, ...]:
    ends, before = point.bounds(), point.since_before
    step = None if before is None else before.like_for_like
    return (
        point.cycle,
        state_words(point),
        figure(point.score()),
        "–" if ends is None else f"{figure(ends[0])} to {figure(ends[1])}",
        "baseline" if point.is_start else moved(point.moved()),
        figure(trend.level(point)),
        moved(step),
    )


def state_words(point: Point) -> str:
    """Which version was asked, and what the reader has to know of it."""
    if point.round is None:
        return "not asked"
    words = f"version {point.round.version}"
    if point.is_new_version:
        words += ", changed"
    if point.round.kind == "pilot":
        words += ", pilot"
    if point.side is None:
        return f"{words}, no result yet"
    return words if point.round.status == "agreed" else f"{words}, not agreed yet"


def why_no_point(point: Point) -> str:
    """Why a cycle with a result has no like-for-like figure from the baseline; "" where it has one."""
    change = point.since_start
    if change is None or change.like_for_like is not None:
        return ""
    then, now = (percent(share) for share in change.common_weight)
    return (
        f"{point.cycle}: {then} of the weight then and {now} of it now lies in questions that are the same; "
        "it takes 70% on both sides."
    )


CYCLE_COLUMNS = (
    "Cycle", "State", "Score", "Lowest possible", "Highest possible", "Like-for-like since the baseline",
    "Share compared then", "Share compared now", "Material", "Like-for-like since the cycle before",
)  # fmt: skip


def rows(trend: Trend) -> tuple[Rows, ...]:
    """The trend to take away: Cycles, Sections; figures unrounded."""
    sections = trend.sections()
    return (
        Rows(
            "Cycles",
            CYCLE_COLUMNS,
            tuple(_exact(point) for point in trend.points),
        ),
        Rows(
            "Sections",
            ("Key", "Section", "Cycle", "Score", "Like-for-like since the baseline"),
            tuple(
                (key, title, point.cycle, point.score(key), point.moved(key))
                for key, title in sections.items()
                for point in trend.points
            ),
        ),
    )  # fmt: skip


def _exact(point: Point) -> tuple[Cell, ...]:
    ends, since, before = point.bounds(), point.since_start, point.since_before
    material = None if since is None else since.is_material
    return (
        point.cycle,
        state_words(point),
        point.score(),
        *(ends or (None, None)),
        point.moved(),
        *((None, None) if since is None else since.common_weight),
        None if material is None else "yes" if material else "no",
        None if before is None else before.like_for_like,
    )
