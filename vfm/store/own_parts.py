"""What one person was given in all assessments, and how far they are with it."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from vfm.questionnaires import routing
from vfm.questionnaires.answers import UNANSWERED, State
from vfm.questionnaires.parts import Part, Scope, keys_of, title_of
from vfm.roles import Actor
from vfm.store import content
from vfm.store.queries import parts as queries


@dataclass(frozen=True, slots=True)
class OwnPart:
    """A part somebody was given, in a cycle that is not closed.

    Attributes:
        words: what it is; is_whole: all of the assessment.
        asked, left: its questions on the route, and those of them without an answer.
    """

    part_id: int
    assessment_id: int
    service_id: int
    service: str
    cycle: str
    kind: str
    due_on: date
    status: str
    words: str
    is_whole: bool
    asked: int
    left: int
    given_by: str
    given_at: datetime
    handed_back_at: datetime | None
    handed_back_as: str


def of(session: Session, by: Actor) -> tuple[OwnPart, ...]:
    """The parts this person was given as a contributor, the one due first first; at most three statements.

    Parts in services that they direct are left out: there everything is theirs.
    """
    services = by.contributes_to - by.directs
    rows = queries.of_person(session, by.id, services) if services else []
    kept = queries.answers_of(session, {row.assessment_id for row in rows})
    found = []
    for row in rows:
        questionnaire = content.questionnaire(session, row.version_id, row.content_hash)
        given = content.answers(questionnaire, kept.get(row.assessment_id, ()))
        part = Part(row.scope, row.place)
        asked = routing.on_route(questionnaire, given) & keys_of(questionnaire, [part])
        left = sum(given.get(key, UNANSWERED).state is State.UNANSWERED for key in asked)
        found.append(
            OwnPart(
                part_id=row.part_id,
                assessment_id=row.assessment_id,
                service_id=row.service_id,
                service=row.service,
                cycle=row.cycle,
                kind=row.kind,
                due_on=row.due_on,
                status=row.status,
                words=title_of(questionnaire, part),
                is_whole=row.scope == Scope.WHOLE,
                asked=len(asked),
                left=left,
                given_by=row.given_by,
                given_at=row.given_at,
                handed_back_at=row.handed_back_at,
                handed_back_as=row.handed_back_as,
            )
        )
    return tuple(found)
