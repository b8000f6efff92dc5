"""A council's figure among those of its comparators: a dot a council, and the words around it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from html import escape

from vfm.questionnaires import figures
from vfm.reports.charts import COLOURS, Cell, Chart, Column, Table, layout
from vfm.scoring.comparison import Beside, Standing

OWN = "Your council"
DOT, EDGE = "#b1b4b6", "#505a5f"
LONGEST = 26
"""Letters of a council's name beside its dot."""


@dataclass(frozen=True, slots=True)
class Dot:
    """One council and its figure."""

    name: str
    amount: Decimal
    is_own: bool = False


def dots(key: str, title: str, unit: str, found: Beside, members: Sequence[Dot], group: str) -> Chart | None:
    """The chart of a measure in one year, the lowest figure first; None with fewer than two councils.

    Args:
        key: unique on the page.
        title: what is measured.
        unit: as published.
        found: where the council stands.
        members: the group's councils with a figure.
        group: what the group is called.
    """
    own = [] if found.own is None else [Dot(OWN, found.own, is_own=True)]
    drawn = sorted([*members, *own], key=lambda dot: (dot.amount, dot.name))
    if len(drawn) < 2 or not own:
        return None
    names = [_label(dot) for dot in drawn]
    is_money = unit.startswith("GBP")
    return Chart(
        key=key,
        title=finding(unit, found),
        summary=f"{title}, {found.year}. {_medians(unit, found, group)}",
        figure={
            "data": [
                {
                    "type": "scatter",
                    "mode": "markers+text",
                    "x": [_at(dot.amount, unit) for dot in drawn],
                    "y": names,
                    "text": [_beside_dot(dot, unit) for dot in drawn],
                    "textposition": _side(found, drawn),
                    "cliponaxis": False,
                    "hovertext": [f"{escape(dot.name)}: {words(dot.amount, unit)}" for dot in drawn],
                    "hoverinfo": "text",
                    "marker": {
                        "size": [15 if dot.is_own else 11 for dot in drawn],
                        "symbol": ["diamond" if dot.is_own else "circle" for dot in drawn],
                        "color": [COLOURS[0] if dot.is_own else DOT for dot in drawn],
                        "line": {"color": EDGE, "width": 1},
                    },
                }
            ],
            "layout": layout(
                height=110 + 26 * len(drawn),
                margin={"l": 20, "r": 30, "t": 40, "b": 60},
                xaxis={
                    "title": {"text": unit_words(unit)},
                    "gridcolor": "#e5e6e7",
                    "zeroline": False,
                    "tickprefix": "£" if is_money else "",
                    "separatethousands": True,
                    "nticks": 5,
                    "tickangle": 0,
                },
                yaxis={
                    "type": "category",
                    "gridcolor": "#f3f2f1",
                    "categoryarray": names,
                    "automargin": True,
                },
                shapes=_lines(found, unit),
                annotations=_line_words(found, unit),
            ),
        },
        table=Table(
            (Column("Council"), Column(f"{title}, {unit_words(unit)}", is_number=True)),
            tuple(_row(dot, unit) for dot in drawn),
        ),
    )


def _at(amount: Decimal, unit: str) -> float:
    """Where a figure is drawn: a share in hundredths, as its axis says."""
    return float(100 * amount if unit == figures.SHARE else amount)


def _beside_dot(dot: Dot, unit: str) -> str:
    """The council's own figure without its unit, which the axis has."""
    if not dot.is_own:
        return ""
    sign = "£" if unit.startswith("GBP") else ""
    return f"{sign}{number(dot.amount, unit)}{'%' if unit in ('percent', figures.SHARE) else ''}"


def _side(found: Beside, drawn: Sequence[Dot]) -> str:
    """Where there is more room: towards the middle of the picture."""
    middle = (drawn[0].amount + drawn[-1].amount) / 2
    return "middle left" if (found.own or Decimal(0)) > middle else "middle right"


def _label(dot: Dot) -> str:
    name = dot.name if len(dot.name) <= LONGEST else f"{dot.name[: LONGEST - 1]}…"
    return f"<b>{escape(name)}</b>" if dot.is_own else escape(name)


