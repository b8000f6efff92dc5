"""Sending an assessment, signing it off, returning it: each step by the table of steps, each an event."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from vfm.errors import Forbidden, Invalid, NotFound, Problem
from vfm.questionnaires import routing, steps
from vfm.questionnaires.answers import UNANSWERED, Answer, State
from vfm.questionnaires.improvements import improvements
from vfm.questionnaires.routing import Progress
from vfm.questionnaires.schema import Question, Questionnaire
from vfm.questionnaires.steps import Status, Step
from vfm.roles import Actor
from vfm.scoring.scorecard import ENGINE, Scorecard, score
from vfm.store import content, events, reach
from vfm.store.queries import assessments as queries
from vfm.store.queries.assessments import Head
from vfm.store.tables import Assessment, ImprovementAction, ScorecardRow


@dataclass(frozen=True, slots=True)
class Statement:
    """What was sent, for the director who stands by it.

    Attributes:
        not_applicable: questions said not to apply, with the reason.
        actions: improvement actions the answers made.
        may_sign_off: this person may sign it off or return it now.
    """

    head: Head
    questionnaire: Questionnaire
    submitted_by: str
    progress: Progress
    dont_know: tuple[Question, ...]
    not_applicable: tuple[tuple[Question, str], ...]
    scorecard: Scorecard
    actions: tuple[str, ...]
    may_sign_off: bool


def statement(session: Session, assessment_id: int, *, by: Actor) -> Statement:
    """What was sent for sign-off.

    Raises:
        NotFound: no such assessment, not all of it is yours to answer, or it was not sent.
    """
    head, questionnaire = _open(session, assessment_id, by)
    event = queries.latest_event(session, assessment_id, "submitted")
    record = queries.latest_self_scorecard(session, assessment_id)
    if event is None or record is None or head.status == Status.OPEN:
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
        submitted_by=event.by,
        progress=routing.progress(questionnaire, given, route=route),
        dont_know=tuple(question for question, answer in asked if answer.state is State.DONT_KNOW),
        not_applicable=tuple(
            (q, answer.reason) for q, answer in asked if answer.state is State.NOT_APPLICABLE
        ),
        scorecard=Scorecard.from_json(record),
        actions=tuple(a.text for a in queries.actions_of(session, assessment_id) if a.status != "dropped"),
        may_sign_off=head.service_id in by.directs and steps.allows(head.status, Step.SIGN_OFF),
    )


def submit(session: Session, assessment_id: int, *, by: Actor, now: datetime) -> None:
    """Send an assessment for sign-off: score it, and make its improvement actions.

    Raises:
        NotFound: no such assessment, or not all of it is yours to answer.
        Conflict: it was already sent.
        Invalid: a required answer is missing or a check does not hold; place: the question's key.
    """
    head, questionnaire = _open(session, assessment_id, by, lock=True)
    status = steps.after(head.status, Step.SUBMIT)
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
    session.execute(insert(ScorecardRow), [kept])
    made = _make_actions(session, head, improvements(questionnaire, given), now)
    _move(session, head, status, by, now, submitted_at=now, submitted_by_id=by.id)
    after = {"scorecard": number, "actions": made}
    events.record(session, "submitted", "assessment", assessment_id, by_id=by.id, now=now, after=after)


def sign_off(session: Session, assessment_id: int, *, by: Actor, now: datetime) -> None:
    """The director stands by what was sent.

    Raises:
        NotFound: no such assessment, or not all of it is yours to answer.
        Forbidden: you help to answer; its director signs it off.
        Conflict: it was not sent, or is already signed off.
    """
    head = _directed(session, assessment_id, by)
    status = steps.after(head.status, Step.SIGN_OFF)
    _move(session, head, status, by, now, signed_off_at=now, signed_off_by_id=by.id)
    events.record(session, "signed off", "assessment", assessment_id, by_id=by.id, now=now)


def send_back(session: Session, assessment_id: int, reason: str, *, by: Actor, now: datetime) -> None:
    """Return an assessment to those who answer, with the reason.

    Raises:
        NotFound, Forbidden, Conflict: as for `sign_off`.
        Invalid: there is no reason.
    """
    head = _directed(session, assessment_id, by)
    status = steps.after(head.status, Step.RETURN)
    if not reason.strip():
        raise Invalid([Problem("reason", "Say why you return it, so that it can be put right.")])
    _move(session, head, status, by, now, submitted_at=None, submitted_by_id=None)
    after = {"reason": reason.strip()}
    events.record(session, "returned", "assessment", assessment_id, by_id=by.id, now=now, after=after)


def _open(
    session: Session, assessment_id: int, by: Actor, *, lock: bool = False
) -> tuple[Head, Questionnaire]:
    head = queries.head(session, assessment_id, lock=lock)
    if head is None:
        raise NotFound
    questionnaire = content.questionnaire(session, head.version_id, head.content_hash)
    if not reach.of(session, head.id, head.service_id, questionnaire, by).answers_all:
        raise NotFound
    return head, questionnaire


def _directed(session: Session, assessment_id: int, by: Actor) -> Head:
    head, _ = _open(session, assessment_id, by, lock=True)
    if head.service_id not in by.directs:
        raise Forbidden("Only the service's director can sign off or return an assessment.")
    return head


def _answers(session: Session, questionnaire: Questionnaire, assessment_id: int) -> dict[str, Answer]:
    kept = queries.answers(session, assessment_id)
    return content.answers(questionnaire, ((row.key, row.content) for row in kept))


def _move(session: Session, head: Head, status: Status, by: Actor, now: datetime, **more: Any) -> None:
    session.execute(
        update(Assessment)
        .where(Assessment.id == head.id)
        .values(status=status.value, last_activity_at=now, last_activity_by_id=by.id, **more)
    )


def _make_actions(session: Session, head: Head, wanted: tuple[tuple[str, str], ...], now: datetime) -> int:
    """Add what is new; what was only proposed, and is no longer in the answer, is dropped."""
    there = {(a.question_key, a.text): a for a in queries.actions_of(session, head.id) if a.question_key}
    for said, action in there.items():
        if said not in wanted and action.status == "proposed":
            action.status = "dropped"
    owner_id = next((person_id for person_id, _ in queries.directors(session, head.service_id)), None)
    new = [said for said in wanted if said not in there]
    session.add_all(
        ImprovementAction(
            service_id=head.service_id,
            assessment_id=head.id,
            question_key=key,
            text=text,
            owner_id=owner_id,
            created_at=now,
        )
        for key, text in new
    )
    return len(new)
