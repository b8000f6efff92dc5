"""Cuts the published files down to the rows the demo council needs: areas by code only, no value changed.

Run it only to take up a newer release: `python data/figures/cut.py FOLDER`, where FOLDER holds the tidy
extracts that `data/SOURCES.md` describes. What it writes is committed, so `data/demo/build.py` needs nothing
else.
"""

import csv
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUTTURN_FILE = "mhclg_revenue_outturn_detail_lancashire.csv"
ONS_CODE = "E06000009"
LA_NUMBER = "890"
ENGLAND = "970"
PERIODS = 4
MEASURES = (
    "LACnum",
    "LAC",
    "CIN",
    "LACFinance",
    "RescareFinance",
    "FosteringFinance",
    "AdoptionFinance",
    "SWFinance",
    "LACStable_2016on",
    "LACDistance",
    "CareLeaverAcc",
    "CareLeaverEET",
    "Work_Force_NoSW",
    "Work_Force_Vac_Rate",
    "Work_Force_TO_Rate",
    "Work_Force_Agecy_Rate",
    "Work_Force_AvgNumCase_SW",
    "SEN_CASES_JAN",
    "SEN_INIT_REQ",
    "SENFinance",
    "SEN_EHC_All_20wks",
    "SEN_TotStat",
)
Row = dict[str, str]


def main(arguments: list[str]) -> int:
    """Writes the four cut files beside this script; exit code 0 done, 2 wrong usage."""
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        print("usage: python data/figures/cut.py FOLDER (the folder of the published files)", file=sys.stderr)
        return 2
    source = Path(arguments[0])
    neighbours = statistical_neighbours(rows(source / "dfe_statistical_neighbours_2025.csv"))
    areas = {LA_NUMBER, ENGLAND, *(row["neighbour_la_number"] for row in neighbours)}
    write("revenue_outturn.csv", revenue_outturn(rows(source / OUTTURN_FILE)))
    write("children_measures.csv", children_measures(rows(source / "dfe_lait_children_measures.csv"), areas))
    write("children_measure_definitions.csv", definitions(rows(source / "dfe_lait_measure_definitions.csv")))
    write("statistical_neighbours.csv", neighbours)
    return 0


def revenue_outturn(published: Iterable[Row]) -> list[Row]:
    """Every form, line, measure and year of the one authority, without its name."""
    columns = ("financial_year", "ons_code", "certified", "form", "service_line", "measure", "gbp_thousand")
    return [pick(row, columns) for row in published if row["ons_code"] == ONS_CODE]


def children_measures(published: Iterable[Row], areas: set[str]) -> list[Row]:
    """The latest periods of the chosen measures for the given areas, by number, in a fixed order."""
    found = [row for row in published if row["measure_code"] in MEASURES and row["la_number"] in areas]
    kept = latest_periods(found)
    columns = ("measure_code", "period", "la_number", "value")
    chosen = [pick(row, columns) for row in found if row["period"] in kept[row["measure_code"]]]
    return sorted(chosen, key=place)


def place(row: Row) -> tuple[int, str, str]:
    """Where a row stands in the cut file: by measure, then period, then area."""
    return (MEASURES.index(row["measure_code"]), row["period"], row["la_number"])


def latest_periods(found: Iterable[Row]) -> dict[str, list[str]]:
    """Measure code -> its last periods; within one measure period texts sort by time."""
    periods: dict[str, set[str]] = {}
    for row in found:
        periods.setdefault(row["measure_code"], set()).add(row["period"])
    return {code: sorted(texts)[-PERIODS:] for code, texts in periods.items()}


def definitions(published: Iterable[Row]) -> list[Row]:
    """The definitions of the chosen measures, in the order of `MEASURES`."""
    chosen = [row for row in published if row["measure_code"] in MEASURES]
    return sorted(chosen, key=lambda row: MEASURES.index(row["measure_code"]))


def statistical_neighbours(published: Iterable[Row]) -> list[Row]:
    """The authority's ten ranked neighbours, by number."""
    columns = ("la_number", "rank", "neighbour_la_number", "closeness")
    return [pick(row, columns) for row in published if row["la_number"] == LA_NUMBER]


def pick(row: Row, columns: Iterable[str]) -> Row:
    """The named columns of a row, in that order."""
    return {column: row[column] for column in columns}


def rows(path: Path) -> Iterator[Row]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def write(name: str, content: list[Row]) -> None:
    """Writes rows beside this script; the first row gives the columns."""
    with (HERE / name).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(content[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(content)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
