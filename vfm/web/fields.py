"""Questions as form fields and back: one row of the table for each kind of question.

The room's rule for forms: a field is named KEY.value (KEY.value.PART, KEY.value.day), KEY.state, KEY.reason,
KEY.evidence, KEY.note, KEY.revision; its id is its name with dashes for dots.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from vfm.errors import Problem
from vfm.questionnaires import figures
from vfm.questionnaires.answers import Answer, Evidence, Raw, State, grade_words
from vfm.questionnaires.kinds import choices
from vfm.questionnaires.merging import Sent
from vfm.questionnaires.schema import Kind, Question, Questionnaire
from vfm.web.languages import say
from vfm.web.markdown import render

CONTROLS: dict[Kind, str] = {
    Kind.SCALE: "radios",
    Kind.YES_NO: "radios",
    Kind.SINGLE_CHOICE: "radios",
    Kind.MULTI_CHOICE: "checkboxes",
    Kind.NUMBER: "figure",
    Kind.MONEY: "figure",
    Kind.PERCENT: "figure",
    Kind.DATE: "day",
    Kind.TEXT: "words",
    Kind.EVIDENCE: "words",
}
"""Kind of question -> the macro in macros/fields.html that shows it."""
STATE = "state:"
"""Before a state among the radios of one question: one pick, so that two can never contradict each other."""
THEIRS = "theirs"
"""The answer to a clash that gives way; the other is the mark to write over."""
WHOLE = ("value", "state", "evidence", "note")
"""Fields whose problems are shown at the question's head."""
LONG = 400
"""Characters of guidance that a page shows unasked; more of it opens when wanted."""
DAY, MONTH, YEAR = "value.day", "value.month", "value.year"


