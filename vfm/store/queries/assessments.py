"""What an assessment's pages ask of the store."""

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple, cast

from sqlalchemy import Select, and_, bindparam, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from vfm.questionnaires.merging import Kept
from vfm.questionnaires.published import POSTS
from vfm.questionnaires.steps import Status
from vfm.roles import Role
from vfm.store.prepared import OneOf, Prepared
from vfm.store.queries.deadlines import DUE
from vfm.store.review_teams import IS_ROUND
from vfm.store.tables import (
    AnswerRow,
    Assessment,
    CarriedAnswer,
    Challenge,
    Comment,
    Cycle,
    Event,
    EvidenceUse,
    Figure,
    FigureSource,
    FigureView,
    ImprovementAction,
    Person,
    PersonRole,
    ScorecardRow,
    Service,
    Version,
)

SPENDING = ("gross_expenditure", "net_expenditure", "net_current_expenditure")
"""Measures shown beside questions about spending, though only one of them feeds a criterion."""


class Head(NamedTuple):
    """One assessment with what is asked, of whom, and when.

    `earlier_id` is the agreed assessment of the same service and template in the latest earlier cycle;
    `waiting` counts the answers of an earlier version that nobody has looked at again yet;
    `submitted_by_id` is who sent it for sign-off, None while it is open.
    """

    id: int
    status: str
    service_id: int
    service: str
    cycle: str
    kind: str
    due_on: date
    version_id: int
    content_hash: str
    answered_count: int
    route_count: int
    last_activity_at: datetime | None
    last_activity_by: str | None
    submitted_at: datetime | None
    signed_off_at: datetime | None
    agreed_at: datetime | None
    earlier_id: int | None
    service_key: str
    waiting: int
    submitted_by_id: int | None


class Published(NamedTuple):
    """One published figure with the source to show beside it, and what an assessment says of it.

    `verdict` is accepted or corrected, None while nobody has looked at it; `corrected` is the amount and
    `reason` the words of a correction, `said_by` and `said_at` who looked at it, and when.
    """

    measure: str
    title: str
    year: str
    amount: Decimal
    unit: str
    basis: str
    feeds: str
    comparison: dict[str, Any]
    line: str
    source: str
    verdict: str | None = None
    corrected: Decimal | None = None
    reason: str | None = None
    said_by: str | None = None
    said_at: datetime | None = None


_earlier = aliased(Assessment)
_earlier_cycle = aliased(Cycle)
_earlier_version = aliased(Version)
_earlier_id = (
    select(_earlier.id)
    .join(_earlier_cycle, _earlier_cycle.id == _earlier.cycle_id)
    .join(_earlier_version, _earlier_version.id == _earlier.version_id)
    .where(
        _earlier.service_id == Assessment.service_id,
        _earlier_version.template_id == Version.template_id,
        _earlier.status == Status.AGREED,
        _earlier_cycle.opened_at < Cycle.opened_at,
    )
    .order_by(_earlier_cycle.opened_at.desc(), _earlier.id.desc())
    .limit(1)
    .correlate(Assessment, Version, Cycle)
    .scalar_subquery()
)


_is_answered = (
    select(AnswerRow.id)
    .where(
        AnswerRow.assessment_id == CarriedAnswer.assessment_id,
        AnswerRow.question_key == CarriedAnswer.question_key,
    )
    .exists()
)
_waiting = (
    select(func.count(CarriedAnswer.id))
    .where(CarriedAnswer.assessment_id == Assessment.id, ~_is_answered)
    .correlate(Assessment)
    .scalar_subquery()
)


def _head() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Assessment.id,
            Assessment.status,
            Assessment.service_id,
            Service.name,
            Cycle.name,
            Cycle.kind,
            DUE,
            Assessment.version_id,
            Version.content_hash,
            Assessment.answered_count,
            Assessment.route_count,
            Assessment.last_activity_at,
            Person.name,
            Assessment.submitted_at,
            Assessment.signed_off_at,
            Assessment.agreed_at,
            _earlier_id,
            Service.key,
            _waiting,
            Assessment.submitted_by_id,
        )
        .join(Service, Service.id == Assessment.service_id)
        .join(Cycle, Cycle.id == Assessment.cycle_id)
        .join(Version, Version.id == Assessment.version_id)
        .outerjoin(Person, Person.id == Assessment.last_activity_by_id)
    )


