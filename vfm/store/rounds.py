"""The rounds one service went through: which there were, and what counts of each.

What pages share that look at a service over time. A round whose result became the baseline is read from the
baseline, which cannot have moved; every other from the agreed answers, else the service's own.
"""

from collections.abc import Collection, Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from vfm.scoring.challenge import agreed_answers
from vfm.scoring.change import Change, change
from vfm.scoring.results import Scorecard
from vfm.scoring.rounds import Round, ServiceHead, Side
from vfm.store import baselines, content, meanings
from vfm.store.baselines import Kept
from vfm.store.meanings import Mark
from vfm.store.queries import results
from vfm.store.review_teams import IS_ROUND
from vfm.store.tables import (
    Assessment,
    Cycle,
    Directorate,
    Division,
    ScorecardRow,
    Service,
    Template,
    Version,
)


def service(session: Session, service_id: int) -> ServiceHead | None:
    """One service; None where there is none."""
    found = (
        select(Service.id, Service.key, Service.name, Division.name, Directorate.name)
        .join(Division, Division.id == Service.division_id)
        .join(Directorate, Directorate.id == Division.directorate_id)
        .where(Service.id == service_id)
    )
    row = session.execute(found).first()
    return None if row is None else ServiceHead(*row)


def of_service(session: Session, service_id: int) -> tuple[Round, ...]:
    """Every round a service was asked in, the oldest first."""
    has_result = select(ScorecardRow.id).where(ScorecardRow.assessment_id == Assessment.id).exists()
    found = (
        select(
            Assessment.id,
            Assessment.service_id,
            Cycle.id,
            Cycle.name,
            Cycle.kind,
            Cycle.opened_at,
            Cycle.due_on,
            Assessment.status,
            Version.template_id,
            Template.title,
            Version.id,
            Version.number,
            Version.content_hash,
            Assessment.agreed_at,
            func.coalesce(has_result & (Assessment.status != "open"), False),
        )
        .join(Cycle, Cycle.id == Assessment.cycle_id)
        .join(Version, Version.id == Assessment.version_id)
        .join(Template, Template.id == Version.template_id)
        .where(Assessment.service_id == service_id, IS_ROUND)
        .order_by(Cycle.opened_at, Cycle.id)
    )
    return tuple(Round(*tuple(row)) for row in session.execute(found))


def baseline(session: Session, service_id: int, template_id: int) -> Kept | None:
    """The baseline of a service for a template; None where there is none."""
    return baselines.of_service(session, service_id, template_id)


def sides(session: Session, rounds: Collection[Round], start: Kept | None) -> dict[int, Side]:
    """Assessment -> what counts of it, for rounds with a result.

    Raises:
        Invalid: the round of the baseline is asked for, and what is kept of it is not what was frozen.
    """
    wanted = {one.assessment_id: one for one in rounds if one.has_result}
    asked = {
        key: content.questionnaire(session, one.version_id, one.content_hash) for key, one in wanted.items()
    }
    cards = {(row.assessment_id, row.kind): row.content for row in results.scorecards(session, wanted)}
    given: dict[int, list[tuple[str, Mapping[str, object]]]] = {key: [] for key in wanted}
    for row in results.answers(session, wanted):
        given[row.assessment_id].append((row.question_key, row.content))
    agreed: dict[int, list[tuple[str, Mapping[str, object]]]] = {key: [] for key in wanted}
    for row in results.challenges(session, wanted):
        if row.agreed is not None and wanted[row.assessment_id].status == "agreed":
            agreed[row.assessment_id].append((row.question_key, row.agreed))
    made = {}
    for key, one in wanted.items():
        if start is not None and start.assessment_id == key:
            frozen = start.sound
            made[key] = Side(one, frozen.questionnaire, frozen.answers, frozen.scorecard, is_frozen=True)
            continue
        card = cards.get((key, one.result_kind)) or cards[key, "self"]
        answers = agreed_answers(
            content.answers(asked[key], given[key]), content.answers(asked[key], agreed[key])
        )
        made[key] = Side(one, asked[key], answers, Scorecard.from_json(card), is_frozen=False)
    return made


def between(session: Session, then: Side, now: Side) -> tuple[Change, dict[str, tuple[Mark, ...]]]:
    """The change from one side to another, and the marks by which reworded questions mean the same."""
    numbers = then.questionnaire.version, now.questionnaire.version
    marks = meanings.marks_between(session, now.round.template_id, *numbers)
    return change(then.questionnaire, then.answers, now.questionnaire, now.answers, marks.keys()), marks


def since_start(session: Session, found: Collection[Round], start: Kept) -> tuple[Side, Change] | None:
    """The newest result of the baseline's template and the change since the baseline; None without one.

    Args:
        session: to read from.
        found: the service's rounds, the oldest first.
        start: its baseline, which has to be sound.
    """
    known = [one for one in found if one.has_result and one.template_id == start.template_id]
    place = next((i for i, one in enumerate(known) if one.assessment_id == start.assessment_id), None)
    if place is None or place == len(known) - 1:
        return None
    both = sides(session, (known[place], known[-1]), start)
    now = both[known[-1].assessment_id]
    return now, between(session, both[start.assessment_id], now)[0]