class Option(NamedTuple):
    """One radio or checkbox; level: its number on a scale, else empty."""

    id: str
    value: str
    words: str
    is_picked: bool
    level: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One input of a figure: the only one, or that of a part."""

    name: str
    id: str
    words: str
    typed: str
    error: str


IN_ENGLISH, NO_MARK = Markup(' lang="en"'), Markup()


@dataclass(frozen=True, slots=True)
class Field:
    """One question as its macro shows it.

    Attributes:
        control: the macro.
        folds_help: the guidance is long, and opens in place.
        hint: what fits in one line beside the guidance.
        options: the radios or checkboxes, the first with the id of the value itself.
        parts: inputs of a figure or a date.
        typed: text as it stands in the field.
        state: "dont_know", "not_applicable" or "".
        grades: (grade, words) where the question is scored.
        error: what is wrong with the whole; reason_error: with the reason alone.
        lang: marks the question's own words on a page in another language that they are not in.
    """

    key: str
    control: str
    label: str
    is_optional: bool
    help: Markup
    folds_help: bool
    hint: str
    options: tuple[Option, ...]
    parts: tuple[Part, ...]
    prefix: str
    suffix: str
    typed: str
    rows: int
    state: str
    allows_na: bool
    reason: str
    grades: tuple[tuple[str, str], ...]
    grade: str
    note: str
    seen: str
    error: str
    reason_error: str
    has_error: bool
    lang: Markup = NO_MARK


def shown(
    questionnaire: Questionnaire,
    question: Question,
    typed: Raw,
    *,
    seen: str = "",
    problems: Iterable[Problem] = (),
) -> Field:
    """A question with what stands in its fields: an answer through `as_typed`, or what was just sent."""
    control = CONTROLS[question.kind]
    errors = {_field_of(problem.place): problem.message for problem in problems}
    prefix, suffix = _around(question)
    options = _options(questionnaire, question, typed)
    return Field(
        key=question.key,
        control=control,
        label=question.text,
        is_optional=not question.required,
        help=render(question.help),
        folds_help=len(question.help) > LONG,
        hint=_hint(question),
        options=options,
        parts=_parts(questionnaire, question, typed, errors),
        prefix=prefix,
        suffix=suffix,
        typed=_text(typed, "value") if control == "words" else "",
        rows=3 if question.max_words and question.max_words <= 50 else 6,
        state=_text(typed, "state"),
        allows_na=question.allows_na,
        reason=_text(typed, "reason"),
        grades=_grades(questionnaire) if question.is_scored else (),
        grade=_text(typed, "evidence"),
        note=_text(typed, "note"),
        seen=seen,
        error=" ".join(errors[field] for field in WHOLE if field in errors),
        reason_error=errors.get("reason", ""),
        has_error=bool(errors),
        lang=IN_ENGLISH if questionnaire.is_in_english(f"question.{question.key}") else NO_MARK,
    )


def as_typed(answer: Answer) -> Raw:
    """An answer as the fields that would give it again, to the last digit."""
    raw: dict[str, str | list[str]] = {
        "state": "" if answer.state in (State.ANSWERED, State.UNANSWERED) else answer.state.value,
        "reason": answer.reason,
        "evidence": "" if answer.evidence is Evidence.NONE else answer.evidence.value,
        "note": answer.note,
    }
    value = answer.value
    if isinstance(value, Mapping):
        return raw | {f"value.{part}": f"{figure:,f}" for part, figure in value.items()}
    if isinstance(value, date):
        return raw | {DAY: str(value.day), MONTH: str(value.month), YEAR: str(value.year)}
    if isinstance(value, tuple):
        return raw | {"value": list(value)}
    if isinstance(value, Decimal):
        return raw | {"value": f"{value:,f}"}
    return raw | {"value": "" if value is None else str(value)}


def read(form: MultiDict[str, str]) -> dict[str, Sent]:
    """Every question a form sends, by its KEY.revision; an answer to a clash decides which text stands."""
    fields: dict[str, dict[str, str | list[str]]] = {}
    for name, values in form.lists():
        key, _, field = name.partition(".")
        if field:
            fields.setdefault(key, {})[field] = values[0] if len(values) == 1 else values
    return {key: _sent(raw) for key, raw in fields.items() if "revision" in raw}


def _sent(raw: dict[str, str | list[str]]) -> Sent:
    seen, choice = str(raw.pop("revision")), str(raw.pop("choice", ""))
    value = raw.get("value")
    if isinstance(value, str) and value.startswith(STATE):
        del raw["value"]
        raw["state"] = value.removeprefix(STATE)
    is_mine = bool(choice) and choice != THEIRS
    return Sent(raw, choice if is_mine else seen, keeps_theirs=choice == THEIRS)


def carried(sent: Mapping[str, Sent], *, besides: Collection[str]) -> list[tuple[str, str]]:
    """The (name, value) pairs that take what was typed along unseen, but for the questions that are shown."""
    pairs = []
    for key, one in sent.items():
        if key not in besides:
            pairs.append((f"{key}.revision", one.seen))
            for field, typed in one.raw.items():
                values = [typed] if isinstance(typed, str) else typed
                pairs.extend((f"{key}.{field}", value) for value in values if value)
    return pairs


def place(problem: Problem) -> str:
    """The name of the field a problem with an answer belongs to."""
    return problem.place if "." in problem.place else f"{problem.place}.value"


figure_in_words = figures.in_unit
"""A published amount, as a page says it."""


def _field_of(name: str) -> str:
    return name.partition(".")[2] or "value"


def _text(typed: Raw, field: str) -> str:
    found = typed.get(field, "")
    return found if isinstance(found, str) else "".join(found[:1])


def _hint(question: Question) -> str:
    if question.max_words:
        return say("At most %(n)s words.", n=question.max_words)
    if question.kind is Kind.EVIDENCE:
        return say("One document or link a line.")
    if question.kind is Kind.MULTI_CHOICE:
        return say("Choose all that apply.")
    return say("For example, 27 3 2027") if question.kind is Kind.DATE else ""


def _around(question: Question) -> tuple[str, str]:
    """What stands before and after the input of a figure."""
    if question.kind is Kind.MONEY:
        return "£", question.unit.removeprefix("GBP").strip()
    return "", "%" if question.kind is Kind.PERCENT else question.unit


def _options(questionnaire: Questionnaire, question: Question, typed: Raw) -> tuple[Option, ...]:
    found = typed.get("value", "")
    picked = (found,) if isinstance(found, str) else tuple(found)
    if question.kind is Kind.SCALE:
        levels = questionnaire.level_words(question).items()
        offered = [(str(level), words, str(level)) for level, words in levels]
    else:
        offered = [(key, words, "") for key, words in choices(question).items()]
    first = f"{question.key}-value"
    return tuple(
        Option(first if number == 1 else f"{first}-{number}", value, words, value in picked, level)
        for number, (value, words, level) in enumerate(offered, 1)
    )


def _parts(
    questionnaire: Questionnaire, question: Question, typed: Raw, errors: Mapping[str, str]
) -> tuple[Part, ...]:
    if question.kind is Kind.DATE:
        names = {DAY: say("Day"), MONTH: say("Month"), YEAR: say("Year")}
    elif question.by:
        names = {f"value.{part}": words for part, words in questionnaire.parts_of(question).items()}
    elif CONTROLS[question.kind] == "figure":
        names = {"value": ""}
    else:
        return ()
    # The first has the id of the value itself, so that an error for the whole has somewhere to lead to.
    ids = ["value", *(name.replace(".", "-") for name in list(names)[1:])]
    return tuple(
        Part(
            f"{question.key}.{name}",
            f"{question.key}-{id_}",
            words,
            _text(typed, name),
            errors.get(name, ""),
        )
        for id_, (name, words) in zip(ids, names.items(), strict=True)
    )


def _grades(questionnaire: Questionnaire) -> tuple[tuple[str, str], ...]:
    return tuple(
        ("" if g is Evidence.NONE else g.value, words) for g, words in grade_words(questionnaire).items()
    )