HEAD_WIDTH = len(Head._fields)
_BY_ID = _head().where(Assessment.id == bindparam("id"))
_HEAD_BY_ID = Prepared(_BY_ID)
_HEAD_LOCKED = Prepared(_BY_ID.with_for_update(of=Assessment))
_said_by = aliased(Person)
_HEAD_WITH_FIGURES = Prepared(
    _head()
    .add_columns(
        Figure.measure,
        Figure.title,
        Figure.year,
        Figure.amount,
        Figure.unit,
        Figure.basis,
        Figure.feeds,
        Figure.comparison,
        Figure.line,
        FigureSource.title,
        FigureView.verdict,
        FigureView.amount,
        FigureView.reason,
        _said_by.name,
        FigureView.at,
    )
    .outerjoin(
        Figure,
        and_(
            Figure.service_id == Assessment.service_id,
            or_(Figure.feeds != "", Figure.measure.in_(SPENDING), Figure.unit == POSTS),
        ),
    )
    .outerjoin(FigureSource, FigureSource.id == Figure.source_id)
    .outerjoin(
        FigureView,
        and_(
            FigureView.assessment_id == Assessment.id,
            FigureView.measure == Figure.measure,
            FigureView.year == Figure.year,
        ),
    )
    .outerjoin(_said_by, _said_by.id == FigureView.by_id)
    .where(Assessment.id == bindparam("id"))
    .order_by(Figure.measure, Figure.year)
)
_of_one = select(AnswerRow.question_key, AnswerRow.content, AnswerRow.revision).where(
    AnswerRow.assessment_id == bindparam("id")
)
_ANSWERS = Prepared(_of_one)
_SOME_ANSWERS = Prepared(_of_one.where(OneOf(AnswerRow.question_key, "keys")))
_ANSWERS_OF_TWO = Prepared(
    select(
        AnswerRow.assessment_id,
        AnswerRow.question_key,
        AnswerRow.content,
        AnswerRow.revision,
        Challenge.agreed,
    )
    .outerjoin(
        Challenge,
        and_(
            Challenge.assessment_id == AnswerRow.assessment_id,
            Challenge.question_key == AnswerRow.question_key,
        ),
    )
    .where(
        AnswerRow.assessment_id.in_((bindparam("id"), bindparam("earlier_id"))),
        OneOf(AnswerRow.question_key, "keys"),
    )
)


def head(session: Session, assessment_id: int, *, lock: bool = False) -> Head | None:
    """The assessment, None when there is none; `lock` keeps its other writers waiting until this one ends."""
    row = (_HEAD_LOCKED if lock else _HEAD_BY_ID).first(session, id=assessment_id)
    return Head(*row) if row else None


def head_with_figures(session: Session, assessment_id: int) -> tuple[Head | None, tuple[Published, ...]]:
    """The assessment, and the figures that stand beside its questions, with what it says of them."""
    rows = _HEAD_WITH_FIGURES.rows(session, id=assessment_id)
    if not rows:
        return None, ()
    figures = tuple(Published(*row[HEAD_WIDTH:]) for row in rows if row[HEAD_WIDTH] is not None)
    return Head(*rows[0][:HEAD_WIDTH]), figures


def answers(session: Session, assessment_id: int, keys: Collection[str] | None = None) -> list[Kept]:
    """The stored answers of an assessment; with `keys`, only those."""
    if keys is None:
        rows = _ANSWERS.rows(session, id=assessment_id)
    else:
        rows = _SOME_ANSWERS.rows(session, id=assessment_id, keys=sorted(keys))
    return [Kept(*row) for row in rows]


