"""Builds the demo council's files from the published figures: `python data/demo/build.py [FOLDER]`.

Reads `data/figures` and, in this folder, `catalogue.csv` (which published line stands for which demo service)
and `children_catalogue.csv` (which children's measure speaks of which service). Writes the services, their
figures, sources and measures, and the invented profiles to FOLDER (this folder when none is given). Standard
library only; the same input gives the same bytes. No published value is changed: thousands become pounds.
"""

import csv
import sys
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from invented import profiles  # noqa: E402 (the sibling is found only once this folder is on the path)

FIGURES = HERE.parent / "figures"
YEAR = "2024-25"
LINE_FORMS = ("RO4", "RO5", "RO6")
OWN, ENGLAND = "890", "970"
LICENCE = "Open Government Licence v3.0"
WHOSE = "a real English unitary"
OUTTURN_BASIS = "cash, outturn"
# our measure -> column of the return
OUTTURN = {
    "gross_expenditure": "total_expenditure",
    "net_expenditure": "net_current_expenditure",
    "employees": "employees",
    "running_expenses": "running_expenses",
    "income": "total_income",
}
OUTTURN_TITLES = {
    "gross_expenditure": "Gross expenditure",
    "net_expenditure": "Net expenditure",
    "employees": "Spending on employees",
    "running_expenses": "Running expenses",
    "income": "Income",
    "net_current_expenditure": "Net current expenditure over the years",
}
OUTTURN_FEEDS = {"gross_expenditure": "expenditure_level"}
Row = dict[str, str]
Place = tuple[str, str, str]  # year, form, line
Lines = dict[Place, dict[str, int]]


def main(arguments: list[str]) -> int:
    """Writes the built files; exit code 0 done, 1 the catalogue does not fit the return, 2 wrong usage."""
    if len(arguments) > 1:
        print("usage: python data/demo/build.py [FOLDER]", file=sys.stderr)
        return 2
    folder = Path(arguments[0]) if arguments else HERE
    folder.mkdir(parents=True, exist_ok=True)
    lines = by_line(rows(FIGURES / "revenue_outturn.csv"))
    catalogue = list(rows(HERE / "catalogue.csv"))
    children = list(rows(HERE / "children_catalogue.csv"))
    misfits = [*missing_from_catalogue(catalogue, lines), *missing_from_return(catalogue, lines)]
    if misfits:
        print("\n".join(misfits), file=sys.stderr)
        return 1
    figures = [*outturn_figures(catalogue, lines), *children_figures(children)]
    running = {row["key"]: lines[spending_place(row)]["running_expenses"] for row in catalogue}
    write(folder / "services.csv", [service(row, lines) for row in catalogue])
    write(folder / "figures.csv", figures)
    write(folder / "figure_sources.csv", sources(figures))
    write(folder / "measures.csv", measures(children))
    write(folder / "profiles.csv", profiles(catalogue, running))
    return 0


# --- the return ------------------------------------------------------------------------------------------


def by_line(outturn: Iterable[Row]) -> Lines:
    """(year, form, line) -> column of the return -> thousand pounds."""
    found: Lines = {}
    for row in outturn:
        place = (row["financial_year"], row["form"], row["service_line"])
        found.setdefault(place, {})[row["measure"]] = int(row["gbp_thousand"])
    return found


def is_service_line(place: Place, columns: dict[str, int]) -> bool:
    """A line of this year's detail forms that is no total and not wholly zero."""
    year, form, line = place
    return year == YEAR and form in LINE_FORMS and not line.startswith("TOTAL ") and any(columns.values())


def missing_from_catalogue(catalogue: Iterable[Row], lines: Lines) -> list[str]:
    """One sentence for each published service line that no demo service stands for."""
    known = {(YEAR, row["form"], row["line"]) for row in catalogue}
    wanted = [place for place, columns in lines.items() if is_service_line(place, columns)]
    return [f"catalogue.csv has no service for {' '.join(place)}" for place in wanted if place not in known]


def missing_from_return(catalogue: Iterable[Row], lines: Lines) -> list[str]:
    """One sentence for each demo service whose line this year's return does not hold."""
    return [
        f"{row['key']}: the return of {YEAR} has no line {row['form']}: {row['line']}"
        for row in catalogue
        if net_place(row) not in lines or spending_place(row) not in lines
    ]