def _row(dot: Dot, unit: str) -> tuple[Cell, ...]:
    return dot.name, number(dot.amount, unit)


def _lines(found: Beside, unit: str) -> list[dict[str, object]]:
    """An upright line at the group's median, a dashed one at the country's figure."""
    at = [(found.median, "solid"), (found.country, "dot")]
    return [
        {
            "type": "line",
            "xref": "x",
            "yref": "paper",
            "x0": _at(amount, unit),
            "x1": _at(amount, unit),
            "y0": 0,
            "y1": 1,
            "line": {"color": EDGE, "width": 1.5, "dash": dash},
            "layer": "below",
        }
        for amount, dash in at
        if amount is not None
    ]


def _line_words(found: Beside, unit: str) -> list[dict[str, object]]:
    at = [(found.median, "Median", 18), (found.country, "England", 4)]
    return [
        {
            "xref": "x",
            "yref": "paper",
            "x": _at(amount, unit),
            "y": 1,
            "yshift": shift,
            "text": name,
            "showarrow": False,
            "font": {"size": 12},
        }
        for amount, name, shift in at
        if amount is not None
    ]


def over_time(
    key: str, title: str, unit: str, years: Sequence[tuple[str, Decimal | None, Decimal | None]]
) -> Chart | None:
    """The council's figure and the median of its comparators over the years; None with fewer than two years.

    Args:
        key: unique on the page.
        title: what is measured.
        unit: as published.
        years: (year, own figure, median), an earlier year first; where one is None its line has a gap.
    """
    own = [(year, amount) for year, amount, _ in years if amount is not None]
    if len(own) < 2:
        return None
    (first, then), (last, now) = own[0], own[-1]
    return Chart(
        key=key,
        title=f"{words(then, unit)} in {first}, {words(now, unit)} in {last}",
        summary=f"{title}: the line is your council, the broken line the median of the comparators.",
        figure={
            "data": [
                _over_time(OWN, [(year, mine) for year, mine, _ in years], unit, "solid", "diamond"),
                _over_time("Median", [(year, middle) for year, _, middle in years], unit, "dash", "circle"),
            ],
            "layout": layout(
                height=300,
                showlegend=True,
                legend={"orientation": "h", "y": 1.15},
                margin={"l": 20, "r": 30, "t": 30, "b": 40},
                xaxis={"type": "category"},
                yaxis={
                    "title": {"text": unit_words(unit)},
                    "gridcolor": "#e5e6e7",
                    "rangemode": "tozero",
                    "automargin": True,
                    "separatethousands": True,
                },
            ),
        },
        table=Table(
            (
                Column("Year"),
                Column(f"{OWN}, {unit_words(unit)}", is_number=True),
                Column(f"Median of comparators, {unit_words(unit)}", is_number=True),
            ),
            tuple(
                (year, *("none" if one is None else number(one, unit) for one in (mine, middle)))
                for year, mine, middle in years
            ),
        ),
    )


def _over_time(
    name: str, years: Sequence[tuple[str, Decimal | None]], unit: str, dash: str, symbol: str
) -> dict[str, object]:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": [year for year, _ in years],
        "y": [None if amount is None else _at(amount, unit) for _, amount in years],
        "line": {"color": COLOURS[0] if dash == "solid" else EDGE, "width": 2.5, "dash": dash},
        "marker": {"size": 9, "symbol": symbol},
        "hovertext": [f"{name}, {year}: {'none' if a is None else words(a, unit)}" for year, a in years],
        "hoverinfo": "text",
        "connectgaps": False,
    }


# --- words -----------------------------------------------------------------------------------------------


