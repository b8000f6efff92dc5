"""What somebody filled into a workbook of answers, question by question, with a place for every mistake.

Pure: cells as text in, form fields out, so that a workbook's answers are read by the very rules a page's are.
A mistake costs its own question and no other: what can be read is read.
"""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, Protocol

from vfm.errors import Invalid, Problem
from vfm.questionnaires import workbook_layout as layout
from vfm.questionnaires.answers import STATE_WORDS, Raw, State
from vfm.questionnaires.merging import UNSEEN, Sent
from vfm.questionnaires.schema import Kind, Question, Questionnaire
from vfm.questionnaires.wording import did_you_mean, short
from vfm.questionnaires.workbook_layout import Column, Line, LineKind, Origin

AGAIN = "Download the workbook again and copy your answers into it."


class Cells(Protocol):
    """One sheet: rows of cells as text, and ranges of merged cells."""

    @property
    def rows(self) -> Sequence[Sequence[str]]:
        """`rows[i]` is the sheet's row i + 1."""

    @property
    def merged(self) -> Sequence[str]:
        """Such as `A3:B4`."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What a workbook holds.

    Attributes:
        sent: question key -> its fields and the mark of the answer its writer saw; questions with a problem
            are left out.
        problems: place: `KEY Sheet!Cell`, or the cell alone where no question is meant.
        places: question key, or `KEY.value.PART` -> the cell of its answer, for problems found later.
    """

    sent: dict[str, Sent] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)

    def as_json(self, keys: AbstractSet[str] | None = None) -> dict[str, Any]:
        """As the store keeps it until somebody decides; of what was sent only these keys, all where None."""
        return {
            "sent": {
                key: [dict(one.raw), one.seen]
                for key, one in self.sent.items()
                if keys is None or key in keys
            },
            "problems": [[problem.place, problem.message] for problem in self.problems],
            "places": self.places,
        }


class Belongs(Protocol):
    """What has to be known of an assessment to say whether a workbook is its own."""

    @property
    def id(self) -> int: ...  # noqa: D102
    @property
    def service(self) -> str: ...  # noqa: D102
    @property
    def cycle(self) -> str: ...  # noqa: D102
    @property
    def content_hash(self) -> str: ...  # noqa: D102


def assert_fits(origin: Origin, wanted: Belongs, name: str, cure: str) -> None:
    """Check that a workbook belongs to this assessment as it is asked now.

    Args:
        origin: what the workbook says of itself.
        wanted: the assessment.
        name: of the file.
        cure: what to do with the workbook of another.

    Raises:
        Invalid: it does not; the words say where it belongs.
    """
    if origin.assessment_id != wanted.id:
        whose = (
            f"This is the workbook of {origin.service}, {origin.cycle}, "
            f"not of {wanted.service}, {wanted.cycle}."
        )
        raise Invalid([Problem(f"{name}: vfm!B2", f"{whose} {cure}")])
    assert_asks(
        origin, wanted.content_hash, name, "Download a new one and copy your answers into it.", "is asked now"
    )


def assert_asks(
    origin: Origin, content_hash: str, name: str, cure: str, by: str = "this template has"
) -> None:
    """Check that a workbook asks what a questionnaire of this content asks, to the letter.

    Args:
        origin: what the workbook says of itself.
        content_hash: of the questionnaire, see `document.digest`.
        name: of the file.
        cure: what to do with the workbook of another version.
        by: what the wording is compared with, in words.

    Raises:
        Invalid: it does not.
    """
    if origin.version != content_hash:
        other = f"This workbook was made for other wording of the questions than {by}."
        raise Invalid([Problem(f"{name}: vfm!B3", f"{other} {cure}")])


def origin_of(sheets: Mapping[str, Cells], name: str) -> Origin:
    """Whose workbook this is.

    Raises:
        Invalid: it does not say, or what it says was changed; the place is the file's name.
    """
    hidden = sheets.get(layout.MARKS)
    if hidden is None:
        known = (
            "This workbook was not downloaded here, or the hidden sheet that says whose it is was taken out."
        )
        raise Invalid([Problem(name, f"{known} {AGAIN}")])
    rows = [(_text(row, 0), _text(row, 1)) for row in hidden.rows if any(cell.strip() for cell in row)]
    found = layout.origin(rows)
    if found is None:
        changed = "The hidden sheet that says whose workbook this is was changed."
        raise Invalid([Problem(f"{name}: {layout.MARKS}!A1", f"{changed} {AGAIN}")])
    return found


def filled(
    questionnaire: Questionnaire,
    sheets: Mapping[str, Cells],
    origin: Origin,
    keys: AbstractSet[str],
    states: Mapping[str, str],
    translated: Sequence[Questionnaire] = (),
) -> Filled:
    """The answers in a workbook.

    Args:
        questionnaire: what was asked when it was downloaded.
        sheets: every sheet.
        origin: as `origin_of` gave it.
        keys: of the questions whose answers are wanted; rows of others are not looked at.
        states: question key -> the state stored now, so that a "don't know" that stood there when somebody
            types an answer beside it is no contradiction.
        translated: the same in other languages, in which it may have been downloaded.
    """
    found = Filled()
    sheet = sheets.get(layout.SHEET)
    if sheet is None:
        found.problems.append(_gone(sheets))
        return found
    found.problems.extend(_headings(sheet))
    if found.problems:
        return found
    lines = layout.lines(questionnaire, origin.seen.keys())
    _Reading((questionnaire, *translated), sheet, origin, states, found).read(
        [line for line in lines if line.key in keys]
    )
    return found