def net_place(row: Row) -> Place:
    """Where a service's net stands: its own form and line."""
    return (YEAR, row["form"], row["line"])


def spending_place(row: Row) -> Place:
    """Where a service's spending stands: the summary form gives net only, so a block's spending is on RSX."""
    return (YEAR, "RSX" if row["form"] == "RS" else row["form"], row["line"])


def service(row: Row, lines: Lines) -> Row:
    """A catalogue row as the demo shows it, with what is odd about its published line."""
    left_out = {"story", "volume", "note"}
    told = {column: value for column, value in row.items() if column not in left_out}
    return {**told, "note": " ".join(notes(row, lines[spending_place(row)]))}


def notes(row: Row, columns: dict[str, int]) -> Iterator[str]:
    """Sentences about a published line that a reader might take for a mistake of ours."""
    if row["note"]:
        yield row["note"].rstrip(".") + "."
    if columns["net_current_expenditure"] < 0:
        yield "Net is below zero: the published income is more than the published spending."
    if columns["total_expenditure"] == 0:
        yield "Gross expenditure is published as £0."


def outturn_figures(catalogue: Iterable[Row], lines: Lines) -> Iterator[Row]:
    """Spending and income of every service, and the blocks' net over the years."""
    for row in catalogue:
        for measure, column in OUTTURN.items():
            place = net_place(row) if measure == "net_expenditure" else spending_place(row)
            yield money(row["key"], measure, place, lines[place][column])
        if row["form"] == "RS":
            for place in sorted(place for place in lines if place[1:] == ("RS", row["line"])):
                net = lines[place]["net_current_expenditure"]
                yield money(row["key"], "net_current_expenditure", place, net)


def money(key: str, measure: str, place: Place, thousands: int) -> Row:
    """A figure in pounds with the form, line and year it stands on."""
    year, form, line = place
    return {
        "service_key": key,
        "measure": measure,
        "year": year,
        "amount": str(thousands * 1000),
        "unit": "GBP",
        "basis": OUTTURN_BASIS,
        "source_key": f"{form}-{year}",
        "form": form,
        "line": line,
    }


# --- children's measures ---------------------------------------------------------------------------------


def children_figures(children: Iterable[Row]) -> Iterator[Row]:
    """Each children's measure over its periods, then beside the neighbours and England in its latest one."""
    published = by_period(rows(FIGURES / "children_measures.csv"))
    titles = {
        row["measure_code"]: row["measure"] for row in rows(FIGURES / "children_measure_definitions.csv")
    }
    neighbours = [row["neighbour_la_number"] for row in rows(FIGURES / "statistical_neighbours.csv")]
    for measure in children:
        line = titles[measure["code"]]
        periods = sorted(period for code, period in published if code == measure["code"])
        for period in periods:
            if OWN in (values := published[measure["code"], period]):
                own = values[OWN]
                yield children_figure(measure, period, line, ("", own, measure["unit"], "OWN"))
        if measure["is_compared"] == "yes":
            latest = published[measure["code"], periods[-1]]
            for comparison in compared(measure, latest, neighbours):
                yield children_figure(measure, periods[-1], line, comparison)


def by_period(published: Iterable[Row]) -> dict[tuple[str, str], dict[str, Decimal]]:
    """(measure code, period) -> area number -> value; an area marked "-" (not available) is left out."""
    found: dict[tuple[str, str], dict[str, Decimal]] = {}
    for row in published:
        values = found.setdefault((row["measure_code"], row["period"]), {})
        if row["value"] != "-":
            # The source writes binary fractions in full (8.3000000000000007); the shortest is the figure.
            values[row["la_number"]] = Decimal(repr(float(row["value"])))
    return found


Comparison = tuple[str, Decimal, str, str]  # suffix of the measure, amount, unit, whose


def compared(measure: Row, values: dict[str, Decimal], neighbours: list[str]) -> Iterator[Comparison]:
    """The measure beside the neighbours that published a value, and beside England."""
    group = [values[number] for number in neighbours if number in values]
    yield "_neighbour_median", median(group), measure["unit"], "NEIGHBOURS"
    yield "_neighbours_counted", Decimal(len(group)), "councils", "NEIGHBOURS"
    if measure["better"] != "neither":
        ahead = sum(is_ahead(value, values[OWN], measure["better"]) for value in group)
        yield f"_neighbours_{ahead_word(measure)}", Decimal(ahead), "councils", "NEIGHBOURS"
        yield f"_share_{ahead_word(measure)}", round(Decimal(ahead) / len(group), 4), "share", "NEIGHBOURS"
    yield "_england", values[ENGLAND], measure["unit"], "ENGLAND"


