"""Making a ranking: from the services of a cycle, or from imported figures alone, to a frozen run.

A run is made from its stored settings and inputs alone, so that ranking them again gives the same result.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from vfm.errors import Conflict, Invalid, NotFound, Problem
from vfm.prioritisation import reweighing
from vfm.prioritisation.criteria import Criterion
from vfm.prioritisation.index import capacity
from vfm.prioritisation.outcome import Rules
from vfm.prioritisation.outline import outlined
from vfm.prioritisation.points import CURE, points_of
from vfm.prioritisation.ranking import DEFAULT_DRAWS
from vfm.prioritisation.record import read_criteria
from vfm.prioritisation.rerun import MADE_BY, ranked_and_tested
from vfm.prioritisation.rerun import ranked as ranked
from vfm.prioritisation.swings import not_agreed_on
from vfm.prioritisation.top import top_of
from vfm.prioritisation.weights import DEFAULT_CONCENTRATION, AgreedWeights, agreed
from vfm.questionnaires.figures import london_day
from vfm.questionnaires.kinds import text_problem
from vfm.roles import Actor
from vfm.store import criteria as criteria_kept
from vfm.store import events
from vfm.store.gathering import gathered as gathered
from vfm.store.gathering import with_references as with_references
from vfm.store.queries import rankings as queries
from vfm.store.queries import scenarios
from vfm.store.queries import weights as meetings
from vfm.store.queries.rankings import FIGURES_ALONE as FIGURES_ALONE
from vfm.store.queries.rankings import Rankable
from vfm.store.queries.rankings import measured_by as measured_by
from vfm.store.tables import PrioritisationRun

MOST_MEMBERS = 15
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Ballot:
    """One member's swing points as typed: criterion -> text."""

    name: str
    points: Mapping[str, str]

    @property
    def is_blank(self) -> bool:
        """True when nothing was typed in this row."""
        return not self.name.strip() and not any(text.strip() for text in self.points.values())


@dataclass(frozen=True, slots=True)
class Sheet:
    """The form for a new run as it stands; `cycle_id` None: nothing is chosen, `FIGURES_ALONE`: no cycle."""

    cycle_id: int | None
    name: str
    top: str
    ballots: tuple[Ballot, ...]


@dataclass(frozen=True, slots=True)
class Preparation:
    """A form for a new run, and what it chooses from."""

    sheet: Sheet
    cycles: tuple[Rankable, ...]
    criteria: tuple[Criterion, ...]


def prepare(session: Session, *, cycle_id: int | None = None, like: int | None = None) -> Preparation:
    """The form for a new run: the weights of the list of criteria, or those of a run that is tried again.

    Args:
        session: the store.
        cycle_id: the cycle to rank (`FIGURES_ALONE`: none); the newest that can be ranked when it cannot.
        like: the run whose cycle, weights and size of the top are taken over.

    Raises:
        NotFound: there is no such run.
    """
    cycles = tuple(queries.rankable(session))
    if like is not None:
        found = queries.run(session, like)
        if found is None:
            raise NotFound(f"run {like}")
        run = found[0]
        name = f"{run.name.removesuffix(OTHER)}{OTHER}"
        top = str(run.settings["top"] or "")
        ballots = tuple(
            Ballot(member, {key: f"{points:g}" for key, points in given.items()})
            for member, given in run.settings["members"].items()
        )
        return preparation(session, Sheet(run.cycle_id or FIGURES_ALONE, name, top, ballots))
    chosen = next((c for c in cycles if c.id == cycle_id), next(iter(cycles), None))
    if chosen is None:
        return Preparation(Sheet(None, "", "", (Ballot(EVERYBODY, {}),)), (), ())
    criteria = measured_by(session, chosen)
    default = Ballot(EVERYBODY, {criterion.key: f"{criterion.weight:g}" for criterion in criteria})
    return Preparation(Sheet(chosen.id, f"{chosen.name} ranking", "", (default,)), cycles, criteria)


OTHER = ", other weights"
EVERYBODY = "Executive team"


