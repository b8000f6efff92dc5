"""What the pages of one review ask of the store."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from vfm.prioritisation import benefits
from vfm.prioritisation.benefits import Amount
from vfm.store.tables import (
    Assessment,
    Cycle,
    Decision,
    Directorate,
    Division,
    Event,
    ImprovementAction,
    Person,
    PrioritisationRun,
    Recommendation,
    Review,
    ReviewFinding,
    ReviewHypothesis,
    ReviewLine,
    ReviewMember,
    ReviewScope,
    Service,
    Template,
    Version,
)

_LEAD, _SPONSOR = aliased(Person), aliased(Person)


class Head(NamedTuple):
    """A review with the names of what it leads to; `cycle_id` is the one its team answers in."""

    id: int
    service_id: int
    service: str
    directorate: str
    decision_id: int | None
    mode: str
    topic: str
    starts_on: date
    ends_on: date | None
    closed_on: date | None
    days: int | None
    status: str
    note: str
    sponsor_id: int | None
    sponsor: str | None
    lead_id: int | None
    lead: str | None
    partner: str
    origin: str
    outcome_note: str
    savings_low: Decimal | None
    savings_high: Decimal | None
    cashable_recurring_low: Decimal | None
    cashable_recurring_high: Decimal | None
    cashable_one_off_low: Decimal | None
    cashable_one_off_high: Decimal | None
    avoidance_recurring_low: Decimal | None
    avoidance_recurring_high: Decimal | None
    avoidance_one_off_low: Decimal | None
    avoidance_one_off_high: Decimal | None
    other_benefit: str
    assessment_id: int | None
    cycle_id: int | None
    at: datetime

    @property
    def savings(self) -> tuple[Amount, ...]:
        """What it saves, kind by kind."""
        return benefits.of_review(self._asdict())


_HEAD: tuple[Any, ...] = (
    Review.id,
    Review.service_id,
    Service.name,
    Directorate.name,
    Review.decision_id,
    Review.mode,
    Review.topic,
    Review.starts_on,
    Review.ends_on,
    Review.closed_on,
    Review.days,
    Review.status,
    Review.note,
    Review.sponsor_id,
    _SPONSOR.name,
    Review.lead_id,
    _LEAD.name,
    Review.partner,
    Review.origin,
    Review.outcome_note,
    Review.savings_low,
    Review.savings_high,
    Review.cashable_recurring_low,
    Review.cashable_recurring_high,
    Review.cashable_one_off_low,
    Review.cashable_one_off_high,
    Review.avoidance_recurring_low,
    Review.avoidance_recurring_high,
    Review.avoidance_one_off_low,
    Review.avoidance_one_off_high,
    Review.other_benefit,
    Review.assessment_id,
    Assessment.cycle_id,
    Review.at,
)


def head(session: Session, review_id: int, *, lock: bool = False) -> Head | None:
    """One review, None when there is none; locked for whoever is to write."""
    if lock:
        session.execute(select(Review.id).where(Review.id == review_id).with_for_update())
    row = session.execute(
        select(*_HEAD)
        .join(Service, Service.id == Review.service_id)
        .join(Division, Division.id == Service.division_id)
        .join(Directorate, Directorate.id == Division.directorate_id)
        .outerjoin(_LEAD, _LEAD.id == Review.lead_id)
        .outerjoin(_SPONSOR, _SPONSOR.id == Review.sponsor_id)
        .outerjoin(Assessment, Assessment.id == Review.assessment_id)
        .where(Review.id == review_id)
    ).first()
    return Head(*row) if row else None


class Member(NamedTuple):
    """A place in the team; nobody's while neither a person nor a name from outside fills it."""

    id: int
    role: str
    person_id: int | None
    person: str | None
    name: str
    days: int | None

    @property
    def who(self) -> str:
        """Who fills it; empty for a vacancy."""
        return self.person or self.name


def members(session: Session, review_id: int) -> list[Member]:
    """The places of a team, in their order."""
    rows = session.execute(
        select(
            ReviewMember.id,
            ReviewMember.role,
            ReviewMember.person_id,
            Person.name,
            ReviewMember.name,
            ReviewMember.days,
        )
        .outerjoin(Person, Person.id == ReviewMember.person_id)
        .where(ReviewMember.review_id == review_id)
        .order_by(ReviewMember.position, ReviewMember.id)
    )
    return [Member(*row) for row in rows]


