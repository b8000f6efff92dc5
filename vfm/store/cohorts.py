"""All services of a cycle with the result that counts, as far as one person may see them.

What pages of many results share; whose results a person reads is said here once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session

from vfm.errors import NotFound
from vfm.questionnaires.schema import Band, Questionnaire
from vfm.roles import Actor
from vfm.scoring.results import QuestionScore, SectionStatus, question_from_json
from vfm.scoring.rounding import at_the_ends
from vfm.scoring.service_results import ServiceResult
from vfm.store import content
from vfm.store.queries import cohorts as scored
from vfm.store.queries import results as queries
from vfm.store.queries.results import AnyRow

Scored = tuple[int, datetime]
"""A kept scorecard: its id, and when it was made."""


@dataclass(frozen=True)
class Cohort:
    """The services of one cycle.

    Attributes:
        questionnaire: what they were asked.
        rows: every service this person may see, by name.
        is_whole: True where these are all the services of the cycle.
        cycles: (id, name) of every cycle, newest first.
        scorecards: assessment -> the scorecard that counts, as (id, made when).
    """

    cycle_id: int
    cycle: str
    kind: str
    template: str
    version: int
    questionnaire: Questionnaire
    rows: tuple[ServiceResult, ...]
    is_whole: bool
    cycles: tuple[tuple[int, str], ...]
    scorecards: Mapping[int, "Scored"]

    @property
    def bands(self) -> tuple[Band, ...]:
        """The rating bands of the template."""
        return self.questionnaire.bands

    @cached_property
    def sections(self) -> tuple[tuple[str, str], ...]:
        """(key, title) of every top section that some service has a figure for, in reading order."""
        listed = {
            key
            for row in self.rows
            for key, section in row.sections.items()
            if section["status"] != SectionStatus.UNSCORED
        }
        return tuple((top.key, top.title) for top in self.questionnaire.sections if top.key in listed)

    @cached_property
    def top_of(self) -> dict[str, str]:
        """Question key -> key of the top section that holds it, at any depth."""
        return {
            question.key: top.key
            for top in self.questionnaire.sections
            for inside in top.walk()
            for question in inside.questions
        }

    @property
    def directorates(self) -> tuple[str, ...]:
        """The directorates these services are in, by name."""
        return tuple(sorted({row.directorate for row in self.rows}))

    @property
    def families(self) -> tuple[str, ...]:
        """The families these services are in, by name; none where nobody named any."""
        return tuple(sorted({row.family for row in self.rows if row.family}))


def of_cycle(session: Session, cycle_id: int, *, by: Actor, section: str = "") -> Cohort:
    """Every service of a cycle with its result, as far as this person may see it.

    Args:
        session: as everywhere.
        cycle_id: as everywhere.
        by: who reads.
        section: key of a top section that the cycle has to have; "" for none.

    Raises:
        NotFound: there is no such cycle or section, or nothing of it is this person's business.
    """
    cycle = queries.cycle(session, cycle_id)
    own = own_services(by)
    found = queries.outlines(session, cycle_id, own) if cycle is not None else []
    if cycle is None or (own is not None and not found):
        raise NotFound
    questionnaire = content.questionnaire(session, cycle.version_id, cycle.content_hash)
    if section and section not in {top.key for top in questionnaire.sections}:
        raise NotFound
    bands = {band.name: band for band in questionnaire.bands}
    return Cohort(
        cycle_id=cycle_id,
        cycle=cycle.name,
        kind=cycle.kind,
        template=cycle.template,
        version=cycle.version,
        questionnaire=questionnaire,
        rows=tuple(_service_results(found, bands)),
        is_whole=own is None,
        cycles=tuple((row.id, row.name) for row in queries.cycles(session)),
        scorecards={row.id: (row.scorecard_id, row.scored_at) for row in found if _has_result(row)},
    )


def own_services(by: Actor) -> frozenset[int] | None:
    """The services whose results this person may read; None means all."""
    return None if by.sees_all_services else by.answers_for


def _service_results(found: Sequence[AnyRow], bands: Mapping[str, Band]) -> list[ServiceResult]:
    """One line an assessment; of several rows of one the newest, which comes last."""
    newest = {row.id: row for row in found}
    return [_service_result(row, bands) for row in newest.values()]


def _service_result(row: AnyRow, bands: Mapping[str, Band]) -> ServiceResult:
    has_result = _has_result(row)
    outline = row.outline if has_result else None
    sections = {section["key"]: section for section in outline["sections"]} if outline else {}
    scored = {key: section["score"] for key, section in sections.items() if section["score"] is not None}
    return ServiceResult(
        row.id,
        row.service_id,
        row.service_key,
        row.service,
        row.division,
        row.directorate,
        row.family,
        row.status,
        row.kind if has_result else "",
        outline["overall"] if outline else None,
        sections,
        bands.get(outline["overall"]["band"]) if outline else None,
        at_the_ends(scored)[1],
        row.change if has_result else None,
    )


def _has_result(row: AnyRow) -> bool:
    return row.kind is not None and row.status != "open"


# --- question by question -----------------------------------------------------------------------------------

KEPT = 2000
"""Scorecards whose questions are kept in memory for each database: some cycles of a large council."""
_questions: WeakKeyDictionary[Any, dict[Scored, tuple[QuestionScore, ...]]] = WeakKeyDictionary()


def questions(session: Session, cohort: Cohort) -> dict[int, tuple[QuestionScore, ...]]:
    """Assessment -> the questions of the result that counts; read once, as a scorecard never changes."""
    kept = _questions.setdefault(session.get_bind().engine, {})
    held = {card: kept.get(card) for card in cohort.scorecards.values()}
    if unknown := {card[0]: card for card, found in held.items() if found is None}:
        fresh = {
            unknown[row.id]: tuple(question_from_json(one) for one in row.questions)
            for row in scored.questions(session, unknown)
        }
        held |= fresh
        kept |= fresh
        while len(kept) > KEPT:
            kept.pop(next(iter(kept)), None)
    return {assessment_id: held[card] or () for assessment_id, card in cohort.scorecards.items()}


def section_bounds(session: Session, cohort: Cohort, section: str) -> dict[int, tuple[float, float]]:
    """Assessment -> lowest and highest score still possible of a section too little answered to be scored."""
    cards = {
        cohort.scorecards[row.assessment_id][0]: row.assessment_id
        for row in cohort.rows
        if section in row.sections and row.sections[section]["status"] == SectionStatus.INSUFFICIENT
    }
    return {
        cards[row.id]: (one["low"], one["high"])
        for row in (scored.sections(session, cards) if cards else ())
        for one in row.sections
        if one["key"] == section and isinstance(one["low"], float)
    }
