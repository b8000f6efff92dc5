"""Cohorts: all services of a cycle together, as far as one person may see them.

The room's rule: figures come from the stored scorecards of the results that count, agreed where there is one;
nothing is scored again, and a service without a score is shown without one.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy.orm import Session

from vfm.questionnaires.schema import Band
from vfm.roles import Actor
from vfm.scoring.cohort import (
    Far,
    Peers,
    Pull,
    Quartiles,
    Step,
    is_in_step,
    median_of,
    peers,
    pulls,
    quartiles,
    steps,
)
from vfm.scoring.results import OverallStatus, QuestionScore, SectionStatus
from vfm.scoring.rounding import at_the_ends
from vfm.scoring.service_results import ServiceResult, Wanted, chosen
from vfm.store import cohorts
from vfm.store.cohorts import Cohort

By = Literal["all", "directorate", "division", "family"]
NO_FAMILY = "No family named"
ALL = "All services"


def _group_of(row: ServiceResult, by_what: str) -> str:
    match by_what:
        case "directorate":
            return row.directorate
        case "division":
            return f"{row.directorate}: {row.division}"
        case "family":
            return row.family or NO_FAMILY
    return ALL


def _grouped(rows: Sequence[ServiceResult], by_what: str) -> dict[str, list[ServiceResult]]:
    """Name of a group -> its services as they were ordered; groups by name, those without one last."""
    held: dict[str, list[ServiceResult]] = defaultdict(list)
    for row in rows:
        held[_group_of(row, by_what)].append(row)
    return {name: held[name] for name in sorted(held, key=lambda name: (name == NO_FAMILY, name.casefold()))}


# --- the heat map -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Group:
    """Some services with the middle of what they score.

    Attributes:
        median: of the overall scores; None without one. medians: of each top section, by key.
        scored: how many have an overall score.
    """

    name: str
    rows: tuple[ServiceResult, ...]
    scored: int
    median: float | None
    medians: Mapping[str, float | None]


@dataclass(frozen=True)
class HeatMap:
    """Service by section.

    Attributes:
        groups: directorates with their services as sorted; one of all services where not grouped.
        whole: all services shown.
    """

    cohort: Cohort
    groups: tuple[Group, ...]
    whole: Group
    is_grouped: bool


def heat_map(session: Session, cycle_id: int, wanted: Wanted, *, grouped: bool, by: Actor) -> HeatMap:
    """Every service asked for with its score in each section; in directorates where that was asked for.

    Raises:
        NotFound: there is no such cycle, or nothing of it is this person's business.
    """
    cohort = cohorts.of_cycle(session, cycle_id, by=by)
    rows = chosen(cohort.rows, wanted)
    whole = _group(cohort, ALL, rows)
    groups = (
        tuple(_group(cohort, name, held) for name, held in _grouped(rows, "directorate").items())
        if grouped
        else (whole,)
    )
    return HeatMap(cohort, groups, whole, grouped)


def _group(cohort: Cohort, name: str, rows: Sequence[ServiceResult]) -> Group:
    return Group(
        name,
        tuple(rows),
        sum(row.score is not None for row in rows),
        median_of(row.score for row in rows),
        {key: median_of(row.score_in(key) for row in rows) for key, _ in cohort.sections},
    )


# --- how the scores are spread ------------------------------------------------------------------------------

Why = Literal["no_result", "few", "not_applicable", "off", "status"]
"""Why a service has no score to count: it has not submitted, too little is answered, nothing applies, the
template gives no overall, or it gives statuses instead of points."""


@dataclass(frozen=True, slots=True)
class Uncounted:
    """A service that is not in a distribution, with what its score could still be."""

    row: ServiceResult
    why: Why
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Distribution:
    """How the scores of a cycle's services are spread.

    Attributes:
        section: key of the section whose scores these are; "" for the overall.
        rows: the services counted, lowest score first.
        listed: those of the step asked for; all where none was.
    """

    cohort: Cohort
    section: str
    total: int
    rows: tuple[ServiceResult, ...]
    quartiles: Quartiles | None
    steps: tuple[Step[int], ...]
    uncounted: tuple[Uncounted, ...]
    listed: tuple[ServiceResult, ...]


def distribution(
    session: Session,
    cycle_id: int,
    wanted: Wanted,
    *,
    section: str = "",
    between: tuple[float, float] | None = None,
    by: Actor,
) -> Distribution:
    """Overall scores, or those of one section, with the services that are not counted and why.

    Raises:
        NotFound: as `heat_map`; or the cycle has no such section.
    """
    cohort = cohorts.of_cycle(session, cycle_id, by=by, section=section)
    asked = chosen(cohort.rows, wanted)
    scores = {row.assessment_id: score for row in asked if (score := row.score_in(section)) is not None}
    counted = sorted(
        (row for row in asked if row.assessment_id in scores), key=lambda row: scores[row.assessment_id]
    )
    bounds = cohorts.section_bounds(session, cohort, section) if section else {}
    return Distribution(
        cohort=cohort,
        section=section,
        total=len(asked),
        rows=tuple(counted),
        quartiles=quartiles(scores.values()),
        steps=steps({row.assessment_id: scores[row.assessment_id] for row in counted}),
        uncounted=tuple(_uncounted(row, section, bounds) for row in asked if row.assessment_id not in scores),
        listed=tuple(
            row for row in counted if between is None or is_in_step(scores[row.assessment_id], *between)
        ),
    )


def _uncounted(row: ServiceResult, section: str, bounds: Mapping[int, tuple[float, float]]) -> Uncounted:
    if row.overall is None:
        return Uncounted(row, "no_result", None, None)
    if section:
        low, high = bounds.get(row.assessment_id, (None, None))
        return Uncounted(row, _why_no_section(row, section), low, high)
    match row.overall["status"]:
        case OverallStatus.NOT_APPLICABLE:
            return Uncounted(row, "not_applicable", None, None)
        case OverallStatus.OFF:
            return Uncounted(row, "off", None, None)
    low, high = row.overall["low"], row.overall["high"]
    return Uncounted(row, "few" if low is not None else "status", low, high)


def _why_no_section(row: ServiceResult, section: str) -> Why:
    status = row.sections.get(section, {}).get("status")
    if status == SectionStatus.INSUFFICIENT:
        return "few"
    return "not_applicable" if status == SectionStatus.NOT_APPLICABLE else "status"


# --- who stands far from the rest ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FarService:
    """A service far from its peers.

    Attributes:
        section: what pulls it furthest that way among its sections; None where one section was asked for, or
            nothing can be compared. question: the same among its questions.
    """

    row: ServiceResult
    group: str
    far: Far[int]
    section: Pull | None
    question: Pull | None


@dataclass(frozen=True)
class Outliers:
    """Services far from their peers, lowest score first.

    Attributes:
        section: as in `Distribution`.
        groups: the peers compared, by name.
    """

    cohort: Cohort
    section: str
    by_what: By
    groups: tuple[Peers[int], ...]
    far: tuple[FarService, ...]


def outliers(
    session: Session, cycle_id: int, *, section: str = "", by_what: By = "all", by: Actor
) -> Outliers:
    """Services that stand far from all others, or from those of their directorate or family.

    Raises:
        NotFound: as `distribution`.
    """
    cohort = cohorts.of_cycle(session, cycle_id, by=by, section=section)
    groups = {
        name: (held, peers(name, {row.assessment_id: row.score_in(section) for row in held}))
        for name, held in _grouped(cohort.rows, by_what).items()
    }
    has_far = any(found.far for _, found in groups.values())
    questions = cohorts.questions(session, cohort) if has_far else {}
    far = [
        found
        for held, group in groups.values()
        for found in _far_services(cohort, section, held, group, questions)
    ]
    return Outliers(
        cohort,
        section,
        by_what,
        tuple(group for _, group in groups.values()),
        tuple(sorted(far, key=lambda one: one.far.score)),
    )


def _far_services(
    cohort: Cohort,
    section: str,
    held: Sequence[ServiceResult],
    group: Peers[int],
    questions: Mapping[int, Sequence[QuestionScore]],
) -> list[FarService]:
    if not group.far:
        return []
    tops = cohort.top_of
    rows = {row.assessment_id: row for row in held}
    asked = {
        key: [question for question in questions[key] if not section or tops[question.key] == section]
        for key in group.scores
    }
    medians = _question_medians(asked.values())
    sections = {key: median_of(row.score_in(key) for row in held) for key, _ in cohort.sections}
    found = []
    for far in group.far:
        row = rows[far.key]
        own = _own_shares(asked[far.key])
        apart = pulls(own, medians)
        parts = () if section else pulls(_section_shares(row, own, tops), sections)
        found.append(
            FarService(row, group.name, far, _strongest(parts, far.side), _strongest(apart, far.side))
        )
    return found


def _question_medians(cards: Iterable[Sequence[QuestionScore]]) -> dict[str, float | None]:
    held: dict[str, list[float]] = defaultdict(list)
    for card in cards:
        for question in card:
            if question.points is not None:
                held[question.key].append(question.points)
    return {key: median_of(points) for key, points in held.items()}


def _own_shares(questions: Sequence[QuestionScore]) -> dict[str, tuple[float, float]]:
    """Question key -> (its share among these, its points)."""
    total = sum(question.share or 0.0 for question in questions)
    return {
        question.key: (question.share / total, question.points)
        for question in questions
        if question.share and question.points is not None
    }


def _section_shares(
    row: ServiceResult, own: Mapping[str, tuple[float, float]], tops: Mapping[str, str]
) -> dict[str, tuple[float, float]]:
    """Section key -> (its share of the overall, its score), of the top sections with a score."""
    shares: dict[str, float] = defaultdict(float)
    for key, (share, _) in own.items():
        shares[tops[key]] += share
    return {key: (share, score) for key, share in shares.items() if (score := row.score_in(key)) is not None}


def _strongest(found: Sequence[Pull], side: str) -> Pull | None:
    """What pulls furthest to this side; None where nothing does."""
    if not found:
        return None
    pull = found[0] if side == "below" else found[-1]
    return pull if pull.points and (pull.points < 0) == (side == "below") else None


# --- directorates and families ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GroupStanding:
    """One directorate, division or family.

    Attributes:
        submitted: services with a result; agreed: with an agreed one; provisional: with too little answered.
        lowest: (key, title) of the sections whose median prints as the lowest, and that median.
        bands: band -> services.
        change: median like-for-like change since the baseline, in points, over `compared` services; up and
            down: how many of them changed by more than the doubt in their evidence.
    """

    name: str
    services: int
    submitted: int
    agreed: int
    provisional: int
    quartiles: Quartiles | None
    lowest: tuple[tuple[tuple[str, str], ...], float] | None
    bands: tuple[tuple[Band, int], ...]
    change: float | None
    compared: int
    up: int
    down: int


@dataclass(frozen=True)
class Standings:
    """One line a group, and the whole."""

    cohort: Cohort
    by_what: By
    groups: tuple[GroupStanding, ...]
    whole: GroupStanding


def groups(session: Session, cycle_id: int, *, by_what: By = "directorate", by: Actor) -> Standings:
    """How each directorate, division or family stands.

    Raises:
        NotFound: as `heat_map`.
    """
    cohort = cohorts.of_cycle(session, cycle_id, by=by)
    return Standings(
        cohort,
        by_what,
        tuple(_standing(cohort, name, held) for name, held in _grouped(cohort.rows, by_what).items()),
        _standing(cohort, ALL, cohort.rows),
    )


def _standing(cohort: Cohort, name: str, rows: Sequence[ServiceResult]) -> GroupStanding:
    medians = {key: median_of(row.score_in(key) for row in rows) for key, _ in cohort.sections}
    known = {key: median for key, median in medians.items() if median is not None}
    lowest = at_the_ends(known)[1]
    changes = [(row.like_for_like, row) for row in rows if row.like_for_like is not None]
    material = [change for change, row in changes if row.change and row.change["material"]]
    return GroupStanding(
        name=name,
        services=len(rows),
        submitted=sum(bool(row.kind) for row in rows),
        agreed=sum(row.kind == "agreed" for row in rows),
        provisional=sum(
            row.overall is not None and row.overall["status"] == OverallStatus.PROVISIONAL for row in rows
        ),
        quartiles=quartiles(row.score for row in rows),
        lowest=(tuple(pair for pair in cohort.sections if pair[0] in lowest), known[lowest[0]])
        if lowest
        else None,
        bands=tuple((band, sum(row.band is band for row in rows)) for band in cohort.bands),
        change=median_of(change for change, _ in changes),
        compared=len(changes),
        up=sum(change > 0 for change in material),
        down=sum(change < 0 for change in material),
    )
