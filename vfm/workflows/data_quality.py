"""The quality of the values a cycle is ranked on, and who has to put which right."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from vfm.prioritisation.criteria import Criterion, shares
from vfm.prioritisation.data_quality import Kind, Thresholds, matters, missing
from vfm.prioritisation.provenance import feeding
from vfm.store import content, gathering
from vfm.store.queries import criteria as queries
from vfm.store.queries import rankings
from vfm.store.queries.rankings import Rankable

CORE_TEAM = "Finance and the core team"
"""Who puts imported figures right."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing worth a look, and who has to do something.

    Attributes:
        service_id: None where it concerns every service; then key, service and directorate are empty.
        weight: the criterion's share of the whole.
        who: names of the service's directors, or `CORE_TEAM`.
        question: where the answer lives; empty for a matter of figures.
    """

    kind: Kind
    criterion: Criterion
    weight: float
    service_id: int | None
    key: str
    service: str
    directorate: str
    assessment_id: int | None
    says: str
    value: float | None
    question: str
    of_answers: bool
    who: str


@dataclass(frozen=True, slots=True)
class Gaps:
    """A service with gaps: which criteria lack, what share of the weight, and whether it is ranked."""

    service_id: int
    key: str
    service: str
    directorate: str
    criteria: tuple[str, ...]
    weight: float
    is_ranked: bool


@dataclass(frozen=True, slots=True)
class View:
    """The data of one cycle.

    Attributes:
        services: how many can be ranked. left_out: (name, status) of those that cannot.
        lines: everything worth a look, by criterion in its order and service.
        gaps: services with gaps, the largest share of weight first.
    """

    cycles: tuple[Rankable, ...]
    cycle: Rankable | None
    criteria: tuple[Criterion, ...]
    services: int
    left_out: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    gaps: tuple[Gaps, ...]
    thresholds: Thresholds

    @property
    def unranked(self) -> int:
        """How many services have too many gaps to be ranked."""
        return sum(not one.is_ranked for one in self.gaps)


def show(session: Session, cycle_id: int | None, thresholds: Thresholds, *, now: datetime) -> View:
    """Everything worth a look in the values of a cycle; the newest that can be ranked by default."""
    cycles = tuple(rankings.rankable(session))
    cycle = next((c for c in cycles if c.id == cycle_id), next(iter(cycles), None))
    if cycle is None:
        return View((), None, (), 0, (), (), (), thresholds)
    criteria = rankings.measured_by(session, cycle)
    found = gathering.looked_at(session, cycle, criteria, now.date())
    services = found["services"]
    directors = queries.directors(session)
    weights = dict(zip((one.key for one in criteria), shares(criteria), strict=True))
    by_key = {one.key: one for one in criteria}
    lines = []
    for one in matters(criteria, services, _asked(session, cycle, criteria), thresholds, now.date()):
        service = None if one.service is None else services[one.service]
        names = directors.get(service["id"], ()) if service else ()
        lines.append(
            Line(
                one.kind,
                by_key[one.criterion],
                weights[one.criterion],
                service["id"] if service else None,
                service["key"] if service else "",
                service["name"] if service else "",
                service["directorate"] if service else "",
                service["assessment_id"] if service else None,
                one.says,
                one.value,
                one.question,
                one.of_answers,
                ", ".join(names) or "No director is named" if one.of_answers else CORE_TEAM,
            )
        )
    gaps = tuple(
        Gaps(
            services[one.service]["id"],
            services[one.service]["key"],
            services[one.service]["name"],
            services[one.service]["directorate"],
            tuple(by_key[key].name for key in one.criteria),
            one.weight,
            one.is_ranked,
        )
        for one in missing(criteria, services, thresholds)
    )
    left_out = tuple((name, status) for name, status in found["left_out"])
    return View(cycles, cycle, criteria, len(services), left_out, tuple(lines), gaps, thresholds)


def _asked(session: Session, cycle: Rankable, criteria: tuple[Criterion, ...]) -> Mapping[str, str]:
    """Criterion -> the first question it is read from in this cycle."""
    if cycle.version_id is None:
        return {}
    questionnaire = content.questionnaire(session, cycle.version_id, cycle.content_hash)
    read = {one.key: feeding(questionnaire, one) for one in criteria}
    return {key: questions[0].key for key, questions in read.items() if questions}