def preparation(session: Session, sheet: Sheet) -> Preparation:
    """The form again as it was typed, with what it chooses from."""
    cycles = tuple(queries.rankable(session))
    chosen = next((c for c in cycles if c.id == sheet.cycle_id), None)
    return Preparation(sheet, cycles, _criteria(session, chosen))


def for_its_cycle(session: Session, sheet: Sheet) -> Preparation:
    """The form for the cycle chosen in it: points stay where its criteria are the same."""
    view = preparation(session, sheet)
    usual = {criterion.key: f"{criterion.weight:g}" for criterion in view.criteria}
    ballots = tuple(
        one if one.is_blank else Ballot(one.name, {key: one.points.get(key, usual[key]) for key in usual})
        for one in sheet.ballots
    )
    return replace(view, sheet=replace(sheet, ballots=ballots))


def _criteria(session: Session, cycle: Rankable | None) -> tuple[Criterion, ...]:
    return measured_by(session, cycle) if cycle else criteria_kept.standing(session)


def shares(criteria: Sequence[Criterion], ballots: Sequence[Ballot]) -> AgreedWeights:
    """What the members' points come to.

    Raises:
        Invalid: every field that cannot be used; places as `member-1.unit_cost`.
    """
    points, problems = _points(criteria, ballots)
    if problems:
        raise Invalid(problems)
    return agreed(points)


# --- ranking ------------------------------------------------------------------------------------------------


def run(session: Session, sheet: Sheet, *, by: Actor, now: datetime) -> int:
    """Rank the services of a cycle with these weights and keep the whole of it; the run's id.

    Raises:
        Invalid: every field that cannot be used, or what keeps the services from being ranked.
    """
    cycle, top, points = _checked(session, sheet)
    return keep(session, cycle, sheet.name.strip(), agreed(points), members=points, top=top, by=by, now=now)


def keep(
    session: Session,
    cycle: Rankable,
    name: str,
    weights: AgreedWeights,
    *,
    members: Mapping[str, Mapping[str, float]],
    top: int | None,
    by: Actor,
    now: datetime,
    meeting_id: int | None = None,
) -> int:
    """Rank the services of a cycle with agreed weights and keep the whole of it; the run's id.

    The first run of a cycle freezes its criteria, so that every later one measures with the same rod.

    Args:
        session: the store.
        cycle: what is ranked.
        name: of the run.
        weights: a share for each criterion of `measured_by`.
        members: whose points the weights came from.
        top: K; None: a tenth.
        by: who ranks.
        now: the moment.
        meeting_id: the weights meeting the weights came from.

    Raises:
        Invalid: what keeps the services from being ranked.
    """
    frozen = measured_by(session, cycle)
    inputs = gathered(session, cycle, frozen, london_day(now))
    if criteria_kept.frozen(session, cycle.cycle_id) is None:
        frozen = with_references(frozen, inputs)
        criteria_kept.freeze(session, cycle.cycle_id, frozen, by_id=by.id, now=now)
    criteria = [replace(criterion, weight=weights.weights[criterion.key]) for criterion in frozen]
    services = len(inputs["services"])
    settings = {
        "criteria": [criterion.as_json() for criterion in criteria],
        "members": members,
        "agreed": asdict(weights),
        "method": "additive",
        "draws": DEFAULT_DRAWS,
        "top": top,
        "on": london_day(now).isoformat(),
        "rules": asdict(queries.outcome_rules(session)),
        "services": services,
        "capacity": capacity(services, top),
    }
    result, robustness = ranked_and_tested(settings, inputs)
    kept = PrioritisationRun(
        cycle_id=cycle.cycle_id,
        name=name,
        settings=settings,
        inputs=inputs,
        result=result,
        outline=outlined(result, inputs),
        robustness=robustness,
        engine=MADE_BY,
        meeting_id=meeting_id,
        by_id=by.id,
        at=now,
    )
    session.add(kept)
    session.flush()
    after = {"name": kept.name, "cycle": cycle.name, "services": services}
    events.record(session, "ranked", "prioritisation_run", kept.id, by_id=by.id, now=now, after=after)
    return kept.id


