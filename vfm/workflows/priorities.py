"""Ranking services and deciding about them: weights in, a frozen run out, then a person's outcome for each.

A run is made from its stored settings and inputs alone, so that ranking them again gives the same result.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from importlib.metadata import version
from typing import Any

from sqlalchemy.orm import Session

from vfm.errors import Invalid, NotFound, Problem
from vfm.prioritisation.corners import pressing, pressure
from vfm.prioritisation.criteria import DEFAULT_CRITERIA, VFM_RESULT, Criterion
from vfm.prioritisation.explanation import Step, sentence, waterfall, why_above
from vfm.prioritisation.facts import OUTCOMES, WEAK_SECTION, ServiceFacts
from vfm.prioritisation.index import capacity
from vfm.prioritisation.outcome import Rules
from vfm.prioritisation.provenance import NET, Gathered, Published, Source, known
from vfm.prioritisation.ranking import DEFAULT_DRAWS, RankedService, Ranking, rank
from vfm.prioritisation.record import as_record, read_criteria, read_record
from vfm.prioritisation.weights import AgreedWeights, agreed
from vfm.questionnaires import figures
from vfm.questionnaires.answers import KINDS, Value
from vfm.questionnaires.schema import Questionnaire
from vfm.roles import Actor
from vfm.scoring.results import Scorecard
from vfm.scoring.rounding import reaches
from vfm.store import content, events
from vfm.store.queries import priorities as queries
from vfm.store.queries.priorities import AgreedResult, DecisionRow, Planned, RankableCycle, RunRow
from vfm.store.tables import Decision, PrioritisationRun

ENGINE = "1.0"
"""Version of the rules that make a run from its inputs."""
MOST_POINTS = 100
MOST_MEMBERS = 15
LONGEST_NAME = 120
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
    cycles: tuple[RankableCycle, ...]


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
    """The form for a new run as it stands."""

    cycle_id: int | None
    name: str
    top: str
    ballots: tuple[Ballot, ...]


@dataclass(frozen=True, slots=True)
class Preparation:
    """A form for a new run, and what it chooses from."""

    sheet: Sheet
    cycles: tuple[RankableCycle, ...]
    criteria: tuple[Criterion, ...] = DEFAULT_CRITERIA


@dataclass(frozen=True, slots=True)
class Line:
    """One service on the board; figures unrounded, shares in [0, 1].

    Attributes:
        gross: pounds a year, as exact text; None where nobody knows.
        result: its agreed value-for-money score; None where there is none.
        pressure: weighted mean u of what makes up materiality and pressure.
        groups: points each group of criteria puts into the index, in the board's order.
        spending: where `gross` comes from: the place of it in `Board.spending`; None where nobody says.
        decided: the outcome a person recorded in this cycle, empty for none; `topic` of a deep dive.
    """

    service_id: int
    key: str
    name: str
    directorate: str
    gross: str | None
    result: float | None
    pressure: float | None
    rank: int | None
    index: float | None
    groups: Sequence[float]
    missing: Sequence[str]
    missing_weight: float
    top_share: float | None
    rank_from: int | None
    rank_to: int | None
    outcome: str
    rule: int
    reason: str
    borderline: bool
    spending: int | None = None
    decided: str = ""
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Spending:
    """Where the gross expenditure of some of a run's services comes from.

    Attributes:
        kind: a published figure, or the services' own answer.
        title: what was measured, or the question.
        year, publication: of a figure, else empty.
    """

    kind: str
    title: str
    year: str
    publication: str


@dataclass(frozen=True, slots=True)
class Board:
    """A whole run.

    Attributes:
        groups: of the criteria, in the order in which `Line.groups` gives their points.
        weights: (criterion, share), heaviest first.
        left_out: (service, state of its assessment) of the cycle's services without an agreed result then.
        spending: where gross expenditure comes from, each once.
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
    engine: str = ENGINE

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
        decisions: every one recorded about it, the last first; `standing` the one of this cycle that stands.
        planned: its open entries in the forward plan.
    """

    run: RunRow
    service_id: int
    service: RankedService
    directorate: str
    assessment_id: int
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
    decisions: tuple[DecisionRow, ...]
    standing: DecisionRow | None
    planned: tuple[Planned, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision as typed; `day` is (day, month, year)."""

    outcome: str = ""
    topic: str = ""
    reason: str = ""
    day: tuple[str, str, str] = field(default=("", "", ""))


