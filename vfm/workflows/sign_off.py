"""Sending an assessment, signing it off, returning it: each step by the table of steps, each an event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, update
from sqlalchemy.orm import Session

from vfm.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from vfm.questionnaires import routing, steps
from vfm.questionnaires.answers import UNANSWERED, Answer, State
from vfm.questionnaires.improvements import improvements
from vfm.questionnaires.routing import Progress
from vfm.questionnaires.schema import Question, Questionnaire
from vfm.questionnaires.steps import Chain, Part, Status, Step
from vfm.roles import Actor, Role
from vfm.scoring.scorecard import ENGINE, Scorecard, score
from vfm.store import content, events, letters, reach
from vfm.store.letters import Reader
from vfm.store.prepared import Change
from vfm.store.queries import assessments as queries
from vfm.store.queries import holders
from vfm.store.queries.assessments import Head
from vfm.store.tables import Assessment, ImprovementAction, ScorecardRow

REASONS = {
    Step.RETURN: "Say why you return it, so that it can be put right.",
    Step.REOPEN: "Say why you open it again: the director and those who answer read it.",
}
MAY_NOT = {
    Step.RECALL: "Only who sent an assessment can take it back.",
    Step.SIGN: "Only the service's director can sign off an assessment.",
    Step.COUNTERSIGN: "Only the service's executive director can sign after its director.",
    Step.RETURN: "Only the service's director or executive director can return an assessment.",
    Step.REOPEN: "Only the core team can open an assessment again.",
}
SETTLED = (
    "Its scores are agreed, and agreed results and baselines never change. "
    "What is different now belongs in the next cycle."
)

# Without the ORM: nothing of these rows is looked at again here.
_ASSESSMENT = cast(Table, Assessment.__table__)
_SCORECARD = insert(cast(Table, ScorecardRow.__table__))
_ACTIONS = insert(cast(Table, ImprovementAction.__table__))


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken: by whom, when, and why where a reason was asked for."""

    verb: str
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Statement:
    """What was sent, for those who stand by it.

    Attributes:
        not_applicable: questions said not to apply, with the reason.
        actions: improvement actions the answers made.
        taken: the steps taken so far, the first one first.
        may: the steps this person can take now.
        signs_after: an executive director signs after the director.
    """

    head: Head
    questionnaire: Questionnaire
    submitted_by: str
    progress: Progress
    dont_know: tuple[Question, ...]
    not_applicable: tuple[tuple[Question, str], ...]
    scorecard: Scorecard
    actions: tuple[str, ...]
    taken: tuple[Taken, ...]
    may: frozenset[Step]
    signs_after: bool


@dataclass(frozen=True, slots=True)
class _Case:
    """An assessment, and in what capacity somebody stands before it."""

    head: Head
    questionnaire: Questionnaire
    parts: frozenset[Part]

    @property
    def chain(self) -> Chain:
        return self.questionnaire.sign_off


def statement(session: Session, assessment_id: int, *, by: Actor) -> Statement:
    """What was sent for sign-off.

    Raises:
        NotFound: no such assessment, you have no part in its sign-off, or it was not sent.
    """
    case = _open(session, assessment_id, by)
    head, questionnaire = case.head, case.questionnaire
    taken = [
        Taken(one.verb, one.by, one.at, one.reason)
        for one in queries.happened(session, assessment_id, steps.CHANGES)
    ]
    sent = [one for one in taken if one.verb == "submitted"]
    record = queries.latest_self_scorecard(session, assessment_id)
    if not sent or record is None or head.status == Status.OPEN:
        raise NotFound
    given = _answers(session, questionnaire, assessment_id)
    route = routing.on_route(questionnaire, given)
    asked = [
        (question, given.get(key, UNANSWERED))
        for key, question in questionnaire.questions.items()
        if key in route
    ]
    return Statement(
        head=head,
        questionnaire=questionnaire,
        submitted_by=sent[-1].by,
        progress=routing.progress(questionnaire, given, route=route),
        dont_know=tuple(question for question, answer in asked if answer.state is State.DONT_KNOW),
        not_applicable=tuple(
            (q, answer.reason) for q, answer in asked if answer.state is State.NOT_APPLICABLE
        ),
        scorecard=Scorecard.from_json(record),
        actions=tuple(a.text for a in queries.actions_of(session, assessment_id) if a.status != "dropped"),
        taken=tuple(taken),
        may=steps.may(head.status, case.parts, case.chain),
        signs_after=case.chain is Chain.EXECUTIVE_DIRECTOR,
    )


