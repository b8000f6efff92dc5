"""A service's own workbook for one assessment, to be filled in away from the pages and sent back.

`vfm.gateways.answer_workbooks` reads it. Only the cells of answers can be typed into; every text is written
as text, whatever it begins with, and every formula carries the value it comes to, so that a program that
works nothing out shows the same. Nothing here is a secret: the sheet's protection has no password.
"""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from vfm.questionnaires import conditions, figures, routing
from vfm.questionnaires import workbook_formulas as formulas
from vfm.questionnaires import workbook_layout as layout
from vfm.questionnaires.answers import STATE_WORDS as SAID
from vfm.questionnaires.answers import UNANSWERED, Answer, Answers, Evidence, State, grade_words
from vfm.questionnaires.kinds import KINDS, choices
from vfm.questionnaires.schema import Kind, Question, Questionnaire
from vfm.questionnaires.workbook_layout import Line, LineKind, Origin
from vfm.reports.workbook import A4, ExactFigure

DONE, TO_DO, MAY_STAY_BLANK = "Done", "To do", "Can stay blank"
NOT_ASKED, SAY_WHY, CHOOSE_ONE, UNREAD = "Not asked", "Say why", "Choose one", "Cannot be read"
LINE_HEIGHT, ROOM, TALLEST = 13, 5, 400
"""Points of a line; lines that a text of one's own is given; points of the tallest row there can be."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What goes into one workbook.

    Attributes:
        keys: of the questions in it; what it does not hold is taken as it stands now.
        given: question key -> the answer that stands now.
        beside: question key -> lines to show beside it: what was agreed last time, published figures.
        due_on: when the answers are due.
        made_on: the day of the download.
    """

    questionnaire: Questionnaire
    origin: Origin
    keys: frozenset[str]
    given: Answers
    beside: Mapping[str, Sequence[str]]
    due_on: date
    made_on: date


def assessment_workbook(sheet: Sheet) -> bytes:
    """The workbook as bytes of an .xlsx file: a guide, the sheet to fill in, and two hidden ones."""
    import xlsxwriter  # heavy: only who asks for a workbook waits for it

    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"title": f"{sheet.origin.service}: {sheet.questionnaire.title}"[:255]})
    guide, questions, lists, marks = (
        book.add_worksheet(name) for name in (layout.GUIDE, layout.SHEET, layout.LISTS, layout.MARKS)
    )
    writing = _Writing(sheet, questions, _Lists(lists), _Looks(book))
    writing.write()
    _write_guide(guide, sheet, writing)
    for number, row in enumerate(sheet.origin.rows()):
        for column, words in enumerate(row):
            marks.write_string(number, column, words)
    lists.hide()
    marks.very_hidden()
    for locked in (guide, lists, marks):
        locked.protect("", {"format_columns": True, "format_rows": True})
    guide.activate()
    book.close()
    return made.getvalue()


class _Looks:
    """The formats of one workbook, each made when first asked for."""

    BASE = {"valign": "top", "text_wrap": True, "font_name": "Arial", "font_size": 10}
    BOX = {"border": 1, "border_color": "#B1B4B6"}

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[str, Any] = {}

    def __call__(self, **more: Any) -> Any:
        """A format: the workbook's own with these properties."""
        name = repr(sorted(more.items()))
        if name not in self._made:
            self._made[name] = self._book.add_format(self.BASE | more)
        return self._made[name]

    def typed_into(self, kind: Kind | None = None) -> Any:
        """A cell to type into, of the sort of answer it takes; text where None."""
        own = {"num_format": _NUMBERS.get(kind, "@") if kind else "@", "align": "left"}
        return self(**self.BOX, **own, locked=False, bg_color="#FFF9E5")

    @property
    def locked(self) -> Any:
        """A cell that says something."""
        return self(**self.BOX)


_NUMBERS = {Kind.NUMBER: "General", Kind.MONEY: "£#,##0.00", Kind.DATE: "d mmmm yyyy"}
"""How Excel shows what is typed. Not for per cents, of which Excel would keep 12.5% as 0.125."""


