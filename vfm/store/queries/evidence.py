"""The registers of evidence: what a service holds, and which answers it supports."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from vfm.questionnaires.answers import Evidence as Grade
from vfm.questionnaires.evidence import WEAK, Item
from vfm.questionnaires.steps import Status
from vfm.store.prepared import Prepared
from vfm.store.tables import (
    Assessment,
    Cycle,
    Delegation,
    Evidence,
    EvidenceUse,
    Person,
    Service,
    Version,
)


class EvidenceRow(NamedTuple):
    """One piece of evidence with its owner, who put it there, and how many answers it supports."""

    id: int
    service_id: int
    kind: str
    title: str
    address: str
    digest: str
    file_name: str
    media_type: str
    size: int
    grade: str
    dated_on: date | None
    expires_on: date | None
    owner_id: int | None
    owner: str | None
    by_id: int
    by: str
    at: datetime
    revision: int
    withdrawn_at: datetime | None
    uses: int

    @property
    def item(self) -> Item:
        """As the rules on evidence take it."""
        return Item(
            self.title, Grade(self.grade), self.dated_on, self.expires_on, self.withdrawn_at is not None
        )


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of evidence on a page.

    Attributes:
        state: as `Item.state` says it on the day the page is made.
        before: the earlier cycle in which it supported the same question; empty without one.
    """

    row: EvidenceRow
    state: str
    before: str = ""

    @property
    def host(self) -> str:
        """Where a link leads; empty for a file."""
        return urlsplit(self.row.address).hostname or ""

    @property
    def is_weak(self) -> bool:
        """True for what bears out no more than somebody's word."""
        return self.row.grade in WEAK


def piece(row: EvidenceRow, today: date, before: str = "") -> Piece:
    """As a page of this day shows it."""
    return Piece(row, row.item.state(today), before)


class Use(NamedTuple):
    """One answer that a piece of evidence supports."""

    assessment_id: int
    cycle: str
    kind: str
    status: str
    version_id: int
    content_hash: str
    question_key: str
    by: str
    at: datetime


_owner, _by = aliased(Person), aliased(Person)
_uses = (
    select(func.count(EvidenceUse.id))
    .where(EvidenceUse.evidence_id == Evidence.id)
    .correlate(Evidence)
    .scalar_subquery()
)
_EVIDENCE: Select[*tuple[Any, ...]] = (
    select(
        Evidence.id,
        Evidence.service_id,
        Evidence.kind,
        Evidence.title,
        Evidence.address,
        Evidence.digest,
        Evidence.file_name,
        Evidence.media_type,
        Evidence.size,
        Evidence.grade,
        Evidence.dated_on,
        Evidence.expires_on,
        Evidence.owner_id,
        _owner.name,
        Evidence.by_id,
        _by.name,
        Evidence.at,
        Evidence.revision,
        Evidence.withdrawn_at,
        _uses,
    )
    .outerjoin(_owner, _owner.id == Evidence.owner_id)
    .join(_by, _by.id == Evidence.by_id)
)


def service_name(session: Session, service_id: int) -> str | None:
    """What the service is called; None when there is none."""
    return session.scalar(select(Service.name).where(Service.id == service_id))


def register(session: Session, service_id: int) -> list[EvidenceRow]:
    """Everything a service ever put into its register, by title; what was withdrawn too."""
    asked = _EVIDENCE.where(Evidence.service_id == service_id)
    rows = session.execute(asked.order_by(func.lower(Evidence.title), Evidence.id))
    return [EvidenceRow(*row) for row in rows]


def one(session: Session, evidence_id: int, *, lock: bool = False) -> EvidenceRow | None:
    """One piece of evidence, None when there is none; `lock` keeps its other writers waiting."""
    asked = _EVIDENCE.where(Evidence.id == evidence_id)
    row = session.execute(asked.with_for_update(of=Evidence) if lock else asked).first()
    return EvidenceRow(*row) if row else None


def twin(
    session: Session, service_id: int, values: Mapping[str, Any], *, by_id: int, since: datetime
) -> int | None:
    """The same evidence, put there by the same person a moment ago; other writers to the register wait."""
    session.execute(select(Service.id).where(Service.id == service_id).with_for_update())
    same = [Evidence.__table__.c[name] == value for name, value in values.items()]
    return session.scalar(
        select(Evidence.id)
        .where(
            Evidence.service_id == service_id,
            Evidence.by_id == by_id,
            Evidence.at >= since,
            Evidence.withdrawn_at.is_(None),
            *same,
        )
        .order_by(Evidence.id)
        .limit(1)
    )


def supporting(session: Session, assessment_id: int, question_key: str) -> list[EvidenceRow]:
    """What supports one answer, in the order it was put there."""
    rows = session.execute(
        _EVIDENCE.join(EvidenceUse, EvidenceUse.evidence_id == Evidence.id)
        .where(EvidenceUse.assessment_id == assessment_id, EvidenceUse.question_key == question_key)
        .order_by(EvidenceUse.at, EvidenceUse.id)
    )
    return [EvidenceRow(*row) for row in rows]


def supporting_all(session: Session, assessment_id: int) -> dict[str, list[EvidenceRow]]:
    """Question key -> what supports its answer, in the order it was put there; one statement."""
    rows = session.execute(
        _EVIDENCE.add_columns(EvidenceUse.question_key)
        .join(EvidenceUse, EvidenceUse.evidence_id == Evidence.id)
        .where(EvidenceUse.assessment_id == assessment_id)
        .order_by(EvidenceUse.at, EvidenceUse.id)
    )
    found: dict[str, list[EvidenceRow]] = {}
    for *row, key in rows:
        found.setdefault(key, []).append(EvidenceRow(*row))
    return found


