"""What wants doing next: read afresh for each person, most urgent first."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from vfm.prioritisation.swings import to_confirm, without_points
from vfm.roles import Actor, Role
from vfm.store import own_parts, review_teams
from vfm.store.own_parts import OwnPart
from vfm.store.queries import comments, groups, rankings, weights
from vfm.store.queries import home as queries
from vfm.store.queries.home import CycleState, Work
from vfm.store.queries.parts import cannot_be_answered
from vfm.store.queries.rankings import rankable

SOON = 7
"""Days before its due date from which an assessment is called due soon."""
SHOWN_ALIKE = 3
"""Assessments that nobody has begun, of one cycle and due on one day, that are things to do one by one."""


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do.

    Attributes:
        words: what, as a sentence with a verb.
        page: endpoint that does it; `with_` its one argument (name, value), None without.
        about: the cycle it belongs to, empty where the words say so.
        due_on: when it is wanted, None where nothing says so.
        tag: late, due soon, or empty.
        is_waited_for: somebody else cannot go on until it is done.
        key: of the question whose page it is, empty for others.
    """

    words: str
    page: str
    with_: tuple[str, int] | None = None
    due_on: date | None = None
    tag: str = ""
    about: str = ""
    is_waited_for: bool = False
    key: str = ""

    @property
    def urgency(self) -> tuple[bool, bool, date]:
        """Sorts what is late first, then what others wait for, then by due date, undated last."""
        return self.tag != "Late", not self.is_waited_for, self.due_on or date.max


@dataclass(frozen=True, slots=True)
class Home:
    """The first page of one person: `work` are the assessments they direct, `parts` what they were given."""

    tasks: tuple[Task, ...]
    cycles: tuple[CycleState, ...]
    work: tuple[Work, ...]
    parts: tuple[OwnPart, ...]
    needs_set_up: bool


def show(session: Session, *, by: Actor, now: datetime) -> Home:
    """What this person should do next, and the state of the cycles they may see."""
    today = now.date()
    cycles = tuple(queries.open_cycles(session)) if by.sees_all_services else ()
    work = tuple(queries.work_of(session, by))
    parts = tuple(part for part in own_parts.of(session, by) if part.status != "agreed")
    services, undirected, _, templates = queries.set_up_state(session)
    tasks = [
        *_waited_for(session, by, work, today),
        *_answering(session, by, work, today),
        *_given(parts, today),
        *_in_a_group(session, by, today),
        *_weighing(session, by, today),
        *_enquiring(session, by, today),
        *_setting_up(by, services, undirected),
        *_steering(by, cycles, today),
        *_preparing(session, by, cycles, services, templates),
        *_challenging(by, cycles),
        *_deciding(session, by),
        *_reading(session, by),
    ]
    tasks.sort(key=lambda task: task.urgency)
    return Home(tuple(tasks), cycles, work, parts, needs_set_up=not services or not templates)


def _waited_for(session: Session, by: Actor, work: tuple[Work, ...], today: date) -> Iterator[Task]:
    for one in work:
        if one.status == "submitted" and one.service_id in by.directs:
            words = f"Sign off the assessment of {one.service}, or return it"
            at, tag = ("assessment_id", one.assessment_id), _tag(one.due_on, today)
            yield Task(words, "assessments.show", at, one.due_on, tag, one.cycle, is_waited_for=True)
        if one.status == "approved" and one.service_id in by.oversees:
            words = f"Sign the assessment of {one.service} as executive director, or return it"
            at, tag = ("assessment_id", one.assessment_id), _tag(one.due_on, today)
            yield Task(words, "sign_off.show", at, one.due_on, tag, one.cycle, is_waited_for=True)
    for stuck in cannot_be_answered(session, by.directs):
        words = f"Find somebody for what {stuck.who} cannot answer of {stuck.service}"
        at, tag = ("assessment_id", stuck.assessment_id), _tag(stuck.due_on, today)
        yield Task(words, "assessments.show", at, stuck.due_on, tag, stuck.cycle, is_waited_for=True)
    for said in comments.unread(session, by.id):
        words = f"Read what {said.by} says to you about {said.question_key} of {said.service}"
        at = ("assessment_id", said.assessment_id)
        yield Task(
            words, "comments.of_question", at, about=said.cycle, is_waited_for=True, key=said.question_key
        )
    for assessment_id, service, cycle, count in queries.challenges_to_answer(session, by):
        words = f"Respond to {_count(count, 'challenged score')} of {service}"
        at = ("assessment_id", assessment_id)
        yield Task(words, "challenge.show", at, about=cycle, is_waited_for=True)


