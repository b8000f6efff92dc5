"""Trying answers out: is there any way to answer a questionnaire so that some conditions hold?

The answers tried keep to the route: what a routing rule leaves out has no answer. Of each question only as
many answers are tried as the rules can tell apart, so that a contradiction is found however it is written.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import combinations, pairwise
from math import isfinite
from typing import TypeGuard, cast

from vfm.questionnaires.answers import Answer, Answers, State
from vfm.questionnaires.conditions import comparisons, holds, inside, questions_named
from vfm.questionnaires.kinds import KINDS, Value, choices
from vfm.questionnaires.schema import (
    NUMERIC,
    All,
    AnyOf,
    Comparison,
    Condition,
    Kind,
    Not,
    Question,
    Questionnaire,
    Ref,
)

MOST_TRIALS = 2_000
"""Answers tried in one search; what needs more is taken as possible."""
MOST_NAMED_OPTIONS = 6
"""Options of one multiple choice that rules name; with more of them it is not tried out."""
MOST_BESIDE = 6
"""Questions measured against each other; with more of them none is tried out."""

Tried = Mapping[str, Answer | None]
"""Question key -> the answer tried, None for a blank; a key that is not there is not decided yet."""
Goal = Callable[[Tried], bool | str]
"""What is wanted: True or False once that is certain, else the key of a question it waits for."""
Goals = tuple[Goal, ...]
Agenda = tuple[Goal, "Agenda"] | None
"""Goals still to be reached, the next one first."""

OpenQuestion = tuple[str, Iterator[Answer | None], tuple[Goal, Agenda]]
"""A question that was decided, the answers to it that are left, and the goals from the one it was for."""


@dataclass(frozen=True, eq=False)
class Trials:
    """The answers worth trying in one questionnaire.

    Attributes:
        conditions: every condition that is asked of the answers, wherever it stands.
    """

    questionnaire: Questionnaire
    conditions: tuple[Condition, ...]

    # --- what is wanted ----------------------------------------------------------------------------------

    def holding(self, condition: Condition, *, wanted: bool = True) -> Goals:
        """The goals that a condition holds, or that it does not; one for each part that has to."""
        if isinstance(condition, Not):
            return self.holding(condition.not_, wanted=not wanted)
        if isinstance(condition, All if wanted else AnyOf):
            return tuple(goal for one in inside(condition) for goal in self.holding(one, wanted=wanted))

        def goal(tried: Tried) -> bool | str:
            found = self._truth(condition, tried)
            return found if isinstance(found, str) else found is wanted

        return (goal,)

    def answered(self, keys: Iterable[str]) -> Goals:
        """The goals that questions are asked and have an answer."""
        return tuple(among(key, lambda answer: answer is not None) for key in keys)

    def knows(self, condition: Condition) -> bool:
        """True when everything a condition stands on is there to be tried, and it compares what can be."""
        return all(map(self.values, questions_named(condition))) and self._fits(condition)

    def if_asked(self, key: str, is_wanted: Callable[[Answer], bool]) -> Goal:
        """The goal that a question has an answer that is wanted, or is not asked."""
        asked = self._routed.get(key, ())

        def goal(tried: Tried) -> bool | str:
            if (answer := tried.get(key)) is not None:
                return is_wanted(answer)
            for is_so in asked:
                if (found := is_so(tried)) is not True:
                    return found or True  # it waits for an answer, or the question is not asked
            return key not in tried and key

        return goal

    def is_constant(self, condition: Condition, *, is_given: bool = False) -> bool:
        """True when a condition holds whatever is answered to the questions asked.

        A blank makes most comparisons false, so only given answers are tried; but of a condition that asks
        whether something is answered, blanks too. False when the condition cannot be tried out.

        Args:
            condition: what should hold.
            is_given: it is only looked at when each of its questions is asked and answered.
        """
        if not self.knows(condition):
            return False
        named = questions_named(condition)
        answered, failing = self.answered(named), self.holding(condition, wanted=False)
        if is_given:
            fails = self.is_possible(*answered, *failing, named=named)
            return not fails and self.is_possible(*answered, named=named)
        # What decides whether those are asked is given too.
        keys = frozenset(named).union(*(self._above.get(key, ()) for key in named))
        routing = (self.questionnaire.questions[key].show_if for key in keys)
        looked_at = [condition, *(rule for rule in routing if rule is not None)]
        asks_whether = any(claim.operator == "answered" for rule in looked_at for claim in comparisons(rule))
        ordered = () if asks_whether else tuple(key for key in self.questionnaire.questions if key in keys)
        given = tuple(self.if_asked(key, lambda _answer: True) for key in ordered)
        return not self.is_possible(*given, *failing)

    # --- the search --------------------------------------------------------------------------------------

    def is_possible(self, *goals: Goal, named: Iterable[str] | None = None) -> bool:
        """True when some answers reach every goal, or when there are too many to try.

        Args:
            goals: what has to be so at once.
            named: keys of all questions that the goals look at, where the caller knows them. Where different
                questions decide whether each is asked, the search need not go back to those.
        """
        is_apart = named is not None and self._are_routed_apart(frozenset(named))
        return self._search(_in_front(goals, None), self._unreachable if is_apart else self._routed)

    def _search(self, agenda: Agenda, routed: Mapping[str, Goals]) -> bool:
        tried: dict[str, Answer | None] = {}
        open_questions: list[OpenQuestion] = []
        for _ in range(MOST_TRIALS):
            agenda, verdict = _advanced(agenda, tried)
            if isinstance(verdict, str) and agenda is not None:
                values = self.values(verdict)
                open_questions.append((verdict, iter(values), agenda))
                verdict = not values  # what cannot be tried out is taken as possible
            if verdict:
                return True
            if not _take_next(open_questions, tried):
                return False
            key, _answers, (waiting, after) = open_questions[-1]
            agenda = (waiting, _in_front(() if tried[key] is None else routed.get(key, ()), after))
        return True

    def _truth(self, condition: Condition, tried: Tried) -> bool | str:
        if isinstance(condition, Comparison):
            waits_for = next((key for key in _keys_of(condition) if key not in tried), None)
            return waits_for or holds(condition, cast(Answers, tried), self.questionnaire)
        if isinstance(condition, Not):
            found = self._truth(condition.not_, tried)
            return found if isinstance(found, str) else not found
        return self._joint_truth(inside(condition), tried, deciding=isinstance(condition, AnyOf))

    def _joint_truth(self, conditions: tuple[Condition, ...], tried: Tried, *, deciding: bool) -> bool | str:
        """Of all or any: one that is `deciding` settles it, else the first that waits for an answer."""
        waits_for = ""
        for condition in conditions:
            found = self._truth(condition, tried)
            if found is deciding:
                return deciding
            if isinstance(found, str):
                waits_for = waits_for or found
        return waits_for or not deciding

    # --- what is tried -----------------------------------------------------------------------------------

    @cached_property
    def _is_plain(self) -> bool:
        """False while a key stands for two questions or sections: nobody can say which is meant."""
        asked = sum(len(section.questions) for top in self.questionnaire.sections for section in top.walk())
        return asked == len(self.questionnaire.questions)

    @cached_property
    def _routed(self) -> dict[str, Goals]:
        """Question key -> the goals that it is asked, where its routing rule names earlier questions only."""
        earlier: set[str] = set()
        found = {}
        for key, question in self.questionnaire.questions.items():
            if question.show_if is not None and self._is_sound(question.show_if, earlier):
                found[key] = self.holding(question.show_if)
            earlier.add(key)
        return found

    @cached_property
    def _above(self) -> dict[str, frozenset[str]]:
        """Question key -> the questions that decide whether it is asked, and all that decide on those."""
        found: dict[str, frozenset[str]] = {}
        for key in self._routed:
            named = self._named_by(key)
            found[key] = named.union(*(found.get(above, ()) for above in named))
        return found

    @cached_property
    def _unreachable(self) -> dict[str, Goals]:
        """Key of each question that no answers lead to -> a goal that is never reached."""
        found: dict[str, Goals] = {}
        for key, goals in self._routed.items():
            is_apart = self._are_routed_apart(self._named_by(key))
            if not self._search(_in_front(goals, None), found if is_apart else self._routed):
                found[key] = (lambda _tried: False,)
        return found

    def _named_by(self, key: str) -> frozenset[str]:
        routing = self.questionnaire.questions[key].show_if
        return frozenset() if routing is None else frozenset(questions_named(routing))

    def _are_routed_apart(self, keys: frozenset[str]) -> bool:
        """True when no question decides on two of the keys, and none of them on another."""
        taken = keys
        for key in keys:
            above = self._above.get(key, frozenset())
            if not taken.isdisjoint(above):
                return False
            taken |= above
        return True

    def _is_sound(self, condition: Condition, earlier: set[str]) -> bool:
        named = questions_named(condition)
        return earlier.issuperset(named) and all(map(self.values, named)) and self._fits(condition)

    def _fits(self, condition: Condition) -> bool:
        """True when every comparison is one that its question's kind knows."""
        questions = self.questionnaire.questions
        return all(c.operator in KINDS[questions[c.question].kind].operators for c in comparisons(condition))

    @cached_property
    def named(self) -> frozenset[str]:
        """Keys of the questions that any condition names."""
        return frozenset(key for condition in self.conditions for key in questions_named(condition))

    @cached_property
    def _claims(self) -> dict[str, list[Comparison]]:
        """Question key -> every comparison that measures it against something fixed."""
        found: dict[str, list[Comparison]] = {}
        for claim in (claim for condition in self.conditions for claim in comparisons(condition)):
            if not isinstance(claim.operand, Ref):
                found.setdefault(claim.question, []).append(claim)
        return found

    @cached_property
    def _beside(self) -> dict[str, frozenset[str]]:
        """Question key -> it and every question it is measured against, directly or by way of others."""
        found: dict[str, frozenset[str]] = {}
        for claim in (claim for condition in self.conditions for claim in comparisons(condition)):
            if isinstance(claim.operand, Ref):
                left, right = claim.question, claim.operand.question
                group = found.get(left, frozenset({left})) | found.get(right, frozenset({right}))
                found.update(dict.fromkeys(group, group))
        return found

    @cached_property
    def _tried_of(self) -> dict[str, tuple[Answer | None, ...]]:
        return {}

    def values(self, key: str) -> tuple[Answer | None, ...]:
        """The answers to one question that rules can tell apart, best first, and a blank.

        Empty when it cannot be tried out: it or its scale is missing, rules name too many of its options, it
        is measured against too many others, or a key of the template stands for two things.
        """
        if key not in self._tried_of:
            question = self.questionnaire.questions.get(key)
            if question is None or not self._is_plain:
                self._tried_of[key] = ()
            elif question.kind is Kind.SCALE:
                self._tried_of[key] = self._levels_of.get(question.scale, ())
            else:
                self._tried_of[key] = _with_a_blank(self._values(question))
        return self._tried_of[key]

    @cached_property
    def _levels_of(self) -> dict[str | None, tuple[Answer | None, ...]]:
        """Name of a scale, None for the first -> its levels, highest first, and a blank."""
        found: dict[str | None, tuple[Answer | None, ...]] = {}
        for name, scale in self.questionnaire.scales.items():
            found[name] = _with_a_blank(sorted(scale.levels, reverse=True))
            found.setdefault(None, found[name])
        return found

    def _values(self, question: Question) -> Iterable[Value]:
        if question.kind is Kind.MULTI_CHOICE:
            return self._selections(question)
        if self._steps(question.key) > MOST_BESIDE:
            return ()
        if question.kind in NUMERIC:
            fixed = {Decimal(repr(number)) for number in self._fixed(question.key)}
            return _around(fixed or {Decimal(0)}, self._steps(question.key))
        if question.kind is Kind.DATE:
            days = {Decimal(day.toordinal()) for day in self._days(question.key)}
            around = _around(days or {Decimal(date(2020, 1, 2).toordinal())}, self._steps(question.key))
            last = date.max.toordinal()
            return dict.fromkeys(date.fromordinal(min(max(int(day), 1), last)) for day in around)
        return self._picks(question)

    def _picks(self, question: Question) -> Iterable[Value]:
        offered = tuple(choices(question)) or ("words",)
        if question.is_scored and question.kind in (Kind.YES_NO, Kind.SINGLE_CHOICE):
            points = self.questionnaire.points_of(question)
            return sorted(offered, key=lambda picked: -points.get(picked, 0))
        return offered

    def _fixed(self, key: str) -> Iterator[int | float]:
        for near in self._beside.get(key, (key,)):
            for claim in self._claims.get(near, ()):
                if _is_number(claim.operand):
                    yield claim.operand

    def _days(self, key: str) -> Iterator[date]:
        for near in self._beside.get(key, (key,)):
            for claim in self._claims.get(near, ()):
                if isinstance(claim.operand, date):
                    yield claim.operand
                elif isinstance(claim.operand, str):
                    yield from _day_in(claim.operand)

    def _steps(self, key: str) -> int:
        """Steps beyond the outermost: enough to put every question it is measured against in any order."""
        return len(self._beside.get(key, (key,)))

    def _selections(self, question: Question) -> Iterator[Value]:
        """Every selection of the options that rules name, with as few and as many others as can matter."""
        claims = self._claims.get(question.key, ())
        named = {claim.operand for claim in claims if claim.operator == "contains"}
        told = [option for option in question.options if option.key in named]
        others = sorted((o for o in question.options if o.key not in named), key=lambda o: o.exclusive)
        if len(told) > MOST_NAMED_OPTIONS:
            return
        is_counted = any(claim.operator not in ("contains", "answered") for claim in claims)
        most = len(others) if is_counted else min(1, len(others))
        for size in range(len(told) + 1):
            for chosen in combinations(told, size):
                for more in range(most + 1):
                    selection = (*chosen, *others[:more])
                    if selection and (len(selection) == 1 or not any(o.exclusive for o in selection)):
                        yield tuple(option.key for option in selection)


