"""The layouts in which figures of many councils are published, and what a row of each says.

A layout is known by its headings; a further one is a function that turns a row into what it says, and a row
of `LAYOUTS`.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from vfm.scoring.figure_files import Area, Kind, Measure

OUTTURN_BASIS = "cash, outturn"
THOUSAND = Decimal(1000)
OGL = "Open Government Licence v3.0"
BLOCKS = {
    "edu": "Education services",
    "trans": "Highways and transport services",
    "csc": "Children Social Care",
    "asc": "Adult Social Care",
    "phs": "Public Health",
    "hous": "Housing services (GFRA only)",
    "cul": "Cultural and related services",
    "env": "Environmental and regulatory services",
    "plan": "Planning and development services",
    "pol": "Police services",
    "frs": "Fire and rescue services",
    "cen": "Central services",
    "oth": "Other services",
    "soc": "Social care",
    "totsx": "Total service expenditure",
    "netcurrtot": "Net current expenditure",
}
"""Part of a column's name -> the block of the summary form that it is of."""
TOTALS = ("totsx", "netcurrtot")
AGGREGATES = re.compile(r"[ekns]\d{2}", re.IGNORECASE)
"""What stands for a code in a row that sums up a class of councils."""


class Said(NamedTuple):
    """One figure as a row says it, still text.

    `column` names where the amount stands; `times` is what it is multiplied by.
    """

    area: Area
    measure: Measure
    period: str
    amount: str
    column: str
    basis: str = ""
    times: Decimal = Decimal(1)
    is_shortest: bool = False


class Pair(NamedTuple):
    """One comparator of an area as a row says it."""

    of: Area
    area: Area
    rank: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the source's page says of the whole, offered where a file does not carry it."""

    title: str = ""
    publisher: str = ""
    licence: str = ""
    basis: str = ""


Cells = Mapping[str, str]
"""Heading, made plain by `plain_heading` -> cell."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One way in which figures are published.

    Attributes:
        needs: headings, made plain, that have to be there; of a tuple any one will do.
        says: what a row says; for figures given the extra columns that were asked for.
        asked: offered for the source.
        reads_years: False where a file carries no year, so that it is asked for.
    """

    key: str
    title: str
    kind: Kind
    needs: tuple[tuple[str, ...], ...]
    says: Callable[[Cells, Sequence[str]], Iterator[Said | Pair | Area | Measure]]
    asked: Asked = Asked()

    def missing(self, headings: Sequence[str]) -> list[str]:
        """The columns that are not there, the first name of each."""
        return [names[0] for names in self.needs if not any(_is_there(name, headings) for name in names)]


def _is_there(name: str, headings: Sequence[str]) -> bool:
    if name.startswith("RS_"):
        return any(heading.startswith("rs_") and heading.endswith("_net_exp") for heading in headings)
    return name in headings


def plain_heading(heading: str) -> str:
    """A heading in small letters with one underscore for whatever stands between words."""
    return re.sub(r"[^a-z0-9]+", "_", heading.lower()).strip("_")


def first(cells: Cells, *names: str) -> str:
    """The first of these columns that is there and filled, else nothing."""
    return next((cells[name] for name in names if cells.get(name)), "")


def _area(cells: Cells) -> Area:
    code = first(cells, "ons_code", "authority_code", "local_authority_code", "gss_code")
    return Area(
        "" if code.lower() in ("nan", "na", "n/a", "-") else code,
        name=first(cells, "la_name", "authority", "authority_name", "local_authority_name"),
        kind=first(cells, "la_class", "class", "entity_name"),
        region=first(cells, "region"),
    )


# --- revenue outturn -------------------------------------------------------------------------------------


def block_measure(part: str) -> Measure:
    """The net expenditure of one block of the summary form."""
    title = BLOCKS[part] if part in TOTALS else f"{BLOCKS[part]}: net current expenditure"
    title = title.replace("Net current expenditure", "Net current expenditure, total")
    words = "As on the summary form (RS) of the revenue outturn, after sales, fees, charges and other income."
    return Measure(f"RS_{part}_net_exp", title, "GBP", topic="Revenue outturn", definition=words)


BLOCK_MEASURES = {plain_heading(f"RS_{part}_net_exp"): block_measure(part) for part in BLOCKS}
BY_BLOCK = {plain_heading(BLOCKS[part]): block_measure(part) for part in BLOCKS}


def outturn_wide(cells: Cells, more: Sequence[str]) -> Iterator[Said]:
    """One authority and year a row, a column for each form, line and measure; thousands of pounds."""
    area, period = _area(cells), first(cells, "year_ending", "year", "financial_year")
    for heading, measure in BLOCK_MEASURES.items():
        if heading in cells:
            yield Said(area, measure, period, cells[heading], measure.key, OUTTURN_BASIS, THOUSAND)
    for name in more:
        heading = plain_heading(name)
        if heading in cells and heading not in BLOCK_MEASURES:
            measure = Measure(name, name.replace("_", " "), "GBP", topic="Revenue outturn")
            yield Said(area, measure, period, cells[heading], name, OUTTURN_BASIS, THOUSAND)


