"""Cuts the service lines of fifteen authorities out of the revenue outturn, without totals.

Run it only to take up a newer release: `python data/figures/cut_lines.py FOLDER`, where FOLDER holds the tidy
extracts that `data/SOURCES.md` describes. What it writes is committed, and no value is changed. A total is
found by its name and shown to be one by arithmetic: what it adds up is written beside it, with the number of
authorities where it does.
"""

import re
import sys
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from cut import OUTTURN_FILE, Row, rows, write  # noqa: E402 (the sibling is beside it)

YEAR = "2024-25"
SUMMARY_FORMS = ("RS", "RSX")
MONEY = ("total_expenditure", "total_income", "net_current_expenditure")
TOTAL = "TOTAL "
ADDS_UP = {
    "TOTAL HIGHWAYS AND TRANSPORT SERVICES": ("Highways and transport services",),
    "TOTAL HOUSING SERVICES (GFRA only)": ("Housing services (GFRA only)",),
    "TOTAL CULTURAL AND RELATED SERVICES": ("Cultural and related services",),
    "TOTAL ENVIRONMENTAL AND REGULATORY SERVICES": ("Environmental and regulatory services",),
    "TOTAL PLANNING AND DEVELOPMENT SERVICES": ("Planning and development services",),
    "TOTAL CULTURAL, ENVIRONMENTAL, REGULATORY AND PLANNING SERVICES": (
        "Cultural and related services",
        "Environmental and regulatory services",
        "Planning and development services",
    ),
    "TOTAL POLICE SERVICES": ("Police services",),
    "TOTAL FIRE AND RESCUE SERVICES": ("Fire and rescue services",),
    "TOTAL CENTRAL SERVICES": ("Central services",),
    "TOTAL OTHER SERVICES": ("Other services",),
}
"""A total of a detail form -> the summary form's blocks it equals; homelessness is no block of its own."""
Place = tuple[str, str, str]  # ONS code, form, line
Amounts = Mapping[Place, Mapping[str, Decimal]]


def main(arguments: list[str]) -> int:
    """Writes the two cut files beside this script; exit code 0 done, 2 wrong usage."""
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        print("usage: python data/figures/cut_lines.py FOLDER (of the published files)", file=sys.stderr)
        return 2
    source = Path(arguments[0])
    outturn = [row for row in rows(source / OUTTURN_FILE) if row["financial_year"] == YEAR]
    people = {row["gss_code"]: row["pop_2020"] for row in rows(source / "uk_local_authorities.csv")}
    numbers = line_numbers(rows(source / "revenue_outturn_service_lines_2017-18.csv"))
    money = amounts(outturn)
    write("lancashire_totals.csv", totals(money))
    write("lancashire_lines.csv", lines(outturn, money, people, numbers))
    return 0


def amounts(outturn: Iterable[Row]) -> Amounts:
    """(authority, form, line) -> measure -> thousand pounds."""
    found: dict[Place, dict[str, Decimal]] = {}
    for row in outturn:
        place = (row["ons_code"], row["form"], row["service_line"])
        found.setdefault(place, {})[row["measure"]] = Decimal(row["gbp_thousand"])
    return found


def totals(money: Amounts) -> list[Row]:
    """Every total of a detail form, what it adds up, and in how many authorities it does exactly."""
    found = list(dict.fromkeys((form, line) for _, form, line in money if is_total(form, line)))
    return [
        {
            "form": form,
            "line": line,
            "adds_up": "; ".join(ADDS_UP.get(line, ())),
            "equal_in": str(equal_in(money, form, line)) if line in ADDS_UP else "",
            "authorities": str(len({code for code, *_ in money})),
        }
        for form, line in found
    ]


def is_total(form: str, line: str) -> bool:
    """Whether a line of a detail form is a total by its name."""
    return form not in SUMMARY_FORMS and line.startswith(TOTAL)


def equal_in(money: Amounts, form: str, line: str) -> int:
    """In how many authorities a total's gross equals that of its blocks on the summary form."""
    gross = {place: columns.get("total_expenditure", Decimal(0)) for place, columns in money.items()}
    codes = sorted({code for code, *_ in money})
    return sum(
        gross[code, form, line] == sum(gross[code, "RSX", block] for block in ADDS_UP[line]) for code in codes
    )


def lines(
    outturn: Iterable[Row], money: Amounts, people: Mapping[str, str], numbers: Mapping[str, str]
) -> list[Row]:
    """One row an authority and line that is no total, by code alone, in the order of the forms."""
    blocks = blocks_of_lines(money)
    about = {row["ons_code"]: row for row in outturn}
    return [
        {
            "financial_year": YEAR,
            "ons_code": code,
            "class": about[code]["class"],
            "certified": about[code]["certified"],
            "block": blocks[form, line],
            "form": form,
            "line": line,
            "line_number_2017_18": numbers.get(letters(line.split(" - ")[-1]), ""),
            **{measure: f"{columns[measure]:f}" for measure in MONEY},
            "population_2020": people[code].removesuffix(".0"),
        }
        for (code, form, line), columns in money.items()
        if (form, line) in blocks
    ]


def blocks_of_lines(money: Amounts) -> dict[tuple[str, str], str]:
    """(form, line) -> the block whose total follows it; a total of nought everywhere closes none."""
    order = list(dict.fromkeys((form, line) for _, form, line in money if form not in SUMMARY_FORMS))
    spent = {place[1:] for place, columns in money.items() if columns.get("total_expenditure")}
    found: dict[tuple[str, str], str] = {}
    waiting: list[tuple[str, str]] = []
    for form, line in order:
        if not is_total(form, line):
            waiting.append((form, line))
        elif len(ADDS_UP.get(line, ())) == 1 and (form, line) in spent:
            found |= dict.fromkeys(waiting, ADDS_UP[line][0])
            waiting = []
    return found


def line_numbers(published: Iterable[Row]) -> dict[str, str]:
    """Letters of a line's name -> its number on the form of 2017-18, the last one whose numbers we have."""
    return {
        letters(row["service_line"]): row["ro_line"] for row in published if row["is_block_total"] == "no"
    }


def letters(name: str) -> str:
    """A name without what may differ between years: capitals, blanks and signs."""
    return re.sub(r"[^a-z]", "", name.lower())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