def _answering(session: Session, by: Actor, work: tuple[Work, ...], today: date) -> Iterator[Task]:
    own = [
        one for one in work if one.status == "open" and not one.is_of_group and one.service_id in by.directs
    ]
    alike = Counter(_unstarted(one) for one in own if not one.answered)
    for (cycle, due_on), count in alike.items():
        if count > SHOWN_ALIKE:
            words, tag = f"Start {count} assessments, none of them begun", _tag(due_on, today)
            yield Task(words, "assessments.index", due_on=due_on, tag=tag, about=cycle)
    for one in own:
        if one.answered or alike[_unstarted(one)] <= SHOWN_ALIKE:
            left = max(one.on_route - one.answered, 0)
            verb = "Start" if not one.answered else "Finish" if left else "Check and send"
            rest = f": {left} of {one.on_route} questions left" if one.answered and left else ""
            words = f"{verb} the assessment of {one.service}{rest}"
            at = ("assessment_id", one.assessment_id)
            yield Task(words, "assessments.show", at, one.due_on, _tag(one.due_on, today), one.cycle)
    if by.has(Role.DIRECTOR, Role.CONTRIBUTOR):
        undated, overdue = queries.actions_wanting(session, by, today)
        if overdue:
            yield Task(f"Update {_count(overdue, 'overdue action')}", "actions.index", tag="Late")
        if undated:
            yield Task(f"Set a date for {_count(undated, 'improvement action')}", "actions.index")


def _unstarted(one: Work) -> tuple[str, date]:
    """What makes two assessments that nobody has begun the same thing to do."""
    return one.cycle, one.due_on


def _given(parts: tuple[OwnPart, ...], today: date) -> Iterator[Task]:
    """What a contributor was given and has not handed back."""
    for one in parts:
        if one.status == "open" and one.handed_back_at is None:
            what = "the assessment" if one.is_whole else one.words
            verb = "Answer" if one.left == one.asked else "Finish" if one.left else "Hand back"
            rest = f": {one.left} of {_count(one.asked, 'question')} left" if one.left else ""
            at, tag = ("assessment_id", one.assessment_id), _tag(one.due_on, today)
            words = f"{verb} {what} of {one.service}{rest}"
            yield Task(words, "assessments.show", at, one.due_on, tag, one.cycle)


def _in_a_group(session: Session, by: Actor, today: date) -> Iterator[Task]:
    """What members of a group still answer alone, and what its facilitator brings together."""
    for mine in groups.of_member(session, by.id):
        if mine.finished_at is None and mine.spread_opened_at is None:
            verb = "Finish" if mine.answered else "Start"
            words = f"{verb} your own answers to {mine.title}"
            at, tag = ("assessment_id", mine.assessment_id), _tag(mine.due_on, today)
            yield Task(words, "groups.show", at, mine.due_on, tag, mine.cycle, is_waited_for=True)
    if not by.has(Role.CORE_TEAM, Role.DIRECTOR):
        return
    for led in groups.steered_by(session, by):
        words = f"{led.title}: agree on one answer to each question"
        if led.spread_opened_at is None:
            done = "all" if led.finished == led.members else f"{led.finished} of {led.members}"
            words = f"{led.title}: {done} have finished, open the spread when you want to begin"
        at, tag = ("assessment_id", led.assessment_id), _tag(led.due_on, today)
        yield Task(words, "groups.show", at, led.due_on, tag, led.cycle)


def _weighing(session: Session, by: Actor, today: date) -> Iterator[Task]:
    """The weights meetings that wait for this member's points, or for them to be confirmed."""
    for one in weights.waiting_for(session, by.id):
        criteria = rankings.measured_in(session, one.cycle_id)
        left = without_points(criteria, one.points)
        if not left and not to_confirm(criteria, one.points, one.swings):
            continue
        words = f"Give your points for {one.name}" if left else f"Confirm your points for {one.name}"
        rest = f": {len(left)} of {len(criteria)} left" if left and one.points else ""
        at = ("meeting_id", one.id)
        tag = _tag(one.held_on, today)
        yield Task(f"{words}{rest}", "weights.show", at, one.held_on, tag, is_waited_for=True)


