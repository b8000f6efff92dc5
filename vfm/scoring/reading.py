"""What the answers of one assessment say to scoring: points, gaps and what does not apply.

Pure. What cannot be scored is named, every case at once; nothing is guessed.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TypeGuard

from vfm.errors import Invalid, Problem
from vfm.questionnaires.answers import UNANSWERED, Answer, Answers, State, Value
from vfm.scoring.structure import Item, Structure


@dataclass(frozen=True, slots=True)
class Reading:
    """One assessment as scoring sees it: only what is on the route.

    Attributes:
        given: question key -> answer, without what is off the route.
        points: key -> points of an answered question that is scored or critical.
        gaps: scored or critical questions that apply and have no answer (unanswered or don't know).
        not_applicable: keys of scored questions that do not apply.
    """

    given: Answers
    points: Mapping[str, float]
    gaps: tuple[Item, ...]
    not_applicable: frozenset[str]

    def filled(self, end: str) -> dict[str, float]:
        """Points with every gap at the `lowest` or `highest` value of its own table."""
        return {
            **self.points,
            **{item.key: item.points[item.lowest if end == "lowest" else item.highest] for item in self.gaps},
        }

    def filled_answers(self, end: str) -> dict[str, Answer]:
        """The answers with every gap at the `lowest` or `highest` value of its own table."""
        fills = {item.key: item.lowest if end == "lowest" else item.highest for item in self.gaps}
        return {**self.given, **{key: Answer(State.ANSWERED, value) for key, value in fills.items()}}


def read(structure: Structure, answers: Answers, route: Collection[str]) -> Reading:
    """Sort the answers on the route into points, gaps and not applicable.

    Raises:
        Invalid: an answer is off its scale, or says not applicable where that is not allowed.
    """
    points: dict[str, float] = {}
    gaps: list[Item] = []
    not_applicable: set[str] = set()
    problems: list[Problem] = []
    for key, item in structure.known.items():
        if key not in route:
            continue
        answer = answers.get(key, UNANSWERED)
        problem = fault(item, answer)
        if problem is not None:
            problems.append(problem)
        elif answer.state is State.ANSWERED:
            points[key] = worth(item, answer)
        elif answer.state is State.NOT_APPLICABLE:
            not_applicable.add(key)
        else:
            gaps.append(item)
    if problems:
        raise Invalid(problems)
    given = {key: answer for key, answer in answers.items() if key in route}
    return Reading(given, points, tuple(gaps), frozenset(not_applicable))


def fault(item: Item, answer: Answer) -> Problem | None:
    """Why an answer on the route cannot be scored, None when it can."""
    if answer.state is State.ANSWERED and not _is_on_scale(item, answer.value):
        known = ", ".join(map(str, item.points))
        return Problem(item.key, f"The answer {answer.value!r} is not one of {known}. Choose one of these.")
    if answer.state is State.NOT_APPLICABLE and not item.question.allows_na:
        return Problem(item.key, "This question applies to everybody. Choose an answer.")
    return None


def _is_on_scale(item: Item, value: Value | None) -> TypeGuard[int | str]:
    return isinstance(value, int | str) and not isinstance(value, bool) and value in item.points


def worth(item: Item, answer: Answer) -> float:
    """The points of an answer whose value is on the scale."""
    return item.points[answer.value]  # type: ignore[index]
