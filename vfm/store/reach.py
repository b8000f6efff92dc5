"""Who may see and answer what of an assessment: the one place that says so.

Every workflow that touches an assessment opens it here once (or asks `of`, with a head it has), and goes on
with what comes back:

    head, reach = reach.opened(session, assessment_id, by)   # NotFound for everybody else
    reach.own          what this person may see: iterate over its questions and sections, never the whole's
    reach.answers      keys they may answer: `if key not in reach.answers: raise NotFound`
    reach.answers_all  may send the assessment; reach.is_director: directs the service, or stands in
    routing.on_route(reach.whole, ...)   routing alone looks at everything

It costs a director and a reader nothing, a contributor one short statement.
"""

from vfm.errors import NotFound
from vfm.questionnaires.parts import Reach, cut, keys_of
from vfm.questionnaires.schema import Questionnaire
from vfm.roles import Actor, Role
from vfm.store import content, review_teams
from vfm.store.database import Session
from vfm.store.queries import assessments, parts
from vfm.store.queries.assessments import Head

READERS = (Role.CORE_TEAM, Role.CHALLENGER, Role.EXECUTIVE)
"""Who may read every assessment; nobody but a service's own people may answer it."""


def sees_whole(by: Actor, service_id: int) -> bool:
    """True for those who may read everything of a service's assessments, whatever they were given."""
    return service_id in by.answers_for or by.has(*READERS)


def opened(session: Session, assessment_id: int, by: Actor, *, lock: bool = False) -> tuple[Head, Reach]:
    """An assessment, and what this person may see and answer of it; locked for whoever is to write.

    Raises:
        NotFound: no such assessment, or nothing of it is theirs to know of.
    """
    return readable(session, assessments.head(session, assessment_id, lock=lock), by)


def readable(session: Session, head: Head | None, by: Actor) -> tuple[Head, Reach]:
    """The same for a head that was read already; None where there is no such assessment."""
    if head is None:
        raise NotFound
    questionnaire = content.questionnaire(session, head.version_id, head.content_hash)
    return head, of(session, head.id, head.service_id, head.kind, questionnaire, by)


def of(
    session: Session, assessment_id: int, service_id: int, kind: str, questionnaire: Questionnaire, by: Actor
) -> Reach:
    """What this person may see and answer of an assessment, in the language they read.

    A director or their deputy: everything. A contributor: the parts they were given; those they handed back
    they can only read. The core team, challengers and executives read everything, and answer what they
    were given as contributors; the executive director of a service reads all of it. What a group answers is
    answered by nobody here: its members answer alone, and agree, on the group's own pages. What the team of a
    review answers (`kind` is that of its cycle) is answered by them alone, and read by who reads the review.

    Raises:
        NotFound: nothing of it is theirs to know of.
    """
    questionnaire = content.in_language(questionnaire, by.language)
    if kind == review_teams.KIND:
        return _of_review(session, assessment_id, service_id, questionnaire, by)
    everything = frozenset() if questionnaire.is_group_response else questionnaire.questions.keys()
    if service_id in by.directs:
        return Reach(questionnaire, questionnaire, everything, is_director=True)
    given = parts.given_to(session, assessment_id, by.id) if service_id in by.contributes_to else []
    answers = keys_of(questionnaire, (part for part, is_in_hand in given if is_in_hand)) & everything
    if sees_whole(by, service_id):
        return Reach(questionnaire, questionnaire, answers)
    seen = keys_of(questionnaire, (part for part, _ in given))
    if not seen:
        raise NotFound
    return Reach(questionnaire, cut(questionnaire, seen), answers)


def _of_review(
    session: Session, assessment_id: int, service_id: int, questionnaire: Questionnaire, by: Actor
) -> Reach:
    """Its lead and its team answer until the review is closed; its sponsor, and who sees the whole, read."""
    works_on, answers = review_teams.standing(session, assessment_id, by.id)
    if not works_on and not sees_whole(by, service_id):
        raise NotFound
    everything = questionnaire.questions.keys() if answers else frozenset()
    return Reach(questionnaire, questionnaire, everything, is_of_review=True)
