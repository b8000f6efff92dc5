"""How far a review is, what each step asks for, and what is left to do. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

STATES = ("proposed", "approved", "scoping", "under_way", "reporting", "implementing", "closed")
"""The states of a review, in the order of the work."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a review when somebody asks how it goes on.

    Attributes:
        places, vacancies: of its team, without sponsor and lead, who are named apart.
        lines, unanswered_lines: key lines of enquiry, and those without a conclusion.
        open_hypotheses: those nobody has said anything of yet.
        questions_left: questions on the route that its team has not answered; None where it answers none.
        proposed, accepted: recommendations nobody has answered, and those accepted or done.
        without_action: of the latter, those that no improvement action carries out.
    """

    status: str
    has_sponsor: bool = False
    has_lead: bool = False
    has_scope: bool = False
    places: int = 0
    vacancies: int = 0
    lines: int = 0
    unanswered_lines: int = 0
    open_hypotheses: int = 0
    questions_left: int | None = None
    findings: int = 0
    proposed: int = 0
    accepted: int = 0
    without_action: int = 0
    has_outcome: bool = False
    has_savings: bool = False


@dataclass(frozen=True, slots=True)
class Need:
    """Something that is missing.

    Attributes:
        words: a sentence; part: the part of the page that it is put right in.
        is_advice: the step can be taken without it, by somebody who says why.
    """

    words: str
    part: str
    is_advice: bool = False


def following(status: str) -> str | None:
    """The state after this one; None after the last."""
    place = STATES.index(status) + 1
    return STATES[place] if place < len(STATES) else None


def needs(facts: Facts, to: str) -> tuple[Need, ...]:
    """What is missing for the state `to`: of it and of every state passed on the way, in their order.

    Going back asks for nothing. A review that recommends nothing is closed without being implemented, so that
    closing passes over what implementing asks for.

    >>> [need.words for need in needs(Facts("proposed"), "scoping")]
    ['No sponsor is named.', 'Nobody leads it yet.']
    """
    first, last = STATES.index(facts.status) + 1, STATES.index(to) + 1
    passed = [state for state in STATES[first:last] if state == to or state != "implementing"]
    return tuple(need for state in passed for need in _NEEDS[state](facts))


def left(facts: Facts) -> tuple[Need, ...]:
    """What is left to do now: whatever any state up to the next asks for, each thing once.

    A review that was written down late may have passed over what an earlier state asks for.
    """
    after = following(facts.status)
    if after is None:
        return ()
    found = [*needs(replace(facts, status=STATES[0]), after), *(_open(facts) if facts.lines else ())]
    return tuple({need.words: need for need in found}.values())


def _nothing(_: Facts) -> Iterator[Need]:
    yield from ()


def _scoping(facts: Facts) -> Iterator[Need]:
    if not facts.has_sponsor:
        yield Need("No sponsor is named.", "about")
    if not facts.has_lead:
        yield Need("Nobody leads it yet.", "about")


def _under_way(facts: Facts) -> Iterator[Need]:
    if not facts.has_scope:
        yield Need("There is no scope yet: say what it covers.", "scope")
    if not facts.lines:
        yield Need("There is no key line of enquiry yet.", "lines")
    if not facts.places:
        yield Need("The team has nobody but its lead.", "team", is_advice=True)
    if facts.vacancies:
        yield Need(f"The team has {_counted(facts.vacancies, 'vacancy', 'vacancies')}.", "team", True)


def _reporting(facts: Facts) -> Iterator[Need]:
    if not facts.findings:
        yield Need("There is no finding yet.", "findings")
    if facts.questions_left:
        words = f"{_counted(facts.questions_left, 'question')} of the template {_are(facts.questions_left)}"
        yield Need(f"{words} not answered.", "lines", True)
    yield from _open(facts)


def _open(facts: Facts) -> Iterator[Need]:
    """What a team works on from the day its lines of enquiry stand."""
    if facts.open_hypotheses:
        words = f"{_counted(facts.open_hypotheses, 'hypothesis', 'hypotheses')}"
        yield Need(f"{words} {_are(facts.open_hypotheses)} still open.", "lines", True)
    if facts.unanswered_lines:
        words = _counted(facts.unanswered_lines, "line of enquiry", "lines of enquiry")
        yield Need(f"{words} {_has(facts.unanswered_lines)} no conclusion.", "lines", True)


def _implementing(facts: Facts) -> Iterator[Need]:
    if not facts.accepted:
        yield Need("No recommendation is accepted yet.", "recommendations")
    yield from _unanswered(facts)


def _closed(facts: Facts) -> Iterator[Need]:
    if not facts.has_outcome:
        yield Need("It is not said yet what came of it.", "closing")
    if not facts.has_savings:
        yield Need("Its savings are not confirmed: say low and high, nought where there are none.", "closing")
    yield from _unanswered(facts)
    if facts.without_action:
        words = _counted(facts.without_action, "accepted recommendation")
        yield Need(f"{words} {_has(facts.without_action)} no improvement action.", "recommendations", True)


def _unanswered(facts: Facts) -> Iterator[Need]:
    if facts.proposed:
        words = _counted(facts.proposed, "recommendation")
        yield Need(f"{words} {_are(facts.proposed)} neither accepted nor rejected.", "recommendations", True)


_NEEDS = {
    "proposed": _nothing,
    "approved": _nothing,
    "scoping": _scoping,
    "under_way": _under_way,
    "reporting": _reporting,
    "implementing": _implementing,
    "closed": _closed,
}


def _counted(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _has(count: int) -> str:
    return "has" if count == 1 else "have"
