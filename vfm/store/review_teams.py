"""Cycles in which the team of a review answers, apart from the rounds in which services assess themselves.

Such a cycle is of kind `review` and asks one service. No list, count, reminder, result or ranking of rounds
takes it in: a query over rounds says `IS_ROUND`.
"""

from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from vfm.store.tables import Assessment, Cycle, EvidenceUse, Person, Review, ReviewMember, Service

KIND = "review"
"""The kind of such a cycle."""
IS_ROUND = Cycle.kind != KIND


def _works_on(person_id: int) -> ColumnElement[bool]:
    """True for reviews of which somebody is sponsor, lead or in the team."""
    in_team = exists().where(ReviewMember.review_id == Review.id, ReviewMember.person_id == person_id)
    return or_(Review.sponsor_id == person_id, Review.lead_id == person_id, in_team.correlate(Review))


def standing(session: Session, assessment_id: int, person_id: int) -> tuple[bool, bool]:
    """(works on the review, answers it now) of the review whose team answers this assessment.

    A sponsor reads and does not answer; of a closed review nothing is answered any more.
    """
    in_team = exists().where(ReviewMember.review_id == Review.id, ReviewMember.person_id == person_id)
    row = session.execute(
        select(Review.status, Review.sponsor_id, Review.lead_id, in_team.correlate(Review)).where(
            Review.assessment_id == assessment_id
        )
    ).first()
    if row is None:
        return False, False
    status, sponsor_id, lead_id, is_member = row
    answers = person_id == lead_id or bool(is_member)
    return answers or person_id == sponsor_id, answers and status != "closed"


def review_of(session: Session, assessment_id: int) -> int | None:
    """The review whose team answers an assessment; None for a round's."""
    return session.scalar(select(Review.id).where(Review.assessment_id == assessment_id))


def evidence_of(session: Session, service_id: int, person_id: int) -> set[int] | None:
    """The evidence that supports answers of reviews of a service that somebody works on.

    None for who works on none.
    """
    asked = select(Review.assessment_id).where(Review.service_id == service_id, _works_on(person_id))
    answered = session.scalars(asked).all()
    if not answered:
        return None
    used = select(EvidenceUse.evidence_id).where(EvidenceUse.assessment_id.in_(answered))
    return set(session.scalars(used))


def names(session: Session, assessment_id: int) -> list[str]:
    """Who answers: the lead, then the team in its order, each once."""
    of = Review.assessment_id == assessment_id
    lead = session.scalars(select(Person.name).join(Review, Review.lead_id == Person.id).where(of)).all()
    team = session.scalars(
        select(Person.name)
        .join(ReviewMember, ReviewMember.person_id == Person.id)
        .join(Review, Review.id == ReviewMember.review_id)
        .where(of)
        .order_by(ReviewMember.position, ReviewMember.id)
    ).all()
    return list(dict.fromkeys([*lead, *team]))


class Enquired(NamedTuple):
    """An open review whose questions somebody answers: how many there are on the route, how many are done."""

    review_id: int
    service: str
    asked: int
    answered: int
    due_on: date


def answering(session: Session, person_id: int) -> list[Enquired]:
    """The open reviews that somebody leads or is in the team of, and answers for; the one due first first."""
    in_team = exists().where(ReviewMember.review_id == Review.id, ReviewMember.person_id == person_id)
    rows = session.execute(
        select(Review.id, Service.name, Assessment.route_count, Assessment.answered_count, Cycle.due_on)
        .join(Assessment, Assessment.id == Review.assessment_id)
        .join(Cycle, Cycle.id == Assessment.cycle_id)
        .join(Service, Service.id == Review.service_id)
        .where(Review.status != "closed", or_(Review.lead_id == person_id, in_team.correlate(Review)))
        .order_by(Cycle.due_on, Service.name, Review.id)
    )
    return [Enquired(*row) for row in rows]
