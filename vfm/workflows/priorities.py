"""Looking at a kept ranking and deciding about it: the board, one service explained, a person's outcome."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from vfm.errors import Invalid, NotFound
from vfm.prioritisation.criteria import Criterion
from vfm.prioritisation.explanation import (
    Difference,
    Step,
    main_drivers,
    reason,
    sentence,
    waterfall,
    why_above,
)
from vfm.prioritisation.firmness import Firmness, read_firmness
from vfm.prioritisation.firmness_words import (
    deciding_words,
    level_words,
    standing_words,
    summary,
    ties_words,
    turning_words,
)
from vfm.prioritisation.outline import Line, Spending
from vfm.prioritisation.provenance import Gathered, Source
from vfm.prioritisation.ranking import RankedService, Ranking
from vfm.prioritisation.record import read_criteria, read_record
from vfm.prioritisation.verdicts import Verdict as Verdict
from vfm.prioritisation.verdicts import day_of, problems
from vfm.questionnaires.figures import london_day
from vfm.roles import Actor
from vfm.store import decisions
from vfm.store.queries import priorities as queries
from vfm.store.queries.priorities import DecisionRow, Planned, RunRow
from vfm.store.queries.rankings import Rankable, rankable

TO_PLAN = ("service_review", "deep_dive")
"""Outcomes that belong in the forward plan."""


# --- what the pages show ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run in the list."""

    run: RunRow
    services: int
    top: int
    decided: int


@dataclass(frozen=True, slots=True)
class Index:
    """Every run, and what can be ranked next."""

    runs: tuple[RunLine, ...]
    cycles: tuple[Rankable, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """A whole run.

    Attributes:
        groups: of the criteria, in the order in which `Line.groups` gives their points.
        weights: (criterion, share), heaviest first.
        left_out: (service, state of its assessment) of the cycle's services without an agreed result then.
        spending: where gross expenditure comes from, each once.
        positions: service -> shares of its comparators that are cheaper and that do better, where both are
            known; None for a run kept before they were.
        whatever: who is in the top whatever the weights, in sentences; none for a run kept before that was.
    """

    run: RunRow
    lines: tuple[Line, ...]
    top: int
    draws: int
    groups: tuple[str, ...]
    weights: tuple[tuple[Criterion, float], ...]
    ranges: Mapping[str, tuple[float, float]]
    agreement: float | None
    members: tuple[str, ...]
    intervals: Mapping[str, tuple[float, float] | None]
    effective: Mapping[str, float | None]
    themes: tuple[tuple[str, tuple[str, ...], float], ...]
    warnings: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]
    spending: tuple[Spending, ...] = ()
    whatever: tuple[str, ...] = ()
    positions: Mapping[int, tuple[float, float]] | None = None

    @property
    def ranked(self) -> tuple[Line, ...]:
        """The services that have a place, in display order."""
        return tuple(line for line in self.lines if line.rank is not None)


@dataclass(frozen=True, slots=True)
class CriterionLine:
    """One criterion of one service, from the raw value to the points."""

    criterion: Criterion
    gathered: Gathered
    weight: float
    u: float | None
    contribution: float | None
    driver: float | None
    is_filled: bool


@dataclass(frozen=True, slots=True)
class ServicePage:
    """One service of a run, explained.

    Attributes:
        gross_from, net_from: what says what it spends.
        beside: what it said that is shown and not weighted.
        above, below: its neighbours in the list, None at either end.
        why: why it stands above the next one.
        why_below: why it stands below the one above.
        firmness: with whom it shares its place, how firm it is, and who is level with it.
        turning: what the weights would have to be for its place to change.
        is_tested: False for a run kept before its firmness was.
        decisions: every one recorded about it, the last first; `standing` the one of this cycle that stands.
        planned: its open entries in the forward plan.
    """

    run: RunRow
    service_id: int
    service: RankedService
    directorate: str
    assessment_id: int | None
    gross: Decimal | None
    net: Decimal | None
    gross_from: tuple[Source, ...]
    net_from: tuple[Source, ...]
    ranked: int
    top: int
    sentence: str
    steps: tuple[Step, ...]
    lines: tuple[CriterionLine, ...]
    beside: tuple[Source, ...]
    weak: tuple[str, ...]
    reviewed_on: date | None
    last_outcome: str | None
    above: tuple[int, str] | None
    below: tuple[int, str] | None
    why: str
    why_below: str
    firmness: tuple[str, ...]
    turning: tuple[str, ...]
    is_tested: bool
    decisions: tuple[DecisionRow, ...]
    standing: DecisionRow | None
    planned: tuple[Planned, ...]


