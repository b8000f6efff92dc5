"""Answers: the states a question can be in, read from a form or from JSON, and put in words.

A blank is `unanswered`, never 0 and never the lowest level. What each kind of question does is in `kinds`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from vfm.errors import Invalid, Problem
from vfm.questionnaires.kinds import KINDS, KindRule, Raw, Value, text_problem, typed
from vfm.questionnaires.schema import Question, Questionnaire
from vfm.questionnaires.wording import did_you_mean, listed, meant_key, short

__all__ = ["KINDS", "KindRule", "Raw", "Value"]


class State(StrEnum):
    """What is known about a question's answer; `off_route` is computed, never given."""

    ANSWERED = "answered"
    DONT_KNOW = "dont_know"
    NOT_APPLICABLE = "not_applicable"
    UNANSWERED = "unanswered"
    OFF_ROUTE = "off_route"


class Evidence(StrEnum):
    """How well an answer is evidenced, weakest first."""

    NONE = "none"
    ASSERTION = "assertion"
    DOCUMENTED = "documented"
    VERIFIED = "verified"


GRADES: dict[Evidence, str] = {
    Evidence.NONE: "No evidence offered",
    Evidence.ASSERTION: "Opinion or verbal only",
    Evidence.DOCUMENTED: "Documented",
    Evidence.VERIFIED: "Independently confirmed",
}
"""The built-in words of the evidence grades; a template may give its own."""
STATE_WORDS = {
    State.DONT_KNOW: "We don't know yet",
    State.NOT_APPLICABLE: "Does not apply",
    State.UNANSWERED: "Not answered",
    State.OFF_ROUTE: "Not asked",
}
GIVEN = (State.ANSWERED, State.DONT_KNOW, State.NOT_APPLICABLE, State.UNANSWERED)
EVIDENCE = tuple(Evidence)
FIELDS = ("state", "value", "evidence", "reason", "note")


@dataclass(frozen=True, slots=True)
class Answer:
    """One respondent's answer to one question.

    Attributes:
        value: by kind, see `Value`; None unless the state is answered.
        reason: why the question does not apply; empty otherwise.
        evidence: grade given beside a scored answer; none when not graded.
        note: the respondent's own remark.
    """

    state: State = State.UNANSWERED
    value: Value | None = None
    reason: str = ""
    evidence: Evidence = Evidence.NONE
    note: str = ""

    @property
    def is_answered(self) -> bool:
        """True when a value was given."""
        return self.state is State.ANSWERED


UNANSWERED = Answer()
Answers = Mapping[str, Answer]
"""Question key -> answer; a key that is not there is unanswered."""
Problems = tuple[Problem, ...]


def grade_words(questionnaire: Questionnaire) -> dict[Evidence, str]:
    """Evidence grade -> its words in this template, weakest first."""
    own = questionnaire.evidence_grades
    return {grade: own.get(grade.value, words) for grade, words in GRADES.items()}


# --- from a form --------------------------------------------------------------------------------------------


def parse(questionnaire: Questionnaire, question: Question, raw: Raw) -> Answer | Problems:
    """One question's form fields as a typed answer, or every problem with them.

    "Don't know" and "does not apply" set a picked answer aside; beside a typed one they are a contradiction
    and a problem. A reason without "does not apply" is left out, as a page may send a folded-away field.

    Args:
        questionnaire: what holds the question.
        question: what was asked.
        raw: `value` (a list for a multiple choice; `value.<part>` by part; `value.day`, `value.month` and
            `value.year` for a date in three fields), `state` ("", "dont_know" or "not_applicable"),
            `reason`, `evidence`, `note`. A field that is absent is blank.

    Returns:
        The answer, unanswered when everything is blank; or problems whose place is the question's key for
        the value, `KEY.value.PART` for a part, else `KEY.FIELD` (`ECO-01.reason`).
    """
    problems = [*_text_problems(question, raw), *_state_problems(question, raw)]
    state = State.ANSWERED if problems else State(typed(raw, "state") or State.ANSWERED)
    value = None
    try:
        value = _value(questionnaire, question, raw, state)
    except Invalid as invalid:
        problems.extend(invalid.problems)
    if problems:
        return tuple(problems)
    if state is State.ANSWERED and value is None:
        state = State.UNANSWERED
    return Answer(
        state,
        value,
        reason=typed(raw, "reason") if state is State.NOT_APPLICABLE else "",
        evidence=Evidence(typed(raw, "evidence") or Evidence.NONE),
        note=typed(raw, "note"),
    )


