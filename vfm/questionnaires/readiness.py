"""Before answers are sent: what must be put right, what deserves another look, and what is good to know.

Pure. A matter is a row of `MATTERS`; a function of `FINDERS` says where it is found. To add one, add a row
and a function: the page lists whatever is found.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from vfm.questionnaires import routing
from vfm.questionnaires.answers import UNANSWERED, Answer, Answers, State, grade_words
from vfm.questionnaires.conditions import expression_in_words, value_of, worked_out
from vfm.questionnaires.evidence import WEAK, Item, weak_or_stale
from vfm.questionnaires.figures import day_in_words, in_unit
from vfm.questionnaires.kinds import KINDS
from vfm.questionnaires.published import TOLERANCE, Figure, beside, disagreement, is_same
from vfm.questionnaires.schema import Question, Questionnaire
from vfm.questionnaires.wording import counted


class Group(StrEnum):
    """How much a finding matters."""

    MUST = "must"
    LOOK = "look"
    KNOW = "know"


@dataclass(frozen=True, slots=True)
class Matter:
    """One sort of finding.

    Attributes:
        title: over its findings; lead: what it means and what to do about it.
        is_told: each finding has words of its own, so that it is never folded into a list of keys.
    """

    group: Group
    title: str
    lead: str
    is_told: bool = False


MATTERS: dict[str, Matter] = {
    "contradiction": Matter(
        Group.MUST, "Answers that do not fit together", "Two answers cannot both be right. Correct one.", True
    ),
    "unfinished": Matter(Group.MUST, "Answers to finish", "Something is still missing or too long.", True),
    "unanswered": Matter(
        Group.MUST,
        "Not answered yet",
        "Answer each, or say “We don’t know yet”. Where it is offered, “Does not apply” with its reason will "
        "do too.",
    ),
    "confirm": Matter(
        Group.MUST,
        "Answered before, to confirm",
        "You answered these before, and the questions have changed since. Each counts as not answered until "
        "you confirm it or answer anew.",
    ),
    "earlier": Matter(
        Group.LOOK,
        "Answered before, and may be confirmed",
        "You answered these optional questions before, and they have changed since. The old answers count "
        "only when you confirm them.",
    ),
    "part": Matter(
        Group.LOOK,
        "Still with colleagues",
        "They have not handed these back. Ask them, or go on without.",
        True,
    ),
    "worked_out": Matter(
        Group.LOOK,
        "Figures that differ from what your other answers come to",
        "Each is kept as you typed it. Correct whichever is wrong.",
        True,
    ),
    "figure": Matter(
        Group.LOOK,
        "Figures that differ from published ones",
        f"More than {TOLERANCE:.0%} apart. Another year or a budget may explain it. If either is wrong, "
        "correct your answer, or the published figure beside the question with your reason.",
        True,
    ),
    "weak": Matter(
        Group.LOOK,
        "High levels with weak evidence",
        "Nothing written stands behind these yet. Name the evidence, or choose the level that can be shown: "
        "these are the first to be challenged.",
    ),
    "unsupported": Matter(
        Group.LOOK,
        "High levels that the evidence does not bear out",
        "Add what is newer or stronger, or choose what can be shown today.",
        True,
    ),
    "many_not_applicable": Matter(
        Group.LOOK,
        "Much that does not apply",
        "More is said not to apply here than goes without question: expect to be asked why.",
        True,
    ),
    "comment": Matter(
        Group.LOOK, "Open comments", "A colleague has said something here that nobody has settled.", True
    ),
    "dont_know": Matter(
        Group.KNOW,
        "You do not know yet",
        "You can send these as they are. They count as gaps in the result.",
    ),
    "not_applicable": Matter(
        Group.KNOW, "Does not apply to you", "Whoever challenges the scores sees these reasons.", True
    ),
    "corrected": Matter(
        Group.KNOW,
        "Published figures you corrected",
        "The published figure stays as it is; yours and its reason stand beside it.",
        True,
    ),
    "helper": Matter(
        Group.KNOW, "Colleagues who help with all of it", "They have not said that they are done.", True
    ),
    "blank": Matter(Group.KNOW, "Optional questions left blank", "You can leave them so."),
}
"""Key -> what is looked for, in the order shown: by group, the most telling first."""
GROUP_WORDS = {
    Group.MUST: "Must be put right before you can send",
    Group.LOOK: "Look at these again",
    Group.KNOW: "Good to know",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found.

    Attributes:
        matter: a key of `MATTERS`.
        place: key of the question, else of the section, else empty for the whole.
        words: what is to be said of it beyond what the matter says; may be empty.
    """

    matter: str
    place: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A part that somebody was given and has not handed back; `place` as in `Finding`."""

    place: str
    person: str
    given_on: date


@dataclass(frozen=True)
class Held:
    """All that is looked at.

    Attributes:
        given: question key -> answer, those off the route too.
        route: keys of the questions that are asked.
        waiting: keys whose answer to an earlier version nobody has looked at again.
        figures: the service's published figures, by year.
        evidence: question key -> what the register holds for it.
        parts: not handed back; comments: question key, empty for the whole -> how many are not settled.
        much_not_applicable: section key -> share of its weight on the route that does not apply, in [0, 1],
            where that is more than the template lets pass.
        today: what is past today is out of date.
        says_shares: False where a share by weight must not be told.
    """

    questionnaire: Questionnaire
    given: Answers
    route: frozenset[str]
    today: date
    waiting: Collection[str] = ()
    figures: Sequence[Figure] = ()
    evidence: Mapping[str, Sequence[Item]] = field(default_factory=dict)
    parts: Sequence[Part] = ()
    comments: Mapping[str, int] = field(default_factory=dict)
    much_not_applicable: Mapping[str, float] = field(default_factory=dict)
    says_shares: bool = True

    @cached_property
    def asked(self) -> tuple[tuple[Question, Answer], ...]:
        """Every question on the route with its answer, in reading order."""
        questions = self.questionnaire.questions
        return tuple(
            (q, self.given.get(key, UNANSWERED)) for key, q in questions.items() if key in self.route
        )

    @cached_property
    def known(self) -> Answers:
        """The answers on the route."""
        return {key: answer for key, answer in self.given.items() if key in self.route}


def findings(held: Held) -> dict[str, tuple[Finding, ...]]:
    """Matter -> what was found of it, in the order of `MATTERS`; a matter without findings is left out."""
    found: dict[str, list[Finding]] = {matter: [] for matter in MATTERS}
    for finder in FINDERS:
        for one in finder(held):
            found[one.matter].append(one)
    return {matter: tuple(ones) for matter, ones in found.items() if ones}


def counts(found: Mapping[str, Sequence[Finding]]) -> dict[Group, int]:
    """Group -> how many findings."""
    totals = dict.fromkeys(Group, 0)
    for matter, ones in found.items():
        totals[MATTERS[matter].group] += len(ones)
    return totals


def verdict(found: Mapping[str, Sequence[Finding]], *, is_part: bool = False) -> str:
    """Whether the answers can be sent, in one sentence; with `is_part`, whether a part can be handed back."""
    totals = counts(found)
    if totals[Group.MUST]:
        opening = "Your part is not complete yet" if is_part else "This cannot be sent yet"
        return f"{opening}: {_in_the_way_in_words(len(found.get('unanswered', ())), totals[Group.MUST])}."
    opening = "Your part is complete" if is_part else "This can be sent"
    if look := totals[Group.LOOK]:
        things = counted(look, "thing deserves", "things deserve")
        return f"{opening}. Before you {'hand it back' if is_part else 'do'}, {things} another look."
    return f"{opening}: everything that must be answered is answered, and nothing stands out."


def _in_the_way_in_words(blank: int, all_of_it: int) -> str:
    said = [counted(blank, "question has no answer", "questions have no answer")] if blank else []
    if rest := all_of_it - blank:
        said.append(f"{counted(rest, 'answer needs', 'answers need')} attention")
    return " and ".join(said)


# --- what must be put right ---------------------------------------------------------------------------------


def _in_the_way(held: Held) -> Iterator[Finding]:
    failing = {(check.at, check.say) for check in held.questionnaire.checks}
    for problem in routing.missing(held.questionnaire, held.given, route=held.route):
        key = problem.place
        if (key, problem.message) in failing:
            yield Finding("contradiction", key, problem.message)
        elif held.given.get(key, UNANSWERED).state is not State.UNANSWERED:
            yield Finding("unfinished", key, problem.message)
        else:
            yield Finding("confirm" if key in held.waiting else "unanswered", key)


def _left_blank(held: Held) -> Iterator[Finding]:
    for question, answer in held.asked:
        if answer.state is State.UNANSWERED and not question.required:
            yield Finding("earlier" if question.key in held.waiting else "blank", question.key)


# --- what deserves another look -----------------------------------------------------------------------------


def _with_colleagues(held: Held) -> Iterator[Finding]:
    for part in held.parts:
        words = f"With {part.person} since {day_in_words(part.given_on)}."
        if not part.place:
            yield Finding("helper", "", words)
        elif part.place not in held.questionnaire.questions or part.place in held.route:
            yield Finding("part", part.place, words)


ROUNDING = Decimal("0.005")
"""A share of what answers come to: a typed figure nearer than this is the same, rounded."""


def _worked_out_otherwise(held: Held) -> Iterator[Finding]:
    for question, answer in held.asked:
        if question.derived is None or not answer.is_answered:
            continue
        figure = value_of(question.derived, held.known)
        if _differ(answer.value, figure):
            typed = KINDS[question.kind].in_words(held.questionnaire, question, answer.value)
            comes_to = worked_out(held.questionnaire, question, held.known)
            how = expression_in_words(question.derived)
            yield Finding("worked_out", question.key, f"You typed {typed}; {how} comes to {comes_to}.")


def _differ(typed: object, figure: object) -> bool:
    """True when a typed figure is not what others come to, beyond rounding; by part where both are."""
    if isinstance(typed, Mapping) and isinstance(figure, Mapping):
        return any(_differ(typed[part], figure.get(part)) for part in typed)
    if not isinstance(typed, Decimal) or not isinstance(figure, Decimal):
        return False
    exponent = typed.as_tuple().exponent
    half = Decimal(5).scaleb(exponent - 1) if isinstance(exponent, int) else Decimal(0)
    return abs(typed - figure) > max(half, ROUNDING * abs(figure))


def _unlike_published(held: Held) -> Iterator[Finding]:
    if not held.figures:
        return
    for question, answer in held.asked:
        found = disagreement(question, answer, held.figures)
        if found is not None:
            yield Finding("figure", question.key, found.in_words())


def _poorly_evidenced(held: Held) -> Iterator[Finding]:
    for question, answer in held.asked:
        if not is_high(held.questionnaire, question, answer):
            continue
        if answer.evidence in WEAK:
            yield Finding("weak", question.key)
        elif items := held.evidence.get(question.key):
            said = weak_or_stale(answer.evidence, items, held.today, grade_words(held.questionnaire))
            if said:
                yield Finding("unsupported", question.key, " ".join(said))


def is_high(questionnaire: Questionnaire, question: Question, answer: Answer) -> bool:
    """True for a scored answer worth more than the middle of what the question can give."""
    if not question.is_scored or not answer.is_answered:
        return False
    worth = questionnaire.points_of(question)
    points = worth.get(answer.value)
    return points is not None and 2 * points > min(worth.values()) + max(worth.values())


def _much_not_applicable(held: Held) -> Iterator[Finding]:
    for key, share in held.much_not_applicable.items():
        states = [held.given.get(q.key, UNANSWERED).state for q in _inside(held, key)]
        words = f"{states.count(State.NOT_APPLICABLE)} of {counted(len(states), 'scored question')}"
        if held.says_shares:
            flag = held.questionnaire.scoring.na_flag
            words += f", {100 * share:.0f}% of the weight. Above {100 * flag:.0f}% a challenge is called for"
        yield Finding("many_not_applicable", key, f"{words}.")


def _inside(held: Held, key: str) -> Iterator[Question]:
    for section in held.questionnaire.all_sections[key].walk():
        yield from (q for q in section.questions if q.key in held.route and q.is_scored)


def _commented(held: Held) -> Iterator[Finding]:
    for place, number in held.comments.items():
        if not place or place in held.route:
            yield Finding("comment", place, counted(number, "open comment"))


# --- what is good to know -----------------------------------------------------------------------------------


def _without_value(held: Held) -> Iterator[Finding]:
    for question, answer in held.asked:
        if answer.state is State.DONT_KNOW:
            yield Finding("dont_know", question.key)
        elif answer.state is State.NOT_APPLICABLE:
            yield Finding("not_applicable", question.key, answer.reason)


def _corrected(held: Held) -> Iterator[Finding]:
    """Each corrected figure once, at the question that asks for it rather than one it only stands beside."""
    if all(figure.corrected is None for figure in held.figures):
        return
    pairs = [(question, figure) for question, _ in held.asked for figure in beside(question, held.figures)]
    told: set[tuple[str, str]] = set()
    for question, figure in sorted(pairs, key=lambda pair: not is_same(*pair)):
        if figure.corrected is not None and (figure.measure, figure.year) not in told:
            told.add((figure.measure, figure.year))
            amounts = [in_unit(amount, figure.unit) for amount in (figure.amount, figure.corrected)]
            words = f"{figure.title}, {figure.year}: {amounts[0]}, corrected to {amounts[1]}."
            yield Finding("corrected", question.key, f"{words} {figure.reason}")


FINDERS: tuple[Callable[[Held], Iterator[Finding]], ...] = (
    _in_the_way,
    _left_blank,
    _with_colleagues,
    _worked_out_otherwise,
    _unlike_published,
    _poorly_evidenced,
    _much_not_applicable,
    _commented,
    _without_value,
    _corrected,
)