def answers_now_and_before(
    session: Session, assessment_id: int, earlier_id: int | None, keys: Collection[str]
) -> tuple[list[Kept], dict[str, dict[str, Any]]]:
    """The answers to these questions, and what was agreed on them in an earlier assessment; one statement.

    What was agreed is the agreed answer of a challenge where there was one, else the answer itself.
    """
    if earlier_id is None:
        return answers(session, assessment_id, keys), {}
    rows = _ANSWERS_OF_TWO.rows(session, id=assessment_id, earlier_id=earlier_id, keys=sorted(keys))
    now = [Kept(*row[1:4]) for row in rows if row[0] == assessment_id]
    before = {row[1]: row[4] or row[2] for row in rows if row[0] == earlier_id}
    return now, before


class Attached(NamedTuple):
    """How much is attached to a question: evidence that supports its answer, comments nobody settled."""

    evidence: int = 0
    comments: int = 0


_ATTACHED = Prepared(
    union_all(
        select(EvidenceUse.question_key, literal("evidence"), func.count())
        .where(EvidenceUse.assessment_id == bindparam("id"), OneOf(EvidenceUse.question_key, "keys"))
        .group_by(EvidenceUse.question_key),
        select(Comment.question_key, literal("comments"), func.count())
        .where(
            Comment.assessment_id == bindparam("id"),
            OneOf(Comment.question_key, "keys"),
            Comment.settled_at.is_(None),
        )
        .group_by(Comment.question_key),
    )
)


NOTHING = Attached()


def attached(session: Session, assessment_id: int, keys: Collection[str]) -> dict[str, Attached]:
    """Question key -> what is attached to it, only where anything is; one statement."""
    found: dict[str, Attached] = {}
    for key, what, count in _ATTACHED.rows(session, id=assessment_id, keys=sorted(keys)):
        found[key] = found.get(key, NOTHING)._replace(**{what: count})
    return found


class Waiting(NamedTuple):
    """An answer of an earlier version, to be looked at again."""

    question_key: str
    content: dict[str, Any]
    cycle: str
    version_id: int
    content_hash: str


def waiting(session: Session, assessment_id: int) -> dict[str, Waiting]:
    """Question key -> what was answered before and nobody has looked at again yet."""
    rows = session.execute(
        select(
            CarriedAnswer.question_key, CarriedAnswer.content, Cycle.name, Version.id, Version.content_hash
        )
        .join(Assessment, Assessment.id == CarriedAnswer.from_id)
        .join(Cycle, Cycle.id == Assessment.cycle_id)
        .join(Version, Version.id == Assessment.version_id)
        .where(CarriedAnswer.assessment_id == assessment_id, ~_is_answered)
    )
    return {row[0]: Waiting._make(row) for row in rows}


_INVITATION = Prepared(
    select(Cycle.invitation)
    .join(Assessment, Assessment.cycle_id == Cycle.id)
    .where(Assessment.id == bindparam("id"))
)


def invitation(session: Session, assessment_id: int) -> str:
    """What the core team says to those who are asked."""
    return _INVITATION.value(session, id=assessment_id) or ""


def carried(session: Session, assessment_id: int, key: str) -> dict[str, Any] | None:
    """The answer of an earlier version that was to be looked at again, confirmed since or not."""
    return session.scalar(
        select(CarriedAnswer.content).where(
            CarriedAnswer.assessment_id == assessment_id, CarriedAnswer.question_key == key
        )
    )


class Writer(NamedTuple):
    """Who wrote a stored answer, and when."""

    id: int
    name: str
    at: datetime


def writers(session: Session, assessment_id: int, keys: Collection[str]) -> dict[str, Writer]:
    """Question key -> who wrote the stored answer, and when."""
    rows = session.execute(
        select(AnswerRow.question_key, Person.id, Person.name, AnswerRow.at)
        .join(Person, Person.id == AnswerRow.by_id)
        .where(AnswerRow.assessment_id == assessment_id, AnswerRow.question_key.in_(keys))
    )
    return {key: Writer(id_, name, at) for key, id_, name, at in rows}


class Work(NamedTuple):
    """One assessment in somebody's list."""

    id: int
    service_id: int
    service: str
    cycle: str
    kind: str
    due_on: date
    status: str
    answered_count: int
    route_count: int
    last_activity_at: datetime | None
    is_closed: bool