# --- reading ------------------------------------------------------------------------------------------------


def index(session: Session) -> Index:
    """Every run, the newest first, and the cycles that can be ranked."""
    decided = queries.decisions_by_run(session)
    lines = (
        RunLine(run, run.settings["services"], run.settings["capacity"], decided.get(run.id, 0))
        for run in queries.runs(session)
    )
    return Index(tuple(lines), tuple(rankable(session)))


def board(session: Session, run_id: int) -> Board:
    """A run as everybody looks at it.

    Raises:
        NotFound: there is no such run.
    """
    run, outline = _run(session, run_id)
    outcomes = queries.standing_outcomes(session, run.cycle_id)
    criteria = {criterion.key: criterion for criterion in read_criteria(outline["criteria"])}
    lines = tuple(_line(values, outcomes) for values in outline["lines"])
    given = run.settings["agreed"]
    return Board(
        run=run,
        lines=lines,
        top=outline["top"],
        draws=outline["draws"],
        groups=tuple(outline["groups"]),
        weights=tuple((criteria[key], share) for key, share in outline["weights"]),
        ranges={key: (low, high) for key, (low, high) in given["ranges"].items()},
        agreement=given["agreement"],
        members=tuple(run.settings["members"]),
        intervals=outline["intervals"],
        effective=outline["effective_weights"],
        themes=tuple((section, tuple(names), share) for section, names, share in outline["themes"]),
        warnings=tuple(outline["warnings"]),
        left_out=tuple((name, status) for name, status in outline["left_out"]),
        spending=tuple(Spending(*one) for one in outline.get("spending", ())),  # runs kept before lack it
        whatever=_whatever(session, run_id, lines, criteria),
        positions={service: (cost, gap) for service, cost, gap in outline["positions"]}
        if "positions" in outline
        else None,
    )


def _whatever(
    session: Session, run_id: int, lines: Sequence[Line], criteria: Mapping[str, Criterion]
) -> tuple[str, ...]:
    _, kept = queries.firmness(session, run_id)
    if not kept:
        return ()
    names = [line.name for line in lines if line.rank is not None]
    return summary(read_firmness(kept), names, {key: one.name for key, one in criteria.items()})


def reasons(session: Session, run_id: int, *, first: int) -> tuple[tuple[str, str], ...]:
    """(service, what sets it apart from a typical one) of the first ranked services of a run."""
    _, result = queries.whole(session, run_id)
    ranking = read_record(result)
    return tuple((one.name, reason(ranking, one)) for one in ranking.ranked[:first])


def drivers(session: Session, run_id: int) -> dict[int, tuple[Difference, ...]]:
    """Service id -> what sets it most apart from a typical one, for every ranked service of a run."""
    inputs, result = queries.whole(session, run_id)
    ranking = read_record(result)
    ids = {service["key"]: service["id"] for service in inputs["services"]}
    return {ids[one.key]: main_drivers(ranking, one) for one in ranking.ranked}


def _line(values: Sequence[Any], outcomes: Mapping[int, tuple[str, str]]) -> Line:
    line = Line(*values)
    decided, topic = outcomes.get(line.service_id, ("", ""))
    return replace(line, decided=decided, topic=topic) if decided else line


def service(session: Session, run_id: int, service_id: int) -> ServicePage:
    """One service of a run: its place explained down to each figure and answer, and what was decided.

    Raises:
        NotFound: no such run, or the service was not in it.
    """
    run, outline = _run(session, run_id)
    ids = [values[0] for values in outline["lines"]]
    if service_id not in ids:
        raise NotFound(f"service {service_id} in run {run_id}")
    inputs, result = queries.whole(session, run_id)
    ranking, at = read_record(result), ids.index(service_id)
    here = ranking.services[at]
    kept = next(one for one in inputs["services"] if one["id"] == service_id)
    ranked = [i for i, one in enumerate(ranking.services) if one.rank is not None]
    below = at + 1 if at + 1 in ranked else None
    above = at - 1 if at > 0 and here.rank is not None else None
    _, tested = queries.firmness(session, run_id)
    firm = read_firmness(tested) if tested else None
    decisions = tuple(queries.decisions_of(session, service_id))
    return ServicePage(
        run=run,
        service_id=service_id,
        service=here,
        directorate=kept["directorate"],
        assessment_id=kept["assessment_id"],
        gross=_money(kept["gross"]),
        net=_money(kept["net"]),
        gross_from=tuple(Source(**source) for source in kept.get("gross_from", ())),
        net_from=tuple(Source(**source) for source in kept.get("net_from", ())),
        ranked=len(ranked),
        top=ranking.top,
        sentence=sentence(ranking, here),
        steps=waterfall(ranking, here),
        lines=tuple(_criterion_lines(run, ranking, here, kept)),
        beside=tuple(Source(**source) for source in kept["beside"]),
        weak=tuple(kept["weak_sections"]),
        reviewed_on=_day(kept["reviewed_on"]),
        last_outcome=kept["last_outcome"],
        above=_neighbour(ranking, ids, above) if above is not None else None,
        below=_neighbour(ranking, ids, below) if below is not None else None,
        why=why_above(ranking, here, ranking.services[below]) if below is not None else "",
        why_below=why_above(ranking, ranking.services[above], here) if above is not None else "",
        firmness=tuple(_firm_place(ranking, at, firm)) if here.rank is not None else (),
        turning=_turning(ranking, at, firm) if here.rank is not None else (),
        is_tested=firm is not None,
        decisions=decisions,
        standing=next((one for one in decisions if one.cycle_id == run.cycle_id), None),
        planned=tuple(queries.planned(session, service_id)),
    )