def finding(unit: str, found: Beside) -> str:
    """What a chart's title says: the figure and how many of the group are lower."""
    if found.own is None:
        return f"No figure of your council, {found.year}"
    own, standing = words(found.own, unit), found.in_group
    if standing is None or not standing.counted:
        return f"{own}: none of the comparators has a figure"
    everybody = f"all {standing.counted} comparators" if standing.counted > 1 else "the one comparator"
    if standing.equal == standing.counted:
        return f"{own}: the same as {everybody}"
    if not standing.lower and not standing.equal:
        return f"{own}: lower than {everybody}"
    if not standing.higher and not standing.equal:
        return f"{own}: higher than {everybody}"
    same = f", the same as {standing.equal}" if standing.equal else ""
    return f"{own}: higher than {standing.lower} of {standing.counted} comparators{same}"


def _medians(unit: str, found: Beside, group: str) -> str:
    said = [] if found.median is None else [f"Median of the group, {group}: {words(found.median, unit)}"]
    if found.country is not None:
        said.append(f"England: {words(found.country, unit)}")
    return f"{'. '.join(said)}." if said else ""


def words(amount: Decimal, unit: str) -> str:
    """An amount as people read it: `£2,010 per week`, `8.3%`, `412 plans`; at most two decimals."""
    if unit.startswith("GBP") or unit == figures.SHARE:
        return figures.in_unit(_whole_pounds(amount, unit), unit)
    return figures.in_unit(_short(amount), unit).strip()


def number(amount: Decimal, unit: str) -> str:
    """The same without its unit, for a column whose heading has it."""
    if unit == figures.SHARE:
        return figures.plain((amount * 100).quantize(Decimal(1), ROUND_HALF_UP))
    if unit.startswith("GBP"):
        return figures.in_pounds(_whole_pounds(amount, unit)).replace("£", "")
    return figures.plain(_short(amount))


def _whole_pounds(amount: Decimal, unit: str) -> Decimal:
    """A unit cost of a thousand pounds or more without its pence."""
    is_large = unit.startswith("GBP per") and abs(amount) >= 1000
    return amount.quantize(Decimal(1), ROUND_HALF_UP) if is_large else amount


def _short(amount: Decimal) -> Decimal:
    """At most two decimals, three below one."""
    places = 2 if abs(amount) >= 1 else 3
    exponent = amount.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -places:
        amount = amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP).normalize()
        return amount if amount.as_tuple().exponent <= 0 else amount.quantize(Decimal(1))  # type: ignore[operator]
    return amount


def unit_words(unit: str) -> str:
    """A unit in a heading: `£ per week`, `%`."""
    if unit.startswith("GBP"):
        return f"£{unit.removeprefix('GBP')}"
    return {"percent": "%", "share": "%", "": "as published"}.get(unit, unit)


def place(standing: Standing | None) -> str:
    """`6th lowest of 10`, `lowest of 10`, `highest of 10`; the council itself is one of them."""
    if standing is None or not standing.counted:
        return "–"
    of = standing.counted + 1
    if not standing.higher and not standing.equal:
        return f"highest of {of}"
    shared = ", shared" if standing.equal else ""
    return f"{'' if standing.place == 1 else ordinal(standing.place) + ' '}lowest of {of}{shared}"


def percentile(standing: Standing | None) -> str:
    """`56`: the share of the others that is lower, in hundredths; a dash where there are none."""
    share = standing.percentile if standing else None
    return "–" if share is None else str(int((share * 100).quantize(Decimal(1), ROUND_HALF_UP)))


def ordinal(count: int) -> str:
    """`1st`, `12th`, `23rd`."""
    teen = count % 100 in (11, 12, 13)
    return f"{count}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(count % 10, 'th')}"


def difference(share: Decimal | None) -> str:
    """How far above or below the median: `12% above`, `the same`."""
    if share is None:
        return "–"
    whole = int((abs(share) * 100).quantize(Decimal(1), ROUND_HALF_UP))
    if not whole:
        return "the same" if not share else f"under 1% {'above' if share > 0 else 'below'}"
    return f"{whole:,}% {'above' if share > 0 else 'below'}"


def polarity(said: str, unit: str) -> str:
    """Which way is better, in a sentence."""
    if said:
        return f"Its definition says that {'lower' if said == 'low' else 'higher'} is better."
    if unit.startswith("GBP"):
        return "Lower is usually cheaper, not always better."
    return "Neither higher nor lower is better by itself."
