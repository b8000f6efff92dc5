"""Cycles: plan one, see who will be asked, open it, close it; `cockpit` watches it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from vfm.errors import Conflict, Invalid, NotFound, Problem
from vfm.questionnaires import changes, checks, figures
from vfm.questionnaires.changes import Carried
from vfm.questionnaires.kinds import text_problem
from vfm.questionnaires.parts import keys_of
from vfm.questionnaires.routing import progress
from vfm.questionnaires.schema import Questionnaire
from vfm.roles import Actor
from vfm.store import content as kept
from vfm.store import events, groups, meanings
from vfm.store.queries import cycles as queries
from vfm.store.queries import groups as group_queries
from vfm.store.queries import parts
from vfm.store.queries import versions as version_queries
from vfm.store.queries.cycles import CycleRow, Head, ServiceRow, Undecided
from vfm.store.queries.versions import VersionRow
from vfm.store.tables import AnswerRow, Assessment, CarriedAnswer, Cycle, Delegation, Template, Version

KINDS = ("pilot", "rollout")
OPENABLE = ("draft", "pilot", "live")
"""States of a version that a cycle may ask."""
PILOT_SIZE = range(2, 6)
"""A pilot wants about three services; outside this it gets a word of advice."""
PILOT_WEEKS, ROLLOUT_WEEKS = 3, 6
INVITATIONS = {
    "pilot": (
        "You are one of the first to try these questions. Answer them for real, and say beside each what is "
        "unclear, does not fit or asks too much: we change them before anybody else is asked."
    ),
    "rollout": (
        "Every service answers the same questions. Answer them with your colleagues, section by section; "
        "what you type is kept, and you can stop and come back at any time before the due date."
    ),
}
"""What those who are asked read first, unless the core team says it otherwise."""
DayTyped = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Typed:
    """A cycle as its form sends it.

    Attributes:
        version: id of a template version, as text.
        opens_on: day, month and year as typed; due_on likewise.
        services: ids, as text.
        invitation: what those who are asked read first (Markdown); may be blank.
    """

    name: str
    kind: str
    version: str
    opens_on: DayTyped
    due_on: DayTyped
    services: tuple[str, ...]
    invitation: str = ""


@dataclass(frozen=True, slots=True)
class Choices:
    """What the form of a new cycle offers.

    Attributes:
        directorates: (name, its open services).
        undirected: ids of services without a director.
        undecided: pilot comments that a rollout of the chosen version waits for.
    """

    versions: tuple[VersionRow, ...]
    directorates: tuple[tuple[str, tuple[ServiceRow, ...]], ...]
    typed: Typed
    undirected: frozenset[int]
    undecided: tuple[Undecided, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """One service that will be asked.

    Attributes:
        directors: names; empty when nobody can sign the assessment off. contributors: names.
        carried: answers it gave before that still mean the same.
        again_keys: of the questions to look at again; left_keys: of those left behind.
        carried_from: the cycle they were given in, empty when there are none.
    """

    service_id: int
    service: str
    directorate: str
    directors: tuple[str, ...]
    contributors: tuple[str, ...]
    carried: int
    again_keys: tuple[str, ...]
    left_keys: tuple[str, ...]
    carried_from: str

    @property
    def look_again(self) -> int:
        """How many answers wait for another look."""
        return len(self.again_keys)

    @property
    def left_behind(self) -> int:
        """How many answers stay behind."""
        return len(self.left_keys)

    @property
    def given(self) -> int:
        """Answers there are: what becomes of them adds up to this."""
        return self.carried + self.look_again + self.left_behind


@dataclass(frozen=True, slots=True)
class DryRun:
    """What opening a cycle would do; nothing is written.

    Attributes:
        questions: in the template; at_first: of those, on the route before anything is answered.
        revision: of the version when this was worked out; opening wants it back.
        advice: what to think about; it does not stand in the way.
    """

    name: str
    kind: str
    version: VersionRow
    opens_on: date
    due_on: date
    services: tuple[Asked, ...]
    questions: int
    at_first: int
    revision: int
    advice: tuple[str, ...]

    @property
    def moved(self) -> tuple[int, int, int]:
        """(carried, to look at again, left behind) of all services together."""
        return (
            sum(one.carried for one in self.services),
            sum(one.look_again for one in self.services),
            sum(one.left_behind for one in self.services),
        )

    @property
    def undirected(self) -> tuple[str, ...]:
        """Services without a director."""
        return tuple(one.service for one in self.services if not one.directors)


# --- reading ------------------------------------------------------------------------------------------


def index(session: Session) -> tuple[CycleRow, ...]:
    """Every cycle, those still open first."""
    return tuple(queries.all_cycles(session))


def choices(session: Session, kind: str, version: str, *, now: datetime) -> Choices:
    """A new cycle's form as it is first shown: all services ticked for a rollout of what each is asked."""
    services = queries.open_services(session)
    versions = _openable(session)
    today = now.date()
    due = today + timedelta(weeks=PILOT_WEEKS if kind == "pilot" else ROLLOUT_WEEKS)
    chosen = version or (str(versions[0].id) if len(versions) == 1 else "")
    is_for_each = kind != "pilot" and not _is_of_council(session, versions, chosen)
    ticked = tuple(str(service.id) for service in services) if is_for_each else ()
    typed = Typed("", kind, chosen, _typed_day(today), _typed_day(due), ticked, INVITATIONS.get(kind, ""))
    return _choices(session, versions, services, typed)


