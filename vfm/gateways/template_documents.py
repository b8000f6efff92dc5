"""The rows of a template workbook as one document: its plain values, and the cell of everything in it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from vfm.gateways.template_tables import Place, Row, Tables
from vfm.questionnaires import layout
from vfm.questionnaires.cells import Unreadable
from vfm.questionnaires.complaints import Complaint
from vfm.questionnaires.layout import BY_NAME, FIELDS, Column
from vfm.questionnaires.schema import SCHEMA
from vfm.questionnaires.source import Path, Source
from vfm.questionnaires.wording import meant, meant_key

FIELD_NAMES = {column.heading.casefold(): column for column in FIELDS}
OWNERS = ("section", "question", "inside")
"""Columns that say what a row belongs to."""
EMPTY = '"{}" is empty. Fill it in.'


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
        self.asked: dict[str, list[tuple[dict[str, Any], Path]]] = {}

    def source(self) -> Source:
        """The document's plain values and places."""
        self.template()
        self.table(layout.SCALES, self.scale)
        self.table(layout.PARTS, self.part)
        self.table(layout.GRADES, self.grade)
        self.build_sections()
        self.table(layout.QUESTIONS, self.question)
        self.table(layout.PILOT, self.pilot_question)
        self.table(layout.OPTIONS, self.option)
        self.table(layout.LEVELS, self.level)
        self.table(layout.CAPS, self.cap)
        self.table(layout.LISTS, self.rule_list)
        self.table(layout.ROWS, self.rule_row)
        self.table(layout.BANDS, self.band)
        self.table(layout.CHECKS, self.check)
        return Source(
            self.tables.name, self.data, self.places, problems=self.tables.problems, cells=self.tables.cells
        )

    # --- helpers

    def table(self, name: str, take: Callable[[Row], None]) -> None:
        """Every row of a sheet handed to what takes it."""
        for row in self.tables.rows.get(name, ()):
            take(row)

    def placed(self, path: Path) -> Place | None:
        """The cell of a path, or of the nearest thing around it."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path)

    def complain(self, path: Path, message: str, kind: str) -> None:
        self.complaints.append(Complaint(path, message, False, str(path[-1]), kind))

    def of_missing(self, complaint: Complaint) -> Complaint:
        """What lacks a value, said of the blank cell it should stand in."""
        path, name = complaint.path, complaint.field
        if path[-1:] != (name,):
            path = (*path, name) if (*path, name) in self.places else path
        message = EMPTY.format(name) if path[-1:] == (name,) else complaint.message
        return replace(complaint, path=path, message=message)

    def fill(self, row: Row, columns: Iterable[Column], content: dict[str, Any], path: Path) -> None:
        """The fields of one row into a mapping of the document at `path`."""
        self.places.setdefault(path, row.start)
        for column in columns:
            if column.field in row.places and column.field not in OWNERS:
                self.fill_cell(row, column, content, path)

    def fill_cell(self, row: Row, column: Column, content: dict[str, Any], path: Path) -> None:
        steps = column.field.split(".")
        here: Path = (*path, *steps)
        self.places[here] = row.places[column.field]
        if not row.text(column.field):
            if column.is_needed:
                self.complain(here, EMPTY.format(column.heading), "missing")
            return
        try:
            value = column.form.read(row.texts[column.field])
        except Unreadable as unreadable:
            self.complain(here, str(unreadable), "cell")
            return
        for depth, step in enumerate(steps[:-1], 1):
            self.places.setdefault((*path, *steps[:depth]), self.places[here])
            content = content.setdefault(step, {})
        content[steps[-1]] = value

    def append(self, row: Row, sheet: str, content: dict[str, Any], path: Path) -> dict[str, Any]:
        """The row as one more of the list that `content` holds under the last step of `path`."""
        listed = content.setdefault(str(path[-1]), [])
        item: dict[str, Any] = {}
        listed.append(item)
        self.places.setdefault(path, row.start)
        self.fill(row, BY_NAME[sheet].columns, item, (*path, len(listed) - 1))
        return item

    def enter(self, row: Row, column: Column, table: dict[Any, Any], path: Path, value: Any) -> Any:
        """Put a row's value into a mapping under what stands in a column; refuse a blank or doubled one.

        Returns:
            What it stands under, None when it was not put in.
        """
        place = row.places[column.field]
        if not row.text(column.field):
            self.tables.note(place, EMPTY.format(column.heading))
            return None
        key = column.form.read(row.texts[column.field])
        if key in table:
            first = self.tables.cells[self.places[(*path, key)]].split("!")[1]
            sentence = f'"{row.text(column.field)}" stands in {first} too.'
            self.tables.note(place, f"{sentence} Keep one of the rows.")
            return None
        table[key] = value
        self.places.setdefault(path, place)
        self.places[(*path, key)] = place
        return key

    def worded(self, row: Row, sheet: str, field: str, words: str, table: dict[Any, Any], path: Path) -> None:
        """A row that gives a text under a key: `levels`, `parts`, `evidence_grades`."""
        columns = {column.field: column for column in BY_NAME[sheet].columns}
        if not row.text(words):
            self.tables.note(row.places[words], EMPTY.format(columns[words].heading))
            return
        key = self.enter(row, columns[field], table, path, columns[words].form.read(row.texts[words]))
        if key is not None:
            self.places[(*path, key)] = row.places[words]

    def owner(self, row: Row, name: str, sheet: str, known: Iterable[str]) -> str | None:
        """The key of what a row belongs to; None, and a problem, when there is no such thing."""
        key = row.text(name)
        known = list(known)
        if key in known:
            return key
        if not key:
            self.tables.note(row.places[name], EMPTY.format(name.capitalize()))
        elif sheet in self.tables.rows:
            near = meant_key(key, known)
            cure = f'Did you mean "{near}"?' if near else f"Name one of the sheet {sheet}, or add it there."
            self.tables.note(row.places[name], f'There is no {name} "{key}". {cure}')
        return None

    # --- the sheets

    def template(self) -> None:
        """The lines of the sheet `Template`."""
        seen: dict[str, Place] = {}
        for row in self.tables.rows.get(layout.TEMPLATE, ()):
            self.template_line(row, seen)
        self.data.setdefault("schema", SCHEMA)
        self.places.setdefault((), min(self.tables.cells, default=(0, 0)))
        for column in FIELDS if layout.TEMPLATE in self.tables.rows else ():
            if column.is_needed and column.heading not in seen:
                place = self.places[()]
                self.tables.note(place, f'There is no line for "{column.heading}". Add it.', layout.TEMPLATE)

    def template_line(self, row: Row, seen: dict[str, Place]) -> None:
        heading, place = row.text("field"), row.places["field"]
        column = FIELD_NAMES.get(heading.casefold())
        if column is None:
            self.tables.note(place, _unknown_field(heading))
        elif column.heading in seen:
            first = self.tables.cells[seen[column.heading]].split("!")[1]
            self.tables.note(place, f'"{heading}" stands in {first} too. Keep one of the lines.')
        else:
            seen[column.heading] = place
            self.places.setdefault((), place)
            value = Row({column.field: row.texts["value"]}, {column.field: row.places["value"]})
            self.fill(value, [column], self.data, ())

    def scale(self, row: Row) -> None:
        name, columns = row.text("scale"), {c.field: c for c in BY_NAME[layout.SCALES].columns}
        if not name:
            self.tables.note(row.places["scale"], EMPTY.format("Scale"))
            return
        scales = self.data.setdefault("scales", {})
        self.places.setdefault(("scales", name), row.places["scale"])
        scale = scales.setdefault(name, {"levels": {}})
        path = ("scales", name)
        self.worded(row, layout.SCALES, "level", "name", scale["levels"], (*path, "levels"))
        if row.text("points"):
            table = scale.setdefault("points", {})
            level = columns["level"].form.read(row.texts["level"])
            self.places.setdefault((*path, "points"), row.places["points"])
            self.places[(*path, "points", level)] = row.places["points"]
            table.setdefault(level, columns["points"].form.read(row.texts["points"]))

    def part(self, row: Row) -> None:
        name = row.text("set")
        if not name:
            self.tables.note(row.places["set"], EMPTY.format("Set"))
            return
        parts = self.data.setdefault("parts", {})
        self.places.setdefault(("parts", name), row.places["set"])
        self.worded(row, layout.PARTS, "key", "words", parts.setdefault(name, {}), ("parts", name))

    def grade(self, row: Row) -> None:
        grades = self.data.setdefault("evidence_grades", {})
        self.worded(row, layout.GRADES, "grade", "words", grades, ("evidence_grades",))

    def build_sections(self) -> None:
        """Sections into what holds them, in the order of their rows."""
        rows = self.tables.rows.get(layout.SECTIONS, [])
        known = {row.text("key") for row in rows}
        inside: dict[str, list[Row]] = {}
        for row in rows:
            holder = self.owner(row, "inside", layout.SECTIONS, known) if row.text("inside") else ""
            inside.setdefault(holder or "", []).append(row)
        if layout.SECTIONS in self.tables.rows and not rows:
            self.tables.note((0, 0), "There are no sections. Add a row for each.", layout.SECTIONS)
        taken: list[Row] = []
        self.build_inside("", self.data, (), inside, taken)
        for row in rows:
            if not any(row is one for one in taken):
                self.is_whole = False
                sentence = f'The section "{row.text("key")}" stands inside itself.'
                self.tables.note(row.places["inside"], f"{sentence} Name another section, or clear the cell.")

    def build_inside(
        self, key: str, content: dict[str, Any], path: Path, inside: dict[str, list[Row]], taken: list[Row]
    ) -> None:
        for row in inside.pop(key, ()):
            taken.append(row)
            section = self.append(row, layout.SECTIONS, content, (*path, "sections"))
            here: Path = (*path, "sections", len(content["sections"]) - 1)
            if "rule_table" in section:
                section["rule_table"] |= {"lists": {}, "rows": []}
            name = row.text("key")
            self.sections.setdefault(name, _Section(row, section, here))
            if name:
                self.build_inside(name, section, here, inside, taken)

    def question(self, row: Row) -> None:
        key = self.owner(row, "section", layout.SECTIONS, self.sections)
        if key is None:
            self.asked.setdefault(row.text("key"), [])
            return
        section = self.sections[key]
        question = self.append(row, layout.QUESTIONS, section.content, (*section.path, "questions"))
        path = (*section.path, "questions", len(section.content["questions"]) - 1)
        self.asked.setdefault(row.text("key"), []).append((question, path))

    def pilot_question(self, row: Row) -> None:
        pilot = self.data.setdefault("pilot_feedback", {})
        path: Path = ("pilot_feedback", "overall")
        question = self.append(row, layout.PILOT, pilot, path)
        self.asked.setdefault(row.text("key"), []).append((question, (*path, len(pilot["overall"]) - 1)))

    def option(self, row: Row) -> None:
        key = self.owner(row, "question", layout.QUESTIONS, self.asked)
        for question, path in self.asked.get(key or "", ()):
            self.append(row, layout.OPTIONS, question, (*path, "options"))

    def level(self, row: Row) -> None:
        key = self.owner(row, "question", layout.QUESTIONS, self.asked)
        for question, path in self.asked.get(key or "", ()):
            levels = question.setdefault("levels", {})
            self.worded(row, layout.LEVELS, "level", "words", levels, (*path, "levels"))

    def cap(self, row: Row) -> None:
        key = self.owner(row, "section", layout.SECTIONS, self.sections)
        if key is not None:
            section = self.sections[key]
            self.append(row, layout.CAPS, section.content, (*section.path, "caps"))

    def rule_table(self, row: Row) -> tuple[dict[str, Any], Path] | None:
        """The rule table that a row belongs to, with its path."""
        key = self.owner(row, "section", layout.SECTIONS, self.sections)
        if key is None:
            return None
        section = self.sections[key]
        path = (*section.path, "rule_table")
        self.places.setdefault(path, section.row.start)
        return section.content.setdefault("rule_table", {"lists": {}, "rows": []}), path

    def rule_list(self, row: Row) -> None:
        found = self.rule_table(row)
        if found is not None:
            table, path = found
            columns = {column.field: column for column in BY_NAME[layout.LISTS].columns}
            keys = columns["questions"].form.read(row.texts.get("questions", ""))
            name = self.enter(row, columns["list"], table["lists"], (*path, "lists"), keys)
            if name is not None and "questions" in row.places:
                self.places[(*path, "lists", name)] = row.places["questions"]

    def rule_row(self, row: Row) -> None:
        found = self.rule_table(row)
        if found is not None:
            table, path = found
            item = self.append(row, layout.ROWS, table, (*path, "rows"))
            item.setdefault("lists", [])

    def band(self, row: Row) -> None:
        self.append(row, layout.BANDS, self.data, ("bands",))

    def check(self, row: Row) -> None:
        self.append(row, layout.CHECKS, self.data, ("checks",))


def _unknown_field(heading: str) -> str:
    if not heading:
        return "This line has no field. Name it, or take the line out."
    names = [column.heading for column in FIELDS]
    near = meant(heading, names)
    cure = f'Did you mean "{near}"?' if near else f"Take it out; the fields are {', '.join(names)}."
    return f'There is no field "{heading}". {cure}'
