"""Kept baselines, and the one place that reads them.

The room's rule: whoever reads a baseline reads it here, where it is held against its hash and against the
hash that the trail keeps of it. One that fails is never handed out, only why it failed.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from vfm.errors import Invalid, Problem
from vfm.scoring.baseline import Baseline, canonical, read_baseline
from vfm.store.tables import Assessment, Cycle, Event, Service, Template
from vfm.store.tables import Baseline as BaselineRow


@dataclass(frozen=True)
class Kept:
    """One baseline as it was read.

    Attributes:
        cycle: name of the cycle whose agreed result it is; `cycle_id`, `assessment_id` where to find it.
        found: what was frozen; None where it is refused.
        refusal: why it is refused, one sentence with the cure; empty where it is what was frozen.
    """

    id: int
    service_id: int
    service: str
    template_id: int
    template: str
    assessment_id: int
    cycle_id: int
    cycle: str
    frozen_at: datetime
    content: Mapping[str, Any]
    content_hash: str
    found: Baseline | None
    refusal: str

    @property
    def sound(self) -> Baseline:
        """What was frozen.

        Raises:
            Invalid: what is kept is not what was frozen.
        """
        if self.found is None:
            raise Invalid([Problem("baseline", self.refusal)])
        return self.found

    @property
    def text(self) -> str:
        """The one text that stands for the content: the hash is the SHA-256 of it in UTF-8."""
        return canonical(self.content)


def one(session: Session, baseline_id: int) -> Kept | None:
    """One baseline by its id; None where there is none."""
    row = session.execute(_all().where(BaselineRow.id == baseline_id)).first()
    return None if row is None else _read(row)


def of_service(session: Session, service_id: int, template_id: int) -> Kept | None:
    """The baseline of a service for a template; None where there is none yet."""
    found = _all().where(BaselineRow.service_id == service_id, BaselineRow.template_id == template_id)
    row = session.execute(found).first()
    return None if row is None else _read(row)


def of_services(
    session: Session, template_ids: Collection[int], service_ids: Collection[int]
) -> dict[tuple[int, int], Kept]:
    """(Service, template) -> baseline, for those that have one."""
    found = _all().where(BaselineRow.service_id.in_(service_ids), BaselineRow.template_id.in_(template_ids))
    return {(row.service_id, row.template_id): _read(row) for row in session.execute(found)}


def ids(session: Session) -> list[int]:
    """Every baseline there is, oldest first."""
    return list(session.scalars(select(BaselineRow.id).order_by(BaselineRow.id)))


def _all() -> Select[*tuple[Any, ...]]:
    """Baselines with whose they are, and what was written down when they were frozen."""
    said = (
        select(Event.after)
        .where(
            Event.subject == "assessment",
            Event.verb == "agreed",
            Event.subject_id == BaselineRow.assessment_id,
        )
        .order_by(Event.id)
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(
            BaselineRow.id,
            BaselineRow.service_id,
            Service.name.label("service"),
            BaselineRow.template_id,
            Template.title.label("template"),
            BaselineRow.assessment_id,
            Assessment.cycle_id,
            Cycle.name.label("cycle"),
            BaselineRow.frozen_at,
            BaselineRow.content,
            BaselineRow.content_hash,
            said.label("said"),
        )
        .join(Service, Service.id == BaselineRow.service_id)
        .join(Template, Template.id == BaselineRow.template_id)
        .join(Assessment, Assessment.id == BaselineRow.assessment_id)
        .join(Cycle, Cycle.id == Assessment.cycle_id)
        .order_by(Service.name, BaselineRow.id)
    )


def _read(row: Row[*tuple[Any, ...]]) -> Kept:
    found, refusal = None, ""
    try:
        found = read_baseline(row.content, _said(row.said) or row.content_hash)
    except Invalid:
        refusal = (
            f"The baseline of {row.service} ({row.cycle}) is not what was frozen: its content does not match "
            "its hash. Nothing is measured against it. Restore it from a backup."
        )
    return Kept(
        id=row.id,
        service_id=row.service_id,
        service=row.service,
        template_id=row.template_id,
        template=row.template,
        assessment_id=row.assessment_id,
        cycle_id=row.cycle_id,
        cycle=row.cycle,
        frozen_at=row.frozen_at,
        content=row.content,
        content_hash=row.content_hash,
        found=found,
        refusal=refusal,
    )


def _said(after: Mapping[str, Any] | None) -> str:
    """The hash that stands in the trail; empty where none was written."""
    return (after or {}).get("baseline") or ""