def of_services(session: Session, service_ids: Collection[int]) -> list[Work]:
    """The assessments of these services, those still to be answered first, then by due date, newest first."""
    rows = session.execute(
        select(
            Assessment.id,
            Assessment.service_id,
            Service.name,
            Cycle.name,
            Cycle.kind,
            DUE,
            Assessment.status,
            Assessment.answered_count,
            Assessment.route_count,
            Assessment.last_activity_at,
            Cycle.closed_at.is_not(None),
        )
        .join(Service, Service.id == Assessment.service_id)
        .join(Cycle, Cycle.id == Assessment.cycle_id)
        .where(Assessment.service_id.in_(service_ids), IS_ROUND)
        .order_by(DUE.desc(), Service.name)
    )
    return [Work(*row) for row in rows]


_ANSWERING = Prepared(
    select(PersonRole.role, Person.name)
    .join(Person, Person.id == PersonRole.person_id)
    .where(
        PersonRole.service_id == bindparam("service_id"),
        PersonRole.role.in_((Role.DIRECTOR.value, Role.CONTRIBUTOR.value)),
        Person.is_active,
    )
    .order_by(PersonRole.id)
)


def answering(session: Session, service_id: int) -> tuple[list[str], list[str]]:
    """Names of a service's directors and of those who help it to answer, the longest first; one statement."""
    rows = _ANSWERING.rows(session, service_id=service_id)
    directors = [name for role, name in rows if role == Role.DIRECTOR]
    return directors, [name for role, name in rows if role != Role.DIRECTOR]


class Happened(NamedTuple):
    """One event of an assessment."""

    at: datetime
    by: str
    after: Any
    verb: str

    @property
    def reason(self) -> str:
        """Why, where a reason was asked for; else empty."""
        return str((self.after or {}).get("reason", ""))


_HAPPENED = Prepared(
    select(Event.at, Person.name, Event.after, Event.verb)
    .join(Person, Person.id == Event.by_id)
    .where(Event.subject == "assessment", Event.subject_id == bindparam("id"), OneOf(Event.verb, "verbs"))
    .order_by(Event.id)
)


def latest_event(session: Session, assessment_id: int, *verbs: str) -> Happened | None:
    """The last event of one of these kinds."""
    return next(iter(happened(session, assessment_id, verbs)[-1:]), None)


def happened(session: Session, assessment_id: int, verbs: Collection[str]) -> list[Happened]:
    """The events of these kinds, in the order in which they happened."""
    return [Happened(*row) for row in _HAPPENED.rows(session, id=assessment_id, verbs=list(verbs))]


def challenges(session: Session, assessment_id: int) -> int:
    """How many of its scores are challenged."""
    return session.scalar(select(func.count()).where(Challenge.assessment_id == assessment_id)) or 0


_SELF_SCORECARDS = Prepared(
    select(func.count()).where(ScorecardRow.assessment_id == bindparam("id"), ScorecardRow.kind == "self")
)
_LATEST_SELF_SCORECARD = Prepared(
    select(ScorecardRow.content)
    .where(ScorecardRow.assessment_id == bindparam("id"), ScorecardRow.kind == "self")
    .order_by(ScorecardRow.number.desc())
    .limit(1)
)


def self_scorecards(session: Session, assessment_id: int) -> int:
    """How many times this assessment was sent and scored."""
    return cast(int, _SELF_SCORECARDS.value(session, id=assessment_id))


def latest_self_scorecard(session: Session, assessment_id: int) -> dict[str, Any] | None:
    """The scorecard stored when the assessment was last sent."""
    return cast(dict[str, Any] | None, _LATEST_SELF_SCORECARD.value(session, id=assessment_id))


class Action(NamedTuple):
    """An improvement action that came from an answer, or was added beside them (without a key)."""

    id: int
    question_key: str | None
    text: str
    status: str


_ACTIONS = Prepared(
    select(
        ImprovementAction.id, ImprovementAction.question_key, ImprovementAction.text, ImprovementAction.status
    )
    .where(ImprovementAction.assessment_id == bindparam("id"))
    .order_by(ImprovementAction.id)
)


def actions_of(session: Session, assessment_id: int) -> list[Action]:
    """The improvement actions that came from this assessment's answers."""
    return [Action(*row) for row in _ACTIONS.rows(session, id=assessment_id)]
