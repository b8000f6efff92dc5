"""The cut files of data/figures as they were published, read without the project's own reader."""

import csv
from decimal import Decimal
from functools import cache
from pathlib import Path
from statistics import median

from vfm.settings import DATA

PUBLISHED = DATA / "figures"
COLUMN = {
    "gross_expenditure": "total_expenditure",
    "net_expenditure": "net_current_expenditure",
    "net_current_expenditure": "net_current_expenditure",
    "employees": "employees",
    "running_expenses": "running_expenses",
    "income": "total_income",
}
"""What a measure is called in the return."""
OWN, ENGLAND = "890", "970"
"""Area numbers of the authority and of England in the children's statistics."""


def rows(path: Path) -> list[list[str]]:
    """The cells of every row but the heading."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))[1:]


@cache
def outturn() -> dict[tuple[str, str, str, str], int]:
    """(year, form, line, column) -> pounds; the file is in thousands."""
    return {
        (year, form, line, column): 1000 * int(thousands)
        for year, _, _, form, line, column, thousands in rows(PUBLISHED / "revenue_outturn.csv")
    }


@cache
def children() -> dict[tuple[str, str, str], Decimal]:
    """(published words of the measure, year, area number) -> value; what is not available is left out."""
    words = {row[0]: row[2] for row in rows(PUBLISHED / "children_measure_definitions.csv")}
    return {
        # The file writes some figures as the nearest binary fraction: 619.29999999999995 for 619.3.
        (words[code], period.split(" ")[0], area): Decimal(repr(float(value)))
        for code, period, area, value in rows(PUBLISHED / "children_measures.csv")
        if value != "-"
    }


@cache
def neighbours() -> list[str]:
    """The area numbers of the ten statistical neighbours."""
    return [row[2] for row in rows(PUBLISHED / "statistical_neighbours.csv")]


def of_neighbours(measure: str, year: str) -> list[Decimal]:
    """What the neighbours that have a figure published."""
    found = children()
    return [found[measure, year, area] for area in neighbours() if (measure, year, area) in found]


def neighbour_median(measure: str, year: str) -> Decimal:
    """The middle of the neighbours that have a figure."""
    return median(of_neighbours(measure, year))