def _is_of_council(session: Session, versions: list[VersionRow], chosen: str) -> bool:
    row = next((row for row in versions if str(row.id) == chosen), None)
    return row is not None and kept.questionnaire(session, row.id, row.content_hash).unit == "authority"


def again(session: Session, typed: Typed) -> Choices:
    """The form with what was typed."""
    return _choices(session, _openable(session), queries.open_services(session), typed)


def dry_run(session: Session, typed: Typed, *, now: datetime) -> DryRun:
    """What opening this cycle would do: who is asked what; nothing is written.

    Raises:
        Invalid: every problem with the plan, the template's design and its pilots' open comments.
    """
    plan, questionnaire = _plan(session, typed, now)
    return _worked_out(session, plan, questionnaire)


# --- doing --------------------------------------------------------------------------------------------


def open_cycle(session: Session, typed: Typed, *, revision: int, by: Actor, now: datetime) -> int:
    """Open a cycle: the version is frozen, each service gets its assessment; the cycle's id.

    Answers that a service gave in its latest pilot of the same template, or in an earlier version's rollout
    that it has not finished, come along: those that still mean the same as answers, those whose question
    changed to be looked at again. Another rollout starts blank, as it measures anew. The originals are not
    touched.
    `revision` is the version's as `dry_run` gave it.

    Raises:
        Invalid: as for `dry_run`.
        Conflict: the draft was changed since the dry run.
    """
    # Two people opening at once queue up here.
    session.execute(
        select(Template.id)
        .join(Version, Version.template_id == Template.id)
        .where(Version.id == _whole(typed.version))
        .with_for_update()
    )
    plan, questionnaire = _plan(session, typed, now)
    if plan.version.revision != revision:
        raise Conflict(
            "The draft was changed after you looked at who will be asked. Look at what opening does now."
        )
    _freeze(session, plan, now)
    cycle = Cycle(
        name=plan.name,
        kind=plan.kind,
        version_id=plan.version.id,
        opens_on=plan.opens_on,
        due_on=plan.due_on,
        opened_at=now,
        invitation=plan.invitation,
    )
    session.add(cycle)
    session.flush()
    carried = _carried(session, plan.version, questionnaire, {service.id for service in plan.services})
    _add_assessments(session, cycle.id, plan, questionnaire, carried, by, now)
    if questionnaire.is_group_response:
        _ask_the_executives(session, cycle.id, by, now)
    events.record(
        session,
        "opened",
        "cycle",
        cycle.id,
        by_id=by.id,
        now=now,
        after={
            "name": plan.name,
            "kind": plan.kind,
            "version": plan.version.id,
            "services": len(plan.services),
        },
    )
    return cycle.id