def among(key: str, is_wanted: Callable[[Answer | None], bool]) -> Goal:
    """The goal that one question's answer, None for a blank, is one that is wanted."""
    return lambda tried: is_wanted(tried[key]) if key in tried else key


def _in_front(goals: Goals, agenda: Agenda) -> Agenda:
    for goal in reversed(goals):
        agenda = (goal, agenda)
    return agenda


def _advanced(agenda: Agenda, tried: Tried) -> tuple[Agenda, bool | str]:
    """The agenda without the goals that are reached; True at its end, False where one cannot be reached."""
    while agenda is not None:
        verdict = agenda[0](tried)
        if verdict is not True:
            return agenda, verdict
        agenda = agenda[1]
    return None, True


def _take_next(
    open_questions: list[OpenQuestion],
    tried: MutableMapping[str, Answer | None],
) -> bool:
    """The next answer to the question decided last; where it has none left, to the one before it."""
    while open_questions:
        key, answers, _ = open_questions[-1]
        for answer in answers:
            tried[key] = answer
            return True
        tried.pop(key, None)
        open_questions.pop()
    return False


def _with_a_blank(values: Iterable[Value]) -> tuple[Answer | None, ...]:
    answers = tuple(Answer(State.ANSWERED, value) for value in values)
    return (*answers, None) if answers else ()


def _is_number(operand: object) -> TypeGuard[int | float]:
    return isinstance(operand, int | float) and not isinstance(operand, bool) and isfinite(operand)


def _keys_of(claim: Comparison) -> tuple[str, ...]:
    return (claim.question, claim.operand.question) if isinstance(claim.operand, Ref) else (claim.question,)


def _around(fixed: set[Decimal], steps: int) -> list[Decimal]:
    """The fixed numbers, some between each two neighbours, and some beyond either end."""
    ordered = sorted(fixed)
    shares = [Decimal(step) / (steps + 1) for step in range(1, steps + 1)]
    between = [low + (high - low) * share for low, high in pairwise(ordered) for share in shares]
    beyond = [end for step in range(1, steps + 1) for end in (ordered[0] - step, ordered[-1] + step)]
    return sorted({*ordered, *between, *beyond})


def _day_in(words: str) -> Iterator[date]:
    try:
        yield date.fromisoformat(words)
    except ValueError:
        return