def is_member(session: Session, review_id: int, person_id: int) -> bool:
    """True for somebody who fills a place of the team."""
    row = session.execute(
        select(ReviewMember.id)
        .where(ReviewMember.review_id == review_id, ReviewMember.person_id == person_id)
        .limit(1)
    )
    return row.first() is not None


class Scope(NamedTuple):
    """The scope as it was said at a time."""

    id: int
    covers: str
    leaves_out: str
    reason: str
    by: str
    at: datetime


def scopes(session: Session, review_id: int) -> list[Scope]:
    """Every scope that was said, the newest first."""
    rows = session.execute(
        select(
            ReviewScope.id,
            ReviewScope.covers,
            ReviewScope.leaves_out,
            ReviewScope.reason,
            Person.name,
            ReviewScope.at,
        )
        .join(Person, Person.id == ReviewScope.by_id)
        .where(ReviewScope.review_id == review_id)
        .order_by(ReviewScope.id.desc())
    )
    return [Scope(*row) for row in rows]


class Line(NamedTuple):
    """A key line of enquiry; `question_key` is the section or question of a template it came from."""

    id: int
    text: str
    question_key: str
    lead_id: int | None
    lead: str | None
    conclusion: str


def lines(session: Session, review_id: int) -> list[Line]:
    """The lines of a review, in their order."""
    rows = session.execute(
        select(
            ReviewLine.id,
            ReviewLine.text,
            ReviewLine.question_key,
            ReviewLine.lead_id,
            Person.name,
            ReviewLine.conclusion,
        )
        .outerjoin(Person, Person.id == ReviewLine.lead_id)
        .where(ReviewLine.review_id == review_id)
        .order_by(ReviewLine.position, ReviewLine.id)
    )
    return [Line(*row) for row in rows]


class Hypothesis(NamedTuple):
    """What is supposed under a line."""

    id: int
    line_id: int
    text: str
    test: str
    status: str
    note: str


def hypotheses(session: Session, review_id: int) -> list[Hypothesis]:
    """The hypotheses of a review, line by line in their order."""
    rows = session.execute(
        select(
            ReviewHypothesis.id,
            ReviewHypothesis.line_id,
            ReviewHypothesis.text,
            ReviewHypothesis.test,
            ReviewHypothesis.status,
            ReviewHypothesis.note,
        )
        .join(ReviewLine, ReviewLine.id == ReviewHypothesis.line_id)
        .where(ReviewLine.review_id == review_id)
        .order_by(ReviewLine.position, ReviewLine.id, ReviewHypothesis.position, ReviewHypothesis.id)
    )
    return [Hypothesis(*row) for row in rows]


class Finding(NamedTuple):
    """What was found."""

    id: int
    line_id: int | None
    text: str
    evidence: str
    by: str
    at: datetime


def findings(session: Session, review_id: int) -> list[Finding]:
    """The findings of a review, in their order."""
    rows = session.execute(
        select(
            ReviewFinding.id,
            ReviewFinding.line_id,
            ReviewFinding.text,
            ReviewFinding.evidence,
            Person.name,
            ReviewFinding.at,
        )
        .join(Person, Person.id == ReviewFinding.by_id)
        .where(ReviewFinding.review_id == review_id)
        .order_by(ReviewFinding.position, ReviewFinding.id)
    )
    return [Finding(*row) for row in rows]


class Recommended(NamedTuple):
    """What is recommended, and how far the action is that carries it out."""

    id: int
    finding_id: int | None
    text: str
    owner_id: int | None
    owner: str | None
    due_on: date | None
    savings_low: Decimal | None
    savings_high: Decimal | None
    savings_kind: str
    savings_span: str
    other_benefit: str
    status: str
    response: str
    action_id: int | None
    action_status: str | None

    @property
    def saving(self) -> Amount | None:
        """What it saves; None where it is not estimated."""
        if self.savings_low is None or self.savings_high is None:
            return None
        return Amount(self.savings_kind, self.savings_span, self.savings_low, self.savings_high)


_RECOMMENDED: tuple[Any, ...] = (
    Recommendation.id,
    Recommendation.finding_id,
    Recommendation.text,
    Recommendation.owner_id,
    Person.name,
    Recommendation.due_on,
    Recommendation.savings_low,
    Recommendation.savings_high,
    Recommendation.savings_kind,
    Recommendation.savings_span,
    Recommendation.other_benefit,
    Recommendation.status,
    Recommendation.response,
    Recommendation.action_id,
    ImprovementAction.status,
)


