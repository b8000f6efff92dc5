"""A change as a waterfall: the score then, what each part moved it by, the score now."""

from typing import Any

from vfm.reports.changes import Sheet, Split, tenths
from vfm.reports.charts import COLOURS, Chart, Column, Table, layout

UP, DOWN = COLOURS[1], COLOURS[3]
PARTS = (("answers", "Answers"), ("weights", "Weights"), ("scope", "Scope"))
MEANS = {
    "answers": "Same questions, same weights, new answers",
    "weights": "Same questions, same answers, new weights",
    "scope": "Questions new, gone, reworded, missing, limited or not applicable",
}


def waterfall(sheet: Sheet, then: str, now: str) -> Chart | None:
    """The chart of a change whose two scores are published; None where one is withheld.

    Args:
        sheet: the change, laid out.
        then: name of the earlier cycle.
        now: name of the later one.
    """
    split = sheet.split
    if split.then is None or split.now is None or split.answers is None:
        return None
    labels = [_label(then), *(words for _, words in PARTS), _label(now)]
    return Chart(
        key="waterfall",
        title=_finding(split),
        summary=_summary(split, then, now),
        figure={"data": _bars(split, labels), "layout": _layout(split, labels)},
        table=Table(
            (Column("Step"), Column("Points", is_number=True), Column("What it is")),
            (
                (then, tenths(split.then), "Score then"),
                *((words, tenths(getattr(split, key), is_signed=True), MEANS[key]) for key, words in PARTS),
                (now, tenths(split.now), "Score now"),
            ),
        ),
    )


def _finding(split: Split) -> str:
    """What became of the score as reported, and the part that made most of it."""
    whole = split.reported or 0
    if not whole:
        return f"The reported score stayed at {tenths(split.now)}"
    verb = "rose" if whole > 0 else "fell"
    key, words = max(PARTS, key=lambda part: abs(getattr(split, part[0]) or 0))
    most = f"{words.lower()} {tenths(getattr(split, key), is_signed=True)}"
    return f"The reported score {verb} by {tenths(abs(whole))} points: {most}"


def _label(cycle: str) -> str:
    """A cycle's name on two lines where it is long."""
    words = cycle.split()
    middle = len(words) // 2
    return f"{' '.join(words[:middle])}<br>{' '.join(words[middle:])}" if len(cycle) > 16 else cycle


def _summary(split: Split, then: str, now: str) -> str:
    steps = [f"{words.lower()} {tenths(getattr(split, key), is_signed=True)}" for key, words in PARTS]
    ends = f"From {tenths(split.then)} in {then} to {tenths(split.now)} in {now}"
    return f"{ends}: {', '.join(steps)} points."


def _bars(split: Split, labels: list[str]) -> list[dict[str, Any]]:
    then, now = (split.then or 0) / 10, (split.now or 0) / 10
    level, floats = then, []
    for key, _ in PARTS:
        step = (getattr(split, key) or 0) / 10
        floats.append((level, step, getattr(split, key)))
        level += step
    ends = {
        "type": "bar",
        "name": "Score",
        "x": [labels[0], labels[-1]],
        "y": [then, now],
        "text": [tenths(split.then), tenths(split.now)],
        "textposition": "outside",
        "cliponaxis": False,
        "hoverinfo": "x+text",
        "marker": {"color": COLOURS[0]},
    }
    steps = {
        "type": "bar",
        "name": "Step",
        "x": labels[1:-1],
        "base": [min(start, start + step) for start, step, _ in floats],
        "y": [abs(step) for _, step, _ in floats],
        "text": [tenths(number, is_signed=True) for _, _, number in floats],
        "textposition": "outside",
        "cliponaxis": False,
        "hoverinfo": "x+text",
        "marker": {
            "color": [UP if step >= 0 else DOWN for _, step, _ in floats],
            "pattern": {"shape": ["" if step >= 0 else "/" for _, step, _ in floats], "solidity": 0.3},
            "line": {"color": "#0b0c0c", "width": 1},
        },
    }
    return [ends, steps]


def _layout(split: Split, labels: list[str]) -> dict[str, Any]:
    level, lines = (split.then or 0) / 10, []
    for place in range(len(labels) - 1):
        lines.append(
            {
                "type": "line",
                "x0": place - 0.3,
                "x1": place + 1.3,
                "y0": level,
                "y1": level,
                "line": {"color": "#505a5f", "width": 1, "dash": "dot"},
            }
        )
        if place < len(PARTS):
            level += (getattr(split, PARTS[place][0]) or 0) / 10
    return layout(
        height=380,
        bargap=0.4,
        margin={"l": 60, "r": 20, "t": 30, "b": 60},
        shapes=lines,
        xaxis={"type": "category", "categoryorder": "array", "categoryarray": labels},
        yaxis={
            "title": {"text": "Points of 100"},
            "range": [0, 105],
            "gridcolor": "#e5e6e7",
            "zerolinecolor": "#0b0c0c",
        },
    )