class _Lists:
    """The hidden sheet of drop-downs and of sentences too long for a formula."""

    def __init__(self, sheet: Any) -> None:
        self._sheet = sheet
        self._next = 0
        self._known: dict[tuple[tuple[str, str], ...], tuple[int, int]] = {}

    def place(self, offered: Mapping[str, str]) -> tuple[str, str]:
        """Where the words of a list stand, and where the values beside them."""
        pairs = tuple(offered.items())
        if pairs not in self._known:
            self._known[pairs] = self._next + 1, self._next + len(pairs)
            for words, value in pairs:
                self._sheet.write_string(self._next, 0, words)
                self._sheet.write_string(self._next, 1, value)
                self._next += 1
        first, last = self._known[pairs]
        return tuple(f"{layout.LISTS}!${column}${first}:${column}${last}" for column in "AB")  # type: ignore[return-value]

    def sentence(self, words: str) -> str:
        """The cell that holds a sentence."""
        return self.place({words: ""})[0].partition(":")[0]


class _Writing:
    """One sheet of questions being written."""

    def __init__(self, sheet: Sheet, page: Any, lists: _Lists, looks: _Looks) -> None:
        self.of = sheet
        self.page, self.lists, self.looks = page, lists, looks
        self.questionnaire = sheet.questionnaire
        self.lines = layout.lines(self.questionnaire, sheet.keys)
        self.last = self.lines[-1].number if self.lines else layout.HEADING_ROW
        self.route = routing.on_route(self.questionnaire, sheet.given)
        self.rows = {line.mark: line.number for line in self.lines}
        self.below = _below(self.lines)
        self.cells = self._cells()
        self.sections = [line for line in self.lines if line.kind is LineKind.SECTION]
        self.grades = layout.grades_offered(self.questionnaire)

    # --- the whole ------------------------------------------------------------------------------------------

    def write(self) -> None:
        """Headings, every row, the shading, the drop-downs, and how it prints."""
        page = self.page
        self._write_top()
        writers = {
            LineKind.SECTION: self._write_section,
            LineKind.QUESTION: self._write_question,
            LineKind.OPTION: self._write_inside,
            LineKind.PART: self._write_inside,
        }
        for line in self.lines:
            page.set_row(line.number - 1, self._height(line))
            writers[line.kind](line)
        self._shade()
        page.freeze_panes(layout.HEADING_ROW, 1)
        page.set_column("L:M", None, None, {"hidden": True})
        page.ignore_errors({"number_stored_as_text": "A1:K1048576"})
        page.set_paper(A4)
        page.set_landscape()
        page.set_margins(0.4, 0.4, 0.5, 0.6)
        page.fit_to_pages(1, 0)
        page.repeat_rows(layout.HEADING_ROW - 1)
        page.print_area(f"A1:K{self.last}")
        page.set_footer(f"&L{self.of.origin.service.replace('&', '&&')}&RPage &P of &N")
        page.protect("", {"format_columns": True, "format_rows": True})

    def _write_top(self) -> None:
        origin, looks = self.of.origin, self.looks
        title = looks(bold=True, font_size=14, text_wrap=False)
        plain = looks(text_wrap=False)
        self.page.write_string("A1", f"{origin.service}: {self.questionnaire.title}", title)
        due = figures.day_in_words(self.of.due_on)
        self.page.write_string(
            "A2", f"{origin.cycle}, due {due}. Type into the yellow cells; grey rows are not asked.", plain
        )
        self.page.write_formula("A3", f"={self.count(5, self.last)}", looks(bold=True, text_wrap=False),
                                self.counted(self.lines))  # fmt: skip
        heading = looks(**looks.BOX, bold=True, bg_color="#0B3C5D", font_color="#FFFFFF")
        for column in layout.COLUMNS:
            at = f"{column.letter}:{column.letter}"
            self.page.set_column(at, column.width)
            self.page.write_string(f"{column.letter}{layout.HEADING_ROW}", column.heading, heading)

    def count(self, first: int, last: int) -> str:
        """How many of the rows from first to last are done, as a formula."""
        rows = f"J{first}:J{last}"
        done, there = f'COUNTIF({rows},"{DONE}")', f'COUNTIF({rows},"?*")'
        apart = f'COUNTIF({rows},"{NOT_ASKED}")-COUNTIF({rows},"* of *")'
        return f'{done}&" of "&({there}-{apart})&" done"'

    def counted(self, lines: Sequence[Line]) -> str:
        """What `count` comes to."""
        keys = [line.key for line in lines if line.kind is LineKind.QUESTION and line.key in self.route]
        settled = [key for key in keys if self.given(key).state is not State.UNANSWERED]
        return f"{len(settled)} of {len(keys)} done"

    def under(self, section: Line) -> list[Line]:
        """The rows of a section."""
        following = (one.number for one in self.sections if one.number > section.number)
        end = next(following, self.last + 1)
        return [line for line in self.lines if section.number < line.number < end]

    def given(self, key: str) -> Answer:
        """The answer that stands now."""
        return self.of.given.get(key, UNANSWERED)

    def _shade(self) -> None:
        cells = f"A{layout.HEADING_ROW + 1}:K{max(self.last, layout.HEADING_ROW + 1)}"
        first = layout.HEADING_ROW + 1
        plain = self.looks
        grey = plain(font_color="#6F777B", bg_color="#DEE0E2")
        self.page.conditional_format(
            cells,
            {
                "type": "formula",
                "criteria": f'=AND($L{first}<>"",$L{first}=FALSE)',  # a blank equals FALSE too
                "format": grey,
                "stop_if_true": True,
            },
        )
        for words, look in (
            (DONE, plain(font_color="#005A30", bold=True)),
            (TO_DO, plain(font_color="#0B3C5D", bold=True)),
            *((one, plain(font_color="#942514", bold=True)) for one in (SAY_WHY, CHOOSE_ONE, UNREAD)),
        ):
            rule = {"type": "formula", "criteria": f'=$J{first}="{words}"', "format": look}
            self.page.conditional_format(f"J{first}:J{max(self.last, first)}", rule)

    def _height(self, line: Line) -> float:
        """Points a row needs, as not every program makes room for wrapped lines by itself."""
        if line.kind is not LineKind.QUESTION:
            return LINE_HEIGHT * max(1, _lines_of(line.words, layout.WORDS.width)) + 3
        question, answer = self.questionnaire.questions[line.key], self.given(line.key)
        texts = {
            layout.WORDS: "\n".join([question.text, *self._small(question)]),
            layout.CHOICES: how_to_answer(self.questionnaire, question),
            layout.ANSWER: answer.value if isinstance(answer.value, str) else "",
            layout.REASON: answer.reason,
            layout.NOTE: answer.note,
            layout.BESIDE: "\n".join(self.of.beside.get(line.key, ())),
        }
        most = max(_lines_of(text, column.width) for column, text in texts.items())
        least = ROOM if question.kind in (Kind.TEXT, Kind.EVIDENCE) else 2
        return min(TALLEST, LINE_HEIGHT * max(least, most) + 3)

    # --- rows -----------------------------------------------------------------------------------------------

    def _write_section(self, line: Line) -> None:
        look = self.looks(**self.looks.BOX, bold=True, bg_color="#D2E2F1", text_wrap=False)
        for column in layout.COLUMNS:
            self.page.write_blank(f"{column.letter}{line.number}", None, look)
        self.page.write_string(f"A{line.number}", line.mark, look)
        self.page.write_string(f"B{line.number}", line.words, look)
        inside = self.under(line)
        formula = f"={self.count(inside[0].number, inside[-1].number)}"
        self.page.write_formula(f"J{line.number}", formula, look, self.counted(inside))

    def _write_question(self, line: Line) -> None:
        question, row, looks = self.questionnaire.questions[line.key], line.number, self.looks
        self.page.write_string(f"A{row}", line.mark, looks(**looks.BOX, bold=True))
        self._write_words(question, row)
        self.page.write_string(f"C{row}", how_to_answer(self.questionnaire, question), looks.locked)
        if line.key in self.below:
            self.page.write_string(
                f"D{row}", layout.BELOW, looks(**looks.BOX, italic=True, font_color="#505A5F")
            )
        else:
            self._write_answer(question, row, self.given(line.key).value)
        self._write_besides(question, row)
        self.page.write_string(f"I{row}", "\n".join(self.of.beside.get(line.key, ())), looks.locked)
        self._write_reckoned(question, row)

    def _write_words(self, question: Question, row: int) -> None:
        """The question in bold, then what is said of it."""
        if small := self._small(question):
            parts = [self.looks(bold=True), question.text, self.looks(), "\n" + "\n".join(small)]
            self.page.write_rich_string(f"B{row}", *parts, self.looks.locked)
        else:
            self.page.write_string(f"B{row}", question.text, self.looks(**self.looks.BOX, bold=True))

    def _small(self, question: Question) -> list[str]:
        """What is said of a question: its guidance, when it is asked, what to compare it with."""
        small = [question.help.strip()] if question.help.strip() else []
        if question.show_if is not None:
            small.append(f"Asked only when {conditions.in_words(question.show_if, self.questionnaire)}.")
        if question.derived is not None:
            small.append(f"Compare with {conditions.expression_in_words(question.derived)}.")
        return small

    def _write_answer(self, question: Question, row: int, value: Any) -> None:
        at, look = f"D{row}", self.looks.typed_into(question.kind)
        match value:
            case None:
                self.page.write_blank(at, None, look)
            case date():
                self.page.write_datetime(at, datetime(value.year, value.month, value.day), look)  # noqa: DTZ001
            case Decimal() if question.kind is not Kind.PERCENT and Decimal(repr(float(value))) == value:
                self.page.write_number(at, ExactFigure(value), look)
            case Decimal():
                self.page.write_string(at, f"{value:f}", look)
            case _:
                self.page.write_string(at, self._in_cell(question, value), look)
        self._offer(question, at)

    def _in_cell(self, question: Question, value: Any) -> str:
        """A picked value by the words of its drop-down; a text as it is."""
        for words, offered in layout.offered(self.questionnaire, question).items():
            if offered == str(value):
                return words
        return str(value)

    def _offer(self, question: Question, at: str) -> None:
        """A drop-down, or what may be typed; a message says what, where the cell is."""
        offered = layout.offered(self.questionnaire, question)
        if offered:
            self._drop_down(at, offered, question.key)
        elif question.kind in _RULES:
            rule = _RULES[question.kind] | {
                "error_title": question.key,
                "error_message": _CURES[question.kind],
            }
            self.page.data_validation(at, rule)

    def _drop_down(self, at: str, offered: Mapping[str, Any], title: str) -> None:
        words, _ = self.lists.place({said: str(value) for said, value in offered.items()})
        self.page.data_validation(
            at,
            {
                "validate": "list",
                "source": f"={words}",
                "error_title": title,
                "error_message": "Choose from the list, or leave the cell blank.",
            },
        )

    def _write_besides(self, question: Question, row: int) -> None:
        """What can be said instead of an answer, why, how well it is evidenced, and a note."""
        answer, typed, locked = self.given(question.key), self.looks.typed_into(), self.looks.locked
        said = SAID[answer.state] if answer.state in (State.DONT_KNOW, State.NOT_APPLICABLE) else ""
        self.page.write_string(f"E{row}", said, typed)
        self._drop_down(f"E{row}", layout.states_offered(question), question.key)
        self.page.write_string(f"F{row}", answer.reason, typed if question.allows_na else locked)
        is_graded = question.is_scored or answer.evidence is not Evidence.NONE
        grade = "" if answer.evidence is Evidence.NONE else grade_words(self.questionnaire)[answer.evidence]
        self.page.write_string(f"G{row}", grade, typed if is_graded else locked)
        if is_graded:
            self._drop_down(f"G{row}", self.grades, question.key)
        self.page.write_string(f"H{row}", answer.note, typed)

    def _write_inside(self, line: Line) -> None:
        """A row of one option or one part of the question above it."""
        question, row, looks = self.questionnaire.questions[line.key], line.number, self.looks
        value = self.given(line.key).value
        for column in layout.COLUMNS:
            self.page.write_blank(f"{column.letter}{row}", None, looks.locked)
        self.page.write_string(f"A{row}", line.mark, looks(**looks.BOX, font_size=8, font_color="#505A5F"))
        self.page.write_string(f"B{row}", line.words, looks(**looks.BOX, indent=2))
        if line.kind is LineKind.OPTION:
            is_ticked = isinstance(value, tuple) and line.part in value
            self.page.write_string(f"D{row}", layout.TICK if is_ticked else "", looks.typed_into())
            self._drop_down(f"D{row}", {layout.TICK: "yes"}, question.key)
            self._reckon(row, f'AND(M{self.rows[line.key]}<>"",D{row}="{layout.TICK}")',
                         is_ticked and line.key in self.route)  # fmt: skip
        else:
            part = value.get(line.part) if isinstance(value, Mapping) else None
            self._write_answer(question, row, part)
            shown = formulas.serial(part if line.key in self.route else None)
            self._reckon(row, f'IF(L{row},{formulas.figure(f"D{row}")},"")', shown)
        self.page.write_formula(f"L{row}", f"=L{self.rows[line.key]}", None, line.key in self.route)

    # --- what is worked out ---------------------------------------------------------------------------------

    def _reckon(self, row: int, formula: str, value: Any) -> None:
        self.page.write_formula(f"M{row}", f"={formula}", None, value)

    def _cells(self) -> dict[str, str]:
        """Question key -> the cell its answer amounts to, or what it is where it is not in this workbook."""
        cells = {mark: f"$M${row}" for mark, row in self.rows.items()}
        for key, question in self.questionnaire.questions.items():
            if key not in cells:
                amount = self._amount(question)
                cells[key] = formulas.literal(amount)
                ticked = self.given(key).value if key in self.route else ()
                for option in question.options if question.kind is Kind.MULTI_CHOICE else ():
                    has = isinstance(ticked, tuple) and option.key in ticked
                    cells[f"{key}.{option.key}"] = formulas.literal(has)
        return cells

    def _amount(self, question: Question) -> Any:
        answer = self.given(question.key)
        if question.key not in self.route or not answer.is_answered or answer.value is None:
            return None
        amount = KINDS[question.kind].amount(answer.value)
        return 1 if question.kind in (Kind.TEXT, Kind.EVIDENCE) else amount

    def _write_reckoned(self, question: Question, row: int) -> None:
        """Whether it is asked, what it amounts to, where it stands, and which checks it fails."""
        is_asked = question.key in self.route
        asked = None
        if question.show_if is not None:
            asked = formulas.formula(question.show_if, self.cells)
        # What no spreadsheet would take stays open to be answered; the words above say when it is asked.
        self.page.write_formula(f"L{row}", f"={asked or 'TRUE'}", None, is_asked or asked is None)
        self._reckon(row, f'IF(AND(L{row},E{row}=""),{self._worth(question, row)},"")',
                     formulas.serial(self._amount(question)))  # fmt: skip
        look = self.looks.locked
        self.page.write_formula(f"J{row}", f"={self._standing(question, row)}", look, self._stands(question))
        self._write_checks(question, row)

    def _worth(self, question: Question, row: int) -> str:
        below = self.below.get(question.key)
        if below:
            first, last = below
            if question.kind is Kind.MULTI_CHOICE:
                return formulas.ticks(f"D{first}:D{last}", layout.TICK)
            return formulas.total(f"M{first}:M{last}")
        if question.kind is Kind.SINGLE_CHOICE:
            return formulas.chosen(f"D{row}", *self.lists.place(layout.offered(self.questionnaire, question)))
        return formulas.SINGLE[question.kind](f"D{row}")

    def _standing(self, question: Question, row: int) -> str:
        below = self.below.get(question.key)
        has = f"COUNTA(D{below[0]}:D{below[1]})>0" if below else f'D{row}<>""'
        blank = TO_DO if question.required else MAY_STAY_BLANK
        na = SAID[State.NOT_APPLICABLE]
        said = f'IF(AND(E{row}="{na}",TRIM(F{row})=""),"{SAY_WHY}","{DONE}")'
        instead = f'IF({has},"{CHOOSE_ONE}",{said})'
        plain = f'IF(M{row}<>"","{DONE}",IF({has},"{UNREAD}","{blank}"))'
        return f'IF(NOT(L{row}),"{NOT_ASKED}",IF(E{row}<>"",{instead},{plain}))'

    def _stands(self, question: Question) -> str:
        if question.key not in self.route:
            return NOT_ASKED
        if self.given(question.key).state is not State.UNANSWERED:
            return DONE
        return TO_DO if question.required else MAY_STAY_BLANK

    def _write_checks(self, question: Question, row: int) -> None:
        """The checks shown at this question, each saying its words while it does not hold."""
        look = self.looks(**self.looks.BOX, font_color="#942514")
        own = [check for check in self.questionnaire.checks if check.at == question.key]
        compiled = [(check, formulas.formula(check.must, self.cells)) for check in own]
        parts = []
        for check, must in compiled:
            if must is not None:
                named = ",".join(f'{self.cells[key]}<>""' for key in conditions.questions_named(check.must))
                parts.append(f'IF(AND({named},NOT({must})),{self.lists.sentence(check.say)},"")')
        if not parts:
            left = [
                f"To hold: {conditions.in_words(check.must, self.questionnaire)}." for check, _ in compiled
            ]
            self.page.write_string(f"K{row}", "\n".join(left), look)
            return
        failed = routing.failed_checks(self.questionnaire, self.of.given, route=self.route)
        shown = "".join(check.say for check, must in compiled if must is not None and check in failed)
        self.page.write_formula(f"K{row}", f"={'&'.join(parts)}", look, shown)