def close(session: Session, cycle_id: int, *, by: Actor, now: datetime) -> None:
    """Close a cycle: its assessments stay as they are.

    Raises:
        NotFound: no such cycle.
        Conflict: it is closed already.
    """
    head = _head(session, cycle_id)
    if head.closed_at is not None:
        raise Conflict(f"{head.name} is closed already.")
    session.execute(update(Cycle).where(Cycle.id == cycle_id).values(closed_at=now))
    row = _version(session, head.version_id)
    newer = [
        other for other in version_queries.versions_of(session, row.template_id) if other.number > row.number
    ]
    if any(other.status == "live" for other in newer):
        _retire_unless_asked(session, row)
    events.record(session, "closed", "cycle", cycle_id, by_id=by.id, now=now)


def reopen(session: Session, cycle_id: int, *, by: Actor, now: datetime) -> None:
    """Open a closed cycle again, as it was.

    Raises:
        NotFound: no such cycle.
        Conflict: it is open.
    """
    head = _head(session, cycle_id)
    if head.closed_at is None:
        raise Conflict(f"{head.name} is open.")
    session.execute(update(Cycle).where(Cycle.id == cycle_id).values(closed_at=None))
    session.execute(
        update(Version)
        .where(Version.id == head.version_id, Version.status == "retired")
        .values(status="pilot" if head.kind == "pilot" else "live")
    )
    events.record(session, "opened again", "cycle", cycle_id, by_id=by.id, now=now)


# --- a plan read and checked --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Moved:
    """What becomes of the answers a service gave before; `rows` as the store keeps them, by question key."""

    from_id: int
    cycle: str
    is_open_rollout: bool
    answers: Carried
    rows: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Plan:
    name: str
    kind: str
    version: VersionRow
    opens_on: date
    due_on: date
    services: tuple[ServiceRow, ...]
    invitation: str


def _plan(session: Session, typed: Typed, now: datetime) -> tuple[_Plan, Questionnaire]:
    """The plan as values, with what it asks; raises `Invalid` with everything that stands in the way."""
    problems: list[Problem] = []
    if typed.kind not in KINDS:
        problems.append(Problem("kind", "Choose a pilot or a rollout."))
    problems += _name_problems(session, typed.name.strip())
    opens_on = _day(typed.opens_on, "opens_on", "it opens", problems)
    due_on = _day(typed.due_on, "due_on", "it is due", problems)
    problems += _date_problems(opens_on, due_on, now.date())
    version = next((row for row in _openable(session) if str(row.id) == typed.version), None)
    services = _services(session, typed, problems)
    invitation = typed.invitation.replace("\r\n", "\n").strip()
    if message := text_problem(invitation):
        problems.append(Problem("invitation", message))
    questionnaire = None
    if version is None:
        problems.append(Problem("version", "Choose the template version that is asked."))
    else:
        questionnaire = kept.questionnaire(session, version.id, version.content_hash)
        problems += _design_problems(questionnaire, version)
        problems += _unit_problems(questionnaire, services)
        problems += _comment_problems(session, version) if typed.kind == "rollout" else []
    if problems or version is None or questionnaire is None or opens_on is None or due_on is None:
        raise Invalid(problems)
    plan = _Plan(typed.name.strip(), typed.kind, version, opens_on, due_on, services, invitation)
    return plan, questionnaire


def _name_problems(session: Session, name: str) -> list[Problem]:
    if not name:
        return [Problem("name", "Give the cycle a name that people will know it by, such as Rollout 2027.")]
    if len(name) > 100:
        return [Problem("name", "The name is longer than 100 characters. Shorten it.")]
    if name.lower() in queries.names(session):
        return [Problem("name", f'There is a cycle called "{name}" already. Choose another name.')]
    return []


def _day(typed: DayTyped, place: str, what: str, problems: list[Problem]) -> date | None:
    if not any(part.strip() for part in typed):
        problems.append(Problem(place, f"Enter the day {what}."))
        return None
    try:
        return figures.day_of(*(part.strip() for part in typed))
    except ValueError as problem:
        problems.append(Problem(place, str(problem)))
        return None


