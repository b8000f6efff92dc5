"""What members of a weights meeting gave: a mark a member on each criterion, and the average as a bar."""

from collections.abc import Mapping, Sequence
from typing import Any

from vfm.reports.charts import COLOURS, Chart, Column, Table, layout, names_above

SYMBOLS = (
    "circle", "square-open", "diamond", "cross-open", "triangle-up", "star-open", "hexagon", "x-open",
)  # fmt: skip
"""Beside the colours, so that the members can be told apart in black and white."""
ALIKE, APART = 0.05, 0.10
"""Shares from lowest to highest: up to the first members agree on a criterion, from the second not."""


def weights_chart(
    names: Mapping[str, str],
    shares: Mapping[str, Mapping[str, float]],
    average: Mapping[str, float],
    *,
    words: str,
) -> Chart:
    """Where each member puts each criterion.

    Args:
        names: criterion -> its name, in the order of the list.
        shares: member -> criterion -> share of 1.
        average: criterion -> mean share.
        words: how far the members agree on the order, as a sentence.
    """
    rows = sorted(names, key=lambda key: (-average[key], names[key]))
    labels = [_capital(names[key]) for key in rows]
    data: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "markers",
            "name": member,
            "y": labels,
            "x": [100 * given[key] for key in rows],
            "marker": {
                "symbol": SYMBOLS[at % len(SYMBOLS)],
                "color": COLOURS[at % len(COLOURS)],
                "size": 12,
                "line": {"width": 2, "color": COLOURS[at % len(COLOURS)]},
            },
            "hovertext": [f"{member}: {_percent(given[key])}" for key in rows],
            "hoverinfo": "text",
        }
        for at, (member, given) in enumerate(shares.items())
    ]
    data.append(
        {
            "type": "scatter",
            "mode": "markers",
            "name": "Average",
            "y": labels,
            "x": [100 * average[key] for key in rows],
            "marker": {"symbol": "line-ns", "size": 26, "line": {"width": 4, "color": "#0b0c0c"}},
            "hovertext": [f"Average: {_percent(average[key])}" for key in rows],
            "hoverinfo": "text",
        }
    )
    ends = {key: [given[key] for given in shares.values()] for key in rows}
    return Chart(
        key="weights",
        title=finding(names, shares),
        summary=f"{words} Each mark is one member’s share of 100; the upright bar is the average.",
        figure={
            "data": data,
            "layout": _layout(len(rows), ends, average),
            "narrow": names_above({label: label for label in labels}, room=190),
        },
        table=Table(
            (
                Column("Criterion"),
                Column("Average", is_number=True),
                Column("Lowest", is_number=True),
                Column("Highest", is_number=True),
                *(Column(member, is_number=True) for member in shares),
            ),
            tuple(
                (
                    label,
                    _percent(average[key]),
                    _percent(min(ends[key])),
                    _percent(max(ends[key])),
                    *(_percent(given[key]) for given in shares.values()),
                )
                for label, key in zip(labels, rows, strict=True)
            ),
        ),
    )


def finding(names: Mapping[str, str], shares: Mapping[str, Mapping[str, float]]) -> str:
    """Where the members stand together and where they do not, in one line."""
    if len(shares) < 2:
        return f"Only {next(iter(shares))} has given points so far"
    apart = {key: _range([given[key] for given in shares.values()]) for key in names}
    widest = max(apart, key=lambda key: apart[key])
    closest = min(apart, key=lambda key: (apart[key], -_mean(shares, key)))
    if apart[widest] <= ALIKE:
        return "The members give much the same weights"
    if apart[closest] <= ALIKE and apart[widest] >= APART:
        return f"Agreed on {names[closest]}, apart on {names[widest]}"
    ends = sorted(given[widest] for given in shares.values())
    return f"Furthest apart on {names[widest]}: {_percent(ends[0])} to {_percent(ends[-1])}"


def agreement_in_words(agreement: float | None, members: int) -> str:
    """Kendall's W as a sentence."""
    if members < 2:
        return "With one member there is nobody to agree with."
    if agreement is None:
        return "Nobody puts one criterion before another, so there is no order to agree on."
    how = "much the same order" if agreement >= 0.7 else "partly the same order"
    if agreement < 0.4:
        how = "different orders"
    scale = "where 1 is the same order for all and 0 is no agreement"
    return f"The members put the criteria in {how} (Kendall’s W {agreement:.2f}, {scale})."


def _mean(shares: Mapping[str, Mapping[str, float]], key: str) -> float:
    return sum(given[key] for given in shares.values()) / len(shares)


def _range(values: Sequence[float]) -> float:
    return round(max(values) - min(values), 9)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%"


def _layout(rows: int, ends: Mapping[str, Sequence[float]], average: Mapping[str, float]) -> dict[str, Any]:
    most = max((max(values) for values in ends.values()), default=0.0)
    return layout(
        height=110 + 44 * rows,
        margin={"l": 10, "r": 20, "t": 10, "b": 50},
        xaxis={
            "range": [0, min(100, 100 * max(most, *average.values()) * 1.1 + 2)],
            "title": {"text": "Share of 100"},
            "gridcolor": "#f3f2f1",
            "zeroline": False,
            "fixedrange": True,
        },
        yaxis={
            "autorange": "reversed", "automargin": True, "fixedrange": True, "gridcolor": "#b1b4b6",
        },
        showlegend=True,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    )  # fmt: skip
