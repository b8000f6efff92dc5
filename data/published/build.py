"""Builds the services of the published demonstration: `python data/published/build.py [FOLDER]`.

Reads `data/figures/lancashire_lines.csv`: service lines of fifteen authorities without totals. Writes to
FOLDER (this folder when none is given) `services.csv`, one row a line on which an authority spent, with the
figures it is ranked on, and `left_out.csv`, one row a line that is left out, with the reason. The same input
gives the same bytes; standard library only. No published value is changed: thousands become pounds.
"""

import csv
import re
import sys
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
LINES = HERE.parent / "figures" / "lancashire_lines.csv"
ENOUGH = 5
"""With fewer others that spend on a line, what they spend says nothing about this one."""
LONGEST_WORDS = 30
"""Characters of a line's words in a key, which has at most forty."""
LEADS_ON = ("AND", "FOR", "NOT", "OF")
"""Words no key ends with."""
THEMED_FORM = "RO5"
"""The form whose lines begin with their theme: `Culture and heritage - Archives`."""
LOWER_TIER = ("SD", "UA")
"""Districts and unitary authorities do the same things; a county does others under the same names."""
SAME_MONEY = {
    "Culture and heritage - Heritage",
    "Culture and heritage - Museums and galleries",
    "Culture and heritage - Theatres and public entertainment",
}
NOTES = {
    **dict.fromkeys(
        SAME_MONEY,
        "The published extract gives the same amounts for heritage, for museums and galleries, and for "
        "theatres; they are shown as published.",
    ),
    "Fire/rescue service emergency planning and civil defence": "The published extract has the total of "
    "emergency planning on this line, and its pay and running expenses on the line Emergency planning, whose "
    "own total is £0.",
    "MANAGEMENT AND SUPPORT SERVICES": "Income here is likely to include what other services are charged; do "
    "not add this line to theirs without thought.",
}
Row = dict[str, str]


def main(arguments: list[str]) -> int:
    """Writes both files; exit code 0 done, 2 wrong usage."""
    if len(arguments) > 1:
        print("usage: python data/published/build.py [FOLDER]", file=sys.stderr)
        return 2
    folder = Path(arguments[0]) if arguments else HERE
    folder.mkdir(parents=True, exist_ok=True)
    with LINES.open(encoding="utf-8", newline="") as stream:
        lines = list(csv.DictReader(stream))
    spent = [row for row in lines if gross(row) > 0]
    write(folder / "services.csv", [service(row, spent) for row in spent])
    write(folder / "left_out.csv", [left_out(row) for row in lines if gross(row) <= 0])
    return 0


def gross(row: Row) -> Decimal:
    """Gross expenditure in pounds."""
    return 1000 * Decimal(row["total_expenditure"])


def per_head(row: Row) -> Fraction:
    """Gross expenditure in pounds a resident, exact."""
    return Fraction(gross(row)) / int(row["population_2020"])


def service(row: Row, spent: Iterable[Row]) -> Row:
    """A line of an authority as it is shown and ranked."""
    others = comparators(row, spent)
    net = 1000 * Decimal(row["net_current_expenditure"])
    is_compared = len(others) >= ENOUGH
    less = sum(other < per_head(row) for other in others)
    return {
        "key": key(row),
        "name": f"{title(row)} ({row['ons_code']})",
        "title": title(row),
        "ons_code": row["ons_code"],
        "block": row["block"],
        "family": row["line"],
        "form": row["form"],
        "line": row["line"],
        "line_number_2017_18": row["line_number_2017_18"],
        "certified": row["certified"],
        "gross": text(gross(row)),
        "income": text(1000 * Decimal(row["total_income"])),
        "net": text(net),
        "population_2020": row["population_2020"],
        "expenditure_level": text(gross(row)),
        "net_share": rounded(Fraction(100 * net) / Fraction(gross(row)), 2),
        "gross_per_head": rounded(Fraction(less, len(others)), 4) if is_compared else "",
        "pounds_per_head": in_pence(per_head(row)),
        "comparators": str(len(others)),
        "comparators_less": str(less) if is_compared else "",
        "comparators_median": in_pence(median(others)) if is_compared else "",
        "note": " ".join(notes(row)),
    }


def comparators(row: Row, spent: Iterable[Row]) -> list[Fraction]:
    """Pounds a resident of the other districts and unitary authorities that spend on the same line."""
    if row["class"] not in LOWER_TIER:
        return []
    return [
        per_head(other)
        for other in spent
        if (other["form"], other["line"]) == (row["form"], row["line"])
        and other["class"] in LOWER_TIER
        and other["ons_code"] != row["ons_code"]
    ]


def key(row: Row) -> str:
    """A stable key: the authority's code, then the words of the line, as many as there is room for."""
    own_words = row["line"].split(" - ")[-1] if row["form"] == THEMED_FORM else row["line"]
    words = re.findall("[A-Z0-9]+", own_words.upper())
    while len("-".join(words)) > LONGEST_WORDS or words[-1] in LEADS_ON:
        words.pop()
    return f"{row['ons_code']}-{'-'.join(words)}"


def title(row: Row) -> str:
    """The line's own words; those all in capitals are written as the others are."""
    return row["line"].capitalize() if row["line"].isupper() else row["line"]


def notes(row: Row) -> Iterable[str]:
    """Sentences about a published line that a reader might take for a mistake of ours."""
    if row["line"] in NOTES:
        yield NOTES[row["line"]]
    if Decimal(row["net_current_expenditure"]) < 0:
        yield "Net is below zero: the published income is more than the published spending."
    if row["certified"] != "yes":
        yield "The return was not marked as certified."


def left_out(row: Row) -> Row:
    """A line that is not ranked, and why."""
    money = {column: Decimal(row[column]) for column in ("total_income", "net_current_expenditure")}
    if gross(row) < 0:
        reason = "Gross expenditure is below zero."
    elif any(money.values()):
        reason = "Gross expenditure is £0, though there is income or net expenditure."
    elif row["line"] == "Emergency planning":
        reason = "Its total is £0; the extract has it on the fire and rescue service's line of that name."
    else:
        reason = "Gross expenditure, income and net expenditure are all £0."
    return {
        **{column: row[column] for column in ("ons_code", "block", "form", "line")},
        "gross": text(gross(row)),
        "income": text(1000 * money["total_income"]),
        "net": text(1000 * money["net_current_expenditure"]),
        "reason": reason,
    }


def text(amount: Decimal) -> str:
    """An amount without noughts that say nothing."""
    return f"{amount.normalize():f}" if amount else "0"


def rounded(value: Fraction, places: int) -> str:
    """A worked-out figure to so many decimals, halves to even."""
    return text(Decimal(round(value * 10**places)).scaleb(-places))


def in_pence(pounds: Fraction) -> str:
    """Pounds to the penny; those under a pound to a hundredth of one, so that none becomes nought."""
    return rounded(pounds, 2 if pounds >= 1 else 4)


def write(path: Path, content: list[Row]) -> None:
    """Writes rows with line feeds alone, so that every machine writes the same bytes."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(content[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(content)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
