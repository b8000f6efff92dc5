"""What a file of published figures brings: areas, measures, figures, groups, and the faults of its rows.

Pure values between whoever reads a file and whoever keeps what it holds. Rows point into the lists of areas,
measures and periods by number, so that a large file stays small.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

CODE = re.compile(r"[EKNSW]\d{8}")
"""An ONS code of an area: a letter for the country and eight digits."""
_FINANCIAL = re.compile(r"(\d{4})[-/](?:\d{2})?(\d{2})")
_ENDING = re.compile(r"(\d{4})03")
_CALENDAR = re.compile(r"\d{4}")


class Kind(StrEnum):
    """What a file is about."""

    FIGURES = "figures"
    GROUPS = "groups"
    MEASURES = "measures"
    AUTHORITIES = "authorities"


class Area(NamedTuple):
    """A council, region or country as a file names it; what a file does not say is empty.

    `code` is its ONS code, `number` the Department for Education's, `former` earlier codes, blanks between.
    """

    code: str = ""
    number: str = ""
    name: str = ""
    kind: str = ""
    region: str = ""
    former: str = ""


class Measure(NamedTuple):
    """What is measured; `polarity` is low or high (which is better), or empty."""

    key: str
    title: str = ""
    unit: str = ""
    polarity: str = ""
    topic: str = ""
    definition: str = ""


class Period(NamedTuple):
    """A year as it is kept, and the price basis or counting day as the file says it, or empty."""

    year: str
    basis: str = ""


class Row(NamedTuple):
    """One figure: places in the lists of areas, measures and periods; no amount where the source has none."""

    area: int
    measure: int
    period: int
    amount: str | None


class Member(NamedTuple):
    """A comparator of an area; `rank` 1 is the most alike, None where a list has no order."""

    of: int
    area: int
    rank: int | None


class Fault(NamedTuple):
    """A row that cannot be taken in: its line (headings count), its column, and what is wrong with a cure."""

    line: int
    column: str
    words: str


@dataclass(frozen=True, slots=True)
class Brought:
    """All of one file.

    Attributes:
        layout: the key of the layout it was read as; recognised: by its headings, not by choice.
        faults: the first of them, in the order of the file; fault_count: of all.
        passed_over: what was left out on purpose, in words -> how many rows.
        notices: sentences about the file that are no faults.
    """

    layout: str
    recognised: bool
    kind: Kind
    areas: tuple[Area, ...] = ()
    measures: tuple[Measure, ...] = ()
    periods: tuple[Period, ...] = ()
    rows: tuple[Row, ...] = ()
    members: tuple[Member, ...] = ()
    faults: tuple[Fault, ...] = ()
    fault_count: int = 0
    passed_over: tuple[tuple[str, int], ...] = ()
    notices: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The same as plain JSON."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    @classmethod
    def from_json(cls, held: Mapping[str, Any]) -> "Brought":
        """Of what `as_json` gave, also after a way through JSON."""
        lists: dict[str, Any] = {
            "areas": Area, "measures": Measure, "periods": Period,
            "rows": Row, "members": Member, "faults": Fault,
        }  # fmt: skip
        return cls(
            layout=held["layout"],
            recognised=held["recognised"],
            kind=Kind(held["kind"]),
            fault_count=held["fault_count"],
            passed_over=tuple((words, count) for words, count in held["passed_over"]),
            notices=tuple(held["notices"]),
            **{name: tuple(map(made._make, held[name])) for name, made in lists.items()},
        )


def year_of(text: str) -> str:
    """A year as it is kept: `2024-25`, or `2025` for a count on a day or over a calendar year.

    Takes `2024-25`, `2024/25`, `2024-2025`, `202503` (the year that ends in March 2025) and `2025`.

    Raises:
        ValueError: it is none of these, or its parts do not follow each other; the words say the cure.

    >>> year_of("2024/25"), year_of("202503"), year_of("1999-2000"), year_of("2025")
    ('2024-25', '2024-25', '1999-00', '2025')
    """
    if match := _ENDING.fullmatch(text):
        return f"{int(match[1]) - 1}-{match[1][2:]}"
    if _CALENDAR.fullmatch(text) and 1900 <= int(text) <= 2100:
        return text
    match = _FINANCIAL.fullmatch(text)
    if match and int(match[2]) == (int(match[1]) + 1) % 100:
        return f"{match[1]}-{match[2]}"
    raise ValueError(f"“{text}” is not a year. Write 2024-25, or 2025 for a count in one year.")


def may_be_negative(measure: Measure) -> bool:
    """True of amounts of money, where income or a correction may be more than was spent, and of changes.

    A price, a count or a percentage is never below nought; of what has no unit nothing is known.

    >>> may_be_negative(Measure("a", "Net expenditure", "GBP"))
    True
    >>> may_be_negative(Measure("b", "Plans", "plans"))
    False
    """
    words = set(re.findall(r"[a-z]+", f"{measure.key} {measure.title}".lower()))
    return measure.unit in ("", "GBP") or not words.isdisjoint(("change", "balance", "difference"))
