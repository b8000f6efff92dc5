"""Services: where each stands, what is published about it, and all that was done with it."""

from collections.abc import Collection

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from vfm.questionnaires.merging import How
from vfm.roles import Role
from vfm.store.queries.results import AnyRow
from vfm.store.review_teams import IS_ROUND
from vfm.store.tables import (
    Assessment,
    Cycle,
    Decision,
    Directorate,
    Division,
    Event,
    Figure,
    FigureSource,
    ImprovementAction,
    Person,
    PersonRole,
    PrioritisationRun,
    Review,
    ScorecardRow,
    Service,
    Template,
    Version,
)

SPENDING = "net_expenditure"
"""The measure shown beside a service in a list."""
EVENTS_SHOWN = 40
SAVING = How.PAGE
"""An event too frequent to be read as history."""


def listed(session: Session, service_ids: Collection[int] | None) -> list[AnyRow]:
    """Every service that is not closed (None: any; else of these), by directorate and name."""
    wanted = (
        select(
            Service.id,
            Service.key,
            Service.name,
            Division.name.label("division"),
            Directorate.name.label("directorate"),
            Service.reviewed_on,
        )
        .join(Division, Division.id == Service.division_id)
        .join(Directorate, Directorate.id == Division.directorate_id)
        .where(Service.closed_on.is_(None))
        .order_by(Directorate.name, func.lower(Service.name))
    )
    if service_ids is not None:
        wanted = wanted.where(Service.id.in_(service_ids))
    return list(session.execute(wanted))


def spending(session: Session) -> list[AnyRow]:
    """(service, amount, year, unit, title, line, source) of what each service spends, earlier years first."""
    return list(
        session.execute(
            select(
                Figure.service_id,
                Figure.amount,
                Figure.year,
                Figure.unit,
                Figure.title,
                Figure.line,
                FigureSource.title.label("source"),
            )
            .join(FigureSource, FigureSource.id == Figure.source_id)
            .where(Figure.measure == SPENDING)
            .order_by(Figure.year)
        )
    )


def newest_agreed(session: Session) -> list[AnyRow]:
    """(service, assessment, cycle, overall) of every service's result that was agreed last."""
    last = (
        select(Assessment.service_id, func.max(Assessment.agreed_at).label("at"))
        .where(Assessment.status == "agreed")
        .group_by(Assessment.service_id)
        .subquery()
    )
    return list(
        session.execute(
            select(Assessment.service_id, Assessment.id, Cycle.name.label("cycle"), ScorecardRow.outline)
            .join(last, and_(last.c.service_id == Assessment.service_id, last.c.at == Assessment.agreed_at))
            .join(Cycle, Cycle.id == Assessment.cycle_id)
            .join(ScorecardRow, ScorecardRow.assessment_id == Assessment.id)
            .where(ScorecardRow.kind == "agreed")
            .order_by(Assessment.id)
        )
    )


# --- one service --------------------------------------------------------------------------------------------

Into = aliased(Service)


def one(session: Session, service_id: int) -> AnyRow | None:
    """One service and its place; None when there is none."""
    return session.execute(
        select(
            Service.id,
            Service.key,
            Service.name,
            Service.family,
            Service.note,
            Service.reviewed_on,
            Service.closed_on,
            Service.merged_into_id,
            Into.name.label("merged_into"),
            Division.name.label("division"),
            Directorate.name.label("directorate"),
        )
        .join(Division, Division.id == Service.division_id)
        .join(Directorate, Directorate.id == Division.directorate_id)
        .outerjoin(Into, Into.id == Service.merged_into_id)
        .where(Service.id == service_id)
    ).first()


def people(session: Session, service_id: int) -> list[AnyRow]:
    """(name, role) of its directors and contributors who are active, directors first."""
    return list(
        session.execute(
            select(Person.name, PersonRole.role)
            .join(Person, Person.id == PersonRole.person_id)
            .where(
                PersonRole.service_id == service_id,
                PersonRole.role.in_([Role.DIRECTOR.value, Role.CONTRIBUTOR.value]),
                Person.is_active,
            )
            .order_by(PersonRole.role.desc(), Person.name)
        )
    )


