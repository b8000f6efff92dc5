"""Files of published figures, read in the sandbox: CSV or a simple .xlsx in, what it brings out.

Nothing is guessed: a cell that cannot be read one way only is a fault of its row, with line, column and cure;
the other rows are read all the same. What can be said only of the whole file is raised.
"""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from vfm.errors import Invalid, Problem
from vfm.gateways import figure_layouts, sandbox, spreadsheets
from vfm.gateways.figure_layouts import AGGREGATES, LAYOUTS, Layout, Pair, Said, plain_heading
from vfm.questionnaires.figures import number
from vfm.scoring.figure_files import (
    CODE,
    Area,
    Brought,
    Fault,
    Kind,
    Measure,
    Member,
    Period,
    Row,
    may_be_negative,
    year_of,
)

LARGEST = 80_000_000
"""Bytes of a file; the department's outturn of all years has about 20 million."""
MOST_FIGURES = 400_000
MOST_FAULTS = 1_000
"""Faults that are listed; the others are counted."""
LOOKED_AT = 30
"""Lines among which the headings are looked for."""
BOUNDS = sandbox.Bounds(memory=1_000_000_000, seconds=60, waiting=120)
MISSING = frozenset(
    ("", "-", "–", "—", ".", "..", "...", ":", "*", "c", "x", "z", "n/a", "na", "nan", "null", "none")
) | {"[c]", "[x]", "[z]", "[w]", "[low]", "#n/a", "not available"}
"""Marks that statistics use where there is no figure, in small letters."""
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
ZIPPED = b"PK\x03\x04"
EXPONENT = re.compile(r"-?[\d.]+e[+-]?\d+", re.IGNORECASE)
DELIMITERS = (",", ";", "\t")


def read(raw: bytes, name: str, layout: str = "", more: Sequence[str] = ()) -> Brought:
    """All that a file brings.

    Args:
        raw: what it holds.
        name: as it was sent, for the places of problems.
        layout: a key of `LAYOUTS`; recognised by its headings where none is given.
        more: further columns of the wide layout, such as `RO3_..._net_cur_exp`.

    Raises:
        Invalid: it is empty, too large, no table, or in no layout that is known, or lacks a column of the
            one that was chosen.
    """
    if len(raw) > LARGEST:
        words = f"This file has {len(raw):,} bytes; the most is {LARGEST:,}. Split it by year."
        raise Invalid([Problem(name, words)])
    order = json.dumps({"layout": layout, "more": list(more)}).encode()
    return Brought.from_json(sandbox.run(read_in_child, order + b"\n" + raw, name, BOUNDS))


# --- in the sandbox ----------------------------------------------------------------------------------------


def read_in_child(raw: bytes, name: str) -> dict[str, Any]:
    """What a file brings as plain JSON; the first line says how it is to be read.

    Raises:
        Invalid: see `read`.
    """
    line, _, content = raw.partition(b"\n")
    order = json.loads(line)
    notices: list[str] = []
    lines = _lines(content, name, notices)
    layout, headings, is_recognised, rest = _headed(lines, name, order["layout"])
    gathered = _Gathered(layout, name, notices)
    for number_, cells in rest:
        gathered.take(number_, cells, headings, order["more"])
    return gathered.brought(is_recognised).as_json()


def _lines(content: bytes, name: str, notices: list[str]) -> Iterator[tuple[int, list[str]]]:
    """(line, trimmed cells) of each row that is not empty."""
    if not content.strip():
        raise Invalid([Problem(name, "This file is empty. Send the one that holds the figures.")])
    if content.startswith(OLD_EXCEL):
        words = "This is an Excel file of the old kind, or a locked one. Save it as CSV UTF-8 or .xlsx."
        raise Invalid([Problem(name, words)])
    if content.startswith(ZIPPED):
        return _of_excel(content, name, notices)
    return _of_csv(_decoded(content, name, notices), name)


def _of_excel(content: bytes, name: str, notices: list[str]) -> Iterator[tuple[int, list[str]]]:
    """The rows of the first sheet that is in a known layout, else of the first sheet."""
    found = spreadsheets.read(content, name)
    chosen = next((sheet for sheet in found if any(map(_layout_of, sheet[1][:LOOKED_AT]))), found[0])
    if len(found) > 1:
        notices.append(f"The workbook has {len(found)} sheets; “{chosen[0]}” was read.")
    for line, cells in enumerate(chosen[1], start=1):
        trimmed = [cell.strip() for cell in cells]
        if any(trimmed):
            yield line, trimmed