# --- reading ------------------------------------------------------------------------------------------------


def index(session: Session) -> Index:
    """Every run, the newest first, and the cycles that can be ranked."""
    decided = queries.decisions_by_run(session)
    lines = (
        RunLine(run, run.settings["services"], run.settings["capacity"], decided.get(run.id, 0))
        for run in queries.runs(session)
    )
    return Index(tuple(lines), tuple(queries.rankable_cycles(session)))


def prepare(session: Session, *, cycle_id: int | None = None, like: int | None = None) -> Preparation:
    """The form for a new run: the default weights, or those of a run that is tried again.

    Args:
        session: the store.
        cycle_id: the cycle to rank; the newest one that can be ranked when it cannot.
        like: the run whose cycle, weights and size of the top are taken over.

    Raises:
        NotFound: there is no such run.
    """
    cycles = tuple(queries.rankable_cycles(session))
    ids = [cycle.id for cycle in cycles]
    if like is not None:
        run, _ = _run(session, like)
        name = f"{run.name.removesuffix(OTHER)}{OTHER}"
        top = str(run.settings["top"] or "")
        ballots = tuple(
            Ballot(member, {key: f"{points:g}" for key, points in given.items()})
            for member, given in run.settings["members"].items()
        )
        return Preparation(Sheet(run.cycle_id, name, top, ballots), cycles)
    chosen = cycle_id if cycle_id in ids else next(iter(ids), None)
    named = next((cycle.name for cycle in cycles if cycle.id == chosen), "")
    default = Ballot(EVERYBODY, {criterion.key: f"{criterion.weight:g}" for criterion in DEFAULT_CRITERIA})
    return Preparation(Sheet(chosen, f"{named} ranking" if named else "", "", (default,)), cycles)


OTHER = ", other weights"
EVERYBODY = "Executive team"


def preparation(session: Session, sheet: Sheet) -> Preparation:
    """The form again as it was typed, with what it chooses from."""
    return Preparation(sheet, tuple(queries.rankable_cycles(session)))


def shares(ballots: Sequence[Ballot]) -> AgreedWeights:
    """What the members' points come to.

    Raises:
        Invalid: every field that cannot be used; places as `member-1.unit_cost`.
    """
    points, problems = _points(ballots)
    if problems:
        raise Invalid(problems)
    return agreed(points)


def board(session: Session, run_id: int) -> Board:
    """A run as everybody looks at it.

    Raises:
        NotFound: there is no such run.
    """
    run, outline = _run(session, run_id)
    outcomes = queries.standing_outcomes(session, run.cycle_id)
    criteria = {criterion.key: criterion for criterion in read_criteria(outline["criteria"])}
    given = run.settings["agreed"]
    return Board(
        run=run,
        lines=tuple(_line(values, outcomes) for values in outline["lines"]),
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
    )


OTHERS = "other"
"""The group of criteria that belong to none."""


def _line(values: Sequence[Any], outcomes: Mapping[int, tuple[str, str]]) -> Line:
    line = Line(*values)
    decided, topic = outcomes.get(line.service_id, ("", ""))
    return replace(line, decided=decided, topic=topic) if decided else line


