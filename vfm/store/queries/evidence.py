"""The registers of evidence: what a service holds, and which answers it supports."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from vfm.questionnaires.answers import Evidence as Grade
from vfm.questionnaires.evidence import Item
from vfm.questionnaires.steps import Status
from vfm.store.tables import (
    Assessment,
    Cycle,
    Evidence,
    EvidenceUse,
    Person,
    Service,
    Version,
)


class EvidenceRow(NamedTuple):
    """One piece of evidence with its owner and how many answers it supports."""

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


class Use(NamedTuple):
    """One answer that a piece of evidence supports."""

    assessment_id: int
    cycle: str
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


def supporting(session: Session, assessment_id: int, question_key: str) -> list[EvidenceRow]:
    """What supports one answer, in the order it was put there."""
    rows = session.execute(
        _EVIDENCE.join(EvidenceUse, EvidenceUse.evidence_id == Evidence.id)
        .where(EvidenceUse.assessment_id == assessment_id, EvidenceUse.question_key == question_key)
        .order_by(EvidenceUse.at, EvidenceUse.id)
    )
    return [EvidenceRow(*row) for row in rows]


_COUNTS = select(EvidenceUse.question_key, func.count(EvidenceUse.id)).group_by(EvidenceUse.question_key)


def counts(session: Session, assessment_id: int) -> dict[str, int]:
    """Question key -> how many pieces of evidence support its answer; without those that have none."""
    rows = session.execute(_COUNTS.where(EvidenceUse.assessment_id == assessment_id))
    return {row[0]: row[1] for row in rows}


# Built once, and run without the ORM: asked whenever answers are checked.
_ITEMS = (
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
    for row in session.connection().execute(_ITEMS, {"id": assessment_id}):
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


def has_been_sent(session: Session, evidence_id: int) -> bool:
    """True when it supports an answer of an assessment that is no longer open."""
    asked = (
        select(EvidenceUse.id)
        .join(Assessment, Assessment.id == EvidenceUse.assessment_id)
        .where(EvidenceUse.evidence_id == evidence_id, Assessment.status != Status.OPEN)
        .limit(1)
    )
    return session.scalar(asked) is not None


def known(session: Session, service_id: int, evidence_ids: Collection[int]) -> set[int]:
    """Those of these that are in the service's register and not withdrawn."""
    rows = session.scalars(
        select(Evidence.id).where(
            Evidence.service_id == service_id, Evidence.id.in_(evidence_ids), Evidence.withdrawn_at.is_(None)
        )
    )
    return set(rows)