def _date_problems(opens_on: date | None, due_on: date | None, today: date) -> Iterable[Problem]:
    if due_on is not None and due_on < today:
        yield Problem("due_on", "The day it is due has passed. Choose today or later.")
    elif opens_on is not None and due_on is not None and due_on < opens_on:
        yield Problem("due_on", "It is due before it opens. Choose a later day.")


def _services(session: Session, typed: Typed, problems: list[Problem]) -> tuple[ServiceRow, ...]:
    asked = set(typed.services)
    found = tuple(service for service in queries.open_services(session) if str(service.id) in asked)
    if not found:
        wanted = "about three services" if typed.kind == "pilot" else "the services that are asked"
        problems.append(Problem("services", f"Tick {wanted}."))
    elif len(found) < len(asked):
        gone = len(asked) - len(found)
        words = "1 of the services you ticked is" if gone == 1 else f"{gone} of the services you ticked are"
        problems.append(Problem("services", f"{words} closed by now. Look at the list again."))
    return found


def _design_problems(questionnaire: Questionnaire, version: VersionRow) -> list[Problem]:
    faults = checks.problems(questionnaire)
    if not faults:
        return []
    named = "; ".join(f"{fault.place}: {fault.message}" for fault in faults[:3])
    more = f" And {len(faults) - 3} more." if len(faults) > 3 else ""
    sentence = f"Version {version.number} cannot be opened yet. {named}{more} Mend it on the template's page."
    return [Problem("version", sentence)]


def _unit_problems(questionnaire: Questionnaire, services: tuple[ServiceRow, ...]) -> list[Problem]:
    """What is asked of the whole council is answered once."""
    if questionnaire.unit != "authority" or len(services) <= 1:
        return []
    sentence = (
        f"{questionnaire.title} is about the whole council, so it is asked once and not of {len(services)} "
        "services. Tick only the service whose director answers for the council."
    )
    return [Problem("services", sentence)]


def _comment_problems(session: Session, version: VersionRow) -> list[Problem]:
    """A rollout waits until every comment of the template's pilots has ended as changed, kept or dropped."""
    by_cycle: dict[str, list[str]] = {}
    for row in queries.undecided_comments(session, version.template_id):
        times = f" ({row.comments})" if row.comments > 1 else ""
        by_cycle.setdefault(row.cycle, []).append(f"{row.question_key or 'the whole'}{times}")
    return [
        Problem(
            "version",
            f"Comments from {cycle} are not decided yet: on {', '.join(keys)}. "
            "Say of each what became of it, then roll out.",
        )
        for cycle, keys in by_cycle.items()
    ]


def _worked_out(session: Session, plan: _Plan, questionnaire: Questionnaire) -> DryRun:
    carried = _carried(session, plan.version, questionnaire, {service.id for service in plan.services})
    directed, helped = queries.directors(session), queries.contributors(session)
    services = [
        Asked(
            service_id=service.id,
            service=service.name,
            directorate=service.directorate,
            directors=directed.get(service.id, ()),
            contributors=helped.get(service.id, ()),
            carried=len(moved.answers.carried) if (moved := carried.get(service.id)) else 0,
            again_keys=tuple(moved.answers.look_again) if moved else (),
            left_keys=tuple(moved.answers.left_behind) if moved else (),
            carried_from=moved.cycle if moved else "",
        )
        for service in plan.services
    ]
    return DryRun(
        name=plan.name,
        kind=plan.kind,
        version=plan.version,
        opens_on=plan.opens_on,
        due_on=plan.due_on,
        services=tuple(services),
        questions=len(questionnaire.questions),
        at_first=progress(questionnaire, {}).asked,
        revision=plan.version.revision,
        advice=tuple(_advice(plan, questionnaire, carried, len(group_queries.executives(session)))),
    )


