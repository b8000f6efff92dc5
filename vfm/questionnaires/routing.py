"""What is on the route, what comes next, how far it is, and what stands in the way of submitting.

One forward pass, as conditions cite only earlier questions. Reading never writes: an answer that fell off
the route is kept by whoever keeps it, and counts as unanswered here.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from vfm.errors import Problem
from vfm.questionnaires.answers import UNANSWERED, Answer, Answers, State
from vfm.questionnaires.conditions import holds, questions_named
from vfm.questionnaires.kinds import items, too_many_words
from vfm.questionnaires.schema import Check, Kind, Question, Questionnaire
from vfm.questionnaires.wording import counted, listed


def on_route(questionnaire: Questionnaire, answers: Answers) -> frozenset[str]:
    """Keys of the questions that are asked, given these answers.

    An answer to a question that is itself off the route counts as unanswered for everything after it.
    """
    asked: set[str] = set()
    known: dict[str, Answer] = {}
    for key, question in questionnaire.questions.items():
        if question.show_if is None or holds(question.show_if, known, questionnaire):
            asked.add(key)
            if key in answers:
                known[key] = answers[key]
    return frozenset(asked)


def states(questionnaire: Questionnaire, answers: Answers) -> dict[str, State]:
    """Question key -> its state, off-route ones computed, for every question in reading order."""
    route = on_route(questionnaire, answers)
    return {
        key: answers.get(key, UNANSWERED).state if key in route else State.OFF_ROUTE
        for key in questionnaire.questions
    }


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a questionnaire or a section is.

    Attributes:
        asked: questions on the route.
        settled: of those, answered, don't know or not applicable.
        missing: of those, required and still unanswered.
    """

    asked: int
    settled: int
    missing: int

    @property
    def is_complete(self) -> bool:
        """True when nothing required is missing."""
        return self.missing == 0

    @property
    def is_started(self) -> bool:
        """True when anything has been settled."""
        return self.settled > 0


def progress(
    questionnaire: Questionnaire,
    answers: Answers,
    *,
    section: str | None = None,
    route: frozenset[str] | None = None,
) -> Progress:
    """Counts over the questions on the route, of the whole or of one section with all inside it."""
    route = on_route(questionnaire, answers) if route is None else route
    asked = [question for question in _within(questionnaire, section) if question.key in route]
    blank = [
        question for question in asked if answers.get(question.key, UNANSWERED).state is State.UNANSWERED
    ]
    return Progress(len(asked), len(asked) - len(blank), sum(question.required for question in blank))


def _within(questionnaire: Questionnaire, section: str | None) -> Iterator[Question]:
    if section is None:
        yield from questionnaire.questions.values()
    else:
        for inner in questionnaire.all_sections[section].walk():
            yield from inner.questions


def next_unanswered(
    questionnaire: Questionnaire,
    answers: Answers,
    *,
    after: str | None = None,
    route: frozenset[str] | None = None,
) -> str | None:
    """Key of the first unanswered question on the route, looking past `after` first and then from the start.

    Required or not; None when every question on the route is settled.
    """
    route = on_route(questionnaire, answers) if route is None else route
    keys = list(questionnaire.questions)
    start = keys.index(after) + 1 if after in keys else 0
    for key in keys[start:] + keys[:start]:
        if key in route and answers.get(key, UNANSWERED).state is State.UNANSWERED:
            return key
    return None


def failed_checks(
    questionnaire: Questionnaire, answers: Answers, *, route: frozenset[str] | None = None
) -> tuple[Check, ...]:
    """Checks that do not hold, of those whose questions are all on the route and have a value."""
    route = on_route(questionnaire, answers) if route is None else route
    known = {key: answer for key, answer in answers.items() if key in route and answer.is_answered}
    return tuple(
        check
        for check in questionnaire.checks
        if all(key in known for key in questions_named(check.must))
        and not holds(check.must, known, questionnaire)
    )


def missing(
    questionnaire: Questionnaire, answers: Answers, *, route: frozenset[str] | None = None
) -> tuple[Problem, ...]:
    """Everything that stands in the way of submitting, in reading order; place: the question's key.

    A required question without any state, a figure by part with a part left out, a text over its limit,
    too few items of evidence, a check that does not hold. "Don't know" never stands in the way.
    """
    route = on_route(questionnaire, answers) if route is None else route
    failed = failed_checks(questionnaire, answers, route=route)
    problems: list[Problem] = []
    for key, question in questionnaire.questions.items():
        if key in route:
            problems.extend(_unready(questionnaire, question, answers.get(key, UNANSWERED)))
            problems.extend(Problem(key, check.say) for check in failed if check.at == key)
    return tuple(problems)


def _unready(questionnaire: Questionnaire, question: Question, answer: Answer) -> Iterator[Problem]:
    if answer.state is State.UNANSWERED and question.required:
        cure = 'Answer it, or say "We don\'t know yet"' + (
            ' or "Does not apply".' if question.allows_na else "."
        )
        yield Problem(question.key, f"This question has no answer. {cure}")
    elif answer.is_answered and (message := _unfinished(questionnaire, question, answer)):
        yield Problem(question.key, message)


def _unfinished(questionnaire: Questionnaire, question: Question, answer: Answer) -> str | None:
    """What a value still lacks, or None."""
    if isinstance(answer.value, dict):
        parts = questionnaire.parts_of(question)
        blank = [words for part, words in parts.items() if part not in answer.value]
        return (
            f"There is no figure for {listed(blank, 'and')}. Enter it, or 0 if there is none."
            if blank
            else None
        )
    if question.kind is Kind.EVIDENCE and question.min_items:
        short = question.min_items - len(items(str(answer.value)))
        wanted = f"At least {counted(question.min_items, 'item')} of evidence"
        return f"{wanted} must be listed, one a line. Add {short} more." if short > 0 else None
    return too_many_words(question, str(answer.value)) if question.kind is Kind.TEXT else None
