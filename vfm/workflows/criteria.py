"""The council's list of criteria: looked at, added to, changed, switched, put in order, taken back.

The list is append-only: every edit keeps the whole of it as a new row. A cycle that is frozen stays as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from vfm.errors import Conflict, Invalid, NotFound, Problem
from vfm.prioritisation.criteria import DEFAULT_CRITERIA, VFM_RESULT, Criterion
from vfm.prioritisation.criteria_form import FIGURES_ALONE as FIGURES_ALONE
from vfm.prioritisation.criteria_form import LONGEST_TEXT, Typed, as_typed, read
from vfm.prioritisation.criteria_words import changes
from vfm.prioritisation.provenance import feeding
from vfm.questionnaires.kinds import text_problem
from vfm.questionnaires.schema import FEEDS, Question
from vfm.roles import Actor
from vfm.store import content, events, gathering
from vfm.store import criteria as kept
from vfm.store.queries import council, rankings
from vfm.store.queries import criteria as queries
from vfm.store.queries.rankings import Rankable

OTHERS_CAME = "Somebody else edited the list since you opened it. Look at it, and do yours again if it holds."


@dataclass(frozen=True, slots=True)
class Line:
    """A criterion of the list; `known` of the chosen services have a value, None where none is chosen."""

    criterion: Criterion
    is_used: bool
    known: int | None
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Index:
    """The list, and how much is known of each in the cycle chosen.

    Attributes:
        services: how many services of the cycle can be ranked.
        is_frozen: whether the cycle is ranked with criteria of its own already.
        seen: the newest state of the list; 0 while the default one stands.
        total: the weights of those used together.
    """

    lines: tuple[Line, ...]
    cycles: tuple[Rankable, ...]
    cycle: Rankable | None
    services: int
    is_frozen: bool
    seen: int
    total: float


@dataclass(frozen=True, slots=True)
class Asked:
    """The questions of one opened version that feed one word, with the options of choices."""

    template: str
    version: int
    feeds: str
    question: Question


@dataclass(frozen=True, slots=True)
class Form:
    """What a form for a criterion chooses from; `criterion` is None for a new one."""

    criterion: Criterion | None
    is_used: bool
    typed: Typed
    groups: tuple[str, ...]
    units: tuple[str, ...]
    feeds: tuple[str, ...]
    asked: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class State:
    """One state of the list in its history; `changed` says what its edit changed."""

    id: int
    note: str
    by: str
    at: datetime | None
    changed: tuple[str, ...]
    used: int


def index(session: Session, cycle_id: int | None, *, now: datetime) -> Index:
    """The list with what is known of each criterion in a cycle; the newest that can be ranked by default."""
    cycles = tuple(rankings.rankable(session))
    cycle = next((c for c in cycles if c.id == cycle_id), next(iter(cycles), None))
    listed = kept.listed(session)
    criteria = [criterion for criterion, _ in listed]
    services = gathering.looked_at(session, cycle, criteria, now.date())["services"] if cycle else []
    asked = (
        content.questionnaire(session, cycle.version_id, cycle.content_hash)
        if cycle and cycle.version_id is not None
        else None
    )
    lines = tuple(
        Line(
            one,
            is_used,
            sum(service["values"][one.key]["value"] is not None for service in services) if cycle else None,
            tuple(question.key for question in feeding(asked, one)) if asked else (),
        )
        for one, is_used in listed
    )
    return Index(
        lines,
        cycles,
        cycle,
        len(services),
        cycle is not None and kept.frozen(session, cycle.cycle_id) is not None,
        kept.newest_edit(session),
        sum(line.criterion.weight for line in lines if line.is_used),
    )


def form(session: Session, key: str | None, typed: Typed | None = None) -> Form:
    """The form for a criterion, or for a new one where no key is given; `typed` stays as it was typed.

    Raises:
        NotFound: the list has no such criterion.
    """
    listed = kept.listed(session)
    found = _found(listed, key) if key is not None else None
    if typed is None:
        typed = replace(as_typed(found[0]) if found else Typed(), seen=str(kept.newest_edit(session)))
    asked = tuple(
        Asked(row.template, row.number, question.feeds, question)
        for row in queries.opened_versions(session)
        for question in content.questionnaire(session, row.id, row.content_hash).questions.values()
        if question.feeds and question.by is None
    )
    criteria = [one for one, _ in listed]
    return Form(
        found[0] if found else None,
        found[1] if found else True,
        typed,
        tuple(sorted({one.group for one in (*criteria, *DEFAULT_CRITERIA) if one.group})),
        tuple(dict.fromkeys(one.unit for one in (*criteria, *DEFAULT_CRITERIA) if one.unit)),
        FEEDS,
        asked,
    )


def _found(listed: Sequence[tuple[Criterion, bool]], key: str) -> tuple[Criterion, bool]:
    found = next((entry for entry in listed if entry[0].key == key), None)
    if found is None:
        raise NotFound(f"criterion {key}")
    return found


# --- editing ------------------------------------------------------------------------------------------------


def save(session: Session, key: str | None, typed: Typed, *, by: Actor, now: datetime) -> str:
    """Keep the list with this criterion changed, or added where no key is given; the criterion's key.

    Raises:
        NotFound: the list has no such criterion.
        Invalid: every field that cannot be used.
        Conflict: somebody else edited the list since the form was opened.
    """
    listed = list(kept.listed(session))
    found = _found(listed, key) if key is not None else None
    made, problems = read(typed, found[0] if found else None, [one.key for one, _ in listed])
    note = " ".join(typed.note.split())
    if not note:
        problems.append(Problem("note", "Say why, in a sentence. It stands in the history of the list."))
    elif len(note) > LONGEST_TEXT:
        problems.append(Problem("note", f"Shorten this to {LONGEST_TEXT} characters."))
    elif message := text_problem(note):
        problems.append(Problem("note", message))
    if problems or made is None:
        raise Invalid(problems)
    _unchanged_since(session, typed.seen)
    if found is None:
        listed.append((made, True))
    else:
        listed = [(made, is_used) if one.key == key else (one, is_used) for one, is_used in listed]
    _keep(session, listed, note, by=by, now=now)
    return made.key


def switch(session: Session, key: str, seen: str, *, is_used: bool, by: Actor, now: datetime) -> Criterion:
    """Use a criterion, or leave it out of rankings from now on.

    Raises:
        NotFound: the list has no such criterion.
        Invalid: nothing would be left to rank on.
        Conflict: somebody else edited the list since it was opened.
    """
    listed = kept.listed(session)
    one, was_used = _found(listed, key)
    _unchanged_since(session, seen)
    if was_used == is_used:
        return one
    changed = [(other, is_used if other.key == key else used) for other, used in listed]
    if not any(used and other.weight > 0 for other, used in changed):
        words = "This is the last criterion with a weight that is used. Switch on another one first."
        raise Invalid([Problem("", words)])
    _keep(session, changed, f"Switched {'on' if is_used else 'off'}", by=by, now=now)
    return one


def move(session: Session, key: str, seen: str, *, up: bool, by: Actor, now: datetime) -> None:
    """Put a criterion one place up or down the list; at its end nothing happens.

    Raises:
        NotFound: the list has no such criterion.
        Conflict: somebody else edited the list since it was opened.
    """
    listed = list(kept.listed(session))
    at = listed.index(_found(listed, key))
    _unchanged_since(session, seen)
    to = at - 1 if up else at + 1
    if 0 <= to < len(listed):
        listed[at], listed[to] = listed[to], listed[at]
        _keep(session, listed, f"Moved {'up' if up else 'down'}", by=by, now=now)


def put_back(session: Session, state_id: int, seen: str, *, by: Actor, now: datetime) -> None:
    """Keep an earlier state of the list as its newest; 0 is the list that comes with vfm.

    Raises:
        NotFound: the list never was in this state.
        Conflict: somebody else edited the list since the history was opened.
    """
    states = kept.edits(session)
    wanted = next((state for state in states if state.id == state_id), None)
    if wanted is None and state_id != 0:
        raise NotFound(f"criteria list {state_id}")
    _unchanged_since(session, seen)
    content = wanted.criteria if wanted else tuple((one, True) for one in DEFAULT_CRITERIA)
    note = f"Put back as it was after edit {state_id}" if wanted else "Put back as it came with vfm"
    _keep(session, content, note, by=by, now=now)


def _unchanged_since(session: Session, seen: str) -> None:
    council.hold(session)  # of two who send at once, the second waits here and is told
    if seen != str(kept.newest_edit(session)):
        raise Conflict(OTHERS_CAME)


def _keep(
    session: Session, listed: Sequence[tuple[Criterion, bool]], note: str, *, by: Actor, now: datetime
) -> None:
    before = kept.listed(session)
    row = kept.keep_list(session, listed, note, by_id=by.id, now=now)
    told = {"changed": list(changes(before, listed)), "note": note}
    events.record(session, "edited", "criteria_list", row, by_id=by.id, now=now, after=told)


def history(session: Session) -> tuple[State, ...]:
    """Every state the list was in, the newest first, ending with the one that came with vfm."""
    states = kept.edits(session)
    first = tuple((one, True) for one in DEFAULT_CRITERIA)
    earlier = [*(state.criteria for state in states[1:]), first]
    told = [
        State(
            state.id,
            state.note,
            state.by,
            state.at,
            changes(before, state.criteria),
            sum(is_used for _, is_used in state.criteria),
        )
        for state, before in zip(states, earlier, strict=False)
    ]
    return (*told, State(0, "The criteria that come with vfm", "", None, (), len(first)))


def is_score(criterion: Criterion) -> bool:
    """Whether its value is the agreed score, so that neither answers nor options are asked for."""
    return criterion.key == VFM_RESULT


def by_feeds(asked: Sequence[Asked]) -> Mapping[str, list[Asked]]:
    """The questions that feed each word."""
    found: dict[str, list[Asked]] = {}
    for one in asked:
        found.setdefault(one.feeds, []).append(one)
    return found