def _decoded(content: bytes, name: str, notices: list[str]) -> str:
    is_wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if is_wide else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        if encoding == "cp1252":
            notices.append("The file is not UTF-8; it was read as Windows-1252. Check names with accents.")
        return text
    raise Invalid([Problem(name, "This is not a text file. Save it as CSV UTF-8 or .xlsx and send that.")])


def _of_csv(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    begins = 1
    first = text[: text.find("\n")] if "\n" in text else text
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            trimmed = [cell.strip() for cell in cells]
            if any(trimmed):
                yield begins, trimmed
            begins = reader.line_num + 1
    except csv.Error as error:
        words = f"This is not CSV ({error}). Open it in a spreadsheet and save it as CSV UTF-8."
        raise Invalid([Problem(f"{name}:{begins}", words)]) from None


def _layout_of(cells: Sequence[str]) -> Layout | None:
    return figure_layouts.recognised([plain_heading(cell) for cell in cells])


def _headed(
    lines: Iterator[tuple[int, list[str]]], name: str, wanted: str
) -> tuple[Layout, list[str], bool, Iterator[tuple[int, list[str]]]]:
    """The layout, the headings made plain, whether the layout was recognised, and the rows below."""
    seen: list[tuple[int, list[str]]] = []
    for line, cells in lines:
        seen.append((line, cells))
        headings = [plain_heading(cell) for cell in cells]
        layout = LAYOUTS[wanted] if wanted else figure_layouts.recognised(headings)
        if layout and not layout.missing(headings):
            _refuse_twice(headings, cells, layout, f"{name}:{line}")
            return layout, headings, not wanted, lines
        if len(seen) == LOOKED_AT:
            break
    raise Invalid(_unknown(seen, name, wanted))


def _refuse_twice(headings: list[str], cells: list[str], layout: Layout, place: str) -> None:
    used = {name for names in layout.needs for name in names}
    twice = [heading for heading, count in Counter(headings).items() if count > 1 and heading in used]
    if twice:
        shown = cells[headings.index(twice[0])]
        words = f"The column “{shown}” is there twice, so it is not clear which counts. Take one out."
        raise Invalid([Problem(place, words)])


def _unknown(seen: list[tuple[int, list[str]]], name: str, wanted: str) -> list[Problem]:
    """What to say of a file whose headings were not found: which columns lack where a layout was chosen."""
    if not seen:
        return [Problem(name, "This file is empty. Send the one that holds the figures.")]
    line, cells = max(seen, key=lambda one: sum(bool(cell) for cell in one[1]))
    if wanted:
        lacking = LAYOUTS[wanted].missing([plain_heading(cell) for cell in cells])
        return [
            Problem(f"{name}:{line}", f"There is no column “{column}”. Add it, or choose another layout.")
            for column in lacking
        ]
    shown = ", ".join(cell for cell in cells[:12] if cell)
    words = (
        f"The layout is not known. The headings seem to be: {shown}. Choose the layout yourself, or name the "
        "columns authority_code, measure, year and amount."
    )
    return [Problem(f"{name}:{line}", words)]


class _Gathered:
    """What the rows have brought so far."""

    def __init__(self, layout: Layout, name: str, notices: list[str]) -> None:
        self._layout, self._name, self._notices = layout, name, notices
        self._areas: dict[str, tuple[int, Area]] = {}
        self._periods: dict[Period, int] = {}
        self._measures: dict[str, tuple[int, Measure]] = {}
        self._rows: dict[tuple[int, int, str], tuple[Row, int]] = {}
        self._spoilt: set[tuple[int, int, str]] = set()
        self._members: dict[tuple[int, int], Member] = {}
        self._years: dict[str, str] = {}
        self._judged: tuple[int, Area, bool] = (0, Area(), False)
        self._faults: list[Fault] = []
        self._fault_count = 0
        self._passed: Counter[str] = Counter()

    def take(self, line: int, cells: list[str], headings: list[str], more: Sequence[str]) -> None:
        """One row of the file."""
        if len(cells) > len(headings) and any(cells[len(headings) :]):
            words = f"The row has {len(cells)} cells, the headings {len(headings)}. Quote cells with commas."
            self._fault(line, headings[-1], words)
            return
        named = dict.fromkeys(headings, "") | dict(zip(headings, cells, strict=False))
        for said in self._layout.says(named, more):
            match said:
                case Said():
                    self._figure(line, said)
                case Pair():
                    self._pair(line, said)
                case Measure():
                    self._measure(line, said)
                case Area():
                    self._area(line, said)

    def _figure(self, line: int, said: Said) -> None:
        if not self._is_usable(line, said.area):
            return
        column = "year"
        try:
            year = self._year(said.period)
            column = said.column
            amount = self._amount(said)
        except ValueError as error:
            self._fault(line, column, str(error))
            return
        if not said.measure.key:
            self._fault(line, "measure", "The measure is blank. Name it, or take the row out.")
            return
        area = self._numbered(said.area)
        number_, _ = self._measures.setdefault(said.measure.key, (len(self._measures), said.measure))
        period = self._periods.setdefault(Period(year, said.basis), len(self._periods))
        self._keep(line, said, (area, number_, year), Row(area, number_, period, amount))

    def _numbered(self, area: Area) -> int:
        """The number of an area, known by its code, else its number, else its name."""
        return self._areas.setdefault(area.code or area.number or area.name, (len(self._areas), area))[0]

    def _is_usable(self, line: int, area: Area) -> bool:
        """True for a row about one area that can be known; says once of a row what else it is."""
        if self._judged[:2] != (line, area):
            self._judged = (line, area, self._judge(line, area))
        return self._judged[2]

    def _judge(self, line: int, area: Area) -> bool:
        if AGGREGATES.fullmatch(area.code):
            self._passed["rows that sum up a class of councils"] += 1
            return False
        if area.code and not CODE.fullmatch(area.code):
            words = f"“{area.code}” is no code of a council. Write nine characters, such as E06000057."
            self._fault(line, "code", words)
            return False
        if not area.code and not area.number and not area.name:
            self._fault(line, "code", "The council's code is blank. Fill it in, or take the row out.")
            return False
        return True

    def _year(self, typed: str) -> str:
        if not typed and "year" in {name for names in self._layout.needs for name in names}:
            raise ValueError("The year is blank. Write 2024-25, or 2025 for a count in one year.")
        if typed not in self._years:
            self._years[typed] = year_of(typed) if typed or self._layout.key != "plain" else ""
        return self._years[typed]

    def _amount(self, said: Said) -> str | None:
        """The exact amount as text; None for a mark that there is none."""
        typed = said.amount
        if typed.lower() in MISSING:
            return None
        cure = "Write digits alone, such as 2896 or -8.3, or leave the cell blank where there is no figure."
        if EXPONENT.fullmatch(typed):
            words = "a spreadsheet shortened it, and digits may be lost. Format the column as a number."
            raise ValueError(f"“{typed}” is written with an exponent: {words}")
        amount = number(typed, places=20, cure=cure)
        if said.is_shortest:  # the source writes binary fractions in full (8.3000000000000007)
            amount = Decimal(repr(float(amount)))
        measure = said.measure
        if amount < 0 and measure.title and not may_be_negative(measure):
            raise ValueError(f"{typed} is below nought, which “{measure.title}” cannot be. Correct the sign.")
        return format(_without_end(amount * said.times), "f")

    def _keep(self, line: int, said: Said, place: tuple[int, int, str], row: Row) -> None:
        """A figure that is there once; of two that differ neither."""
        if len(self._rows) >= MOST_FIGURES:
            words = f"There are more than {MOST_FIGURES:,} figures up to here. Split the file by year."
            raise Invalid([Problem(f"{self._name}:{line}", words)])
        first = self._rows.get(place)
        if first is None and place not in self._spoilt:
            self._rows[place] = (row, line)
            return
        what = f"{said.measure.title or said.measure.key}, {said.period}"
        who = said.area.name or said.area.code
        if first is not None and first[0].amount == row.amount:
            words = f"{what} of {who} stands in line {first[1]} already, with the same figure."
            self._fault(line, said.column, f"{words} Take one of the two out.")
            return
        if first is not None:
            del self._rows[place]
            self._spoilt.add(place)
            words = f"{what} of {who} stands in line {line} too, with another figure."
            self._fault(first[1], said.column, f"{words} Neither is taken; keep the right one.")
        words = f"{what} of {who} stands there before, with another figure."
        self._fault(line, said.column, f"{words} Neither is taken; keep the right one.")

    def _pair(self, line: int, said: Pair) -> None:
        if not (self._is_usable(line, said.of) and self._is_usable(line, said.area)):
            return
        rank = None
        if said.rank and said.rank.lower() not in MISSING:
            if not said.rank.isdecimal():
                self._fault(line, "rank", f"“{said.rank}” is no rank. Write a whole number, such as 3.")
                return
            rank = int(said.rank)
        of, area = self._numbered(said.of), self._numbered(said.area)
        if of == area:
            self._fault(line, "neighbour", "A council cannot be its own neighbour. Take the row out.")
        elif (of, area) in self._members:
            self._fault(line, "neighbour", "This neighbour is listed already. Take one of the two rows out.")
        else:
            self._members[of, area] = Member(of, area, rank)

    def _measure(self, line: int, said: Measure) -> None:
        if not said.key or not said.title:
            self._fault(line, "measure", "The measure's code or name is blank. Fill it in.")
        elif said.key in self._measures:
            self._fault(line, "measure", f"{said.key} is defined already. Keep one of the two rows.")
        else:
            self._measures[said.key] = (len(self._measures), said)

    def _area(self, line: int, said: Area) -> None:
        if not said.code:
            self._passed["councils without a code"] += 1
        elif not CODE.fullmatch(said.code):
            words = f"“{said.code}” is no code of a council. Write nine characters, such as E06000057."
            self._fault(line, "gss_code", words)
        elif said.code in self._areas:
            self._fault(line, "gss_code", f"{said.code} is listed already. Keep one of the two rows.")
        else:
            self._numbered(said)

    def _fault(self, line: int, column: str, words: str) -> None:
        self._fault_count += 1
        if len(self._faults) < MOST_FAULTS:
            self._faults.append(Fault(line, column, words))

    def brought(self, is_recognised: bool) -> Brought:
        """All of it.

        Raises:
            Invalid: there is no row that could be used, and none that is faulty: the table is empty.
        """
        brings = (self._rows, self._members, self._measures, self._areas)
        if not any(brings) and not self._fault_count and not self._passed:
            words = "There are headings and nothing below them. Send the file that holds the figures."
            raise Invalid([Problem(self._name, words)])
        self._note_mixed_years()
        return Brought(
            layout=self._layout.key,
            recognised=is_recognised,
            kind=self._layout.kind,
            areas=tuple(area for _, area in self._areas.values()),
            measures=tuple(measure for _, measure in self._measures.values()),
            periods=tuple(self._periods),
            rows=tuple(row for row, _ in self._rows.values()),
            members=tuple(self._members.values()),
            faults=tuple(sorted(self._faults)),
            fault_count=self._fault_count,
            passed_over=tuple(self._passed.items()),
            notices=tuple(self._notices),
        )

    def _note_mixed_years(self) -> None:
        """Say so where one measure has financial and calendar years: they may not be the same thing."""
        if self._layout.kind is not Kind.FIGURES:
            return
        kinds: dict[int, set[bool]] = {}
        periods = tuple(self._periods)
        for row, _ in self._rows.values():
            kinds.setdefault(row.measure, set()).add("-" in periods[row.period].year)
        mixed = [
            measure.key for number_, measure in self._measures.values() if len(kinds.get(number_, ())) > 1
        ]
        if mixed:
            shown = ", ".join(mixed[:5])
            words = f"Financial and calendar years are mixed in {shown}. Check that they mean the same."
            self._notices.append(words)


def _without_end(amount: Decimal) -> Decimal:
    """The same number without noughts at its end."""
    found = amount.normalize()
    return found if found.as_tuple().exponent <= 0 else found.quantize(Decimal(1))  # type: ignore[operator]