def _enquiring(session: Session, by: Actor, today: date) -> Iterator[Task]:
    """What the lead and the team of a review have not answered of its template."""
    for one in review_teams.answering(session, by.id):
        if left := max(one.asked - one.answered, 0):
            words = f"Answer the review of {one.service}: {left} of {_count(one.asked, 'question')} left"
            at, tag = ("review_id", one.review_id), _tag(one.due_on, today)
            yield Task(words, "review_work.show", at, one.due_on, tag)


def _setting_up(by: Actor, services: int, undirected: int) -> Iterator[Task]:
    if not by.has(Role.ADMINISTRATOR):
        return
    if not services:
        yield Task(
            "Add the council's directorates, divisions and services, or import them", "directory.index"
        )
        yield Task("Invite the core team, directors and executives", "people.index")
        yield Task("Check the council's name, colour and financial year", "council.edit")
    elif undirected:
        words = f"Give a director to {_count(undirected, 'service')} without one"
        yield Task(words, "people.index")


def _preparing(
    session: Session, by: Actor, cycles: tuple[CycleState, ...], services: int, templates: int
) -> Iterator[Task]:
    if not by.has(Role.CORE_TEAM):
        return
    if not templates:
        yield Task("Import an assessment template", "versions.index")
    elif services and not cycles:
        yield Task("Open a cycle: a pilot with about three services, or a rollout to all", "cycles.index")
    for cycle_id, name, count in queries.undecided_comments(session):
        yield Task(f"Decide {_count(count, 'comment')} from {name}", "feedback.board", ("cycle_id", cycle_id))
    for version_id, title, number in queries.drafts(session):
        yield Task(
            f"Finish the draft of {title}, version {number}", "versions.show", ("version_id", version_id)
        )


def _steering(by: Actor, cycles: tuple[CycleState, ...], today: date) -> Iterator[Task]:
    if not by.has(Role.CORE_TEAM):
        return
    for cycle in cycles:
        if waiting := cycle.not_started + cycle.in_progress:
            words = (
                f"{cycle.name}: {_count(waiting, 'service')} still answering, {cycle.not_started} not started"
            )
            at = ("cycle_id", cycle.cycle_id)
            yield Task(words, "cycles.show", at, cycle.due_on, _tag(cycle.due_on, today))
        if cycle.signed_off:
            words = f"{cycle.name}: agree the scores of {_count(cycle.signed_off, 'signed-off assessment')}"
            yield Task(words, "challenge.queue", ("cycle_id", cycle.cycle_id))


def _challenging(by: Actor, cycles: tuple[CycleState, ...]) -> Iterator[Task]:
    if not by.has(Role.CHALLENGER) or by.has(Role.CORE_TEAM):
        return
    for cycle in cycles:
        if cycle.signed_off:
            words = f"{cycle.name}: test the scores of {_count(cycle.signed_off, 'signed-off assessment')}"
            yield Task(words, "challenge.queue", ("cycle_id", cycle.cycle_id), cycle.due_on)


def _deciding(session: Session, by: Actor) -> Iterator[Task]:
    if not by.has(Role.EXECUTIVE):
        return
    run, agreed = queries.latest_run(session), queries.latest_agreed_cycle(session)
    if run is not None:
        words = f"Look at {run.name} and decide: {_count(run.decided, 'decision')} recorded so far"
        yield Task(words, "priorities.board", ("run_id", run.run_id))
    elif agreed is not None:
        words = f"Rank the services of {agreed[1]}: {_count(agreed[2], 'agreed result')}"
        yield Task(words, "priorities.index")
    elif on_figures := rankable(session):
        words = f"Rank {_count(on_figures[0].ready, 'service')} on imported figures alone"
        yield Task(words, "priorities.new")


def _reading(session: Session, by: Actor) -> Iterator[Task]:
    agreed = queries.latest_agreed_cycle(session) if by.has(Role.VIEWER, Role.EXECUTIVE) else None
    if agreed is not None:
        words = f"Read the results of {agreed[1]}: {_count(agreed[2], 'agreed result')}"
        yield Task(words, "results.index", ("cycle_id", agreed[0]))


def _tag(due_on: date, today: date) -> str:
    if due_on < today:
        return "Late"
    return "Due soon" if (due_on - today).days <= SOON else ""


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
