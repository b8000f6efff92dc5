"""The rows of a template workbook as one document: its plain values, and the cell of everything in it."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from vfm.gateways.template_tables import Place, Row, Tables
from vfm.questionnaires import layout
from vfm.questionnaires.cells import Unreadable
from vfm.questionnaires.complaints import Complaint
from vfm.questionnaires.layout import BY_NAME, FIELDS, Column
from vfm.questionnaires.schema import SCHEMA
from vfm.questionnaires.source import Path, Source
from vfm.questionnaires.wording import listed, meant, meant_key

FIELD_NAMES = {column.heading.casefold(): column for column in FIELDS}
OWNERS = ("section", "question", "inside")
"""Columns that say what a row belongs to."""
EMPTY = '"{}" is empty. Fill it in.'
MOST_GUESSES = 100
"""Problems up to which a key that nobody knows is compared with all that are known."""
MOST_ALIKE = 3
"""Questions of one doubled key that its options and levels are given to."""
DEEPEST = 20
"""Sections inside sections."""


@dataclass(frozen=True, slots=True)
class _Section:
    """A section on its way into the document."""

    row: Row
    content: dict[str, Any]
    path: Path


class Builder:
    """Makes one document of the rows.

    Attributes:
        is_whole: False when something is missing, so that the design is not worth checking.
        places: path -> the cell of the value there, also of one that is blank.
        complaints: cells that cannot be read as what they should be.
    """

    def __init__(self, found: Tables) -> None:
        self.tables = found
        self.is_whole = found.is_whole
        self.data: dict[str, Any] = {}
        self.places: dict[Path, Place] = {}
        self.complaints: list[Complaint] = []
        self.sections: dict[str, _Section] = {}
        self.meant: set[str] = set()
        self.section_keys: frozenset[str] = frozenset()
        self.asked: dict[str, list[tuple[dict[str, Any], Path]]] = {}

    def source(self) -> Source:
        """The document's plain values and places."""
        self._template()
        self._table(layout.SCALES, self._scale)
        self._table(layout.PARTS, self._part)
        self._table(layout.GRADES, self._grade)
        self._build_sections()
        self._table(layout.QUESTIONS, self._question)
        self._table(layout.PILOT, self._pilot_question)
        self._table(layout.OPTIONS, self._option)
        self._table(layout.LEVELS, self._level)
        self._table(layout.CAPS, self._cap)
        self._table(layout.LISTS, self._rule_list)
        self._table(layout.ROWS, self._rule_row)
        self._table(layout.BANDS, self._band)
        self._table(layout.CHECKS, self._check)
        self._table(layout.TRANSLATIONS, self._translation)
        return Source(
            self.tables.name, self.data, self.places, problems=self.tables.problems, cells=self.tables.cells
        )

    # --- helpers

    def _table(self, name: str, take: Callable[[Row], None]) -> None:
        """Every row of a sheet handed to what takes it."""
        for row in self.tables.rows.get(name, ()):
            take(row)

    def placed(self, path: Path) -> Place | None:
        """The cell of a path, or of the nearest thing around it."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path)

    def _mark(self, path: Path, place: Place) -> None:
        """Note the cell of a path, and of everything around it that has none yet."""
        self.places[path] = place
        while path:
            path = path[:-1]
            self.places.setdefault(path, place)

    def _complain(self, path: Path, message: str, kind: str) -> None:
        self.complaints.append(Complaint(path, message, False, str(path[-1]), kind))

    def of_missing(self, complaint: Complaint) -> Complaint:
        """The complaint; one that something is missing is said of the blank cell it should stand in."""
        path, name = complaint.path, complaint.field
        if complaint.kind != "missing":
            return complaint
        if path[-1:] != (name,):
            path = (*path, name) if (*path, name) in self.places else path
        message = EMPTY.format(name) if path[-1:] == (name,) else complaint.message
        return replace(complaint, path=path, message=message)

    def _fill(self, row: Row, columns: Iterable[Column], content: dict[str, Any], path: Path) -> None:
        """The fields of one row into a mapping of the document at `path`."""
        if path not in self.places:
            self._mark(path, row.start)
        for column in columns:
            if column.field in row.places and column.field not in OWNERS:
                self._fill_cell(row, column, content, path)

    def _fill_cell(self, row: Row, column: Column, content: dict[str, Any], path: Path) -> None:
        steps = column.field.split(".")
        here: Path = (*path, *steps)
        self._mark(here, row.places[column.field])
        if not row.text(column.field):
            if column.is_needed:
                self._complain(here, EMPTY.format(column.heading), "missing")
            return
        try:
            value = column.form.read(row.texts[column.field])
        except Unreadable as unreadable:
            self._complain(here, str(unreadable), "cell")
            return
        for step in steps[:-1]:
            content = content.setdefault(step, {})
        content[steps[-1]] = value

    def _append(self, row: Row, sheet: str, content: dict[str, Any], path: Path) -> dict[str, Any]:
        """The row as one more of the list that `content` holds under the last step of `path`."""
        listed = content.setdefault(str(path[-1]), [])
        item: dict[str, Any] = {}
        listed.append(item)
        self._fill(row, BY_NAME[sheet].columns, item, (*path, len(listed) - 1))
        return item

    def _enter(self, row: Row, column: Column, table: dict[Any, Any], path: Path, value: Any) -> Any:
        """Put a row's value into a mapping under what stands in a column; refuse a blank or doubled one.

        Returns:
            What it stands under, None when it was not put in.
        """
        place = row.places[column.field]
        if not row.text(column.field):
            self._refuse_row(place, path, EMPTY.format(column.heading))
            return None
        key = column.form.read(row.texts[column.field])
        if key in table:
            first = self._number(self.places[(*path, key)])
            sentence = f'"{row.text(column.field)}" stands in row {first} too.'
            self._refuse_row(place, path, f"{sentence} Keep one of the rows.")
            return None
        table[key] = value
        self._mark((*path, key), place)
        return key

    def _refuse_row(self, place: Place, path: Path, message: str) -> None:
        """A row that cannot be taken into the mapping at `path`."""
        here = (*path, f"row {place[0]}")
        self._mark(here, place)
        self.complaints.append(Complaint(here, message, False, "row", "row"))
        self.is_whole &= path[0] != "scales"  # too much rests on a scale

    def _number(self, place: Place) -> str:
        """The number of the row that a cell is in."""
        cell = self.tables.cells[place]
        return cell[len(cell.rstrip("0123456789")) :]

    def _worded(
        self, row: Row, sheet: str, field: str, words: str, table: dict[Any, Any], path: Path
    ) -> None:
        """A row that gives a text under a key; one with neither says that the table is there and empty."""
        columns = {column.field: column for column in BY_NAME[sheet].columns}
        if not row.text(field) and not row.text(words):
            return
        if not row.text(words):
            self._refuse_row(row.places[words], path, EMPTY.format(columns[words].heading))
            return
        key = self._enter(row, columns[field], table, path, columns[words].form.read(row.texts[words]))
        if key is not None:
            self.places[(*path, key)] = row.places[words]

    def _owner(self, row: Row, name: str, sheet: str, known: Collection[str]) -> str | None:
        """The key of what a row belongs to; None, and a problem, when there is no such thing."""
        key, word = row.text(name), "section" if name == "inside" else name
        if key in known:
            return key
        if not key:
            self.tables.note(row.places[name], EMPTY.format(name.capitalize()))
        elif self.tables.rows.get(sheet):
            near = meant_key(key, known) if len(self.tables.problems) < MOST_GUESSES else None
            cure = f'Did you mean "{near}"?' if near else f"Name one of the sheet {sheet}, or add it there."
            self.tables.note(row.places[name], f'There is no {word} "{key}". {cure}')
        return None

    # --- the sheets

    def _template(self) -> None:
        """The lines of the sheet `Template`."""
        seen: dict[str, Place] = {}
        for row in self.tables.rows.get(layout.TEMPLATE, ()):
            self._template_line(row, seen)
        self.data.setdefault("schema", SCHEMA)
        self.places.setdefault((), (0, 0))
        for column in FIELDS if layout.TEMPLATE in self.tables.rows else ():
            if column.is_needed and column.heading not in {*seen, *self.meant}:
                place = self.places[()]
                self.tables.note(place, f'There is no line for "{column.heading}". Add it.', layout.TEMPLATE)

    def _template_line(self, row: Row, seen: dict[str, Place]) -> None:
        heading, place = row.text("field"), row.places["field"]
        column = FIELD_NAMES.get(heading.casefold())
        if column is None:
            near = meant(heading, [known.heading for known in FIELDS])
            self.tables.note(place, _unknown_field(heading, near))
            self.meant.add(near or "")
        elif column.heading in seen:
            first = self._number(seen[column.heading])
            self.tables.note(place, f'"{heading}" stands in row {first} too. Keep one of the rows.')
        else:
            seen[column.heading] = place
            self.places.setdefault((), place)
            value = Row({column.field: row.texts["value"]}, {column.field: row.places["value"]})
            self._fill(value, [column], self.data, ())

    def _scale(self, row: Row) -> None:
        name, columns = row.text("scale"), {c.field: c for c in BY_NAME[layout.SCALES].columns}
        if not name:
            self.tables.note(row.places["scale"], EMPTY.format("Scale"))
            return
        scales = self.data.setdefault("scales", {})
        if name not in scales:
            self._mark(("scales", name), row.places["scale"])
        scale = scales.setdefault(name, {"levels": {}})
        path = ("scales", name)
        self._worded(row, layout.SCALES, "level", "name", scale["levels"], (*path, "levels"))
        if row.text("points"):
            table = scale.setdefault("points", {})
            level = columns["level"].form.read(row.texts["level"])
            self._mark((*path, "points", level), row.places["points"])
            table.setdefault(level, columns["points"].form.read(row.texts["points"]))

    def _part(self, row: Row) -> None:
        name = row.text("set")
        if not name:
            self.tables.note(row.places["set"], EMPTY.format("Set"))
            return
        parts = self.data.setdefault("parts", {})
        if name not in parts:
            self._mark(("parts", name), row.places["set"])
        self._worded(row, layout.PARTS, "key", "words", parts.setdefault(name, {}), ("parts", name))

    def _grade(self, row: Row) -> None:
        grades = self.data.setdefault("evidence_grades", {})
        self._worded(row, layout.GRADES, "grade", "words", grades, ("evidence_grades",))

    def _translation(self, row: Row) -> None:
        """One text in another language; a row without words waits for them."""
        language = row.text("language")
        if not row.text("words"):
            return
        if not language:
            self.tables.note(row.places["language"], EMPTY.format("Language"))
            return
        given = self.data.setdefault("translations", {}).setdefault(language, {})
        path = ("translations", language)
        self._mark(path, row.places["language"])
        self._worded(row, layout.TRANSLATIONS, "place", "words", given, path)

    def _build_sections(self) -> None:
        """Sections into what holds them, in the order of their rows."""
        rows = self.tables.rows.get(layout.SECTIONS, [])
        self.section_keys = known = frozenset(row.text("key") for row in rows)
        inside: dict[str, list[Row]] = {}
        for row in rows:
            holder = self._owner(row, "inside", layout.SECTIONS, known) if row.text("inside") else ""
            inside.setdefault(holder or "", []).append(row)
        if layout.SECTIONS in self.tables.rows and not rows:
            self.tables.note((0, 0), "There are no sections. Add a row for each.", layout.SECTIONS)
        taken: set[Place] = set()
        self._build_inside("", self.data, (), inside, taken)
        for row in rows:
            if row.start not in taken:
                self.is_whole = False
                sentence = (
                    f'The section "{row.text("key")}" stands inside itself, or more than {DEEPEST} deep.'
                )
                self.tables.note(row.places["inside"], f"{sentence} Name another section, or clear the cell.")

    def _build_inside(
        self, key: str, content: dict[str, Any], path: Path, inside: dict[str, list[Row]], taken: set[Place]
    ) -> None:
        for row in inside.pop(key, ()):
            taken.add(row.start)
            section = self._append(row, layout.SECTIONS, content, (*path, "sections"))
            here: Path = (*path, "sections", len(content["sections"]) - 1)
            if "rule_table" in section:
                section["rule_table"] |= {"lists": {}, "rows": []}
            for name in ("lists", "rows"):
                self._mark((*here, "rule_table", name), row.start)
            name = row.text("key")
            self.sections.setdefault(name, _Section(row, section, here))
            if name and len(here) < 2 * DEEPEST:
                self._build_inside(name, section, here, inside, taken)

    def _question(self, row: Row) -> None:
        key = self._owner(row, "section", layout.SECTIONS, self.section_keys)
        section = self.sections.get(key or "")
        if section is None:
            self.is_whole = False
            self.asked.setdefault(row.text("key"), [])
            return
        question = self._append(row, layout.QUESTIONS, section.content, (*section.path, "questions"))
        path = (*section.path, "questions", len(section.content["questions"]) - 1)
        self.asked.setdefault(row.text("key"), []).append((question, path))

    def _pilot_question(self, row: Row) -> None:
        pilot = self.data.setdefault("pilot_feedback", {})
        path: Path = ("pilot_feedback", "overall")
        question = self._append(row, layout.PILOT, pilot, path)
        self.asked.setdefault(row.text("key"), []).append((question, (*path, len(pilot["overall"]) - 1)))

    def _asked_as(self, key: str | None, *kinds: str) -> list[tuple[dict[str, Any], Path]]:
        """The questions of a key; where several bear it, those of the kinds that a row can be for."""
        every = self.asked.get(key or "", [])
        self.is_whole &= key is not None
        fitting = [(question, path) for question, path in every if question.get("kind") in kinds]
        return (fitting or every)[:MOST_ALIKE]

    def _option(self, row: Row) -> None:
        key = self._owner(row, "question", layout.QUESTIONS, self.asked)
        for question, path in self._asked_as(key, "single_choice", "multi_choice"):
            self._append(row, layout.OPTIONS, question, (*path, "options"))

    def _level(self, row: Row) -> None:
        key = self._owner(row, "question", layout.QUESTIONS, self.asked)
        for question, path in self._asked_as(key, "scale"):
            levels = question.setdefault("levels", {})
            self._worded(row, layout.LEVELS, "level", "words", levels, (*path, "levels"))

    def _cap(self, row: Row) -> None:
        key = self._owner(row, "section", layout.SECTIONS, self.section_keys)
        section = self.sections.get(key or "")
        if section is not None:
            self._append(row, layout.CAPS, section.content, (*section.path, "caps"))

    def _rule_table(self, row: Row) -> tuple[dict[str, Any], Path] | None:
        """The rule table that a row belongs to, with its path."""
        key = self._owner(row, "section", layout.SECTIONS, self.section_keys)
        section = self.sections.get(key or "")
        if section is None:
            self.is_whole = False
            return None
        path = (*section.path, "rule_table")
        if "rule_table" not in section.content:
            self._mark(path, section.row.start)
        table: dict[str, Any] = section.content.setdefault("rule_table", {"lists": {}, "rows": []})
        return table, path

    def _rule_list(self, row: Row) -> None:
        found = self._rule_table(row)
        if found is not None:
            table, path = found
            columns = {column.field: column for column in BY_NAME[layout.LISTS].columns}
            keys = columns["questions"].form.read(row.texts.get("questions", ""))
            name = self._enter(row, columns["list"], table["lists"], (*path, "lists"), keys)
            if name is not None and "questions" in row.places:
                self.places[(*path, "lists", name)] = row.places["questions"]

    def _rule_row(self, row: Row) -> None:
        found = self._rule_table(row)
        if found is not None:
            table, path = found
            item = self._append(row, layout.ROWS, table, (*path, "rows"))
            item.setdefault("lists", [])

    def _band(self, row: Row) -> None:
        self._append(row, layout.BANDS, self.data, ("bands",))

    def _check(self, row: Row) -> None:
        self._append(row, layout.CHECKS, self.data, ("checks",))


def _unknown_field(heading: str, near: str | None) -> str:
    if not heading:
        return "This line has no field. Name it, or clear the line."
    names = listed([column.heading for column in FIELDS], "and")
    cure = f'Did you mean "{near}"?' if near else f"Take it out; the fields are {names}."
    return f'There is no field "{heading}". {cure}'
