"""Trends: a service over its cycles, and how all services of a cycle have moved since their baselines.

The room's rule: a service's points come from `vfm.scoring.trend`; a cycle's list from what was kept when each
result was agreed, so that nothing is scored again to be listed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from vfm.errors import NotFound
from vfm.roles import Actor
from vfm.scoring.change import COMMON_MINIMUM
from vfm.scoring.rounding import reaches
from vfm.scoring.rounds import Round, ServiceHead
from vfm.scoring.service_results import ServiceResult, Wanted, is_wanted
from vfm.scoring.targets import Target, Towards, Way, towards
from vfm.scoring.trend import Point, Trend, trend
from vfm.store import cohorts, rounds, targets
from vfm.store.baselines import Kept
from vfm.store.queries import challenge
from vfm.store.queries import results as queries
from vfm.store.queries import trends as kept

# --- one service --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class View:
    """A service over the cycles of one template.

    Attributes:
        templates: (id, title) of every template the service was asked, the newest first.
        targets: those that stand.
        towards: the same with how far the service had come at its newest result; none without a figure.
        baseline_id: None without a baseline; `refusal`: why it cannot be used, "" where it can.
    """

    service: ServiceHead
    template_id: int
    template: str
    templates: tuple[tuple[int, str], ...]
    trend: Trend
    targets: tuple[Target, ...]
    towards: tuple[Towards, ...]
    baseline_id: int | None
    refusal: str


def show(session: Session, service_id: int, template_id: int | None = None, *, by: Actor) -> View:
    """A service's trend, for the template asked for or the one of its newest result.

    Raises:
        NotFound: there is no such service or it was not asked that template, or it is not theirs to read.
    """
    about = rounds.service(session, service_id)
    if about is None or not by.sees(service_id):
        raise NotFound
    found = rounds.of_service(session, service_id)
    titles = tuple(dict.fromkeys((one.template_id, one.template) for one in reversed(found)))
    scored = [one for one in found if one.has_result] or list(found)
    chosen = template_id if template_id is not None else scored[-1].template_id if scored else None
    if chosen is None:
        return View(about, 0, "", (), Trend(()), (), (), None, "")
    asked = [one for one in found if one.template_id == chosen]
    if not asked:
        raise NotFound
    start = rounds.baseline(session, service_id, chosen)
    made = trend(kept.cycles(session, chosen, asked[0].opened_at, service_id), _points(session, asked, start))
    standing = tuple(targets.standing(targets.of_service(session, service_id, chosen)).values())
    return View(
        about,
        chosen,
        asked[-1].template,
        titles,
        made,
        standing,
        _towards(made, standing),
        start.id if start else None,
        start.refusal if start else "",
    )


def _points(session: Session, asked: Sequence[Round], start: Kept | None) -> dict[int, Point]:
    """Cycle -> point, each result compared with the baseline and with the result before it."""
    sound = start if start is not None and start.found is not None else None
    readable = [
        one for one in asked if sound is not None or start is None or one.assessment_id != start.assessment_id
    ]
    sides = rounds.sides(session, readable, sound)
    first = sides.get(sound.assessment_id) if sound is not None else None
    points: dict[int, Point] = {}
    before, is_after = None, False
    for one in asked:
        side = sides.get(one.assessment_id)
        is_start = first is not None and side is first
        points[one.cycle_id] = Point(
            one.cycle,
            one,
            side,
            rounds.between(session, first, side)[0] if first and side and is_after else None,
            rounds.between(session, before, side)[0] if before and side else None,
            is_start,
            before is not None and side is not None and before.round.version != side.round.version,
        )
        before, is_after = side or before, is_after or is_start
    return points


def _towards(made: Trend, standing: Sequence[Target]) -> tuple[Towards, ...]:
    start, later = made.start, [point for point in made.scored if point.since_start is not None]
    if start is None or start.side is None or not later or later[-1].since_start is None:
        return ()
    return towards(start.side.card, later[-1].since_start, standing)


# --- a cycle ------------------------------------------------------------------------------------------------

VERDICTS = ("up", "down", "within", "none", "start", "waiting")
"""What can be said of a service's change: material up or down, within the doubt, not comparable, is the
baseline itself or has none, not agreed yet."""


@dataclass(frozen=True)
class Line:
    """One service's change since its baseline.

    Attributes:
        then: the baseline's score; None without a baseline, and where it is withheld.
        change: as `Change.as_json` gives it without sections, as kept at the agreement; None without one.
        way: to the target that stands for the overall; None without one.
        start_id: the assessment of its baseline; None without one.
    """

    row: ServiceResult
    then: float | None
    change: Mapping[str, Any] | None
    target: Target | None
    way: Way | None
    start_id: int | None

    @property
    def verdict(self) -> str:
        """One of `VERDICTS`."""
        if self.row.status != "agreed":
            return "waiting"
        if self.change is None:
            return "start"
        if self.like_for_like is None:
            return "none"
        if not self.change["material"]:
            return "within"
        return "up" if self.like_for_like > 0 else "down"

    @property
    def like_for_like(self) -> float | None:
        """The change in the service, in points; None where there is none."""
        return None if self.change is None else self.change["like_for_like"]

    @property
    def too_little(self) -> tuple[float | None, float | None] | None:
        """The shares compared then and now, where they are too little; None elsewhere."""
        if self.verdict != "none" or self.change is None:
            return None
        before, after = self.change["common_weight"]
        is_enough = all(share is not None and reaches(share, COMMON_MINIMUM) for share in (before, after))
        return None if is_enough else (before, after)


@dataclass(frozen=True)
class CycleView:
    """The changes of a cycle.

    Attributes:
        lines: as asked for; `total` how many there are without the filter.
        counts: verdict -> services, over all that are shown.
    """

    cycle_id: int
    cycle: str
    template: str
    version: int
    cycles: tuple[tuple[int, str], ...]
    directorates: tuple[str, ...]
    lines: tuple[Line, ...]
    total: int
    counts: Mapping[str, int]


def index(session: Session, cycle_id: int, wanted: Wanted, verdict: str = "", *, by: Actor) -> CycleView:
    """How every service of a cycle moved since its baseline, as far as this person may see it.

    Raises:
        NotFound: there is no such cycle, or nothing of it is this person's business.
    """
    cohort = cohorts.of_cycle(session, cycle_id, by=by)
    cycle = queries.cycle(session, cycle_id)
    template_id = 0 if cycle is None else cycle.template_id
    ids = [row.service_id for row in cohort.rows]
    starts = challenge.baseline_overalls(session, template_id, ids)
    aims = targets.overall_of(session, ids, template_id)
    lines = [_line(row, starts.get(row.service_id), aims.get(row.service_id)) for row in cohort.rows]
    among = [line for line in lines if is_wanted(line.row, wanted)]
    shown = [line for line in among if verdict in ("", line.verdict)]
    return CycleView(
        cycle_id,
        cohort.cycle,
        cohort.template,
        cohort.version,
        cohort.cycles,
        cohort.directorates,
        tuple(ordered(shown, wanted.sort)),
        len(lines),
        {name: sum(line.verdict == name for line in among) for name in VERDICTS},
    )


def _line(row: ServiceResult, start: tuple[int, Mapping[str, Any]] | None, target: Target | None) -> Line:
    then = None if start is None else start[1]["score"]
    change = row.change if row.status == "agreed" else None
    moved = None if change is None else change["like_for_like"]
    way = None if target is None else Way(then, float(target.points), moved)
    return Line(row, then, change, target, way, None if start is None else start[0])


def _part(name: str) -> Callable[[Line], float | None]:
    return lambda line: None if line.change is None else line.change[name]


SORTS: Mapping[str, Callable[[Line], Any]] = {
    "service": lambda line: line.row.service.casefold(),
    "directorate": lambda line: (line.row.directorate.casefold(), line.row.service.casefold()),
    "then": lambda line: line.then,
    "now": lambda line: line.row.score,
    "reported": _part("reported"),
    "answers": _part("answers"),
    "weights": _part("weights"),
    "scope": _part("scope"),
    "change": lambda line: line.like_for_like,
    "gap": lambda line: None if line.way is None else line.way.share,
}
"""Column -> what it is sorted by; None always comes last."""


def ordered(lines: Sequence[Line], sort: str) -> list[Line]:
    """By the column asked for, services without a figure last, ties as they were."""
    of = SORTS.get(sort.removeprefix("-"), SORTS["service"])
    have = [line for line in lines if of(line) is not None]
    ranked = sorted(have, key=of, reverse=sort.startswith("-"))
    return ranked + [line for line in lines if of(line) is None]