def _advice(
    plan: _Plan, questionnaire: Questionnaire, carried: Mapping[int, _Moved], executives: int
) -> Iterable[str]:
    count = len(plan.services)
    if plan.kind == "pilot" and count not in PILOT_SIZE and questionnaire.unit != "authority":
        yield f"A pilot works best with about three services unlike one another; this one asks {count}."
    if plan.kind == "rollout" and plan.version.status == "draft":
        yield "Nobody has piloted this version. That is fine for a small change."
    under_way = {moved.cycle for moved in carried.values() if moved.is_open_rollout}
    for cycle in sorted(under_way):
        yield (
            f"Some of these services are still answering {cycle}. Their answers come along; close {cycle} "
            "once this one is open, so that nobody goes on there."
        )
    if questionnaire.unit == "authority":
        yield "This template is about the whole council: the service asked answers for all of it."
    if questionnaire.is_group_response:
        yield _group_advice(executives)


def _group_advice(executives: int) -> str:
    if not executives:
        return (
            "Nobody holds the role of executive yet. Choose the members on the group's page once it is open."
        )
    who = "The one executive is" if executives == 1 else f"The {executives} executives are"
    return (
        f"{who} asked, each alone; you open the spread and record what they agree on. "
        "Who is asked can be changed on the group's page."
    )


# --- answers that come along --------------------------------------------------------------------------


def _carried(
    session: Session, version: VersionRow, questionnaire: Questionnaire, service_ids: set[int]
) -> dict[int, _Moved]:
    """Service id -> what becomes of the answers it gave to this or an earlier version, where it gave any."""
    if questionnaire.is_group_response:  # each member answers anew, before the group talks
        return {}
    latest = queries.unfinished(session, version.template_id, version.number)
    sources = [source for service_id, source in latest.items() if service_id in service_ids]
    rows: dict[int, dict[str, Any]] = {}
    for row in queries.answers_of(session, [source.assessment_id for source in sources]):
        rows.setdefault(row.assessment_id, {})[row.question_key] = row
    alike: dict[int, dict[str, str]] = {}
    found = {}
    for source in sources:
        given = rows.get(source.assessment_id, {})
        if not given:
            continue
        if source.number not in alike:
            alike[source.number] = meanings.same_meaning(
                session, version.template_id, source.number, version.number
            )
        before = kept.questionnaire(session, source.version_id, source.content_hash)
        answers = kept.answers(before, [(key, row.content) for key, row in given.items()])
        moved = changes.carry(before, questionnaire, answers, same_meaning=alike[source.number])
        found[source.service_id] = _Moved(
            source.assessment_id, source.cycle, source.kind == "rollout", moved, given
        )
    return found


def _add_assessments(
    session: Session,
    cycle_id: int,
    plan: _Plan,
    questionnaire: Questionnaire,
    carried: dict[int, _Moved],
    by: Actor,
    now: datetime,
) -> None:
    blank = progress(questionnaire, {})
    settled = {id_: progress(questionnaire, moved.answers.carried) for id_, moved in carried.items()}
    session.execute(
        insert(Assessment),
        [
            {
                "cycle_id": cycle_id,
                "service_id": service.id,
                "version_id": plan.version.id,
                "status": "open",
                "answered_count": settled.get(service.id, blank).settled,
                "route_count": settled.get(service.id, blank).asked,
            }
            for service in plan.services
        ],
    )
    made = dict(
        iter(
            session.execute(
                select(Assessment.service_id, Assessment.id).where(Assessment.cycle_id == cycle_id)
            )
        )
    )
    for service_id, moved in carried.items():
        _bring_along(session, made[service_id], moved, by, now)
    _give_again(session, cycle_id, made, questionnaire, now)


def _give_again(
    session: Session, cycle_id: int, made: Mapping[int, int], questionnaire: Questionnaire, now: datetime
) -> None:
    """The parts people had last time are given to them again, where there still is such a part.

    `made`: service id -> id of its assessment.
    """
    given = [
        {
            "assessment_id": made[held.service_id],
            "person_id": held.person_id,
            "scope": held.scope,
            "place": held.place,
            "given_by_id": held.given_by_id,
            "given_at": now,
        }
        for held in parts.held_before(session, cycle_id)
        if keys_of(questionnaire, [(held.scope, held.place)])
    ]
    if given:
        session.execute(insert(Delegation), given)


