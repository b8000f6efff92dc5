"""The sheets of an XLSForm as rows by column, in one of its languages, and its rows as a tree of groups."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from vfm.errors import Invalid, Problem
from vfm.gateways.spreadsheets import Sheet
from vfm.questionnaires.wording import meant

SHEETS = ("survey", "choices", "settings", "external_choices")
DEEPEST = 12
"""Groups inside one another."""
MOST_ROWS = 2_000
"""Rows of the survey."""

OTHER_NAMES = {
    "caption": "label",
    "command": "type",
    "tag": "name",
    "value": "name",
    "list": "list_name",
    "relevance": "relevant",
    "calculate": "calculation",
    "read_only": "readonly",
    "guidance": "guidance_hint",
    "count": "repeat_count",
    "jr:count": "repeat_count",
    "title": "form_title",
    "id_string": "form_id",
    "set_form_title": "form_title",
    "set_form_id": "form_id",
    "bind::relevant": "relevant",
    "bind::constraint": "constraint",
    "bind::jr:constraintmsg": "constraint_message",
    "bind::required": "required",
    "bind::readonly": "readonly",
    "bind::calculate": "calculation",
    "control::appearance": "appearance",
    "body::appearance": "appearance",
}
"""Older and longer names of columns -> the one used here."""
WORDED = frozenset({"label", "hint", "guidance_hint", "constraint_message", "required_message"})
"""Columns that may be there once for each language."""
MEDIA = frozenset({"image", "audio", "video", "big-image"})


@dataclass(frozen=True, slots=True)
class Heading:
    """What a column holds.

    Attributes:
        written: the heading as it stands in the sheet.
        column: its name here; `media` for pictures and sounds.
        language: as after `::`, empty for none.
    """

    written: str
    column: str
    language: str


def heading(written: str) -> Heading:
    """A column's heading told apart: `label::French (fr)`, `media::image`, `Constraint Message`."""
    parts = [part.strip() for part in re.split(r"\s*::\s*", written.strip())]
    name = _standard(parts[0])
    if len(parts) == 1 and ":" in written and _standard(written) not in OTHER_NAMES:
        parts = [part.strip() for part in written.split(":", 1)]  # as forms were written before 2013
        name = _standard(parts[0])
    whole = "::".join(part.strip().lower() for part in parts)
    if whole in OTHER_NAMES or (name in OTHER_NAMES and len(parts) == 1):
        return Heading(written, OTHER_NAMES.get(whole, OTHER_NAMES.get(name, name)), "")
    if name == "media" or name in MEDIA:
        return Heading(written, "media", parts[-1] if name == "media" and len(parts) > 2 else "")
    name = OTHER_NAMES.get(name, name)
    if len(parts) == 2 and name in WORDED:
        return Heading(written, name, parts[1])
    return Heading(written, name if len(parts) == 1 else whole, "")


def _standard(name: str) -> str:
    return re.sub(r"[\s_]+", "_", name.strip().lower())


@dataclass(frozen=True)
class Table:
    """One sheet's rows under its headings.

    Attributes:
        first: index of the row of headings.
        headings: column of the sheet -> what it holds; of two alike the first.
        language: whose words are read first.
    """

    sheet: Sheet
    first: int
    headings: Mapping[int, Heading]
    language: str = ""

    def rows(self) -> "Iterator[Row]":
        """The rows that hold something."""
        for index in range(self.first + 1, len(self.sheet.rows)):
            if any(cell.strip() for cell in self.sheet.rows[index]):
                yield Row(self, index)

    @cached_property
    def positions(self) -> dict[str, list[int]]:
        """Column -> where it is, in the order its languages are tried."""
        order = {"": 1, self.language: 0}
        found: dict[str, list[int]] = {}
        for position, heading in sorted(
            self.headings.items(), key=lambda item: order.get(item[1].language, 2)
        ):
            found.setdefault(heading.column, []).append(position)
        return found

    def languages(self) -> tuple[str, ...]:
        """Every language of the headings, in order."""
        return tuple(
            dict.fromkeys(heading.language for heading in self.headings.values() if heading.language)
        )


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table."""

    table: Table
    index: int

    def text(self, column: str) -> str:
        """What a column holds, trimmed; in another language where the one read first is blank."""
        return self._cell(column)[1]

    def place(self, column: str) -> str:
        """Where `text` was found: `survey!C12`; the row's first cell when nowhere."""
        return self.table.sheet.cell(self.index, self._cell(column)[0])

    def language(self, column: str) -> str:
        """The language of what `text` gives."""
        found = self.table.headings.get(self._cell(column)[0])
        return found.language if found else ""

    def _cell(self, column: str) -> tuple[int, str]:
        cells = self.table.sheet.rows[self.index]
        positions = self.table.positions.get(column, [])
        for position in positions:
            text = cells[position].strip() if position < len(cells) else ""
            if text:
                return position, text
        return (positions[0] if positions else 0), ""


