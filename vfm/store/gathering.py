"""What a ranking is made from: the criteria of a cycle, and every service's values with their sources.

The one place where figures, answers and scores of the store become values to rank on.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from vfm.prioritisation.criteria import Criterion
from vfm.prioritisation.facts import WEAK_SECTION
from vfm.prioritisation.figure_changes import FigureChange, changed
from vfm.prioritisation.provenance import NET, Published, known
from vfm.prioritisation.scales import needs_reference
from vfm.questionnaires.answers import KINDS, Value
from vfm.questionnaires.schema import Questionnaire
from vfm.scoring.results import Scorecard
from vfm.scoring.rounding import reaches
from vfm.store import content
from vfm.store.queries import rankings as queries
from vfm.store.queries.rankings import OverrideRow, Rankable, RankedRow


def with_references(criteria: Sequence[Criterion], inputs: Mapping[str, Any]) -> tuple[Criterion, ...]:
    """The criteria with the values of these services as their reference, where a scale is read from one."""
    return tuple(
        replace(criterion, reference=_reference(criterion.key, inputs))
        if criterion.reference is None and needs_reference(criterion)
        else criterion
        for criterion in criteria
    )


def _reference(key: str, inputs: Mapping[str, Any]) -> tuple[float, ...] | None:
    values = (service["values"][key]["value"] for service in inputs["services"])
    return tuple(sorted(value for value in values if value is not None)) or None


def gathered(
    session: Session,
    cycle: Rankable,
    criteria: Sequence[Criterion],
    on: date,
    changes: Sequence[FigureChange] = (),
) -> dict[str, Any]:
    """Everything a run of this cycle is made from, as it is stored: facts, and where each value came from.

    Args:
        session: the store.
        cycle: the cycle, or imported figures alone.
        criteria: what is ranked on.
        on: the day of the run, for the overrides in force.
        changes: of figures, looked at as if they had been made.
    """
    keys = {criterion.key for criterion in criteria}
    published: dict[int, list[Published]] = {}
    for row in queries.figures_for_ranking(session, cycle.cycle_id, (NET,)):
        published.setdefault(row.service_id, []).append(Published(*row[1:]))
    if changes:
        published = changed(published, changes)
    results = _ranked_rows(session, cycle, published, keys)
    asked = (
        content.questionnaire(session, cycle.version_id, cycle.content_hash)
        if cycle.version_id is not None
        else None
    )
    outcomes = queries.last_outcomes(session, cycle.cycle_id)
    overrides = queries.overrides_in_force(session, on)
    return {
        "services": [
            _inputs(asked, one, published.get(one.service_id, []), outcomes.get(one.service_id), criteria)
            | _overridden(overrides.get(one.service_id))
            for one in results
            if one.can_be_ranked
        ],
        "left_out": [[one.name, one.status] for one in results if not one.can_be_ranked],
    }


_remembered: WeakKeyDictionary[Engine, dict[object, tuple[object, dict[str, Any]]]] = WeakKeyDictionary()
"""Per database: what was gathered last for a cycle and its criteria, with the state it was gathered from."""
MOST_REMEMBERED = 16


def looked_at(session: Session, cycle: Rankable, criteria: Sequence[Criterion], on: date) -> dict[str, Any]:
    """As `gathered`, kept in memory until anything in the store changes; not to be written to.

    For pages that look at the same values again and again. A run is made from `gathered` itself.
    """
    kept = _remembered.setdefault(session.get_bind().engine, {})
    wanted = cycle.id, tuple(criteria)
    state = on, queries.state_of_values(session)
    found = kept.get(wanted)
    if found is None or found[0] != state:
        kept.pop(wanted, None)
        while len(kept) >= MOST_REMEMBERED:
            kept.pop(next(iter(kept)))
        found = kept[wanted] = state, gathered(session, cycle, criteria, on)
    return found[1]


def _ranked_rows(
    session: Session, cycle: Rankable, published: Mapping[int, Sequence[Published]], keys: Collection[str]
) -> list[RankedRow]:
    if cycle.cycle_id is not None:
        return queries.agreed_results(session, cycle.cycle_id)
    fed = {service for service, figures in published.items() if any(f.feeds in keys for f in figures)}
    return [
        row if row.service_id in fed else row._replace(status="no_figure")
        for row in queries.open_services(session)
    ]


def _overridden(row: OverrideRow | None) -> dict[str, Any]:
    """The override of a service as it is kept; nothing where there is none."""
    if row is None:
        return {}
    words = f"{OVERRIDE_KINDS[row.kind]}: {row.reason}"
    on = row.decided_on.isoformat()
    return {"override": {"outcome": row.outcome, "by": row.decided_by, "reason": words, "on": on}}


OVERRIDE_KINDS = {"statutory": "statutory duty", "executive": "executive decision"}


def _inputs(
    questionnaire: Questionnaire | None,
    one: RankedRow,
    published: Sequence[Published],
    last_outcome: str | None,
    criteria: Sequence[Criterion],
) -> dict[str, Any]:
    card = Scorecard.from_json(one.content) if one.content is not None else None
    answers = _answers(questionnaire, card) if questionnaire and card else {}
    found = known(questionnaire, answers, card.overall if card else None, published, criteria)
    reviewed = max((day for day in (one.reviewed_on, found.reviewed_on) if day is not None), default=None)
    return {
        "id": one.service_id,
        "key": one.key,
        "name": one.name,
        "directorate": one.directorate,
        "family": one.family or None,
        "assessment_id": one.assessment_id,
        "gross": _text(found.gross),
        "net": _text(found.net),
        "gross_from": [asdict(source) for source in found.gross_from],
        "net_from": [asdict(source) for source in found.net_from],
        "weak_sections": _weak(questionnaire, card) if questionnaire and card else [],
        "provisional": card is not None and card.overall.status == "provisional",
        "reviewed_on": reviewed.isoformat() if reviewed else None,
        "last_outcome": last_outcome,
        "spread": card.overall.spread if card and card.overall.score is not None else None,
        "values": {key: asdict(value) for key, value in found.values.items()},
        "beside": [asdict(source) for source in found.beside],
    }


def _answers(questionnaire: Questionnaire, card: Scorecard) -> dict[str, Value]:
    """The agreed answers, as the agreed scorecard holds them: only what was answered on the route."""
    return {
        score.key: KINDS[question.kind].from_json(questionnaire, question, score.value)
        for score in card.questions
        if score.value is not None and (question := questionnaire.questions.get(score.key)) is not None
    }


def _weak(questionnaire: Questionnaire, card: Scorecard) -> list[str]:
    return [
        questionnaire.all_sections[section.key].title
        for section in card.profile
        if section.score is not None and not reaches(section.score, WEAK_SECTION)
    ]


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"
