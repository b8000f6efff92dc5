"""The answers of one assessment to take away: with who wrote each, its evidence, and the steps so far."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from vfm.errors import NotFound
from vfm.questionnaires import routing, steps
from vfm.questionnaires.answer_sheet import SheetSection, sheet
from vfm.questionnaires.schema import Questionnaire
from vfm.roles import Actor
from vfm.store import content
from vfm.store import reach as reaching
from vfm.store.queries import answer_copies as beside
from vfm.store.queries import assessments as queries
from vfm.store.queries.answer_copies import Named
from vfm.store.queries.assessments import Happened, Head


@dataclass(frozen=True, slots=True)
class Taken:
    """Everything to take away.

    Attributes:
        questionnaire: cut to what the reader may see.
        sections: its questions with their answers, those off the route too.
        writers: question key -> who wrote the answer, and when.
        evidence: question key -> what is named for it.
        steps: how the assessment went from hand to hand, the first one first.
    """

    head: Head
    questionnaire: Questionnaire
    sections: tuple[SheetSection, ...]
    writers: Mapping[str, tuple[str, datetime]]
    evidence: Mapping[str, list[Named]]
    steps: tuple[Happened, ...]


def read(session: Session, assessment_id: int, *, by: Actor) -> Taken:
    """The answers this person may see, with all that stands beside them.

    Raises:
        NotFound: no such assessment, or nothing of it is yours to see.
    """
    head = queries.head(session, assessment_id)
    if head is None:
        raise NotFound
    asked = content.questionnaire(session, head.version_id, head.content_hash)
    reach = reaching.of(session, head.id, head.service_id, head.kind, asked, by)
    rows = queries.answers(session, assessment_id)
    given = content.answers(asked, ((row.key, row.content) for row in rows))
    route = routing.on_route(asked, given)
    return Taken(
        head=head,
        questionnaire=reach.own,
        sections=sheet(reach.own, given, route, only=reach.own.questions),
        writers=beside.writers(session, assessment_id),
        evidence=beside.evidence(session, assessment_id),
        steps=tuple(queries.happened(session, assessment_id, steps.CHANGES)),
    )
