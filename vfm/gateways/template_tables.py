"""The sheets of a template workbook as rows by field, with the place of every cell.

What the rows say is read by `template_documents`; a sheet with something wrong is read as far as it can be.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from vfm.errors import Invalid, Problem
from vfm.gateways.spreadsheets import Sheet
from vfm.questionnaires import layout
from vfm.questionnaires.layout import LAYOUTS, Column, Layout
from vfm.questionnaires.source import Located
from vfm.questionnaires.wording import did_you_mean, listed, meant

Place = tuple[int, int]
"""Where a cell comes in the order of reading; `Tables.cells` says which cell it is."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row under the headings that holds something.

    Attributes:
        texts: field -> what stands in its column.
        places: field -> its cell.
    """

    texts: Mapping[str, str]
    places: Mapping[str, Place]

    @property
    def start(self) -> Place:
        """The cell that a problem with the whole row is shown at: its key, else its first."""
        return self.places.get("key") or min(self.places.values())

    def text(self, name: str) -> str:
        """What stands under a field, blanks around it taken off; empty where there is no such column."""
        return self.texts.get(name, "").strip()


@dataclass(slots=True)
class Tables:
    """Every sheet that is known.

    Attributes:
        rows: sheet -> its rows; a sheet that could not be read is not there.
        cells: place -> `Questions!C12`.
        problems: what is wrong with the sheets themselves.
        hidden: areas of cells that are blank for another reason than that nothing was written, as
            (first place, last place).
        is_whole: False when something is missing, so that the rest makes less sense than it might.
    """

    name: str
    rows: dict[str, list[Row]] = field(default_factory=dict)
    cells: dict[Place, str] = field(default_factory=dict)
    problems: list[Located] = field(default_factory=list)
    hidden: list[tuple[Place, Place]] = field(default_factory=list)
    is_whole: bool = True

    def is_hidden(self, place: Place | None) -> bool:
        """True for a cell whose own value could not be seen."""
        if place is None:
            return False
        row, column = place
        return any(
            top <= row <= bottom and left <= column <= right for (top, left), (bottom, right) in self.hidden
        )

    def note(self, place: Place, message: str, cell: str = "") -> None:
        """One more problem, at a cell or a sheet."""
        self.problems.append(Located(self.name, *place, "", message, cell or self.cells[place]))


def tables(sheets: Sequence[Sheet], name: str) -> Tables:
    """The sheets' rows, with every problem of names, headings, merged cells and formulas.

    Raises:
        Invalid: no sheet is one of a template's.
    """
    known = {one.name.casefold(): one for one in LAYOUTS}
    if not any(sheet.name.strip().casefold() in known for sheet in sheets):
        sentence = (
            f"This workbook is not a template: it has none of the sheets {listed(layout.NEEDED, 'and')}."
        )
        raise Invalid([Problem(name, f"{sentence} Start from a template downloaded as an Excel workbook.")])
    found = Tables(name)
    first = 0
    mistyped = set()
    for sheet in sheets:
        one = known.get(sheet.name.strip().casefold())
        if one is not None:
            _Reading(found, sheet, first).read(one)
        elif sheet.name.strip().casefold() != layout.README.casefold():
            mistyped.add(_note_unknown(found, sheet, first))
        first += len(sheet.rows) + 1
    lacking = [name for name in layout.NEEDED if name.casefold() not in _names(sheets) | mistyped]
    for missing in lacking:
        found.is_whole = False
        headings = listed([column.heading for column in _needed(layout.BY_NAME[missing])], "and")
        found.note((first, 0), f"This sheet is missing. Add it, with the headings {headings}.", missing)
    return found


def _names(sheets: Iterable[Sheet]) -> set[str]:
    return {sheet.name.strip().casefold() for sheet in sheets}


def _needed(one: Layout) -> list[Column]:
    return [column for column in one.columns if column.is_needed]


def _note_unknown(found: Tables, sheet: Sheet, first: int) -> str:
    """The name that was probably meant, in small letters."""
    found.is_whole = False
    names = [one.name for one in LAYOUTS]
    cure = did_you_mean(sheet.name, names, f"Take it out; the sheets are {listed(names, 'and')}.")
    found.note((first, 0), f"This is no sheet of a template. {cure}", sheet.name)
    return (meant(sheet.name, names) or "").casefold()


@dataclass(slots=True)
class _Reading:
    """One sheet on its way into the tables.

    Attributes:
        first: the place of its first row in the order of reading.
        meant: headings that mistyped ones stand for.
    """

    found: Tables
    sheet: Sheet
    first: int
    meant: set[str] = field(default_factory=set)

    def read(self, one: Layout) -> None:
        """Its rows, unless a column that is needed is not there."""
        self.note_formulas()
        self.note_merged()
        columns = self.columns(one)
        self.note_stray(columns)
        lacking = [column for column in _needed(one) if column not in columns.values()]
        for column in lacking:
            if column.heading not in self.meant:
                self.note(0, 0, f'There is no column "{column.heading}". Add it.')
        if not lacking:
            self.found.rows[one.name] = [
                self.row(number, columns)
                for number in range(1, len(self.sheet.rows))
                if self.holds(number, columns)
            ]

    def place(self, row: int, column: int) -> Place:
        """The place of a cell, counted from 0."""
        place = (self.first + row, column)
        self.found.cells[place] = self.sheet.cell(row, column)
        return place

    def text(self, row: int, column: int) -> str:
        """What stands in a cell; empty beyond the end."""
        cells = self.sheet.rows[row] if row < len(self.sheet.rows) else ()
        return cells[column] if column < len(cells) else ""

    def note(self, row: int, column: int, message: str) -> None:
        """A problem after which the sheet may be understood wrongly."""
        self.found.is_whole = False
        self.found.note(self.place(row, column), message)

    def columns(self, one: Layout) -> dict[int, Column]:
        """Position -> column, problems with the headings noted."""
        columns: dict[int, Column] = {}
        for position, text in enumerate(self.sheet.rows[0] if self.sheet.rows else ()):
            heading = text.strip()
            column = one.by_heading.get(heading.casefold())
            if column is None and heading:
                names = [known.heading for known in one.columns]
                self.meant.add(meant(heading, names) or "")
                cure = did_you_mean(heading, names, f"Take it out; the columns are {listed(names, 'and')}.")
                self.note(0, position, f'There is no column "{heading}" in this sheet. {cure}')
            elif column in columns.values():
                self.note(0, position, f'The column "{heading}" stands twice. Keep one of them.')
            elif column is not None:
                columns[position] = column
        return columns

    def note_stray(self, columns: Mapping[int, Column]) -> None:
        """The first cell of every column that holds something and has no heading."""
        passed = {*columns} | {
            i for i, text in enumerate(self.sheet.rows[0] if self.sheet.rows else ()) if text.strip()
        }
        for number, cells in enumerate(self.sheet.rows):
            for position, text in enumerate(cells):
                if position not in passed and text.strip():
                    passed.add(position)
                    self.note(
                        number, position, "There is no heading above this cell. Add one, or clear the cell."
                    )

    def note_formulas(self) -> None:
        """The first formula of every column; the values last worked out are read like any other."""
        by_column: dict[int, list[int]] = {}
        for cell in self.sheet.formulas:
            row, column = _position(cell)
            by_column.setdefault(column, []).append(row)
            if not self.text(row, column):
                self.hide((row, column), (row, column))
        for column, rows in by_column.items():
            more = (
                f" and {len(rows) - 1} more of its column hold formulas" if rows[1:] else " holds a formula"
            )
            message = f"This cell{more}. Write the value: copy, then paste special, values."
            self.found.note(self.place(min(rows), column), message)

    def note_merged(self) -> None:
        """Every range of merged cells."""
        for area in self.sheet.merged:
            first, last = map(_position, area.split(":"))
            message = "These cells are merged. Unmerge them, and write in each what belongs there."
            self.found.note((self.first + first[0], first[1]), message, f"{self.sheet.name}!{area}")
            self.hide(first, last)

    def hide(self, first: Place, last: Place) -> None:
        """Note an area of the sheet whose cells' own values cannot be seen."""
        self.found.is_whole = False
        self.found.hidden.append(((self.first + first[0], first[1]), (self.first + last[0], last[1])))

    def holds(self, row: int, columns: Mapping[int, Column]) -> bool:
        """True when a row has something under a heading."""
        return any(self.text(row, position).strip() for position in columns)

    def row(self, number: int, columns: Mapping[int, Column]) -> Row:
        """One row by field."""
        return Row(
            {column.field: self.text(number, position) for position, column in columns.items()},
            {column.field: self.place(number, position) for position, column in columns.items()},
        )


def _position(cell: str) -> Place:
    """Row and column, counted from 0, of a cell such as `C12`."""
    letters, figures = re.fullmatch(r"\$?([A-Z]+)\$?([0-9]+)", cell).groups()  # type: ignore[union-attr]
    column = 0
    for letter in letters:
        column = 26 * column + ord(letter) - ord("A") + 1
    return int(figures) - 1, column - 1
