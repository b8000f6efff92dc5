"""A round of assessments in the store: a version opened, a cycle, one assessment a service."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests.council import NOW, SmallCouncil
from vfm.questionnaires import document
from vfm.questionnaires.schema import Questionnaire
from vfm.store.content import digest
from vfm.store.database import transaction
from vfm.store.tables import Assessment, Cycle, Delegation, Figure, FigureSource, Template, Version

DUE = date(2026, 12, 18)


@dataclass(frozen=True)
class Round:
    """Ids of what was made; assessments by service key."""

    template_id: int
    version_id: int
    cycle_id: int
    assessments: dict[str, int]


def opened(
    engine: Engine,
    council: SmallCouncil,
    questionnaire: Questionnaire,
    *,
    services: tuple[str, ...] = ("LIB", "ROADS"),
    kind: str = "rollout",
    at: datetime = NOW - timedelta(days=10),
    name: str = "Rollout 2026",
    template_id: int | None = None,
    given: tuple[tuple[str, str], ...] = (("whole", ""),),
) -> Round:
    """A cycle under way; with `template_id` its questionnaire is the template's next version.

    `given`: the parts, as (scope, place), that the contributor of Libraries was given by the director.
    """
    with transaction(engine) as session:
        if template_id is None:
            template_id = _added(
                session, Template(key=questionnaire.key, title=questionnaire.title, created_at=at)
            )
        number = session.query(Version).filter_by(template_id=template_id).count() + 1
        content = document.to_json(questionnaire)
        version_id = _added(
            session,
            Version(
                template_id=template_id,
                number=number,
                status="live",
                content=content,
                content_hash=digest(content),
                created_at=at,
                opened_at=at,
            ),
        )
        cycle_id = _added(
            session,
            Cycle(name=name, kind=kind, version_id=version_id, opens_on=at.date(), due_on=DUE, opened_at=at),
        )
        made = {
            key: _added(
                session,
                Assessment(cycle_id=cycle_id, service_id=council.services[key], version_id=version_id),
            )
            for key in services
        }
        for scope, place in given if "LIB" in made else ():
            give(session, council, made["LIB"], scope, place)
    return Round(template_id, version_id, cycle_id, made)


SPENT = (("gross_expenditure", "expenditure_level", "4321000"), ("net_expenditure", "", "3210000"))
"""(measure, what it feeds, amount) of the figures published about the libraries."""


def publish(engine: Engine, council: SmallCouncil) -> None:
    """What the libraries spend, as a source says it."""
    with transaction(engine) as session:
        source = FigureSource(key="ro", title="Revenue outturn, a real unitary", publisher="M", licence="L")
        session.add(source)
        session.flush()
        for measure, feeds, amount in SPENT:
            session.add(
                Figure(
                    service_id=council.services["LIB"], measure=measure, title=measure.replace("_", " "),
                    year="2024-25", amount=Decimal(amount), unit="GBP", basis="cash, outturn",
                    source_id=source.id, feeds=feeds,
                )
            )  # fmt: skip


def give(
    session: Session, council: SmallCouncil, assessment_id: int, scope: str, place: str = ""
) -> Delegation:
    """The contributor is given a part by the director."""
    row = Delegation(
        assessment_id=assessment_id,
        person_id=council.people["contributor"],
        scope=scope,
        place=place,
        given_by_id=council.people["director"],
        given_at=NOW,
    )
    session.add(row)
    session.flush()
    return row


def _added(session: Session, row: Template | Version | Cycle | Assessment) -> int:
    session.add(row)
    session.flush()
    return row.id
