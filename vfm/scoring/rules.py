"""Rule tables: lists of statements collapse to all, some or none, and a table gives the status.

Pure. There is a result only where every way of filling the gaps leads to the same status.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Literal

from vfm.errors import Invalid, Problem
from vfm.questionnaires.answers import UNANSWERED, Answers, State
from vfm.questionnaires.schema import RuleTable

Collapsed = Literal["all", "some", "none"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule table comes to.

    Attributes:
        low: the worst status still possible; high: the best.
        meets_minimum: True or False once that is certain, None while it is open.
    """

    low: str
    high: str
    meets_minimum: bool | None

    @property
    def result(self) -> str | None:
        """The status, where worst and best agree."""
        return self.low if self.low == self.high else None


@dataclass(frozen=True, slots=True)
class ListWorking:
    """How one list of statements collapses.

    Attributes:
        statements: keys of those on the route and not N/A.
        true: how many are answered yes; open: how many have no answer yet.
        lowest: what the list comes to if every open one turns out false; highest: if true.
    """

    name: str
    statements: tuple[str, ...]
    true: int
    open: int
    lowest: Collapsed
    highest: Collapsed


def lists_of(table: RuleTable, answers: Answers, route: Collection[str]) -> Iterator[ListWorking]:
    """How each list of a rule table collapses, in the order of the table."""
    for name, keys in _applicable(table, answers, route).items():
        true = sum(_is_true(answers, key) for key in keys)
        gaps = sum(_state(answers, key) is not State.ANSWERED for key in keys)
        yield ListWorking(
            name, tuple(keys), true, gaps, collapse(true, len(keys)), collapse(true + gaps, len(keys))
        )


def collapse(ticked: int, out_of: int) -> Collapsed:
    """All, some or none of a list of statements; an empty list is none.

    >>> collapse(3, 3), collapse(1, 3), collapse(0, 3), collapse(0, 0)
    ('all', 'some', 'none', 'none')
    """
    if ticked == 0:
        return "none"
    return "all" if ticked == out_of else "some"


def outcome_of(table: RuleTable, answers: Answers, route: Collection[str], place: str) -> Outcome:
    """The worst and the best status the answers still allow.

    Args:
        table: lists, statuses (worst first) and rows.
        answers: question key -> answer; a statement is true when it is answered "yes".
        route: keys on the route; statements off it, or not applicable, leave their list.
        place: the section's key, for a problem.

    Raises:
        Invalid: the table has no row, or two different ones, for a combination that can come up.
    """
    rows = _rows(table, place)
    reached = set()
    for combination in _combinations(table, answers, route):
        if combination not in rows:
            raise Invalid(
                [Problem(place, f"The rule table has no row for {_named(table, combination)}. Add it.")]
            )
        reached.add(table.statuses.index(rows[combination]))
    low, high = min(reached), max(reached)
    minimum = table.statuses.index(table.minimum)
    meets = True if low >= minimum else False if high < minimum else None
    return Outcome(table.statuses[low], table.statuses[high], meets)


def _rows(table: RuleTable, place: str) -> dict[tuple[Collapsed, ...], str]:
    rows: dict[tuple[Collapsed, ...], str] = {}
    for row in table.rows:
        if rows.setdefault(row.lists, row.status) != row.status:
            words = f"The rule table has two answers for {_named(table, row.lists)}. Keep one."
            raise Invalid([Problem(place, words)])
    unknown = sorted({*rows.values(), table.minimum} - set(table.statuses))
    if unknown:
        words = (
            f"The rule table names {', '.join(unknown)}, which is not among its statuses. Add or correct it."
        )
        raise Invalid([Problem(place, words)])
    return rows


def _named(table: RuleTable, combination: tuple[Collapsed, ...]) -> str:
    return ", ".join(f"{name} {value}" for name, value in zip(table.lists, combination, strict=False))


def _combinations(
    table: RuleTable, answers: Answers, route: Collection[str]
) -> Iterator[tuple[Collapsed, ...]]:
    """Every combination of collapsed lists that some way of filling the gaps leads to.

    Gaps that stand in the same lists are alike, and of each such group it matters only whether none, some
    or all of them turn out true: three cases a group, however many gaps.
    """
    applicable = _applicable(table, answers, route)
    true = {name: sum(_is_true(answers, key) for key in keys) for name, keys in applicable.items()}
    for gained in _fillings(_alike_gaps(applicable, answers)):
        yield tuple(collapse(true[name] + gained[name], len(keys)) for name, keys in applicable.items())


def _applicable(table: RuleTable, answers: Answers, route: Collection[str]) -> dict[str, list[str]]:
    """List name -> keys of its statements on the route that are not N/A."""
    return {
        name: [key for key in keys if key in route and _state(answers, key) is not State.NOT_APPLICABLE]
        for name, keys in table.lists.items()
    }


def _alike_gaps(applicable: Mapping[str, list[str]], answers: Answers) -> Counter[tuple[str, ...]]:
    """The lists a gap stands in -> how many gaps stand in exactly these."""
    gaps = dict.fromkeys(
        key for keys in applicable.values() for key in keys if _state(answers, key) is not State.ANSWERED
    )
    return Counter(tuple(name for name, keys in applicable.items() if key in keys) for key in gaps)


def _fillings(groups: Counter[tuple[str, ...]]) -> Iterator[Counter[str]]:
    """List name -> how many gaps turned out true, for every filling that can differ."""
    for choice in product(*(sorted({0, min(1, size), size}) for size in groups.values())):
        gained: Counter[str] = Counter()
        for names, number in zip(groups, choice, strict=True):
            gained.update(dict.fromkeys(names, number))
        yield gained


def _state(answers: Answers, key: str) -> State:
    return answers.get(key, UNANSWERED).state


def _is_true(answers: Answers, key: str) -> bool:
    answer = answers.get(key, UNANSWERED)
    return answer.state is State.ANSWERED and answer.value == "yes"
