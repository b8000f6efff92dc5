"""All services of a cycle with the result that counts, as far as one person may see them.

What pages of many results share; whose results a person reads is said here once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy.orm import Session

from vfm.errors import NotFound
from vfm.questionnaires.schema import Band, Questionnaire
from vfm.roles import Actor
from vfm.scoring.results import SectionStatus
from vfm.scoring.rounding import at_the_ends
from vfm.scoring.service_results import ServiceResult
from vfm.store import content
from vfm.store.queries import results as queries
from vfm.store.queries.results import AnyRow


@dataclass(frozen=True)
class Cohort:
    """The services of one cycle.

    Attributes:
        questionnaire: what they were asked.
        rows: every service this person may see, by name.
        is_whole: True where these are all the services of the cycle.
        cycles: (id, name) of every cycle, newest first.
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

    @property
    def directorates(self) -> tuple[str, ...]:
        """The directorates these services are in, by name."""
        return tuple(sorted({row.directorate for row in self.rows}))

    @property
    def families(self) -> tuple[str, ...]:
        """The families these services are in, by name; none where nobody named any."""
        return tuple(sorted({row.family for row in self.rows if row.family}))


def of_cycle(session: Session, cycle_id: int, *, by: Actor) -> Cohort:
    """Every service of a cycle with its result, as far as this person may see it.

    Raises:
        NotFound: there is no such cycle, or nothing of it is this person's business.
    """
    cycle = queries.cycle(session, cycle_id)
    own = own_services(by)
    found = queries.outlines(session, cycle_id, own) if cycle is not None else []
    if cycle is None or (own is not None and not found):
        raise NotFound
    questionnaire = content.questionnaire(session, cycle.version_id, cycle.content_hash)
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
    )


def own_services(by: Actor) -> frozenset[int] | None:
    """The services whose results this person may read; None means all."""
    return None if by.sees_all_services else by.answers_for


def _service_results(found: Sequence[AnyRow], bands: Mapping[str, Band]) -> list[ServiceResult]:
    """One line an assessment; of several rows of one the newest, which comes last."""
    newest = {row.id: row for row in found}
    return [_service_result(row, bands) for row in newest.values()]


def _service_result(row: AnyRow, bands: Mapping[str, Band]) -> ServiceResult:
    has_result = row.kind is not None and row.status != "open"
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