def submit(session: Session, assessment_id: int, *, by: Actor, now: datetime) -> None:
    """Send an assessment for sign-off: score it, and make its improvement actions.

    Raises:
        NotFound: no such assessment, or not all of it is yours to answer.
        Conflict: it was already sent.
        Invalid: a required answer is missing or a check does not hold; place: the question's key.
    """
    case, status = _before(session, assessment_id, Step.SUBMIT, by)
    head, questionnaire = case.head, case.questionnaire
    given = _answers(session, questionnaire, assessment_id)
    if missing := routing.missing(questionnaire, given):
        raise Invalid(missing)
    number = queries.self_scorecards(session, assessment_id) + 1
    kept = {
        "assessment_id": assessment_id,
        "kind": "self",
        "number": number,
        "engine": ENGINE,
        "content": score(questionnaire, given).as_record(),
        "created_at": now,
    }
    session.connection().execute(_SCORECARD, kept)
    directors = _directors(session, head)
    owner_id = directors[0].person_id if directors else None
    made = _make_actions(session, head, improvements(questionnaire, given), owner_id, now)
    _move(session, head, status, by, now, submitted_at=now, submitted_by_id=by.id)
    after = {"scorecard": number, "actions": made}
    _record(session, "submitted", head, by, now, after=after)
    _tell_who_signs(session, head, status, directors, by, now)


def take_back(session: Session, assessment_id: int, *, by: Actor, now: datetime) -> None:
    """Whoever sent it goes on answering; only before the director has acted.

    Raises:
        NotFound: no such assessment, or you have no part in it.
        Forbidden: somebody else sent it.
        Conflict: it is not waiting for its director any more.
    """
    case, status = _before(session, assessment_id, Step.RECALL, by)
    _move(session, case.head, status, by, now, **_UNSIGNED)
    _record(session, "taken back", case.head, by, now)


def sign_off(session: Session, assessment_id: int, *, by: Actor, now: datetime) -> Status:
    """The director stands by what was sent; where it stands then: signed off, or with the executive director.

    Raises:
        NotFound: no such assessment, or not one you work on.
        Forbidden: you help to answer; its director signs it off.
        Conflict: it was not sent, or is already signed off.
    """
    case, status = _before(session, assessment_id, Step.SIGN, by)
    if status is Status.APPROVED:
        _move(session, case.head, status, by, now, approved_at=now, approved_by_id=by.id)
        _record(session, "signed", case.head, by, now)
        _tell_who_signs(session, case.head, status, _executive_directors(session, case.head), by, now)
    else:
        _sign_off(session, case.head, status, by, now)
    return status


def countersign(session: Session, assessment_id: int, *, by: Actor, now: datetime) -> None:
    """The executive director stands by what the director has signed.

    Raises:
        NotFound: no such assessment, or you have no part in it.
        Forbidden: you are not the executive director of this service.
        Conflict: its director has not signed it, or it is already signed off.
    """
    case, status = _before(session, assessment_id, Step.COUNTERSIGN, by)
    _sign_off(session, case.head, status, by, now)


def _sign_off(session: Session, head: Head, status: Status, by: Actor, now: datetime) -> None:
    _move(session, head, status, by, now, signed_off_at=now, signed_off_by_id=by.id)
    _record(session, "signed off", head, by, now)


def send_back(session: Session, assessment_id: int, reason: str, *, by: Actor, now: datetime) -> None:
    """Return an assessment to those who answer, with the reason.

    Raises:
        NotFound, Conflict: as for `sign_off`.
        Forbidden: you are neither its director nor its executive director.
        Invalid: there is no reason.
    """
    _open_again(session, assessment_id, Step.RETURN, "returned", reason, by, now)


def reopen(session: Session, assessment_id: int, reason: str, *, by: Actor, now: datetime) -> None:
    """The core team opens an assessment that was sent; every scorecard stays, a later sending makes the next.

    Raises:
        NotFound: no such assessment, or you have no part in it.
        Forbidden: you are not of the core team.
        Conflict: it is open, its scores are challenged, or agreed, which is for good.
        Invalid: there is no reason.
    """
    _open_again(session, assessment_id, Step.REOPEN, "opened again", reason, by, now)


def _open_again(
    session: Session, assessment_id: int, step: Step, verb: str, reason: str, by: Actor, now: datetime
) -> None:
    case, status = _before(session, assessment_id, step, by)
    if step is Step.REOPEN and (count := queries.challenges(session, assessment_id)):
        raise Conflict(
            f"{count} of its scores {'is' if count == 1 else 'are'} challenged, and a challenge is about the "
            "answer that was given. Take the challenges back, or agree the scores."
        )
    if not reason.strip():
        raise Invalid([Problem("reason", REASONS[step])])
    sender_id = case.head.submitted_by_id
    _move(session, case.head, status, by, now, **_UNSIGNED)
    after = {"reason": reason.strip()}
    _record(session, verb, case.head, by, now, after=after)
    _tell_who_answers(session, case.head, verb, reason.strip(), sender_id, by, now)


_UNSIGNED = {
    f"{step}_{what}": None for step in ("submitted", "approved", "signed_off") for what in ("at", "by_id")
}


def _open(session: Session, assessment_id: int, by: Actor, *, lock: bool = False) -> _Case:
    head = queries.head(session, assessment_id, lock=lock)
    if head is None:
        raise NotFound
    questionnaire = content.questionnaire(session, head.version_id, head.content_hash)
    found = reach.of(session, head.id, head.service_id, head.kind, questionnaire, by)
    holds = {
        # What a group has agreed on is sent by its director: nobody answers alone for it.
        Part.RESPONDENT: found.answers_all or (questionnaire.is_group_response and found.is_director),
        Part.DIRECTOR: found.is_director,
        Part.EXECUTIVE_DIRECTOR: head.service_id in by.oversees,
        Part.CORE_TEAM: by.has(Role.CORE_TEAM),
        Part.SENDER: head.submitted_by_id == by.id,
    }
    parts = frozenset(part for part, is_held in holds.items() if is_held)
    if not parts:
        raise NotFound
    return _Case(head, questionnaire, parts)