@dataclass(frozen=True, slots=True)
class RulesTrial:
    """What other rules would make of the newest run; nothing is kept.

    Attributes:
        run_id, run: the run they were tried on.
        moved: (service, outcome and reason by its own rules, outcome and reason by the tried ones).
    """

    run_id: int
    run: str
    moved: tuple[tuple[str, tuple[str, str], tuple[str, str]], ...]


def tried(session: Session, rules: Rules) -> RulesTrial | None:
    """Rank the newest run again with other rules; None where nothing was ranked yet."""
    newest = queries.newest(session)
    if newest is None:
        return None
    run_id, name, settings, inputs, result = newest
    again = ranked({**settings, "rules": asdict(rules)}, inputs)
    before = {one["key"]: one for one in result["services"]}
    pairs = ((before[one["key"]], one) for one in again["services"])
    moved = tuple(
        (then["name"], (then["outcome"], then["reason"]), (now["outcome"], now["reason"]))
        for then, now in pairs
        if then["outcome"] != now["outcome"] or then["borderline"] != now["borderline"]
    )
    return RulesTrial(run_id, name, moved)


def measure(session: Session, meeting_id: int, *, now: datetime) -> None:
    """Look up what the services of a weights meeting measure on its criteria, and keep it with the meeting.

    Raises:
        NotFound: there is no such meeting.
        Invalid: nothing can be ranked in it, or what keeps the services from being ranked.
    """
    row = meetings.to_change(session, meeting_id)
    if row is None:
        raise NotFound(f"meeting {meeting_id}")
    cycle = _cycle(session, row.cycle_id)
    criteria = measured_by(session, cycle)
    inputs = gathered(session, cycle, criteria, london_day(now))
    criteria = with_references(criteria, inputs)
    alike = [asdict(replace(criterion, weight=1)) for criterion in criteria]  # what is measured has no weight
    settings = {
        "criteria": alike,
        "top": row.top,
        "draws": 0,
        "method": "additive",
        "agreed": {"concentration": DEFAULT_CONCENTRATION},
        "on": london_day(now).isoformat(),
        "rules": asdict(queries.outcome_rules(session)),
    }
    gross = {one["key"]: None if one["gross"] is None else float(one["gross"]) for one in inputs["services"]}
    found = reweighing.measured(settings, ranked(settings, inputs), gross)
    row.measured = reweighing.as_json(found)
    if row.closed_at is None:
        row.criteria = [asdict(criterion) for criterion in criteria]


def run_meeting(session: Session, meeting_id: int, *, by: Actor, now: datetime) -> int:
    """Rank the services of a closed weights meeting with the weights it agreed; the run's id.

    Raises:
        NotFound: there is no such meeting.
        Conflict: it is still open.
        Invalid: its cycle cannot be ranked any more, or goalposts have moved since the weights were agreed.
    """
    row = meetings.to_change(session, meeting_id)
    if row is None:
        raise NotFound(f"meeting {meeting_id}")
    if row.agreed is None:
        raise Conflict("The weights of this meeting are not agreed yet. Close the meeting first.")
    cycle = _cycle(session, row.cycle_id)
    criteria = measured_by(session, cycle)
    if moved := not_agreed_on(read_criteria(row.criteria), criteria):
        words = (
            f"What points are given for has changed since these weights were agreed: {', '.join(moved)}. "
            "Open the meeting again, so that its members confirm their points."
        )
        raise Invalid([Problem("meeting", words)])
    kept = row.agreed
    weights = AgreedWeights(
        weights=kept["own"] or kept["weights"],
        ranges={key: (low, high) for key, (low, high) in kept["ranges"].items()},
        agreement=kept["agreement"],
        concentration=kept["concentration"],
    )
    return keep(
        session,
        cycle,
        row.name,
        weights,
        members=kept["members"],
        top=row.top,
        meeting_id=row.id,
        by=by,
        now=now,
    )