def _value(questionnaire: Questionnaire, question: Question, raw: Raw, state: State) -> Value | None:
    rule = KINDS[question.kind]
    if state is State.ANSWERED:
        return rule.parse(questionnaire, question, raw)
    if not rule.is_picked and any(typed(raw, field) for field in raw if field.startswith("value")):
        words = STATE_WORDS[state]
        cure = f'Clear the answer, or take back "{words}".'
        raise Invalid([Problem(question.key, f'You gave an answer and also said "{words}". {cure}')])
    return None


def _state_problems(question: Question, raw: Raw) -> Iterator[Problem]:
    state = typed(raw, "state")
    if state not in ("", State.ANSWERED, State.DONT_KNOW, State.NOT_APPLICABLE):
        cure = 'Answer, or choose "We don\'t know yet" or "Does not apply".'
        yield Problem(f"{question.key}.state", f'"{state}" is not a state of an answer. {cure}')
    if state == State.NOT_APPLICABLE:
        yield from _na_problems(question, typed(raw, "reason"))


def _na_problems(question: Question, reason: str) -> Iterator[Problem]:
    if not question.allows_na:
        cure = 'Answer it, or say "We don\'t know yet".'
        yield Problem(f"{question.key}.state", f"This question applies to everyone. {cure}")
    elif not reason:
        yield Problem(
            f"{question.key}.reason", "Say why the question does not apply. One sentence is enough."
        )


def _text_problems(question: Question, raw: Raw) -> Iterator[Problem]:
    for field in ("reason", "note"):
        if message := text_problem(typed(raw, field)):
            yield Problem(f"{question.key}.{field}", message)
    grade = typed(raw, "evidence")
    if grade and grade not in EVIDENCE:
        yield Problem(f"{question.key}.evidence", _unknown_grade(grade))


def _unknown_grade(grade: object) -> str:
    return f'"{short(grade)}" is not an evidence grade. Choose {listed(Evidence)}.'


# --- JSON ---------------------------------------------------------------------------------------------------


def answer_to_json(question: Question, answer: Answer) -> dict[str, Any]:
    """An answer as JSON: `{"state", "value", "evidence", "reason", "note"}`, blanks left out.

    A value is a level number, "yes"/"no", an option key, a list of option keys, a number, money as text, an
    ISO date, a text, or part -> figure.
    """
    value = None if answer.value is None else KINDS[question.kind].to_json(answer.value)
    given = {
        "state": answer.state.value,
        "value": value,
        "evidence": "" if answer.evidence is Evidence.NONE else answer.evidence.value,
        "reason": answer.reason,
        "note": answer.note,
    }
    return {field: content for field, content in given.items() if content is not None and content != ""}


def answer_from_json(questionnaire: Questionnaire, question: Question, data: object) -> Answer | Problems:
    """The answer that `answer_to_json` wrote, or every problem with it, at the question's key."""
    if not isinstance(data, Mapping):
        return (
            Problem(question.key, 'The answer is not an object. Write {"state": "answered", "value": ...}.'),
        )
    messages = [*_json_problems(question, data)]
    value = None
    if data.get("state") == State.ANSWERED and data.get("value") is not None:
        try:
            value = KINDS[question.kind].from_json(questionnaire, question, data["value"])
        except ValueError as problem:
            messages.append(str(problem))
    if messages:
        return tuple(Problem(question.key, message) for message in messages)
    return Answer(
        State(data["state"]),
        value,
        reason=data.get("reason", ""),
        evidence=Evidence(data.get("evidence", Evidence.NONE)),
        note=data.get("note", ""),
    )


def _json_problems(question: Question, data: Mapping[str, Any]) -> Iterator[str]:
    state = data.get("state")
    for field in data:
        if field not in FIELDS:
            cure = did_you_mean(str(field), FIELDS, f"Use {listed(FIELDS)}.")
            yield f'"{short(field)}" is not a field of an answer. {cure}'
    if state not in GIVEN:
        said = "There is no state." if state is None else f"The state is {short(repr(state))}."
        yield f"{said} Use {listed(GIVEN)}."
    if state == State.ANSWERED and data.get("value") is None:
        yield "It is answered without a value. Give the value, or leave the question out."
    if state not in (None, State.ANSWERED) and data.get("value") is not None:
        yield f'It has a value though its state is {short(repr(state))}. Set "answered", or drop the value.'
    if data.get("evidence", Evidence.NONE) not in EVIDENCE:
        yield _unknown_grade(data["evidence"])
    yield from _json_text_problems(question, data)