def _before(session: Session, assessment_id: int, step: Step, by: Actor) -> tuple[_Case, Status]:
    """The assessment, locked, and where the step would lead, when it and this person allow it."""
    case = _open(session, assessment_id, by, lock=True)
    takers = {part for move in steps.MOVES if move.step is step for part in move.by}
    if step is Step.RECALL:  # who sent it is known only while it waits; who answers may hear where it stands
        takers.add(Part.RESPONDENT)
    if case.parts.isdisjoint(takers):
        raise Forbidden(MAY_NOT.get(step, "Only those who answer all of an assessment can send it."))
    if step is Step.REOPEN and case.head.status == Status.AGREED:
        raise Conflict(SETTLED)
    status = steps.after(case.head.status, step, case.chain)
    if step not in steps.may(case.head.status, case.parts, case.chain):
        raise Forbidden(MAY_NOT[step])
    return case, status


def _directors(session: Session, head: Head) -> list[Reader]:
    return holders.of_services(session, Role.DIRECTOR, [head.service_id]).get(head.service_id, [])


def _executive_directors(session: Session, head: Head) -> list[Reader]:
    return holders.of_services(session, Role.EXECUTIVE_DIRECTOR, [head.service_id]).get(head.service_id, [])


def _tell_who_signs(
    session: Session, head: Head, status: Status, signers: Sequence[Reader], by: Actor, now: datetime
) -> None:
    """An e-mail to whoever has to sign next, unless that is who has just acted."""
    verb = "signed" if status is Status.APPROVED else "sent"
    letters.send(
        session,
        [one for one in signers if one.person_id != by.id],
        step=f"{verb}:assessment:{head.id}:{now.isoformat()}",
        subject=f"{head.service}: an assessment waits for your signature",
        paragraphs=[
            f"{by.name} has {verb} the assessment of {head.service} for {head.cycle}.",
            "It waits for you: sign it, or return it with a reason.",
        ],
        link=letters.page(head.id, "/sign-off"),
        now=now,
    )


def _tell_who_answers(
    session: Session, head: Head, verb: str, reason: str, sender_id: int | None, by: Actor, now: datetime
) -> None:
    """An e-mail to the directors and to who sent it: it is theirs again, and why."""
    found = list(_directors(session, head))
    if sender_id is not None and (sender := holders.person(session, sender_id)):
        found.append(sender)
    letters.send(
        session,
        [one for one in found if one.person_id != by.id],
        step=f"{verb}:assessment:{head.id}:{now.isoformat()}",
        subject=f"{head.service}: the assessment was {verb}",
        paragraphs=[f"{by.name} has {verb} the assessment of {head.service} for {head.cycle}:", reason],
        link=letters.page(head.id),
        now=now,
    )


def _answers(session: Session, questionnaire: Questionnaire, assessment_id: int) -> dict[str, Answer]:
    kept = queries.answers(session, assessment_id)
    return content.answers(questionnaire, ((row.key, row.content) for row in kept))


def _record(session: Session, verb: str, head: Head, by: Actor, now: datetime, after: Any = None) -> None:
    is_deputy = head.service_id in by.stands_in_for
    events.record(
        session, verb, "assessment", head.id, by_id=by.id, now=now, after=after, as_deputy=is_deputy
    )


def _move(session: Session, head: Head, status: Status, by: Actor, now: datetime, **more: Any) -> None:
    columns = more | {"status": status.value, "last_activity_at": now, "last_activity_by_id": by.id}
    _moving(*columns).run(session, assessment_id=head.id, **columns)


@cache
def _moving(*columns: str) -> Change:
    values: dict[str, Any] = {name: bindparam(name) for name in columns}
    return Change(update(_ASSESSMENT).where(_ASSESSMENT.c.id == bindparam("assessment_id")).values(values))


def _make_actions(
    session: Session,
    head: Head,
    wanted: tuple[tuple[str, str], ...],
    owner_id: int | None,
    now: datetime,
) -> int:
    """Add what is new; what was only proposed, and is no longer in the answer, is dropped."""
    there = {(a.question_key, a.text): a for a in queries.actions_of(session, head.id) if a.question_key}
    for said, action in there.items():
        if said not in wanted and action.status == "proposed":
            session.get_one(ImprovementAction, action.id).status = "dropped"
    new = [said for said in wanted if said not in there]
    rows = [
        {
            "service_id": head.service_id,
            "assessment_id": head.id,
            "question_key": key,
            "text": text,
            "owner_id": owner_id,
            "created_at": now,
        }
        for key, text in new
    ]
    if rows:
        session.connection().execute(_ACTIONS, rows)
    return len(rows)