def outturn_blocks(cells: Cells, _: Sequence[str]) -> Iterator[Said]:
    """One authority, year and block a row; thousands of pounds."""
    block = cells["service_block"]
    measure = BY_BLOCK.get(plain_heading(block)) or Measure(
        f"RS_{plain_heading(block)}", f"{block}: net current expenditure", "GBP", topic="Revenue outturn"
    )
    column = "net_current_expenditure_gbp_thousand"
    yield Said(_area(cells), measure, cells["financial_year"], cells[column], column, OUTTURN_BASIS, THOUSAND)


def outturn_totals(cells: Cells, _: Sequence[str]) -> Iterator[Said]:
    """One authority and year a row: the two totals of the summary form; thousands of pounds."""
    for column, part in (
        ("total_service_expenditure_gbp_thousand", "totsx"),
        ("net_current_expenditure_total_gbp_thousand", "netcurrtot"),
    ):
        measure, period = block_measure(part), cells["financial_year"]
        yield Said(_area(cells), measure, period, cells[column], column, OUTTURN_BASIS, THOUSAND)


def outturn_lines(cells: Cells, _: Sequence[str]) -> Iterator[Said]:
    """One authority, year, form, line and measure a row; thousands of pounds."""
    form, line, of = cells["form"], cells["service_line"], cells["measure"]
    if form == "RS" and (block := BY_BLOCK.get(plain_heading(line))):
        measure = block
    else:
        words = of.replace("_", " ")
        measure = Measure(f"{form}_{plain_heading(line)}_{of}", f"{line}: {words}", "GBP", topic=form)
    yield Said(
        _area(cells),
        measure,
        cells["financial_year"],
        cells["gbp_thousand"],
        "gbp_thousand",
        OUTTURN_BASIS,
        THOUSAND,
    )


# --- the Department for Education ------------------------------------------------------------------------


def children(cells: Cells, _: Sequence[str]) -> Iterator[Said]:
    """One measure, period and area a row; (OT) marks outturn."""
    period, mark, _rest = cells["period"].partition(" (OT)")
    name = cells["area"]
    region = "" if cells.get("region") in (None, "NA") else cells["region"]
    yield Said(
        Area(number=cells["la_number"], name=name, region=region),
        Measure(cells["measure_code"]),
        period,
        cells["value"],
        "value",
        OUTTURN_BASIS if mark else "",
        is_shortest=True,
    )


def definitions(cells: Cells, _: Sequence[str]) -> Iterator[Measure]:
    """One measure a row, with its name, unit and which way is better."""
    title = cells["measure"]
    unit = cells["unit"] if cells.get("unit") else _unit(title, cells.get("unit_axis", ""))
    said = cells.get("polarity", "").lower()
    polarity = "low" if said.startswith("low") else "high" if said.startswith("high") else ""
    yield Measure(
        cells["measure_code"], title, unit, polarity, cells.get("topic", ""), cells.get("description", "")
    )


def _unit(title: str, axis: str) -> str:
    """The unit that the heading of a chart's axis stands for."""
    if axis == "Unit Cost":
        return "GBP per week" if "weekly" in title.lower() else "GBP"
    if axis == "Spend":
        return "GBP"
    if axis.startswith("%") or axis in ("Turnover rate", "Absence Rate"):
        return "percent"
    return "per 10,000 children" if axis == "Rate per 10,000" else axis.lower()


def statistical_neighbours(cells: Cells, _: Sequence[str]) -> Iterator[Pair]:
    """One council and one of its ranked neighbours a row."""
    yield Pair(
        Area(number=cells["la_number"], name=cells.get("la_name", "")),
        Area(number=cells["neighbour_la_number"], name=cells.get("neighbour_name", "")),
        cells["rank"],
    )


# --- the Office for Local Government, lists of councils, and any other -----------------------------------


def oflog(cells: Cells, _: Sequence[str]) -> Iterator[Said]:
    """One authority, year and metric a row."""
    title = cells["measure"]
    for beginning in ("Outcome, ", "Output, ", "Input, "):
        title = title.removeprefix(beginning)
    key = cells.get("measure_code") or f"OFLOG_{plain_heading(title)}"
    measure = Measure(key, title, topic="Office for Local Government metrics")
    yield Said(
        _area(cells),
        measure,
        cells["financial_year"],
        cells["value"],
        "value",
        "as published",
        is_shortest=True,
    )


def comparator_list(cells: Cells, _: Sequence[str]) -> Iterator[Pair]:
    """One authority and one comparator a row, in no order."""
    yield Pair(Area(cells["ons_code"]), Area(cells["comparator_ons_code"]), cells.get("rank", ""))


def authorities(cells: Cells, _: Sequence[str]) -> Iterator[Area]:
    """One council a row, as mySociety and we write them."""
    yield Area(
        cells["gss_code"],
        cells.get("la_number", ""),
        first(cells, "nice_name", "name", "official_name"),
        first(cells, "local_authority_type_name", "kind"),
        cells.get("region", ""),
        " ".join(re.findall(r"\w+", cells.get("former_gss_codes", ""))),
    )