def table(sheet: Sheet) -> Table:
    """A sheet's rows under its first row that holds something."""
    first = next((i for i, cells in enumerate(sheet.rows) if any(cell.strip() for cell in cells)), 0)
    headings: dict[int, Heading] = {}
    for position, written in enumerate(sheet.rows[first] if sheet.rows else ()):
        found = heading(written)
        taken = {(other.column, other.language) for other in headings.values() if other.column != "media"}
        if written.strip() and (found.column, found.language) not in taken:
            headings[position] = found
    return Table(sheet, first, headings)


def tables(sheets: Sequence[Sheet]) -> dict[str, Table]:
    """Name of each sheet that a form is made of -> its rows, all read in one language.

    Raises:
        Invalid: there is no survey or it lacks its first columns; cells are merged, or reckoned by Excel.
    """
    named = {sheet.name.strip().lower(): sheet for sheet in sheets}
    found = {name: table(named[name]) for name in SHEETS if name in named and named[name].rows}
    if "survey" not in found:
        near = meant("survey", [name for name in named if name not in SHEETS])
        cure = f"Rename the sheet “{near}”." if near else "Name the sheet of questions so."
        raise Invalid([Problem("workbook", f"There is no sheet “survey” with rows in it. {cure}")])
    if problems := [*_odd_cells(found), *_lacking(found)]:
        raise Invalid(problems)
    language = _language(found)
    return {name: Table(t.sheet, t.first, t.headings, language) for name, t in found.items()}


def _odd_cells(found: Mapping[str, Table]) -> Iterator[Problem]:
    for name in ("survey", "choices", "external_choices"):
        if name in found:
            sheet = found[name].sheet
            for place in sheet.merged:
                message = "These cells are merged, so it is not clear which row they belong to. Unmerge them."
                yield Problem(f"{sheet.name}!{place}", message)
            for place in sheet.formulas:
                message = "This cell is reckoned by Excel. Write the text itself (Paste special, Values)."
                yield Problem(f"{sheet.name}!{place}", message)


NEEDED = {
    "survey": ("type", "name"),
    "choices": ("list_name", "name"),
    "external_choices": ("list_name", "name"),
}


def _lacking(found: Mapping[str, Table]) -> Iterator[Problem]:
    for name, columns in NEEDED.items():
        if name in found:
            sheet = found[name].sheet
            there = {heading.column for heading in found[name].headings.values()}
            for column in columns:
                if column not in there:
                    message = f"There is no column “{column}”. Put it among the headings in the first row."
                    yield Problem(sheet.cell(found[name].first, 0), message)
    rows = sum(1 for _ in found["survey"].rows())
    if rows > MOST_ROWS:
        message = f"There are {rows:,} rows; the most is {MOST_ROWS:,}. Split the form."
        yield Problem(found["survey"].sheet.name, message)


def _language(found: Mapping[str, Table]) -> str:
    """The form's own language; else none where words without one are there; else the first that is."""
    settings = found.get("settings")
    row = next(settings.rows(), None) if settings else None
    wanted = row.text("default_language") if row else ""
    languages = found["survey"].languages()
    by_folded = {language.casefold(): language for language in languages}
    if wanted.casefold() in by_folded:
        return by_folded[wanted.casefold()]
    has_plain = any(h.column == "label" and not h.language for h in found["survey"].headings.values())
    return "" if has_plain or not languages else languages[0]


# --- groups -----------------------------------------------------------------------------------------------

BOUND = re.compile(r"(begin|end)[\s_]+(group|repeat|loop|lgroup)\b\s*(.*)", re.IGNORECASE)


@dataclass(slots=True)
class Group:
    """Rows between a begin and an end.

    Attributes:
        row: the one that begins it.
        word: group or repeat.
    """

    row: Row
    word: str
    items: "list[Row | Group]" = field(default_factory=list)


def tree(survey: Table) -> "list[Row | Group]":
    """The rows of the survey by group.

    Raises:
        Invalid: every begin without an end, end without a begin, and group too deep in others.
    """
    loose: list[Row | Group] = []
    open_groups: list[Group] = []
    problems = []
    for row in survey.rows():
        items = open_groups[-1].items if open_groups else loose
        bound = BOUND.fullmatch(row.text("type"))
        if bound is None:
            items.append(row)
        elif bound[1].lower() == "begin":
            group = Group(row, "group" if bound[2].lower() == "group" else "repeat")
            items.append(group)
            open_groups.append(group)
            if len(open_groups) == DEEPEST + 1:
                message = f"There are more than {DEEPEST} groups inside one another. Use fewer."
                problems.append(Problem(row.place("type"), message))
        elif open_groups:
            open_groups.pop()
        else:
            message = (
                f"Nothing begins what “{row.text('type')}” ends. Take the row out, or add its beginning."
            )
            problems.append(Problem(row.place("type"), message))
    for group in open_groups:
        message = f"Nothing ends this {group.word}. Add a row “end_{group.word}”."
        problems.append(Problem(group.row.place("type"), message))
    if problems:
        raise Invalid(problems)
    return loose