def _firm_place(ranking: Ranking, at: int, firm: Firmness | None) -> Iterator[str]:
    here = ranking.services[at]
    sharing = [one.name for one in ranking.ranked if one.rank == here.rank and one.key != here.key]
    yield from filter(None, (ties_words(here.rank or 0, sharing),))
    if firm is not None:
        names = [one.name for one in ranking.ranked]
        yield from filter(None, (standing_words(firm, at), level_words(firm, at, names)))


def _turning(ranking: Ranking, at: int, firm: Firmness | None) -> tuple[str, ...]:
    """From the summary of firmness; for a run kept before it was, what the list itself holds."""
    here = ranking.services[at]
    if firm is not None:
        return turning_words(firm, at, [one.name for one in ranking.ranked], ranking.names)
    if not here.borderline:
        return ()
    found = tuple(here.deciding.items())
    return (deciding_words(found, ranking.weights, ranking.names, is_inside=at < ranking.top),)


def _neighbour(ranking: Ranking, ids: Sequence[int], at: int) -> tuple[int, str]:
    return ids[at], ranking.services[at].name


def _criterion_lines(
    run: RunRow, ranking: Ranking, here: RankedService, kept: Mapping[str, Any]
) -> Iterator[CriterionLine]:
    """Every criterion of the run, those dropped for want of any value included, heaviest first."""
    used = {criterion.key: criterion for criterion in ranking.criteria}
    given = read_criteria(run.settings["criteria"])
    for criterion in sorted(given, key=lambda c: (-ranking.weights.get(c.key, 0.0), c.key)):
        key = criterion.key
        yield CriterionLine(
            criterion=used.get(key, criterion),
            gathered=_gathered(kept["values"][key]),
            weight=ranking.weights.get(key, 0.0),
            u=here.values.get(key),
            contribution=here.contributions.get(key),
            driver=here.drivers.get(key),
            is_filled=key in here.missing,
        )


def _gathered(kept: Mapping[str, Any]) -> Gathered:
    return Gathered(
        **{**kept, "used": tuple(Source(**s) for s in kept["used"])}
        | {"unused": tuple(Source(**s) for s in kept["unused"])}
    )


def _money(kept: str | None) -> Decimal | None:
    return None if kept is None else Decimal(kept)


def _day(kept: str | None) -> date | None:
    return None if kept is None else date.fromisoformat(kept)


def _run(session: Session, run_id: int) -> tuple[RunRow, dict[str, Any]]:
    found = queries.run(session, run_id)
    if found is None:
        raise NotFound(f"run {run_id}")
    return found


# --- deciding -----------------------------------------------------------------------------------------------


def decide(
    session: Session, run_id: int, service_id: int, verdict: Verdict, *, by: Actor, now: datetime
) -> int:
    """Record what is to happen with a service, beside what the rules suggested; the decision's id.

    A later decision stands in the place of an earlier one; both are kept.

    Raises:
        NotFound: no such run, or the service was not in it.
        Invalid: every field that cannot be used.
    """
    run, outline = _run(session, run_id)
    line = next((Line(*values) for values in outline["lines"] if values[0] == service_id), None)
    if line is None:
        raise NotFound(f"service {service_id} in run {run_id}")
    day, wrong = day_of(verdict.day, london_day(now))
    found = [*problems(verdict), *wrong]
    if found or day is None:
        raise Invalid(found)
    return decisions.record(session, run_id, run.cycle_id, line, verdict, day, by_id=by.id, now=now)