def plain(cells: Cells, _: Sequence[str]) -> Iterator[Said]:
    """One authority, measure and year a row, in the columns of `PLAIN_COLUMNS`."""
    said = first(cells, "polarity").lower()
    yield Said(
        _area(cells),
        Measure(
            cells["measure"],
            first(cells, "title") or cells["measure"],
            first(cells, "unit"),
            "low" if said.startswith("low") else "high" if said.startswith("high") else "",
            first(cells, "topic"),
            first(cells, "definition"),
        ),
        cells.get("year", ""),
        cells["amount"],
        "amount",
        first(cells, "basis"),
    )


PLAIN_COLUMNS = (
    ("authority_code", "The council's ONS code, like E06000057"),
    ("measure", "A short name that stays the same each year, like waste_cost"),
    ("year", "2024-25, or 2025 for a count in one year. Left out, it is asked for"),
    ("amount", "The figure; blank or - where none is published"),
    ("title", "What is measured, as shown. May be left out"),
    ("unit", "GBP, GBP per household, percent, children ... May be left out"),
    ("basis", "The price basis or the day of a count, like cash, outturn. Left out, it is asked for"),
    ("polarity", "low or high, whichever is better. May be left out"),
)
"""(column, what it holds) of a file that comes in none of the other layouts."""

MHCLG = "Ministry of Housing, Communities and Local Government"
OUTTURN = Asked("Local authority revenue outturn", MHCLG, OGL, OUTTURN_BASIS)
DFE = Asked("Local Authority Interactive Tool", "Department for Education", OGL, "as the definition says")
OFLOG = Asked("Office for Local Government metrics", MHCLG, OGL, "as published")
YEAR = ("financial_year",)

LAYOUTS: Mapping[str, Layout] = {
    one.key: one
    for one in (
        Layout(
            "outturn_lines",
            "Revenue outturn, a row for each line",
            Kind.FIGURES,
            (("ons_code",), YEAR, ("form",), ("service_line",), ("measure",), ("gbp_thousand",)),
            outturn_lines,
            OUTTURN,
        ),
        Layout(
            "outturn_blocks",
            "Revenue outturn, a row for each block of services",
            Kind.FIGURES,
            (("ons_code",), YEAR, ("service_block",), ("net_current_expenditure_gbp_thousand",)),
            outturn_blocks,
            OUTTURN,
        ),
        Layout(
            "outturn_totals",
            "Revenue outturn, totals alone",
            Kind.FIGURES,
            (
                ("ons_code",),
                YEAR,
                ("total_service_expenditure_gbp_thousand",),
                ("net_current_expenditure_total_gbp_thousand",),
            ),
            outturn_totals,
            OUTTURN,
        ),
        Layout(
            "outturn_wide",
            "Revenue outturn of all years, a column for each line",
            Kind.FIGURES,
            (("ons_code",), ("year_ending", "year", "financial_year"), ("RS_..._net_exp",)),
            outturn_wide,
            OUTTURN,
        ),
        Layout(
            "statistical_neighbours",
            "Statistical neighbours (Department for Education)",
            Kind.GROUPS,
            (("la_number",), ("rank",), ("neighbour_la_number",)),
            statistical_neighbours,
            Asked("Statistical neighbours", "Department for Education", OGL),
        ),
        Layout(
            "children_definitions",
            "Definitions of measures",
            Kind.MEASURES,
            (("measure_code",), ("measure",), ("polarity",), ("unit_axis", "unit")),
            definitions,
        ),
        Layout(
            "children",
            "Local Authority Interactive Tool measures (Department for Education)",
            Kind.FIGURES,
            (("measure_code",), ("period",), ("area",), ("la_number",), ("value",)),
            children,
            DFE,
        ),
        Layout(
            "oflog",
            "Office for Local Government metrics",
            Kind.FIGURES,
            (("ons_code", "local_authority_code"), YEAR, ("measure",), ("value",)),
            oflog,
            OFLOG,
        ),
        Layout(
            "comparator_list",
            "Nearest neighbours (Office for Local Government)",
            Kind.GROUPS,
            (("ons_code",), ("comparator_ons_code",)),
            comparator_list,
            Asked("Office for Local Government comparators", MHCLG, OGL),
        ),
        Layout(
            "authorities",
            "List of councils with their codes",
            Kind.AUTHORITIES,
            (("gss_code",), ("nice_name", "name", "official_name"), ("local_authority_type_name", "kind")),
            authorities,
        ),
        Layout(
            "plain",
            "Plain: authority_code, measure, amount, and columns that may be left out",
            Kind.FIGURES,
            (("authority_code", "ons_code"), ("measure",), ("amount",)),
            plain,
        ),
    )
}
"""Key -> layout; the first whose columns are all there is taken."""


def recognised(headings: Sequence[str]) -> Layout | None:
    """The layout whose columns are all among these headings, made plain; None where there is none."""
    return next((layout for layout in LAYOUTS.values() if not layout.missing(headings)), None)