def is_ahead(value: Decimal, own: Decimal, better: str) -> bool:
    """True when a neighbour's value is strictly better than our own; an equal one is not."""
    return value < own if better == "lower" else value > own


def ahead_word(measure: Row) -> str:
    """What a neighbour ahead of us is: a lower cost is cheaper, and not always better."""
    return "cheaper" if measure["group"] == "unit_cost" else "better"


def children_figure(measure: Row, period: str, line: str, comparison: Comparison) -> Row:
    """A children's figure with the department's own words for the measure as its line."""
    suffix, amount, unit, whose = comparison
    year = period.removesuffix(" (OT)")
    return {
        "service_key": measure["service_key"],
        "measure": measure["measure"] + suffix,
        "year": year,
        "amount": format(amount.normalize(), "f"),
        "unit": unit,
        "basis": measure["basis"],
        "source_key": f"LAIT-{whose}-{year}",
        "form": "LAIT",
        "line": line,
    }


# --- sources and measures --------------------------------------------------------------------------------


def sources(figures: Iterable[Row]) -> list[Row]:
    """Every source the figures cite, once, sorted by key."""
    cited = sorted({(row["source_key"], row["form"], row["year"]) for row in figures})
    return [source(key, form, year) for key, form, year in cited]


def source(key: str, form: str, year: str) -> Row:
    """One source as shown on screen; it never names the authority."""
    if form == "LAIT":
        area = {"OWN": WHOSE, "NEIGHBOURS": f"the statistical neighbours of {WHOSE}", "ENGLAND": "England"}
        title = f"DfE Local Authority Interactive Tool {year}, {area[key.split('-')[1]]}"
        publisher = "Department for Education"
    else:
        title = f"MHCLG revenue outturn {year}, form {form}, {WHOSE}"
        publisher = "Ministry of Housing, Communities and Local Government"
    return {"source_key": key, "title": title, "publisher": publisher, "licence": LICENCE, "year": year}


def measures(children: Iterable[Row]) -> list[Row]:
    """Every measure of figures.csv: its words, unit, group, what it is a comparison of, what it feeds."""
    outturn = [
        {
            "measure": name,
            "title": title,
            "unit": "GBP",
            "group": "spending",
            "better": "neither",
            "compares": "",
            "feeds": OUTTURN_FEEDS.get(name, ""),
        }
        for name, title in OUTTURN_TITLES.items()
    ]
    return [*outturn, *(row for measure in children for row in children_measures(measure))]


def children_measures(measure: Row) -> Iterator[Row]:
    """A children's measure, then the ones that set it beside the neighbours and England."""
    columns = ("measure", "title", "unit", "group", "better")
    yield {**{column: measure[column] for column in columns}, "compares": "", "feeds": ""}
    if measure["is_compared"] == "yes":
        for suffix, (words, unit) in comparison_words(measure).items():
            yield {
                "measure": measure["measure"] + suffix,
                "title": f"{measure['title']}: {words}",
                "unit": unit,
                "group": "comparison",
                "better": "neither",
                "compares": measure["measure"],
                "feeds": measure["feeds"] if suffix.startswith("_share_") else "",
            }


def comparison_words(measure: Row) -> dict[str, tuple[str, str]]:
    """Suffix of a comparison -> what it is called, and its unit."""
    word = ahead_word(measure)
    ahead = {
        f"_neighbours_{word}": (f"statistical neighbours that are {word}", "councils"),
        f"_share_{word}": (f"share of the statistical neighbours that are {word}", "share"),
    }
    return {
        "_neighbour_median": ("median of the statistical neighbours", measure["unit"]),
        "_neighbours_counted": ("statistical neighbours with a figure", "councils"),
        **(ahead if measure["better"] != "neither" else {}),
        "_england": ("England", measure["unit"]),
    }


# --- files -----------------------------------------------------------------------------------------------


def rows(path: Path) -> Iterator[Row]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def write(path: Path, content: list[Row]) -> None:
    """Writes rows with line feeds alone, so that every machine writes the same bytes."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(content[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(content)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
