"""What became of each thing in an XLSForm: kept, changed or lost, where it stood, why, and what to do."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from vfm.gateways.spreadsheets import Sheet
from vfm.gateways.xlsform_tables import SHEETS, Row, Table

NOTHING = "Nothing to do."


class Outcome(StrEnum):
    """What became of a thing in the form."""

    KEPT = "kept"
    CHANGED = "changed"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one thing in the form.

    Attributes:
        place: its cell, such as `survey!C12`, or the name of a sheet.
        what: its name in words.
        reason: what it has become, or why it was left out, as a sentence.
        cure: what to do, as a sentence.
    """

    outcome: Outcome
    place: str
    what: str
    reason: str
    cure: str = NOTHING

    @property
    def message(self) -> str:
        """Everything but the place, in sentences."""
        return f"{self.what} ({self.outcome}). {self.reason} {self.cure}"

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


@dataclass(slots=True)
class Report:
    """The lines gathered so far."""

    lines: list[Line] = field(default_factory=list)

    def kept(self, place: str, what: str, reason: str) -> None:
        """Something means in the template what it meant in the form."""
        self.lines.append(Line(Outcome.KEPT, place, what, reason))

    def changed(self, place: str, what: str, reason: str, cure: str = NOTHING) -> None:
        """Something is there, but not as it was."""
        self.lines.append(Line(Outcome.CHANGED, place, what, reason, cure))

    def lost(self, place: str, what: str, reason: str, cure: str = NOTHING) -> None:
        """Something is not there."""
        self.lines.append(Line(Outcome.LOST, place, what, reason, cure))

    def taken_out(self, place: str, what: str, reason: str) -> None:
        """What was thought to be kept or changed at a place turned out to make no sense in a template."""
        self.lines = [line for line in self.lines if line.place != place or line.outcome is Outcome.LOST]
        self.lost(place, what, reason, "It was taken out.")

    def words(self, row: Row, what: str) -> None:
        """Say where words of a row name an answer, which a template does not put into its words."""
        for column in ("label", "hint"):
            if "${" in row.text(column):
                reason = "Answers are not put into words: the name stands there in brackets."
                self.changed(row.place(column), f"Words of {what}", reason, "Reword it.")

    @property
    def lost_lines(self) -> list[Line]:
        """What is lost, so far."""
        return [line for line in self.lines if line.outcome is Outcome.LOST]

    def in_order(self, sheets: Sequence[Sheet]) -> tuple[Line, ...]:
        """The lines by sheet, row and column."""
        order = {sheet.name: i for i, sheet in enumerate(sheets)}
        return tuple(sorted(self.lines, key=lambda line: _position(line.place, order)))


def _position(place: str, order: Mapping[str, int]) -> tuple[int, int, int, str]:
    sheet, _, cell = place.rpartition("!") if place not in order else (place, "", "")
    found = re.match(r"([A-Z]*)(\d*)", cell)
    column, row = found.groups() if found else ("", "")
    return order.get(sheet, 0), int(row or 0), len(column), column


# --- what is not looked at --------------------------------------------------------------------------------

SURVEY = (
    "type name label hint guidance_hint required relevant constraint constraint_message calculation default "
    "readonly choice_filter repeat_count parameters"
)
READ = {
    "survey": frozenset(SURVEY.split()),
    "choices": frozenset({"list_name", "name", "label"}),
    "external_choices": frozenset({"list_name", "name", "label"}),
    "settings": frozenset({"form_title", "form_id", "default_language"}),
}
WHY = {
    "media": "Pictures, sounds and films are not part of a template.",
    "appearance": "Every template looks alike, so that it works on every screen.",
    "required_message": "The page has its own words for an answer that is missing.",
    "version": "Versions are counted when they are kept.",
    "trigger": "Values are reckoned whenever an answer changes.",
    "save_to": "Answers are kept in the assessment and nowhere else.",
}
"""Column that is not read -> why."""


def unread(report: Report, found: Sequence[Sheet], form: Mapping[str, Table]) -> None:
    """Report each sheet and column that is not taken over, at the first cell that holds something."""
    for sheet in found:
        if sheet.name.strip().lower() not in SHEETS and sheet.rows:
            reason = "Only the sheets survey, choices, external_choices and settings are read."
            report.lost(sheet.name, f"Sheet “{sheet.name}”", reason)
    for name, table in form.items():
        for position, first in _filled(table):
            _unread_column(report, name, table, position, table.sheet.cell(first, position))


def _filled(table: Table) -> Iterator[tuple[int, int]]:
    """Each column that holds something under the row of headings, and where the first is."""
    seen: dict[int, int] = {}
    for row in table.rows():
        for position, cell in enumerate(table.sheet.rows[row.index]):
            if cell.strip():
                seen.setdefault(position, row.index)
    yield from sorted(seen.items())


def _unread_column(report: Report, name: str, table: Table, position: int, place: str) -> None:
    heading = table.headings.get(position)
    if heading is None:
        above = table.sheet.rows[table.first]
        written = above[position].strip() if position < len(above) else ""
        reason = "The same heading stands further left." if written else "There is no heading above."
        report.lost(place, f"Column “{written}”", reason, "Give it a heading of its own if it is needed.")
    elif heading.column not in READ[name]:
        reason = WHY.get(heading.column, "A template has nothing like it.")
        report.lost(place, f"Column “{heading.written.strip()}”", reason)
    elif position != table.positions[heading.column][0]:
        reason = "A template has one language; these words stand in only where the others are blank."
        cure = "Set default_language and import again for a template in this language."
        report.lost(place, f"Column “{heading.written.strip()}”", reason, cure)