def recommendations(session: Session, review_id: int) -> list[Recommended]:
    """The recommendations of a review, in their order."""
    rows = session.execute(
        select(*_RECOMMENDED)
        .outerjoin(Person, Person.id == Recommendation.owner_id)
        .outerjoin(ImprovementAction, ImprovementAction.id == Recommendation.action_id)
        .where(Recommendation.review_id == review_id)
        .order_by(Recommendation.position, Recommendation.id)
    )
    return [Recommended(*row) for row in rows]


class Chosen(NamedTuple):
    """The decision a review came from, and the ranking it was made on."""

    run_id: int
    run: str
    ran_at: datetime
    suggested: str
    rule: str
    outcome: str
    reason: str
    decided_on: date
    by: str
    inputs: dict[str, Any]
    result: dict[str, Any]


def chosen(session: Session, decision_id: int) -> Chosen:
    """A decision that is there, with its ranking."""
    row = session.execute(
        select(
            PrioritisationRun.id,
            PrioritisationRun.name,
            PrioritisationRun.at,
            Decision.suggested,
            Decision.rule,
            Decision.outcome,
            Decision.reason,
            Decision.decided_on,
            Person.name,
            PrioritisationRun.inputs,
            PrioritisationRun.result,
        )
        .join(PrioritisationRun, PrioritisationRun.id == Decision.run_id)
        .join(Person, Person.id == Decision.by_id)
        .where(Decision.id == decision_id)
    ).one()
    return Chosen(*row)


class Told(NamedTuple):
    """An event of a review."""

    at: datetime
    by: str
    verb: str
    before: dict[str, Any]
    after: dict[str, Any]


def told(session: Session, review_id: int) -> list[Told]:
    """What happened to a review, the newest first."""
    rows = session.execute(
        select(Event.at, Person.name, Event.verb, Event.before, Event.after)
        .outerjoin(Person, Person.id == Event.by_id)
        .where(Event.subject == "review", Event.subject_id == review_id)
        .order_by(Event.id.desc())
    )
    return [Told(row.at, row.name or "Set-up", row.verb, row.before or {}, row.after or {}) for row in rows]


def people(session: Session, also: Sequence[int] = ()) -> dict[int, str]:
    """Id -> name of everybody who can sign in, and of these, by name."""
    rows = session.execute(
        select(Person.id, Person.name)
        .where(Person.is_active | Person.id.in_(sorted(also)))
        .order_by(func.lower(Person.name), Person.id)
    )
    return {row[0]: row[1] for row in rows}


class OpenVersion(NamedTuple):
    """A version that lines can be taken from."""

    id: int
    template: str
    number: int
    content_hash: str
    status: str


_VERSION = (Version.id, Template.title, Version.number, Version.content_hash, Version.status)


def usable_versions(session: Session) -> list[OpenVersion]:
    """The newest version of each template that is open, or a draft where none is, by title."""
    rows = session.execute(
        select(*_VERSION, Version.template_id)
        .join(Template, Template.id == Version.template_id)
        .where(Version.status.in_(("draft", "pilot", "live")))
        .order_by(func.lower(Template.title), Template.id, Version.status != "draft", Version.number)
    )
    return [OpenVersion(*row[:-1]) for row in {row.template_id: row for row in rows}.values()]


def template_of(session: Session, assessment_id: int) -> OpenVersion:
    """The version that a team answers."""
    row = session.execute(
        select(*_VERSION)
        .join(Template, Template.id == Version.template_id)
        .join(Assessment, Assessment.version_id == Version.id)
        .where(Assessment.id == assessment_id)
    ).one()
    return OpenVersion(*row)


def cycle_names(session: Session, beginning: str) -> set[str]:
    """The names of cycles that begin so."""
    return set(session.scalars(select(Cycle.name).where(Cycle.name.startswith(beginning, autoescape=True))))


def is_worked_on(session: Session, review_id: int) -> bool:
    """True once a review holds what its team worked out: a scope, a line, a finding, a recommendation.

    A template that its team was asked counts, too: without the review its answers would belong to nothing.
    """
    held = (ReviewScope, ReviewLine, ReviewFinding, Recommendation)
    asked = select(Review.assessment_id).where(Review.id == review_id)
    return session.scalar(asked) is not None or any(_has(session, part, review_id) for part in held)


def has_team(session: Session, review_id: int) -> bool:
    """True once there is a place in its team."""
    return _has(session, ReviewMember, review_id)


def _has(session: Session, part: Any, review_id: int) -> bool:
    return session.scalar(select(part.id).where(part.review_id == review_id).limit(1)) is not None