def _gone(sheets: Mapping[str, Cells]) -> Problem:
    for title, sheet in sheets.items():
        if title not in (layout.GUIDE, layout.LISTS, layout.MARKS) and not list(_headings(sheet)):
            message = f"This sheet was renamed. Name it “{layout.SHEET}” again, save and upload."
            return Problem(f"{title}!A1", message)
    return Problem(f"{layout.SHEET}!A1", f"The sheet “{layout.SHEET}” is gone. {AGAIN}")


def _headings(sheet: Cells) -> Iterator[Problem]:
    row = sheet.rows[layout.HEADING_ROW - 1] if len(sheet.rows) >= layout.HEADING_ROW else ()
    for number, column in enumerate(layout.COLUMNS):
        if _text(row, number).strip() != column.heading:
            here = f"This column should be “{column.heading}”; it was moved, renamed or taken out."
            yield Problem(f"{layout.SHEET}!{column.letter}{layout.HEADING_ROW}", f"{here} {AGAIN}")
            return


def _text(row: Sequence[str], number: int) -> str:
    return row[number] if number < len(row) else ""


class _Reading:
    """One sheet being read."""

    def __init__(
        self,
        worded: Sequence[Questionnaire],
        sheet: Cells,
        origin: Origin,
        states: Mapping[str, str],
        found: Filled,
    ) -> None:
        self.worded, self.questionnaire, self.sheet, self.origin = worded, worded[0], sheet, origin
        self.states, self.found = states, found
        self.rows: dict[str, int] = {}
        self.twice: dict[str, int] = {}

    def read(self, lines: Sequence[Line]) -> None:
        """Every question of the lines."""
        self._find_rows()
        merged = {number: cells for cells in self.sheet.merged for number in _rows_of(cells)}
        by_key: dict[str, list[Line]] = {}
        for line in lines:
            if line.kind is not LineKind.SECTION:
                by_key.setdefault(line.key, []).append(line)
        for key, own in by_key.items():
            problems = list(self._broken(own, merged))
            raw = {} if problems else self._raw(key, own, problems)
            if problems:
                self.found.problems.extend(problems)
            else:
                self.found.sent[key] = Sent(raw, self.origin.seen.get(key, UNSEEN))
            for line in own:
                place = f"{key}.value.{line.part}" if line.part else key
                self.found.places[place] = self._at(layout.ANSWER, self.rows.get(line.mark, line.number))

    def _find_rows(self) -> None:
        """Mark -> row, wherever it stands: a sheet that was sorted is read all the same."""
        for number, row in enumerate(self.sheet.rows, 1):
            mark = _text(row, 0).strip()
            if number > layout.HEADING_ROW and mark:
                (self.twice if mark in self.rows else self.rows)[mark] = number

    def _broken(self, own: Sequence[Line], merged: Mapping[int, str]) -> Iterator[Problem]:
        """What is wrong with the rows of one question, whatever they hold."""
        for line in own:
            if line.mark in self.twice:
                at = self._at(layout.KEY, self.twice[line.mark])
                yield Problem(
                    f"{line.key} {at}", f"The row of {line.mark} is here twice. Delete one of the two."
                )
            elif line.mark not in self.rows:
                at = self._at(layout.KEY, line.number)
                gone = f"The row of {line.mark}, which stood here, was taken out or its name was changed."
                yield Problem(f"{line.key} {at}", f"{gone} Its answer stays as it is on the pages. {AGAIN}")
            elif self.rows[line.mark] in merged:
                at = f"{layout.SHEET}!{merged[self.rows[line.mark]]}"
                yield Problem(
                    f"{line.key} {at}", "These cells were merged. Unmerge them, and answer each alone."
                )

    # --- one question ---------------------------------------------------------------------------------------

    def _raw(self, key: str, own: Sequence[Line], problems: list[Problem]) -> Raw:
        """The fields of a question; what cannot be read is added to the problems."""
        question, row = self.questionnaire.questions[key], self.rows[key]
        raw: dict[str, str | list[str]] = {}
        if len(own) > 1:
            self._read_inside(question, own, raw, problems)
        else:
            raw["value"] = self._picked(question, self._cell(row, layout.ANSWER), row, problems)
        raw["state"] = self._chosen(question, layout.STATE, row, _states(question), problems)
        grades = {words: key for one in self.worded for words, key in layout.grades_offered(one).items()}
        raw["evidence"] = self._chosen(question, layout.GRADE, row, grades, problems)
        raw["reason"], raw["note"] = self._cell(row, layout.REASON), self._cell(row, layout.NOTE)
        problems.extend(self._contradictions(question, row, raw))
        return raw

    def _read_inside(
        self,
        question: Question,
        own: Sequence[Line],
        raw: dict[str, str | list[str]],
        problems: list[Problem],
    ) -> None:
        """The rows of options or parts below a question."""
        head = self.rows[question.key]
        if self._cell(head, layout.ANSWER) not in ("", layout.BELOW):
            at = self._at(layout.ANSWER, head)
            problems.append(
                Problem(f"{question.key} {at}", "Answer in the rows below, and leave this cell as it is.")
            )
        ticked: list[str] = []
        for line in own[1:]:
            words = self._cell(self.rows[line.mark], layout.ANSWER)
            if question.kind is not Kind.MULTI_CHOICE:
                raw[f"value.{line.part}"] = words
            elif words.casefold() in layout.TICKED:
                ticked.append(line.part)
            elif words.casefold() not in layout.NOT_TICKED:
                at = self._at(layout.ANSWER, self.rows[line.mark])
                cure = f"Choose {layout.TICK} where it applies, or leave the cell blank."
                problems.append(Problem(f"{question.key} {at}", f"“{short(words)}” is neither. {cure}"))
        if question.kind is Kind.MULTI_CHOICE:
            raw["value"] = ticked

    def _picked(self, question: Question, words: str, row: int, problems: list[Problem]) -> str:
        """A typed answer as it is; a picked one by the key of its words."""
        offered = {
            said: key
            for one in self.worded
            for said, key in layout.offered(one, one.questions[question.key]).items()
        }
        if not offered or not words:
            return words
        return self._key_of(question, layout.ANSWER, row, offered, words, problems)

    def _chosen(
        self,
        question: Question,
        column: Column,
        row: int,
        offered: Mapping[str, str],
        problems: list[Problem],
    ) -> str:
        words = self._cell(row, column)
        return self._key_of(question, column, row, offered, words, problems) if words else ""

    def _key_of(
        self,
        question: Question,
        column: Column,
        row: int,
        offered: Mapping[str, str],
        words: str,
        problems: list[Problem],
    ) -> str:
        """The key of what was chosen, by its words or by the key itself, spaces and case apart."""
        plain = _plain(words)
        for said, key in offered.items():
            if plain in (_plain(said), _plain(key), f"{_plain(key)}.0"):
                return key
        cure = did_you_mean(words, list(offered), "Choose from the list of the cell.")
        at = f"{question.key} {self._at(column, row)}"
        problems.append(Problem(at, f"“{short(words)}” is not in the list of this cell. {cure}"))
        return ""

    def _contradictions(self, question: Question, row: int, raw: Raw) -> Iterator[Problem]:
        """An answer beside “we don't know yet”, a reason for nothing: never settled in silence."""
        has_value = any(raw[name] for name in raw if name.startswith("value"))
        state = raw.get("state", "")
        if has_value and state and state != self.states.get(question.key):
            said = STATE_WORDS[State(str(state))]
            at = f"{question.key} {self._at(layout.STATE, row)}"
            yield Problem(at, f"There is an answer and also “{said}”. Clear one of the two cells.")
        if raw.get("reason") and state != State.NOT_APPLICABLE:
            says = "This says why it does not apply, but not that it does not."
            cure = f"Choose “{_na()}” in column {layout.STATE.letter}, or clear this cell."
            yield Problem(f"{question.key} {self._at(layout.REASON, row)}", f"{says} {cure}")

    def _cell(self, row: int, column: Column) -> str:
        """What stands in a cell, without blanks around it."""
        return _text(self.sheet.rows[row - 1], ord(column.letter) - ord("A")).strip()

    @staticmethod
    def _at(column: Column, row: int) -> str:
        return f"{layout.SHEET}!{column.letter}{row}"


def _states(question: Question) -> dict[str, str]:
    return {words: state.value for words, state in layout.states_offered(question).items()}


def _na() -> str:
    return STATE_WORDS[State.NOT_APPLICABLE]


def _plain(words: str) -> str:
    return " ".join(words.replace("’", "'").split()).casefold()


def _rows_of(cells: str) -> range:
    """The rows of a range such as `A3:B4`."""
    first, _, last = cells.partition(":")
    numbers = [int("".join(filter(str.isdigit, corner)) or 0) for corner in (first, last or first)]
    return range(numbers[0], numbers[1] + 1)


def placed(problems: Sequence[Problem], places: Mapping[str, str]) -> list[Problem]:
    """Problems of reading answers (at `KEY`, `KEY.reason`, `KEY.value.PART`), put at their cells."""
    columns = {"reason": layout.REASON, "note": layout.NOTE, "state": layout.STATE, "evidence": layout.GRADE}
    found = []
    for problem in problems:
        key, _, rest = problem.place.partition(".")
        at = places.get(problem.place) or places.get(key, layout.SHEET)
        if rest in columns:
            at = at.replace(f"!{layout.ANSWER.letter}", f"!{columns[rest].letter}")
        found.append(Problem(f"{key} {at}", problem.message))
    return found