def figures(session: Session, service_id: int) -> list[AnyRow]:
    """Every published figure with its source, an earlier year of a measure first."""
    return list(
        session.execute(
            select(
                Figure.measure,
                Figure.title,
                Figure.year,
                Figure.amount,
                Figure.unit,
                Figure.basis,
                Figure.line,
                Figure.comparison,
                FigureSource.title.label("source"),
                FigureSource.publisher,
            )
            .join(FigureSource, FigureSource.id == Figure.source_id)
            .where(Figure.service_id == service_id)
            .order_by(Figure.id)
        )
    )


def assessments(session: Session, service_id: int) -> list[AnyRow]:
    """Its assessments, the newest cycle first; a row for each result kept, one without for none."""
    return list(
        session.execute(
            select(
                Assessment.id,
                Assessment.status,
                Cycle.name.label("cycle"),
                Cycle.kind.label("cycle_kind"),
                Template.title.label("template"),
                Version.number.label("version"),
                Assessment.agreed_at,
                ScorecardRow.kind,
                ScorecardRow.outline,
                ScorecardRow.change,
            )
            .join(Cycle, Cycle.id == Assessment.cycle_id)
            .join(Version, Version.id == Assessment.version_id)
            .join(Template, Template.id == Version.template_id)
            .outerjoin(
                ScorecardRow,
                (ScorecardRow.assessment_id == Assessment.id) & (ScorecardRow.kind != "challenged"),
            )
            .where(Assessment.service_id == service_id, IS_ROUND)
            .order_by(Cycle.opened_at.desc(), Assessment.id, ScorecardRow.number)
        )
    )


def actions(session: Session, service_id: int) -> list[AnyRow]:
    """Its improvement actions with their owners, the earliest due first, those without a date last."""
    return list(
        session.execute(
            select(
                ImprovementAction.text,
                ImprovementAction.due_on,
                ImprovementAction.status,
                ImprovementAction.assessment_id,
                ImprovementAction.question_key,
                Person.name.label("owner"),
            )
            .outerjoin(Person, Person.id == ImprovementAction.owner_id)
            .where(ImprovementAction.service_id == service_id, ImprovementAction.status != "dropped")
            .order_by(ImprovementAction.due_on.is_(None), ImprovementAction.due_on, ImprovementAction.id)
        )
    )


def decisions(session: Session, service_id: int) -> list[AnyRow]:
    """What was decided for it, the newest first."""
    return list(
        session.execute(
            select(
                Decision.run_id,
                PrioritisationRun.name.label("run"),
                Decision.outcome,
                Decision.suggested,
                Decision.topic,
                Decision.reason,
                Decision.decided_on,
                Person.name.label("by"),
            )
            .join(PrioritisationRun, PrioritisationRun.id == Decision.run_id)
            .join(Person, Person.id == Decision.by_id)
            .where(Decision.service_id == service_id)
            .order_by(Decision.decided_on.desc(), Decision.id.desc())
        )
    )


def reviews(session: Session, service_id: int) -> list[AnyRow]:
    """Its entries of the forward plan, the latest start first."""
    return list(
        session.execute(
            select(
                Review.id,
                Review.mode,
                Review.topic,
                Review.starts_on,
                Review.status,
                Review.note,
                Person.name.label("lead"),
            )
            .outerjoin(Person, Person.id == Review.lead_id)
            .where(Review.service_id == service_id)
            .order_by(Review.starts_on.desc(), Review.id)
        )
    )


def history(session: Session, service_id: int) -> list[AnyRow]:
    """(at, name, verb, cycle) of the last events of the service and of its assessments, the newest first."""
    mine = select(Assessment.id).where(Assessment.service_id == service_id)
    is_own = (Event.subject == "service") & (Event.subject_id == service_id)
    of_assessment = (Event.subject == "assessment") & Event.subject_id.in_(mine)
    return list(
        session.execute(
            select(Event.at, Person.name, Event.verb, Cycle.name.label("cycle"))
            .outerjoin(Person, Person.id == Event.by_id)
            .outerjoin(Assessment, and_(Event.subject == "assessment", Assessment.id == Event.subject_id))
            .outerjoin(Cycle, Cycle.id == Assessment.cycle_id)
            .where(is_own | of_assessment, Event.verb != SAVING)
            .order_by(Event.id.desc())
            .limit(EVENTS_SHOWN)
        )
    )
