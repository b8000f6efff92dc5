"""Published figures of a cycle's services beside what they score where they are asked about the same."""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy.orm import Session

from vfm.prioritisation.contrasts import Contrast, contrasts, sections_asking
from vfm.prioritisation.provenance import Published
from vfm.roles import Actor
from vfm.scoring.service_results import ServiceResult, Wanted, chosen
from vfm.store import cohorts
from vfm.store.cohorts import Cohort
from vfm.store.queries import cohorts as queries


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of one service beside one section; basis: of the figure's amount, as published."""

    row: ServiceResult
    contrast: Contrast
    section: str
    basis: str


@dataclass(frozen=True)
class Figures:
    """Compared figures beside scores.

    Attributes:
        lines: those that disagree first, then by service.
        asking: (criterion, titles of the sections that ask about it); none where no section does.
        with_figure: services that have a compared figure; services: all there are.
    """

    cohort: Cohort
    lines: tuple[Line, ...]
    asking: tuple[tuple[str, tuple[str, ...]], ...]
    with_figure: int
    services: int


def figures(session: Session, cycle_id: int, wanted: Wanted, *, by: Actor) -> Figures:
    """Where a service's published standing and its score disagree, and where they do not.

    Raises:
        NotFound: there is no such cycle, or nothing of it is this person's business.
    """
    cohort = cohorts.of_cycle(session, cycle_id, by=by)
    rows = chosen(cohort.rows, wanted)
    asking = sections_asking(cohort.questionnaire)
    titles = {top.key: top.title for top in cohort.questionnaire.sections}
    published: dict[int, list[Published]] = defaultdict(list)
    basis: dict[tuple[int, str, str], str] = {}
    for one in queries.compared_figures(session, cycle_id, cohorts.own_services(by)):
        basis[one.service_id, one.measure, one.year] = one.basis
        published[one.service_id].append(
            Published(
                one.measure,
                one.title,
                one.year,
                one.amount,
                one.unit,
                one.source,
                one.line,
                one.feeds,
                one.comparison,
            )
        )
    lines = [
        Line(
            row,
            found,
            titles[found.section],
            basis[row.service_id, found.figure.measure, found.figure.year],
        )
        for row in rows
        for found in contrasts(
            published.get(row.service_id, ()), asking, {key: row.score_in(key) for key in titles}
        )
    ]
    return Figures(
        cohort,
        tuple(sorted(lines, key=lambda line: not line.contrast.disagrees)),
        tuple((criterion, tuple(titles[key] for key in keys)) for criterion, keys in asking.items()),
        sum(row.service_id in published for row in rows),
        len(rows),
    )