_RULES: dict[Kind, dict[str, Any]] = {
    Kind.NUMBER: {"validate": "decimal", "criteria": "between", "minimum": -1e12, "maximum": 1e12},
    Kind.MONEY: {"validate": "decimal", "criteria": "between", "minimum": -1e12, "maximum": 1e12},
    Kind.DATE: {
        "validate": "date",
        "criteria": "between",
        "minimum": date(1900, 3, 1),
        "maximum": date(2100, 12, 31),
    },
}
_CURES = {
    Kind.NUMBER: "Type a number, such as 1250 or 12.5.",
    Kind.MONEY: "Type the amount in pounds, such as 1250000.",
    Kind.DATE: "Type a date, such as 27/3/2027.",
}


def _below(lines: Sequence[Line]) -> dict[str, tuple[int, int]]:
    """Question key -> first and last row of its options or parts."""
    rows: dict[str, list[int]] = {}
    for line in lines:
        if line.kind in (LineKind.OPTION, LineKind.PART):
            rows.setdefault(line.key, []).append(line.number)
    return {key: (found[0], found[-1]) for key, found in rows.items()}


def _lines_of(text: str, width: int) -> int:
    """Lines a text takes in a column this many characters wide."""
    return sum(1 + len(line) // width for line in text.rstrip().split("\n"))


def how_to_answer(questionnaire: Questionnaire, question: Question) -> str:
    """What can be chosen in words, or what is to be typed."""
    if question.kind is Kind.MULTI_CHOICE:
        alone = [option.label for option in question.options if option.exclusive]
        only = "".join(f" “{label}” cannot be chosen with another." for label in alone)
        return f"Choose Yes beside each that applies, in the rows below.{only}"
    if question.by:
        return f"A figure in each of the rows below{_in_unit(question)}. 0 where there is none."
    if question.kind is Kind.SINGLE_CHOICE:
        return "\n".join(f"• {words}" for words in choices(question).values())
    if question.kind is Kind.SCALE:
        return "\n".join(layout.offered(questionnaire, question))
    return _HOW[question.kind](question)


def _in_unit(question: Question) -> str:
    if question.kind is Kind.MONEY:
        return f", in pounds{question.unit.removeprefix('GBP')}"
    return f", in {question.unit}" if question.unit else ""


def _text_wanted(question: Question) -> str:
    limit = f" At most {question.max_words} words." if question.max_words else ""
    return f"In your own words.{limit} Alt and Enter begin a new line."


_HOW: dict[Kind, Callable[[Question], str]] = {
    Kind.YES_NO: lambda _: "Yes or No",
    Kind.NUMBER: lambda question: f"A number{_in_unit(question)}",
    Kind.MONEY: lambda question: f"An amount{_in_unit(question)}, in full",
    Kind.PERCENT: lambda _: "A percentage, such as 12.5",
    Kind.DATE: lambda _: "A date, such as 27 March 2027",
    Kind.TEXT: _text_wanted,
    Kind.EVIDENCE: lambda _: "One document or link a line. Alt and Enter begin a new line.",
}


# --- the guide ----------------------------------------------------------------------------------------------

STEPS = (
    "Fill in the sheet “Questions”: one row a question. Type or choose in the yellow cells only.",
    "A grey row is not asked, given your answers so far. It may turn yellow when they change.",
    "No answer to give? Choose “We don't know yet” or “Does not apply” in the column “Or say”.",
    "What does not apply needs a reason: say why in the column beside it.",
    "Grade your evidence where the column “Evidence” is yellow. A note is for whoever reads the answer.",
    "Save the workbook as .xlsx and send it back on the page you downloaded it from.",
    "You then see what would change, before anything counts, and choose where two wrote the same answer.",
    "Several people may each fill in a copy. Upload one after the other.",
    "Leave the rows, columns, headings and names of sheets as they are, and do not merge cells.",
)


def _write_guide(page: Any, sheet: Sheet, writing: _Writing) -> None:
    looks, origin = writing.looks, sheet.origin
    page.set_column("A:A", 4)
    page.set_column("B:B", 90)
    page.set_column("C:C", 18)
    page.hide_gridlines(2)
    page.write_string("A1", sheet.questionnaire.title, looks(bold=True, font_size=16, text_wrap=False))
    page.write_string("A2", f"{origin.service}, {origin.cycle}", looks(font_size=12, text_wrap=False))
    days = [figures.day_in_words(day) for day in (sheet.due_on, sheet.made_on)]
    made = f"Answers are due on {days[0]}. This workbook was downloaded on {days[1]}."
    page.write_string("A3", made, looks(text_wrap=False))
    row = 4
    page.write_string(row, 0, "How to fill it in", looks(bold=True, font_size=12, text_wrap=False))
    for number, words in enumerate(STEPS, 1):
        page.write_string(row + number, 0, f"{number}.", looks())
        page.write_string(row + number, 1, words, looks())
    row += len(STEPS) + 2
    page.write_string(row, 0, "Sections", looks(bold=True, font_size=12, text_wrap=False))
    for number, (section, inside) in enumerate(_sections(writing), 1):
        link = f"internal:'{layout.SHEET}'!A{section.number}"
        look = looks(font_color="#1D70B8", underline=1)
        page.write_url(row + number, 1, link, look, section.words, "Go to this section")
        formula = f"='{layout.SHEET}'!J{section.number}"
        page.write_formula(row + number, 2, formula, looks(), writing.counted(inside))
    page.set_paper(A4)
    page.set_landscape()
    page.fit_to_pages(1, 1)


def _sections(writing: _Writing) -> Iterator[tuple[Line, list[Line]]]:
    for section in writing.sections:
        yield section, writing.under(section)
