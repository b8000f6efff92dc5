"""A published measure over the years: bars for money, a line for anything else, both from nought."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from vfm.questionnaires import figures
from vfm.reports.charts import COLOURS, Cell, Chart, Column, Table, layout

MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Year:
    """One year of a measure, with its source."""

    year: str
    amount: Decimal
    source: str


def trend(key: str, title: str, unit: str, years: Sequence[Year]) -> Chart | None:
    """The chart of a measure over at least two years, an earlier year first; None for fewer.

    Args:
        key: unique on the page.
        title: what is measured.
        unit: as published: `GBP`, `GBP per week`, `percent`, `children`.
        years: with exact amounts; the table shows them digit for digit.
    """
    if len(years) < 2:
        return None
    ends = [f"{_words(year.amount, unit)} in {year.year}" for year in (years[0], years[-1])]
    return Chart(
        key=key,
        title=_finding(title, years),
        summary=f"{', '.join(ends)}.",
        figure={"data": [_trace(title, unit, years)], "layout": _layout(unit, years)},
        table=Table(
            (Column("Year"), Column(f"{title}, {_unit_words(unit)}", is_number=True), Column("Source")),
            tuple(_row(year) for year in years),
        ),
    )


def _row(year: Year) -> tuple[Cell, ...]:
    return year.year, figures.plain(year.amount), year.source


def _finding(title: str, years: Sequence[Year]) -> str:
    first, last = years[0], years[-1]
    if first.amount <= 0 or last.amount == first.amount:
        return f"{title}, {first.year} to {last.year}"
    share = (100 * (last.amount - first.amount) / first.amount).quantize(Decimal(1), ROUND_HALF_UP)
    if share == 0:
        return f"{title} stayed about the same from {first.year} to {last.year}"
    return f"{title} {'rose' if share > 0 else 'fell'} by {abs(share)}% from {first.year} to {last.year}"


def _is_large_money(unit: str, years: Sequence[Year]) -> bool:
    return unit == "GBP" and max(abs(year.amount) for year in years) >= MILLION


def _trace(title: str, unit: str, years: Sequence[Year]) -> dict[str, Any]:
    scale = MILLION if _is_large_money(unit, years) else Decimal(1)
    words = [_words(year.amount, unit) for year in years]
    shared: dict[str, Any] = {
        "name": title,
        "x": [year.year for year in years],
        "y": [float(year.amount / scale) for year in years],
        "text": words,
        "hovertext": [f"{year.year}: {text}" for year, text in zip(years, words, strict=True)],
        "hoverinfo": "text",
        "cliponaxis": False,
    }
    if unit == "GBP":
        return shared | {
            "type": "bar",
            "marker": {"color": COLOURS[0]},
            "textposition": "outside",
            "cliponaxis": False,
        }
    return shared | {
        "type": "scatter",
        "mode": "lines+markers+text",
        "textposition": "top center",
        "cliponaxis": False,
        "line": {"color": COLOURS[0], "width": 3},
        "marker": {"size": 9},
    }


def _layout(unit: str, years: Sequence[Year]) -> dict[str, Any]:
    title = "£ million" if _is_large_money(unit, years) else _unit_words(unit)
    return layout(
        height=360,
        bargap=0.5,
        margin={"l": 70, "r": 30, "t": 30, "b": 50},
        xaxis={"type": "category"},
        yaxis={
            "title": {"text": title},
            "rangemode": "tozero",
            "gridcolor": "#e5e6e7",
            "zerolinecolor": "#0b0c0c",
        },
    )


def _unit_words(unit: str) -> str:
    if unit.startswith("GBP"):
        return f"£{unit.removeprefix('GBP')}"
    return {"percent": "%", "share": "share"}.get(unit, unit)


def _words(amount: Decimal, unit: str) -> str:
    if unit == "GBP" and abs(amount) >= MILLION:
        short = (abs(amount) / MILLION).quantize(Decimal("0.1"), ROUND_HALF_UP)
        return f"{'−' if amount < 0 else ''}£{short:,}m"
    if unit.startswith("GBP"):
        return figures.in_pounds(amount, unit)
    return f"{figures.plain(amount)}%" if unit == "percent" else f"{figures.plain(amount)} {unit}"
