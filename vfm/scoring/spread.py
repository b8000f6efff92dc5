"""How far the members of a group lie apart on one question, each having answered alone.

Pure. Levels and figures have a lowest, a median and a highest; of everything else it is only said whether the
answers are alike. "Don't know" and "does not apply" are answers of their own and never a level.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from vfm.questionnaires.answers import Answer, State, in_words
from vfm.questionnaires.kinds import KINDS, choices
from vfm.questionnaires.schema import Kind, Question, Questionnaire
from vfm.questionnaires.wording import counted
from vfm.scoring.agreement import is_wide_apart


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that could be picked, and who picked it.

    Attributes:
        level: its number on a scale; None elsewhere.
        who: members, by the keys they were given under.
    """

    words: str
    level: int | None
    who: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Spread:
    """The answers of a group to one question.

    Attributes:
        choices: everything that could be picked in the question's order, also what nobody picked; then the
            states that somebody gave instead. Empty where answers are typed.
        silent: members without an answer.
        answered: how many gave an answer, "don't know" and "does not apply" among them.
        lowest, median, highest: of levels or figures, in words; empty where there are none.
        apart: levels between the lowest and the highest; None off a scale, and for fewer than two levels.
        is_alike: at least two answered, and all the same.
        is_wide: two levels apart or more, so that the group should talk before it agrees.
        words: all this as a sentence or two.
    """

    choices: tuple[Choice, ...]
    silent: tuple[int, ...]
    answered: int
    lowest: str
    median: str
    highest: str
    apart: int | None
    is_alike: bool
    is_wide: bool
    words: str


def spread(questionnaire: Questionnaire, question: Question, given: Mapping[int, Answer]) -> Spread:
    """How far answers to one question lie apart.

    Args:
        questionnaire: what holds the question.
        question: what was asked.
        given: member -> answer, `UNANSWERED` where a member gave none.
    """
    answers = {who: answer for who, answer in given.items() if answer.state is not State.UNANSWERED}
    said = {in_words(questionnaire, question, answer) for answer in answers.values()}
    levels = [answer.value for answer in answers.values() if isinstance(answer.value, int)]
    low, middle, high = _range(questionnaire, question, answers)
    is_alike = len(answers) > 1 and len(said) == 1
    apart = max(levels) - min(levels) if len(levels) > 1 else None
    return Spread(
        choices=_choices(questionnaire, question, answers),
        silent=tuple(who for who in given if who not in answers),
        answered=len(answers),
        lowest=low,
        median=middle,
        highest=high,
        apart=apart,
        is_alike=is_alike,
        is_wide=is_wide_apart(levels),
        words=_sentence(len(answers), said, (low, middle, high), apart),
    )


def _choices(
    questionnaire: Questionnaire, question: Question, answers: Mapping[int, Answer]
) -> tuple[Choice, ...]:
    offered: Mapping[int, str] | Mapping[str, str] = choices(question)
    if question.kind is Kind.SCALE:
        offered = questionnaire.level_words(question)
    if not offered:
        return ()
    picked = [
        Choice(words, value if isinstance(value, int) else None, _who(answers, value))
        for value, words in offered.items()
    ]
    states = {answer.state for answer in answers.values()} - {State.ANSWERED}
    for state in sorted(states):
        who = tuple(one for one, answer in answers.items() if answer.state is state)
        picked.append(Choice(in_words(questionnaire, question, Answer(state)), None, who))
    return tuple(picked)


def _who(answers: Mapping[int, Answer], value: int | str) -> tuple[int, ...]:
    return tuple(
        one
        for one, answer in answers.items()
        if answer.value == value or (isinstance(answer.value, tuple) and value in answer.value)
    )


def _range(
    questionnaire: Questionnaire, question: Question, answers: Mapping[int, Answer]
) -> tuple[str, str, str]:
    """(lowest, median, highest) in words, of levels or of figures asked once."""
    values = [answer.value for answer in answers.values()]
    levels = [value for value in values if isinstance(value, int)]
    if levels:
        return str(min(levels)), f"{median(levels):g}", str(max(levels))
    figures = [value for value in values if isinstance(value, Decimal)]
    if not figures:
        return "", "", ""
    say = KINDS[question.kind].in_words
    low, middle, high = (
        say(questionnaire, question, figure) for figure in (min(figures), median(figures), max(figures))
    )
    return low, middle, high


def _sentence(count: int, said: set[str], found: tuple[str, str, str], apart: int | None) -> str:
    if not count:
        return "Nobody answered this question."
    if count == 1:
        return f"One answer only: {next(iter(said))}."
    if len(said) == 1:
        return f"All {count} who answered say the same: {next(iter(said))}."
    low, middle, high = found
    if low == high:
        return (
            f"Those who could say, say {low}; others gave no answer to it." if low else "The answers differ."
        )
    if apart is None:
        return f"From {low} to {high}, median {middle}."
    return f"From {low} to {high}, median {middle}: {counted(apart, 'level')} apart."