def run_scenario(session: Session, run_id: int, scenario_id: int, *, by: Actor, now: datetime) -> int:
    """Rank the services of a run's cycle with the weights of a scenario; the new run's id.

    Raises:
        NotFound: there is no such scenario.
        Conflict: it is withdrawn.
        Invalid: its cycle cannot be ranked any more, or is ranked on something else since.
    """
    row, found = scenarios.scenario(session, run_id, scenario_id), queries.run(session, run_id)
    if row is None or found is None:
        raise NotFound(f"scenario {scenario_id} of run {run_id}")
    if row.withdrawn_at is not None:
        raise Conflict(f"“{row.name}” is withdrawn. Bring it back first.")
    settings = found[0].settings
    cycle = _cycle(session, found[0].cycle_id)
    criteria = measured_by(session, cycle)
    if moved := not_agreed_on(read_criteria(settings["criteria"]), criteria):
        words = (
            f"What services are ranked on has changed since: {', '.join(moved)}. Make a new ranking, and try "
            "these weights on it."
        )
        raise Invalid([Problem("scenario", words)])
    points = {criterion.key: 100 * float(row.weights[criterion.key]) for criterion in criteria}
    members = {f"Scenario “{row.name}”": points}
    top = settings["top"] if settings["top"] is None else min(settings["top"], cycle.ready)
    return keep(session, cycle, row.name, agreed(members), members=members, top=top, by=by, now=now)


def _cycle(session: Session, cycle_id: int | None) -> Rankable:
    wanted = FIGURES_ALONE if cycle_id is None else cycle_id
    found = next((cycle for cycle in queries.rankable(session) if cycle.id == wanted), None)
    if found is None:
        words = "Nothing of this can be ranked any more. Agree a result of its cycle, or import figures."
        raise Invalid([Problem("meeting", words)])
    return found


def _checked(session: Session, sheet: Sheet) -> tuple[Rankable, int | None, dict[str, dict[str, float]]]:
    cycle = next((c for c in queries.rankable(session) if c.id == sheet.cycle_id), None)
    points, problems = _points(_criteria(session, cycle), sheet.ballots)
    before = []
    if cycle is None:
        before.append(
            Problem("cycle", "Choose a rollout that has agreed results, or imported figures alone.")
        )
    if not sheet.name.strip():
        before.append(Problem("name", "Give this ranking a name, so that people can find it again."))
    elif len(sheet.name.strip()) > LONGEST_NAME:
        before.append(Problem("name", f"Shorten the name to {LONGEST_NAME} characters."))
    elif message := text_problem(sheet.name):
        before.append(Problem("name", message))
    top, wrong = top_of(sheet.top, cycle.ready if cycle else None)
    if cycle is None or before or wrong or problems:
        raise Invalid([*before, *wrong, *problems])
    return cycle, top, points


def _points(
    criteria: Sequence[Criterion], ballots: Sequence[Ballot]
) -> tuple[dict[str, dict[str, float]], list[Problem]]:
    """Member -> criterion -> points; rows left wholly blank are passed over."""
    points: dict[str, dict[str, float]] = {}
    problems: list[Problem] = []
    for number, ballot in enumerate(ballots, 1):
        if ballot.is_blank:
            continue
        name, place = ballot.name.strip(), f"member-{number}"
        if not name:
            problems.append(Problem(place, f"Say who gave the points in row {number}."))
        elif len(name) > LONGEST_NAME:
            problems.append(Problem(place, f"Shorten the name in row {number} to {LONGEST_NAME} characters."))
        elif message := text_problem(name):
            problems.append(Problem(place, message))
        elif name in points:
            problems.append(Problem(place, f"{name} has a row already. Keep one, or tell the two apart."))
        given, wrong = _ballot(criteria, ballot, place, name or f"row {number}")
        problems += wrong
        points[name] = given
    if not points:
        problems.append(Problem("member-1", "Nobody has given points yet. Fill in at least one row."))
    return points, problems


def _ballot(
    criteria: Sequence[Criterion], ballot: Ballot, place: str, who: str
) -> tuple[dict[str, float], list[Problem]]:
    given: dict[str, float] = {}
    problems = []
    for criterion in criteria:
        value = points_of(ballot.points.get(criterion.key, ""))
        if value is None:
            problems.append(Problem(f"{place}.{criterion.key}", f"{who}, {criterion.name}: {CURE}"))
        else:
            given[criterion.key] = value
    if criteria and not problems and not any(given.values()):
        first = f"{place}.{criteria[0].key}"
        problems.append(Problem(first, f"{who}: every weight is 0. Give at least one criterion points."))
    return given, problems