def outlined(result: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """What the board shows of a result: each service as the values of `Line`, in its order."""
    criteria = read_criteria(result["criteria"])
    kept = {service["key"]: service for service in inputs["services"]}
    members: dict[str, list[str]] = {}
    for criterion in criteria:
        members.setdefault(criterion.group or OTHERS, []).append(criterion.key)
    weights, pressed = result["weights"], pressing(criteria)
    spending = list(dict.fromkeys(filter(None, map(_spending, kept.values()))))
    by_key = {criterion.key: criterion for criterion in criteria}
    return {
        "lines": [
            [
                *_values(one, kept[one["key"]], members, pressure(one["values"], weights, pressed)),
                _place_in(spending, _spending(kept[one["key"]])),
            ]
            for one in result["services"]
        ],
        "groups": list(members),
        "criteria": [asdict(replace(criterion, reference=None)) for criterion in criteria],
        "weights": sorted(weights.items(), key=lambda item: -item[1]),
        "themes": _themes(result),
        "warnings": [_in_words(words, by_key) for words in result["warnings"]],
        "left_out": inputs["left_out"],
        "spending": [list(one) for one in spending],
    } | {name: result[name] for name in ("top", "draws", "intervals", "effective_weights")}


def _values(
    one: Mapping[str, Any],
    kept: Mapping[str, Any],
    members: Mapping[str, Sequence[str]],
    pressing_hard: float | None,
) -> list[Any]:
    points = one["contributions"]
    result = kept["values"].get(VFM_RESULT)
    return [
        kept["id"],
        kept["key"],
        kept["name"],
        kept["directorate"],
        kept["gross"],
        result["value"] if result else None,
        pressing_hard,
        one["rank"],
        one["index"],
        [sum(points[key] for key in keys) for keys in members.values()],
        one["missing"],
        *(one[name] for name in REACH),
    ]


def _spending(kept: Mapping[str, Any]) -> tuple[str, ...] | None:
    """What says what a service spends, as the values of `Spending`; None where nothing does."""
    said = kept.get("gross_from", ())
    names = ("kind", "title", "year", "publication")
    return tuple("; ".join(dict.fromkeys(one[name] for one in said)) for name in names) if said else None


def _place_in(known: Sequence[tuple[str, ...]], one: tuple[str, ...] | None) -> int | None:
    return None if one is None else known.index(one)


REACH = (
    "missing_weight", "top_share", "rank_from", "rank_to", "outcome", "rule", "reason", "borderline",
)  # fmt: skip
"""What a line takes from a ranked service as it is, in the order of `Line`."""


def _themes(result: Mapping[str, Any]) -> list[list[Any]]:
    names = {service["key"]: service["name"] for service in result["services"]}
    return [
        [theme["section"], [names[key] for key in theme["services"]], theme["share"]]
        for theme in result["themes"]
    ]


def _in_words(warning: str, criteria: Mapping[str, Criterion]) -> str:
    """A warning with the criteria's names in the place of their keys."""
    keys = {c.key: c.name for c in (*DEFAULT_CRITERIA, *criteria.values())}
    words = re.sub(r"\w+", lambda found: keys.get(found[0], found[0]), warning)
    return words[:1].upper() + words[1:]


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
        above=_neighbour(ranking, ids, at - 1) if at > 0 and here.rank is not None else None,
        below=_neighbour(ranking, ids, below) if below is not None else None,
        why=why_above(ranking, here, ranking.services[below]) if below is not None else "",
        decisions=decisions,
        standing=next((one for one in decisions if one.cycle_id == run.cycle_id), None),
        planned=tuple(queries.planned(session, service_id)),
    )


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


def _run(session: Session, run_id: int) -> tuple[RunRow, dict[str, Any]]:
    found = queries.run(session, run_id)
    if found is None:
        raise NotFound(f"run {run_id}")
    return found


# --- gathering ----------------------------------------------------------------------------------------------


def gathered(session: Session, cycle: RankableCycle, criteria: Sequence[Criterion]) -> dict[str, Any]:
    """Everything a run of this cycle is made from, as it is stored: facts, and where each value came from."""
    results = queries.agreed_results(session, cycle.id)
    questionnaire = content.questionnaire(session, cycle.version_id, cycle.content_hash)
    published: dict[int, list[Published]] = {}
    for row in queries.figures_for_ranking(session, cycle.id, (NET,)):
        published.setdefault(row.service_id, []).append(Published(*row[1:]))
    outcomes = queries.last_outcomes(session, cycle.id)
    keys = [criterion.key for criterion in criteria]
    return {
        "services": [
            _inputs(questionnaire, one, published.get(one.service_id, []), outcomes.get(one.service_id), keys)
            for one in results
            if one.content is not None
        ],
        "left_out": [[one.name, one.status] for one in results if one.content is None],
    }


def _inputs(
    questionnaire: Questionnaire,
    one: AgreedResult,
    published: Sequence[Published],
    last_outcome: str | None,
    keys: Sequence[str],
) -> dict[str, Any]:
    card = Scorecard.from_json(one.content or {})
    found = known(questionnaire, _answers(questionnaire, card), card.overall, published, keys)
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
        "weak_sections": _weak(questionnaire, card),
        "provisional": card.overall.status == "provisional",
        "reviewed_on": reviewed.isoformat() if reviewed else None,
        "last_outcome": last_outcome,
        "spread": card.overall.spread if card.overall.score is not None else None,
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


def _money(kept: str | None) -> Decimal | None:
    return None if kept is None else Decimal(kept)


