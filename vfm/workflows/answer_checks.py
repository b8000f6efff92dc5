"""Before sending: whether the answers can be sent, what stands in the way, and what deserves another look."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from vfm.errors import NotFound
from vfm.questionnaires import readiness, routing, steps
from vfm.questionnaires.answer_sheet import SheetSection, sheet
from vfm.questionnaires.answers import Answers
from vfm.questionnaires.improvements import improvements
from vfm.questionnaires.parts import Reach
from vfm.questionnaires.readiness import MATTERS, Finding, Group, Held, Part
from vfm.questionnaires.routing import Progress
from vfm.questionnaires.schema import Questionnaire
from vfm.questionnaires.steps import Step
from vfm.roles import Actor
from vfm.scoring.shares import much_not_applicable
from vfm.store import content
from vfm.store import reach as reaching
from vfm.store.queries import answer_checks as beside
from vfm.store.queries import assessments as queries
from vfm.store.queries import evidence as registers
from vfm.store.queries.assessments import Happened, Head, Published


@dataclass(frozen=True, slots=True)
class AnswerCheck:
    """Everything answered, and what was found of it.

    Attributes:
        found: matter -> findings, empty for somebody who only reads.
        totals: group -> how many.
        actions: what answers would become improvement actions.
        steps: how it went from hand to hand, once it was sent; the first one first.
        may_answer: this person may still change the answers; may_send: all of them are theirs to answer, so
            that they may send them; may_sign_off: they may sign them off or return them.
    """

    head: Head
    questionnaire: Questionnaire
    progress: Progress
    sections: tuple[SheetSection, ...]
    found: Mapping[str, tuple[Finding, ...]]
    totals: Mapping[Group, int]
    actions: tuple[str, ...]
    steps: tuple[Happened, ...]
    may_answer: bool
    may_send: bool
    may_sign_off: bool

    @property
    def can_be_sent(self) -> bool:
        """True when nothing stands in the way of sending."""
        return not self.totals[Group.MUST]

    @property
    def in_the_way(self) -> dict[str, str]:
        """Question key -> what must be put right there; empty words where it only wants an answer."""
        return {
            one.place: one.words
            for matter, ones in self.found.items()
            if MATTERS[matter].group is Group.MUST
            for one in ones
        }


def check(session: Session, assessment_id: int, *, by: Actor, now: datetime) -> AnswerCheck:
    """The answers on the route, and for those who answer or sign off what was found of them.

    Raises:
        NotFound: no such assessment, or not yours to see.
    """
    head, figures = queries.head_with_figures(session, assessment_id)
    if head is None:
        raise NotFound
    asked = content.questionnaire(session, head.version_id, head.content_hash)
    reach = reaching.of(session, head.id, head.service_id, head.kind, asked, by)
    questionnaire = reach.own
    rows = queries.answers(session, assessment_id)
    given = content.answers(asked, ((row.key, row.content) for row in rows))
    route = routing.on_route(asked, given) & questionnaire.questions.keys()
    may_answer = bool(reach.answers) and steps.allows(head.status, Step.SAVE)
    may_sign_off = steps.signs(
        head.status,
        asked.sign_off,
        is_director=head.service_id in by.directs,
        is_executive_director=head.service_id in by.oversees,
    )
    found: dict[str, tuple[Finding, ...]] = {}
    if may_answer or may_sign_off:
        looked_at = reach.to_answer if may_answer else reach.own
        held = _held(session, head, reach, looked_at, given, route, figures, by, now.date())
        found = readiness.findings(held)
    return AnswerCheck(
        head=head,
        questionnaire=questionnaire,
        progress=routing.progress(questionnaire, given, route=route),
        sections=sheet(questionnaire, given, route),
        found=found,
        totals=readiness.counts(found),
        actions=tuple(words for _, words in improvements(questionnaire, given, route=route)),
        steps=() if may_answer else tuple(queries.happened(session, assessment_id, steps.CHANGES)),
        may_answer=may_answer,
        may_send=may_answer and reach.answers_all,
        may_sign_off=may_sign_off,
    )


def _held(
    session: Session,
    head: Head,
    reach: Reach,
    looked_at: Questionnaire,
    given: Answers,
    route: frozenset[str],
    figures: Sequence[Published],
    by: Actor,
    today: date,
) -> Held:
    """All that is looked at. A share by weight, and who has which part, are told to the director alone."""
    own = looked_at.questions.keys()
    return Held(
        questionnaire=looked_at,
        given=given,
        route=route & own,
        today=today,
        waiting=queries.waiting(session, head.id).keys() & own if head.waiting else (),
        figures=figures,
        evidence=registers.items(session, head.id),
        parts=[
            Part(one.place, one.person, one.given_at.date())
            for one in beside.away(session, head.id)
            if reach.is_director and one.person_id != by.id
        ],
        comments={key: n for key, n in beside.open_comments(session, head.id).items() if key in {*own, ""}},
        much_not_applicable=much_not_applicable(looked_at, given, route) if reach.sees_all else {},
        says_shares=reach.is_director,
    )