def _json_text_problems(question: Question, data: Mapping[str, Any]) -> Iterator[str]:
    for field in ("reason", "note"):
        words = data.get(field, "")
        if not isinstance(words, str):
            yield f"The {field} is not a text. Put it in quotes."
        elif message := text_problem(words):
            yield message
    if data.get("state") == State.NOT_APPLICABLE:
        yield from (
            problem.message for problem in _na_problems(question, str(data.get("reason", "")).strip())
        )


def answers_to_json(questionnaire: Questionnaire, answers: Answers) -> dict[str, Any]:
    """Answers as `{"answers": {KEY: {...}}}` in the questionnaire's order, the unanswered left out."""
    given = {key: answers[key] for key in questionnaire.questions if key in answers}
    return {
        "answers": {
            key: answer_to_json(questionnaire.questions[key], answer)
            for key, answer in given.items()
            if answer != UNANSWERED
        }
    }


def answers_from_json(questionnaire: Questionnaire, data: object) -> dict[str, Answer]:
    """The answers in `{"answers": {KEY: {...}}}`.

    Raises:
        Invalid: every problem: not of that form, a key nobody asked, an answer that cannot be used.
    """
    given = data.get("answers") if isinstance(data, Mapping) else None
    if not isinstance(given, Mapping):
        form = '{"answers": {"ECO-01": {"state": "answered", "value": 3}}}'
        raise Invalid([Problem("answers", f"There are no answers here. Write {form}.")])
    answers: dict[str, Answer] = {}
    problems: list[Problem] = []
    for key, content in given.items():
        read = answer_at(questionnaire, str(key), content)
        if isinstance(read, Answer):
            answers[str(key)] = read
        else:
            problems.extend(read)
    if problems:
        raise Invalid(problems)
    return answers


def answer_at(questionnaire: Questionnaire, key: str, content: object) -> Answer | Problems:
    """The answer to the question of a key, as `answer_from_json`; a key nobody asked is a problem."""
    question = questionnaire.questions.get(key)
    if question is None:
        return (unknown_key(questionnaire, key),)
    return answer_from_json(questionnaire, question, content)


def unknown_key(questionnaire: Questionnaire, key: object) -> Problem:
    """What to say of an answer to a question that the questionnaire does not ask."""
    near = meant_key(str(key), questionnaire.questions)
    cure = f'Did you mean "{near}"?' if near else "Take it out, or use the template it belongs to."
    named = short(key)
    return Problem(named, f'The template "{questionnaire.key}" has no question "{named}". {cure}')


# --- words --------------------------------------------------------------------------------------------------


def in_words(questionnaire: Questionnaire, question: Question, answer: Answer) -> str:
    """What a page shows: `3: Full cost is known`, `£1,250,000`, `5 March 2026`, `We don't know yet`."""
    if answer.is_answered and answer.value is not None:
        return KINDS[question.kind].in_words(questionnaire, question, answer.value)
    words = STATE_WORDS[answer.state if answer.state is not State.ANSWERED else State.UNANSWERED]
    return f"{words}: {answer.reason}" if answer.reason else words


def lines_in_words(questionnaire: Questionnaire, question: Question, answer: Answer) -> dict[str, str]:
    """An answer with its grade and note, so that two of them can be told apart: what it is -> words.

    The grade is said where it is asked for, or was given all the same; a blank note is left out.
    """
    lines = {"Answer": in_words(questionnaire, question, answer)}
    if (question.is_scored and answer.is_answered) or answer.evidence is not Evidence.NONE:
        lines["Evidence"] = grade_words(questionnaire)[answer.evidence]
    return lines | ({"Note": answer.note} if answer.note else {})


def whole_in_words(questionnaire: Questionnaire, question: Question, answer: Answer) -> str:
    """The same as one text, a line each: `3: In place`, `Evidence: Documented`, `Note: Since May`."""
    lines = lines_in_words(questionnaire, question, answer).items()
    return "\n".join(words if what == "Answer" else f"{what}: {words}" for what, words in lines)