def _ask_the_executives(session: Session, cycle_id: int, by: Actor, now: datetime) -> None:
    """The executive team are the members of a group's assessment, until its page says otherwise."""
    members = group_queries.executives(session)
    for assessment_id in session.scalars(select(Assessment.id).where(Assessment.cycle_id == cycle_id)).all():
        groups.join(session, assessment_id, members)
        after = {"members": len(members)}
        events.record(
            session, "asked the group", "assessment", assessment_id, by_id=by.id, now=now, after=after
        )


def _bring_along(session: Session, assessment_id: int, moved: _Moved, by: Actor, now: datetime) -> None:
    """Copy what still means the same as answers, and what does not as something to look at again."""
    same, again = moved.answers.carried, moved.answers.look_again
    if same:
        session.execute(insert(AnswerRow), [_copied(moved.rows[key], assessment_id) for key in same])
    if again:
        copies = [_copied(moved.rows[key], assessment_id) | {"from_id": moved.from_id} for key in again]
        for copy in copies:
            del copy["revision"]
        session.execute(insert(CarriedAnswer), copies)
    counts = {"answers": len(same), "look_again": len(again), "left_behind": len(moved.answers.left_behind)}
    events.record(
        session,
        "carried answers",
        "assessment",
        assessment_id,
        by_id=by.id,
        now=now,
        after={"from": moved.cycle} | counts,
    )


def _copied(row: Any, assessment_id: int) -> dict[str, Any]:
    """The same answer for another assessment; who gave it and when stays true."""
    return {
        "assessment_id": assessment_id,
        "question_key": row.question_key,
        "content": row.content,
        "revision": 1,
        "by_id": row.by_id,
        "at": row.at,
    }


# --- versions and cycles ------------------------------------------------------------------------------


def _freeze(session: Session, plan: _Plan, now: datetime) -> None:
    """The version is open to people from now on; a rollout makes it the live one and retires older ones."""
    row = plan.version
    status = "live" if plan.kind == "rollout" or row.status == "live" else "pilot"
    session.execute(
        update(Version)
        .where(Version.id == row.id)
        .values(status=status, opened_at=row.opened_at if row.opened_at is not None else now)
    )
    if plan.kind == "rollout":
        for other in version_queries.versions_of(session, row.template_id):
            if other.number < row.number and other.status in ("pilot", "live"):
                _retire_unless_asked(session, other)


def _retire_unless_asked(session: Session, row: VersionRow) -> None:
    if not queries.open_cycles_of_version(session, row.id):
        session.execute(update(Version).where(Version.id == row.id).values(status="retired"))


def _openable(session: Session) -> list[VersionRow]:
    return [row for row in version_queries.all_versions(session) if row.status in OPENABLE]


def _head(session: Session, cycle_id: int) -> Head:
    head = queries.head(session, cycle_id)
    if head is None:
        raise NotFound(f"cycle {cycle_id}")
    return head


def _version(session: Session, version_id: int) -> VersionRow:
    row = version_queries.version(session, version_id)
    if row is None:
        raise NotFound(f"version {version_id}")
    return row


def _choices(
    session: Session, versions: list[VersionRow], services: list[ServiceRow], typed: Typed
) -> Choices:
    groups: dict[str, list[ServiceRow]] = {}
    for service in services:
        groups.setdefault(service.directorate, []).append(service)
    directed = queries.directors(session)
    return Choices(
        versions=tuple(versions),
        directorates=tuple((name, tuple(found)) for name, found in groups.items()),
        typed=typed,
        undirected=frozenset(service.id for service in services if service.id not in directed),
        undecided=tuple(_undecided(session, versions, typed)),
    )


def _undecided(session: Session, versions: list[VersionRow], typed: Typed) -> list[Undecided]:
    """What a rollout of the chosen version waits for."""
    chosen = next((row for row in versions if str(row.id) == typed.version), None)
    if chosen is None or typed.kind != "rollout":
        return []
    return queries.undecided_comments(session, chosen.template_id)


def _typed_day(day: date) -> DayTyped:
    return str(day.day), str(day.month), str(day.year)


def _whole(words: str) -> int:
    return int(words) if words.isascii() and words.isdigit() and len(words) < 10 else 0