def _day(kept: str | None) -> date | None:
    return None if kept is None else date.fromisoformat(kept)


def _gathered(kept: Mapping[str, Any]) -> Gathered:
    return Gathered(
        **{**kept, "used": tuple(Source(**s) for s in kept["used"])}
        | {"unused": tuple(Source(**s) for s in kept["unused"])}
    )


def _facts(kept: Mapping[str, Any]) -> ServiceFacts:
    return ServiceFacts(
        key=kept["key"],
        name=kept["name"],
        values={key: value["value"] for key, value in kept["values"].items()},
        family=kept["family"],
        gross=_money(kept["gross"]),
        weak_sections=tuple(kept["weak_sections"]),
        provisional=kept["provisional"],
        reviewed_on=_day(kept["reviewed_on"]),
        last_outcome=kept["last_outcome"],
        spread=kept["spread"],
    )


# --- ranking ------------------------------------------------------------------------------------------------


def ranked(settings: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The result of a run, from nothing but what is stored of it.

    Raises:
        Invalid: what keeps these services from being ranked.
    """
    services = [_facts(kept) for kept in inputs["services"]]
    ranking = rank(
        services,
        read_criteria(settings["criteria"]),
        on=date.fromisoformat(settings["on"]),
        top=settings["top"],
        draws=settings["draws"],
        method=settings["method"],
        concentration=settings["agreed"]["concentration"],
        rules=Rules(**settings["rules"]),
    )
    return as_record(ranking)


def run(session: Session, sheet: Sheet, *, by: Actor, now: datetime) -> int:
    """Rank the services of a cycle with these weights and keep the whole of it; the run's id.

    Raises:
        Invalid: every field that cannot be used, or what keeps the services from being ranked.
    """
    cycle, top, points = _checked(session, sheet)
    weights = agreed(points)
    inputs = gathered(session, cycle, DEFAULT_CRITERIA)
    references = _references(session, cycle, inputs)
    criteria = [
        replace(c, weight=weights.weights[c.key], reference=references.get(c.key)) for c in DEFAULT_CRITERIA
    ]
    services = len(inputs["services"])
    settings = {
        "criteria": [asdict(criterion) for criterion in criteria],
        "members": points,
        "agreed": asdict(weights),
        "method": "additive",
        "draws": DEFAULT_DRAWS,
        "top": top,
        "on": now.date().isoformat(),
        "rules": asdict(Rules()),
        "services": services,
        "capacity": capacity(services, top),
    }
    result = ranked(settings, inputs)
    kept = PrioritisationRun(
        cycle_id=cycle.id,
        name=sheet.name.strip(),
        settings=settings,
        inputs=inputs,
        result=result,
        outline=outlined(result, inputs),
        engine=f"{ENGINE}, numpy {version('numpy')}",
        by_id=by.id,
        at=now,
    )
    session.add(kept)
    session.flush()
    after = {"name": kept.name, "cycle": cycle.name, "services": services}
    events.record(session, "ranked", "prioritisation_run", kept.id, by_id=by.id, now=now, after=after)
    return kept.id


def _references(
    session: Session, cycle: RankableCycle, inputs: Mapping[str, Any]
) -> dict[str, tuple[float, ...] | None]:
    """Criterion without goalposts -> the raw values its scale is read from.

    They are frozen by the first run of a cycle, so that every later one measures with the same rod.
    """
    first = queries.first_settings(session, cycle.id)
    if first is not None:
        return {criterion.key: criterion.reference for criterion in read_criteria(first["criteria"])}
    found: dict[str, tuple[float, ...] | None] = {}
    for criterion in DEFAULT_CRITERIA:
        if criterion.goalposts is None:
            values = (service["values"][criterion.key]["value"] for service in inputs["services"])
            found[criterion.key] = tuple(sorted(value for value in values if value is not None)) or None
    return found


def _checked(session: Session, sheet: Sheet) -> tuple[RankableCycle, int | None, dict[str, dict[str, float]]]:
    cycle = next((c for c in queries.rankable_cycles(session) if c.id == sheet.cycle_id), None)
    points, problems = _points(sheet.ballots)
    before = []
    if cycle is None:
        before.append(Problem("cycle", "Choose a rollout that has agreed results."))
    if not sheet.name.strip():
        before.append(Problem("name", "Give this ranking a name, so that people can find it again."))
    elif len(sheet.name.strip()) > LONGEST_NAME:
        before.append(Problem("name", f"Shorten the name to {LONGEST_NAME} characters."))
    top, wrong = _top(sheet.top.strip(), cycle.agreed if cycle else None)
    if cycle is None or before or wrong or problems:
        raise Invalid([*before, *wrong, *problems])
    return cycle, top, points


def _top(typed: str, services: int | None) -> tuple[int | None, list[Problem]]:
    if not typed:
        return None, []
    if not typed.isdecimal() or int(typed) < 1:
        return None, [Problem("top", "Type a whole number of 1 or more, or leave it blank for a tenth.")]
    if services is not None and int(typed) > services:
        words = f"There are {services} services with an agreed result. Type {services} or fewer."
        return None, [Problem("top", words)]
    return int(typed), []


def _points(ballots: Sequence[Ballot]) -> tuple[dict[str, dict[str, float]], list[Problem]]:
    """Member -> criterion -> points; rows left wholly blank are passed over."""
    points: dict[str, dict[str, float]] = {}
    problems: list[Problem] = []
    for number, ballot in enumerate(ballots, 1):
        if ballot.is_blank:
            continue
        name, place = ballot.name.strip(), f"member-{number}"
        if not name:
            problems.append(Problem(place, f"Say who gave the points in row {number}."))
        elif name in points:
            problems.append(Problem(place, f"{name} has a row already. Keep one, or tell the two apart."))
        given, wrong = _ballot(ballot, place, name or f"row {number}")
        problems += wrong
        points[name] = given
    if not points:
        problems.append(Problem("member-1", "Nobody has given points yet. Fill in at least one row."))
    return points, problems


def _ballot(ballot: Ballot, place: str, who: str) -> tuple[dict[str, float], list[Problem]]:
    given: dict[str, float] = {}
    problems = []
    for criterion in DEFAULT_CRITERIA:
        text = ballot.points.get(criterion.key, "").strip()
        words = f"{who}, {criterion.name}"
        try:
            value = float(figures.number(text)) if text else -1.0
        except ValueError:
            value = -1.0
        if 0 <= value <= MOST_POINTS:
            given[criterion.key] = value
        else:
            cure = f"Type points from 0 to {MOST_POINTS}; 0 where it does not matter."
            problems.append(Problem(f"{place}.{criterion.key}", f"{words}: {cure}"))
    if not problems and not any(given.values()):
        first = f"{place}.{DEFAULT_CRITERIA[0].key}"
        problems.append(Problem(first, f"{who}: every weight is 0. Give at least one criterion points."))
    return given, problems


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
    day, problems = _verdict(verdict, now.date())
    if problems or day is None:
        raise Invalid(problems)
    topic = verdict.topic.strip() if verdict.outcome == "deep_dive" else ""
    kept = Decision(
        run_id=run_id,
        service_id=service_id,
        suggested=line.outcome,
        rule=f"{line.rule}: {line.reason}",
        outcome=verdict.outcome,
        topic=topic,
        reason=verdict.reason.strip(),
        decided_on=day,
        by_id=by.id,
        at=now,
    )
    before = queries.standing_outcomes(session, run.cycle_id).get(service_id)
    session.add(kept)
    session.flush()
    after = {"outcome": kept.outcome, "topic": topic, "reason": kept.reason, "service": service_id}
    events.record(
        session,
        "decided",
        "decision",
        kept.id,
        by_id=by.id,
        now=now,
        before={"outcome": before[0], "topic": before[1]} if before else None,
        after=after,
    )
    return kept.id


def _verdict(verdict: Verdict, today: date) -> tuple[date | None, list[Problem]]:
    problems = []
    if verdict.outcome not in OUTCOMES:
        problems.append(Problem("outcome", "Choose what is to happen with this service."))
    if verdict.outcome == "deep_dive" and not verdict.topic.strip():
        problems.append(Problem("topic", "Name the topic of the deep dive."))
    if not verdict.reason.strip():
        problems.append(Problem("reason", "Give the reason, in words that can stand in the minutes."))
    day = None
    try:
        day = figures.day_of(*verdict.day)
    except ValueError as problem:
        problems.append(Problem("day", str(problem)))
    if day is not None and day > today:
        problems.append(
            Problem("day", "The decision cannot lie in the future. Enter today or an earlier day.")
        )
    return day, problems