def titles(session: Session, assessment_id: int, keys: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Question key -> titles of what supports its answer, in the order it was put there; one statement."""
    rows = session.execute(
        select(EvidenceUse.question_key, Evidence.title)
        .join(Evidence, Evidence.id == EvidenceUse.evidence_id)
        .where(EvidenceUse.assessment_id == assessment_id, EvidenceUse.question_key.in_(keys))
        .order_by(EvidenceUse.at, EvidenceUse.id)
    )
    found: dict[str, tuple[str, ...]] = {}
    for key, title in rows:
        found[key] = (*found.get(key, ()), title)
    return found


_ITEMS = Prepared(
    select(
        EvidenceUse.question_key,
        Evidence.title,
        Evidence.grade,
        Evidence.dated_on,
        Evidence.expires_on,
        Evidence.withdrawn_at,
    )
    .join(Evidence, Evidence.id == EvidenceUse.evidence_id)
    .where(EvidenceUse.assessment_id == bindparam("id"))
    .order_by(EvidenceUse.at, EvidenceUse.id)
)


def items(session: Session, assessment_id: int) -> dict[str, list[Item]]:
    """Question key -> what supports its answer, as the rules on evidence take it; one statement."""
    found: dict[str, list[Item]] = {}
    for row in _ITEMS.rows(session, id=assessment_id):
        key, title, grade, dated_on, expires_on, withdrawn_at = row
        item = Item(title, Grade(grade), dated_on, expires_on, withdrawn_at is not None)
        found.setdefault(key, []).append(item)
    return found


def used_before(session: Session, assessment_id: int, question_key: str) -> dict[int, str]:
    """Evidence id -> the latest earlier cycle of the same template in which it supported this question."""
    now_row, now_cycle, now_version = aliased(Assessment), aliased(Cycle), aliased(Version)
    rows = session.execute(
        select(EvidenceUse.evidence_id, Cycle.name)
        .join(Assessment, Assessment.id == EvidenceUse.assessment_id)
        .join(Cycle, Cycle.id == Assessment.cycle_id)
        .join(Version, Version.id == Assessment.version_id)
        .join(now_row, now_row.service_id == Assessment.service_id)
        .join(now_cycle, now_cycle.id == now_row.cycle_id)
        .join(now_version, now_version.id == now_row.version_id)
        .where(
            now_row.id == assessment_id,
            EvidenceUse.question_key == question_key,
            Version.template_id == now_version.template_id,
            Cycle.opened_at < now_cycle.opened_at,
        )
        .order_by(Cycle.opened_at, EvidenceUse.id)
    )
    return {row[0]: row[1] for row in rows}


def uses(session: Session, evidence_id: int) -> list[Use]:
    """The answers a piece of evidence supports, the newest cycle first."""
    rows = session.execute(
        select(
            Assessment.id,
            Cycle.name,
            Cycle.kind,
            Assessment.status,
            Version.id,
            Version.content_hash,
            EvidenceUse.question_key,
            Person.name,
            EvidenceUse.at,
        )
        .join(Assessment, Assessment.id == EvidenceUse.assessment_id)
        .join(Cycle, Cycle.id == Assessment.cycle_id)
        .join(Version, Version.id == Assessment.version_id)
        .join(Person, Person.id == EvidenceUse.by_id)
        .where(EvidenceUse.evidence_id == evidence_id)
        .order_by(Cycle.opened_at.desc(), EvidenceUse.question_key)
    )
    return [Use(*row) for row in rows]


class Relied(NamedTuple):
    """An answer of a service that relies on a piece of evidence."""

    evidence_id: int
    template_id: int
    opened_at: datetime
    question_key: str


def relied_on(session: Session, service_id: int) -> list[Relied]:
    """Every use of a service's evidence, by what was asked and when its cycle opened."""
    rows = session.execute(
        select(EvidenceUse.evidence_id, Version.template_id, Cycle.opened_at, EvidenceUse.question_key)
        .join(Assessment, Assessment.id == EvidenceUse.assessment_id)
        .join(Cycle, Cycle.id == Assessment.cycle_id)
        .join(Version, Version.id == Assessment.version_id)
        .where(Assessment.service_id == service_id)
    )
    return [Relied._make(row) for row in rows]


class Entrusted(NamedTuple):
    """A part of a service's assessment that somebody was given, whenever that was."""

    template_id: int
    version_id: int
    content_hash: str
    opened_at: datetime
    scope: str
    place: str


def entrusted_to(session: Session, person_id: int, service_id: int) -> list[Entrusted]:
    """What somebody was ever given of a service's assessments."""
    rows = session.execute(
        select(
            Version.template_id,
            Version.id,
            Version.content_hash,
            Cycle.opened_at,
            Delegation.scope,
            Delegation.place,
        )
        .join(Assessment, Assessment.id == Delegation.assessment_id)
        .join(Cycle, Cycle.id == Assessment.cycle_id)
        .join(Version, Version.id == Assessment.version_id)
        .where(Delegation.person_id == person_id, Assessment.service_id == service_id)
    )
    return [Entrusted._make(row) for row in rows]


def has_been_sent(session: Session, evidence_id: int) -> bool:
    """True when it supports an answer of an assessment that is no longer open."""
    asked = (
        select(EvidenceUse.id)
        .join(Assessment, Assessment.id == EvidenceUse.assessment_id)
        .where(EvidenceUse.evidence_id == evidence_id, Assessment.status != Status.OPEN)
        .limit(1)
    )
    return session.scalar(asked) is not None
