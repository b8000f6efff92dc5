"""Priorities: the runs, the weights, the board with its quadrant, and one service down to its answers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from io import BytesIO
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Invalid, Problem
from vfm.prioritisation.corners import CORNERS, MIDDLE_RESULT, corner, dividing_line
from vfm.prioritisation.criteria import Criterion
from vfm.prioritisation.explanation import TELLING, shown
from vfm.prioritisation.outline import Line, Spending
from vfm.prioritisation.provenance import raw_in_words
from vfm.prioritisation.swings import swing
from vfm.prioritisation.weights import AgreedWeights
from vfm.questionnaires.wording import ordinal
from vfm.reports.charts import Chart
from vfm.reports.positions_chart import Position, positions
from vfm.reports.quadrant import Spot, quadrant
from vfm.reports.ranking_chart import Bar, Rung, ranked_bars, waterfall_chart
from vfm.reports.workbook import Cell, Rows, csv_file, workbook
from vfm.roles import Role
from vfm.scoring.rounding import largest_remainder
from vfm.web.current import actor, is_from_script, now, reading, transaction
from vfm.web.filters import LONDON, percent
from vfm.web.headings import Heading
from vfm.web.outcome_words import OUTCOME_COLOURS, OUTCOME_WORDS
from vfm.web.paging import page_of
from vfm.web.row_ids import row_id
from vfm.workflows import priorities, rankings
from vfm.workflows.priorities import Board, ServicePage, Verdict
from vfm.workflows.rankings import Ballot, Sheet

blueprint = Blueprint("priorities", __name__)

STATUS_WORDS = {
    "open": "still being answered",
    "submitted": "waiting for sign-off",
    "approved": "waiting for its executive director",
    "signed_off": "being challenged",
    "agreed": "agreed",
    "no_figure": "no figure imported",
}
MAIN_DRIVERS = 3
"""Drivers that the card of a picked service names."""
IN_BARS = 15
"""Services drawn as bars."""
ON_A_PAGE = 250
"""Services listed at a time: all those of a large council."""
FIRM = 0.9
"""Share of draws in the top from which a place there is called firm."""


# --- the runs and the form ----------------------------------------------------------------------------------


@blueprint.get("/priorities")
def index() -> ResponseReturnValue:
    """Every ranking made so far, and the way to a new one."""
    with reading() as store:
        view = priorities.index(store)
    return render_template("priorities/index.html", view=view, may_rank=may_rank())


def may_rank() -> bool:
    """Whether who is signed in makes rankings and records outcomes."""
    return actor().has(Role.EXECUTIVE, Role.CORE_TEAM)


@blueprint.route("/priorities/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """The weights, and what each comes to; then the ranking."""
    if request.method == "GET":
        like, cycle = request.args.get("like", type=row_id), request.args.get("cycle", type=row_id)
        with reading() as store:
            view = rankings.prepare(store, like=like, cycle_id=cycle)
        return _form(view)
    sheet = _sheet()
    asked = request.form.get("do", "rank")
    if asked == "rank":
        return _ranked(sheet)
    if asked == "add" and len(sheet.ballots) < rankings.MOST_MEMBERS:
        sheet = Sheet(sheet.cycle_id, sheet.name, sheet.top, (*sheet.ballots, Ballot("", {})))
    with reading() as store:
        take = rankings.for_its_cycle if asked == "cycle" else rankings.preparation
        view = take(store, sheet)
    found = _shares(view.criteria, sheet.ballots) if asked == "shares" else None
    problems = found if isinstance(found, tuple) else ()
    return _form(view, problems), 422 if problems else 200


def _ranked(sheet: Sheet) -> ResponseReturnValue:
    try:
        with transaction() as store:
            run_id = rankings.run(store, sheet, by=actor(), now=now())
    except Invalid as error:
        with reading() as store:
            view = rankings.preparation(store, sheet)
        return _form(view, error.problems), 422
    flash("The ranking is kept with everything it was made from.", "done")
    return redirect(url_for("priorities.board", run_id=run_id), 303)


def _sheet() -> Sheet:
    rows = min(max(request.form.get("rows", 1, type=int), 1), rankings.MOST_MEMBERS)
    ballots = tuple(
        Ballot(
            request.form.get(f"member-{row}", ""),
            _points_typed(f"member-{row}."),
        )
        for row in range(1, rows + 1)
    )
    chosen = request.form.get("cycle", type=row_id)
    return Sheet(chosen, request.form.get("name", ""), request.form.get("top", ""), ballots)


def _points_typed(prefix: str) -> dict[str, str]:
    """Criterion -> points as typed, from the fields whose names start so."""
    return {name.removeprefix(prefix): text for name, text in request.form.items() if name.startswith(prefix)}


def _shares(criteria: Sequence[Criterion], ballots: Sequence[Ballot]) -> AgreedWeights | tuple[Problem, ...]:
    try:
        return rankings.shares(criteria, ballots)
    except Invalid as error:
        return error.problems


def _form(view: rankings.Preparation, problems: tuple[Problem, ...] = ()) -> str:
    found = _shares(view.criteria, view.sheet.ballots)
    return render_template(
        "priorities/new.html",
        view=view,
        sheet=view.sheet,
        problems=problems,
        agreed=found if isinstance(found, AgreedWeights) else None,
        swings={criterion.key: swing(criterion) for criterion in view.criteria},
        most=rankings.MOST_MEMBERS,
    )


# --- the board ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a board is to be seen: state of the address."""

    sort: str = "rank"
    is_reversed: bool = False
    directorate: str = ""
    outcome: str = ""
    decided: str = ""
    words: str = ""

    @property
    def is_all(self) -> bool:
        """True when nothing is left out."""
        return not (self.directorate or self.outcome or self.decided or self.words)


def _wanted() -> Wanted:
    sort = request.args.get("sort", "rank")
    return Wanted(
        sort=sort.removeprefix("-"),
        is_reversed=sort.startswith("-"),
        directorate=request.args.get("directorate", ""),
        outcome=request.args.get("outcome", ""),
        decided=request.args.get("decided", ""),
        words=request.args.get("q", "").strip(),
    )


@blueprint.get("/priorities/<int:run_id>")
def board(run_id: int) -> ResponseReturnValue:
    """A run: the finding, the quadrant, what makes the top, and the whole list."""
    asked = request.args.get("service", type=row_id)
    with reading() as store:
        view = priorities.board(store, run_id)
        is_there = any(line.service_id == asked for line in view.lines)
        picked = priorities.service(store, run_id, asked) if asked is not None and is_there else None
    card = _card(picked) if picked else {"picked": None}
    if picked and is_from_script():
        html = render_template(
            "priorities/card.html", outcomes=OUTCOME_WORDS, colours=OUTCOME_COLOURS, **card
        )
        return jsonify(card=html, says=f"{picked.service.name}. {card['picked_place']}")
    wanted = _wanted()
    seen = _sorted(view, _filtered(view.lines, wanted), wanted)
    page = page_of(seen, request.args.get("page", 1, type=int), ON_A_PAGE)
    return render_template(
        "priorities/board.html",
        view=view,
        finding=finding(view),
        charts=_charts(view),
        has_results=_has_results(view),
        wanted=wanted,
        page=page,
        rows=[_cells(line) for line in page.rows],
        address=_address(view, f"{'-' if wanted.is_reversed else ''}{wanted.sort}", wanted),
        first=[_cells(line) for line in view.ranked[:FIRST_ON_PAPER]],
        headings=tuple(_headings(view, wanted)),
        directorates=sorted({line.directorate for line in view.lines}),
        outcomes=OUTCOME_WORDS,
        colours=OUTCOME_COLOURS,
        unranked=[line for line in view.lines if line.rank is None],
        names={criterion.key: criterion.name for criterion, _ in view.weights},
        statuses=STATUS_WORDS,
        base=url_for("priorities.service", run_id=run_id, service_id=0).removesuffix("0"),
        may_rank=may_rank(),
        **card,
    )


def _card(view: ServicePage) -> dict[str, Any]:
    """What the card of a picked service says."""
    here = view.service
    place = f"{ordinal(here.rank)} of {view.ranked}, index {shown(here.index or 0.0)}." if here.rank else ""
    known = [step for step in view.steps[1:-1] if step.key not in here.missing]
    return {
        "picked": view,
        "picked_place": place or "Not ranked: too much of what it needs has no value.",
        "picked_drivers": [
            (step.name, signed(step.points)) for step in known[:MAIN_DRIVERS] if abs(step.points) >= TELLING
        ],
        "picked_gaps": [line.criterion.name for line in view.lines if line.is_filled],
    }


def _filtered(lines: Sequence[Line], wanted: Wanted) -> list[Line]:
    text = wanted.words.lower()
    return [
        line
        for line in lines
        if (not wanted.directorate or line.directorate == wanted.directorate)
        and (not wanted.outcome or line.outcome == wanted.outcome)
        and (not wanted.decided or bool(line.decided) == (wanted.decided == "yes"))
        and (not text or text in line.name.lower() or text in line.key.lower())
    ]


def _sorted(view: Board, lines: list[Line], wanted: Wanted) -> list[Line]:
    """By the column asked for: words from A, numbers from the largest; what has no value stays last."""
    if wanted.sort == "service":
        return sorted(lines, key=lambda line: line.name.lower(), reverse=wanted.is_reversed)
    if wanted.sort == "directorate":
        return sorted(lines, key=lambda line: line.directorate.lower(), reverse=wanted.is_reversed)
    if wanted.sort in view.groups:
        at = view.groups.index(wanted.sort)
        return sorted(lines, key=lambda line: -line.groups[at], reverse=wanted.is_reversed)
    values = {line.service_id: _value(line, wanted.sort) for line in lines}
    known = [line for line in lines if values[line.service_id] is not None]
    known.sort(key=lambda line: -(values[line.service_id] or 0.0), reverse=wanted.is_reversed)
    return known + [line for line in lines if values[line.service_id] is None]


def _value(line: Line, sort: str) -> float | None:
    if sort == "result":
        return None if line.result is None else -line.result
    if sort == "firm":
        return line.top_share
    return None if line.rank is None else -float(line.rank)


FIRST_ON_PAPER = 10
"""Services listed beside the quadrant on the first page of a printed board."""
COLUMNS = (("Service", "service", False), ("Place", "rank", True), ("Directorate", "directorate", False))


def _headings(view: Board, wanted: Wanted) -> Iterator[Heading]:
    columns = [
        *COLUMNS,
        *([("Value for money, of 100", "result", True)] if _has_results(view) else []),
        ("Index", "rank", True),
        *((group.capitalize(), group, True) for group in view.groups),
        (f"In the top {view.top}, share of trials", "firm", True),
    ]
    for words, sort, is_number in columns:
        here = sort == wanted.sort and words != "Index"
        address = f"-{sort}" if here and not wanted.is_reversed else sort
        ascending = (not is_number) != wanted.is_reversed
        now_sorted = ("ascending" if ascending else "descending") if here else ""
        if sort in ("rank", "result") and here:  # place 1 and the lowest value come first
            now_sorted = "descending" if wanted.is_reversed else "ascending"
        yield Heading(words, f"{_address(view, address, wanted)}#ranking", now_sorted, is_number)


def _address(view: Board, sort: str, wanted: Wanted) -> str:
    kept: dict[str, Any] = {
        "sort": sort,
        "directorate": wanted.directorate,
        "outcome": wanted.outcome,
        "decided": wanted.decided,
        "q": wanted.words,
        "service": request.args.get("service", ""),
    }
    given = {name: text for name, text in kept.items() if text}
    return url_for("priorities.board", run_id=view.run.id, **given)


@dataclass(frozen=True, slots=True)
class Cells:
    """A line of the list as text."""

    line: Line
    result: str
    index: str
    groups: tuple[str, ...]
    share: str
    places: str


def _cells(line: Line) -> Cells:
    is_ranked = line.rank is not None and line.index is not None
    groups = _parts(line) if is_ranked else ("–",) * len(line.groups)
    return Cells(
        line=line,
        result="–" if line.result is None else shown(line.result, 0),
        index=shown(line.index or 0.0) if is_ranked else "–",
        groups=groups,
        share=percent(line.top_share),
        places=f"{line.rank_from} to {line.rank_to}" if line.rank_from is not None else "–",
    )


def _parts(line: Line) -> tuple[str, ...]:
    """The groups' points to one place, so that they add up to the index as it is shown."""
    total = int(Decimal(shown(line.index or 0.0)) * 10)
    tenths = largest_remainder({str(at): 10 * points for at, points in enumerate(line.groups)}, total)
    return tuple(f"{tenth / 10:.1f}" for tenth in tenths.values())


def finding(view: Board) -> str:
    """One sentence: who comes first, and how many of the top hold their place."""
    ranked = view.ranked
    if not ranked:
        return "No service can be ranked yet: too much of what the ranking needs has no value."
    first = f"{ranked[0].name} comes first of {len(ranked)} ranked services."
    inside = [line.top_share for line in ranked if line.rank is not None and line.rank <= view.top]
    firm = sum(1 for share in inside if share is not None and share >= FIRM)
    if not inside or inside[0] is None:
        return first
    if firm == len(inside):
        return f"{first} All of the top {view.top} stay there in at least 9 of 10 trials with nearby weights."
    close = sum(1 for line in ranked if line.top_share is not None and 0.1 < line.top_share < FIRM)
    verb = "stays" if firm == 1 else "stay"
    left = view.top - firm
    rest = f"{close} services contend for the other {left}" if close > 1 else "the rest are less firm"
    held = f"{firm} of the top {view.top} {verb} there in at least 9 of 10 trials with nearby weights"
    return f"{first} {held}; {rest}."


def _has_results(view: Board) -> bool:
    """False where services were ranked on figures alone: there is nothing of a self-assessment to show."""
    return any(line.result is not None for line in view.lines)


def _charts(view: Board) -> tuple[Chart, ...]:
    """Each with its services: a row of its table, and a point of its picture, picks one on the board."""
    base = url_for("priorities.service", run_id=view.run.id, service_id=0).removesuffix("0")
    shown_in = (
        (quadrant_of(view), [line for line in view.lines if line.pressure is not None]),
        (ranked_bars_of(view), view.ranked[:IN_BARS]),
        (_positions(view), [line for line in view.ranked if line.service_id in (view.positions or {})]),
    )
    return tuple(
        replace(chart, links=tuple(f"{base}{line.service_id}" for line in lines))
        for chart, lines in shown_in
        if chart is not None
    )


def _positions(view: Board) -> Chart | None:
    """Cost against performance; None where no service is compared on both."""
    if not view.positions:
        return None
    spots = [
        Position(
            service=line.service_id,
            name=line.name,
            place=str(line.rank),
            cheaper=100 * view.positions[line.service_id][0],
            better=100 * view.positions[line.service_id][1],
            is_top=line.rank is not None and line.rank <= view.top,
        )
        for line in view.ranked
        if line.service_id in view.positions
    ]
    return positions(spots, without=len(view.ranked) - len(spots), top=view.top)


def ranked_bars_of(view: Board) -> Chart | None:
    """What makes up the index of the first services of a run; None where none is ranked."""
    bars = [
        Bar(
            line.name,
            line.rank,
            line.index,
            tuple(line.groups),
            _parts(line),
            shown(line.index),
            line.service_id,
        )
        for line in view.ranked[:IN_BARS]
        if line.rank is not None and line.index is not None
    ]
    groups = tuple(group.capitalize() for group in view.groups)
    source = "" if _has_results(view) else spending_of(view)  # else the quadrant tells it
    return ranked_bars(bars, groups, of=len(view.ranked), source=source) if bars else None


def quadrant_of(view: Board) -> Chart | None:
    """The quadrant of a run; None where no service has a value-for-money score."""
    return _quadrant(view) if _has_results(view) else None


def _quadrant(view: Board) -> Chart:
    spots, line_at = [line for line in view.lines if line.pressure is not None], divided_at(view)
    return quadrant(
        [_spot(line, view.top, line_at) for line in spots],
        middle=MIDDLE_RESULT,
        line=100 * line_at,
        corners=CORNERS,
        top=view.top,
        source=spending_of(view),
    )


def divided_at(view: Board) -> float:
    """The pressure, 0 to 1, that divides the quadrant of a run."""
    return dividing_line(
        [line.pressure for line in view.lines if line.pressure is not None and line.result is not None]
    )


def spending_of(view: Board) -> str:
    """Where the spending on the board comes from: each measure and year once, with every publication."""
    found: dict[tuple[str, str], list[str]] = {}
    for one in view.spending:
        of_what = (one.title, one.year) if one.year else ("Gross expenditure", "")
        found.setdefault(of_what, []).append(one.publication or f"the service's answer to “{one.title}”")
    return " ".join(
        f"{title}{f', {year}' if year else ''}: {'; '.join(publications)}."
        for (title, year), publications in found.items()
    )


def _spot(line: Line, top: int, line_at: float) -> Spot:
    pressed = line.pressure or 0.0
    return Spot(
        service=line.service_id,
        name=line.name,
        result=line.result,
        pressure=100 * pressed,
        gross=None if line.gross is None else float(line.gross),
        place="" if line.rank is None else str(line.rank),
        is_top=line.rank is not None and line.rank <= top,
        corner="" if line.result is None else corner(line.result, pressed, line_at),
    )


# --- one service --------------------------------------------------------------------------------------------


@blueprint.get("/priorities/<int:run_id>/services/<int:service_id>")
def service(run_id: int, service_id: int) -> ResponseReturnValue:
    """Why a service stands where it stands, and what is decided about it."""
    with reading() as store:
        view = priorities.service(store, run_id, service_id)
    local = now().astimezone(LONDON)
    day = (str(local.day), str(local.month), str(local.year))
    focus = ", ".join(view.service.focus)
    return _service(view, Verdict(view.service.outcome, focus, "", day))


@blueprint.post("/priorities/<int:run_id>/services/<int:service_id>/decision")
def decide(run_id: int, service_id: int) -> ResponseReturnValue:
    """Record what is to happen with a service."""
    field = request.form.get
    day = (field("day.day", ""), field("day.month", ""), field("day.year", ""))
    typed = Verdict(field("outcome", ""), field("topic", ""), field("reason", ""), day)
    try:
        with transaction() as store:
            priorities.decide(store, run_id, service_id, typed, by=actor(), now=now())
    except Invalid as error:
        with reading() as store:
            view = priorities.service(store, run_id, service_id)
        return _service(view, typed, error.problems), 422
    flash(f"Recorded: {OUTCOME_WORDS[typed.outcome].lower()}.", "done")
    return redirect(
        url_for("priorities.service", run_id=run_id, service_id=service_id, _anchor="decision"), 303
    )


def _service(view: ServicePage, typed: Verdict, problems: tuple[Problem, ...] = ()) -> str:
    return render_template(
        "priorities/service.html",
        view=view,
        here=view.service,
        typed=typed,
        problems=problems,
        chart=_waterfall(view),
        raw=raw_in_words,
        shown=shown,
        signed=signed,
        ordinal=ordinal,
        points=_points_of(view),
        outcomes=OUTCOME_WORDS,
        colours=OUTCOME_COLOURS,
        to_plan=priorities.TO_PLAN,
        result=url_for("results.show", assessment_id=view.assessment_id) if view.assessment_id else "",
        may_decide=may_rank(),
    )


def _points_of(view: ServicePage) -> dict[str, str]:
    """Criterion -> points to one place, adding up to the index as it is shown."""
    points = {line.criterion.key: line.contribution for line in view.lines if line.contribution is not None}
    if view.service.index is None:
        return {key: shown(value) for key, value in points.items()}
    total = int(Decimal(shown(view.service.index)) * 10)
    tenths = largest_remainder({key: 10 * value for key, value in points.items()}, total)
    return {key: f"{tenth / 10:.1f}" for key, tenth in tenths.items()}


def signed(value: float) -> str:
    """Points to one place with their sign."""
    words = shown(abs(value))
    return words if Decimal(words) == 0 else f"{'+' if value > 0 else '−'}{words}"


def _waterfall(view: ServicePage) -> Chart | None:
    if not view.steps:
        return None
    ends = {"base", "index"}
    rungs = [
        Rung(
            name=step.name[:1].upper() + step.name[1:],
            start=step.start,
            end=step.end,
            shown=shown(step.points) if step.key in ends else signed(step.points),
            is_whole=step.key in ends,
        )
        for step in view.steps
    ]
    index_now, base = view.service.index or 0.0, view.steps[0].end
    apart = f"{shown(abs(index_now - base))} points {'above' if index_now >= base else 'below'}"
    return waterfall_chart(
        rungs,
        title=f"{view.service.name} stands {apart} a typical service",
        summary=(
            "It starts from the index of a typical service. Each step is what a criterion adds because this "
            "service differs from the one in the middle, or takes off (hatched)."
        ),
    )


# --- leaving ------------------------------------------------------------------------------------------------


@blueprint.get("/priorities/<int:run_id>/export/<any(csv, xlsx):kind>")
def export(run_id: int, kind: str) -> ResponseReturnValue:
    """The whole ranking, unrounded, as a CSV file or a workbook with its weights."""
    with reading() as store:
        view = priorities.board(store, run_id)
    ranking = _ranking_rows(view)
    name = file_name(view.run.name)
    if kind == "csv":
        return send_file(
            BytesIO(csv_file(ranking)), "text/csv", as_attachment=True, download_name=f"{name}.csv"
        )
    made = workbook((ranking, _weight_rows(view), _about_rows(view)), title=view.run.name)
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return send_file(BytesIO(made), sheet, as_attachment=True, download_name=f"{name}.xlsx")


def file_name(run: str) -> str:
    """The name of a run as that of a file, without its ending."""
    return "".join(letter if letter.isalnum() else "-" for letter in run.lower()).strip("-") or "ranking"


def _ranking_rows(view: Board) -> Rows:
    columns = (
        "Place", "Key", "Service", "Directorate", "Index",
        *(f"{group.capitalize()}, points" for group in view.groups),
        "Value for money, of 100", "Materiality and pressure, 0 to 1", "Gross expenditure, £",
        "Gross expenditure, year", "Gross expenditure, source",
        f"Share of trials in the top {view.top}", "Best place, 5 %", "Worst place, 95 %",
        "Share of weight missing", "Missing", "Suggested outcome", "Rule", "Why", "Borderline",
        "Decided outcome", "Topic",
    )  # fmt: skip
    names = {criterion.key: criterion.name for criterion, _ in view.weights}
    return Rows("Ranking", columns, tuple(_export(line, names, view.spending) for line in view.lines))


def _export(line: Line, names: Mapping[str, str], spending: Sequence[Spending]) -> tuple[Cell, ...]:
    said = None if line.spending is None else spending[line.spending]
    return (
        line.rank,
        line.key,
        line.name,
        line.directorate,
        line.index,
        *(line.groups if line.rank is not None else (None,) * len(line.groups)),
        line.result,
        line.pressure,
        None if line.gross is None else Decimal(line.gross),
        said.year or None if said else None,
        said.publication or f"Answer: {said.title}" if said else None,
        line.top_share,
        line.rank_from,
        line.rank_to,
        line.missing_weight,
        ", ".join(names.get(key, key) for key in line.missing) or None,
        OUTCOME_WORDS[line.outcome],
        line.rule,
        line.reason,
        "yes" if line.borderline else None,
        OUTCOME_WORDS.get(line.decided),
        line.topic or None,
    )


def _weight_rows(view: Board) -> Rows:
    columns = (
        "Criterion", "Group", "Unit", "Direction", "Transform", "Low goalpost", "High goalpost", "Weight",
        "Lowest given", "Highest given", "Effective weight", "Top stays down to", "Top stays up to", "Source",
    )  # fmt: skip
    return Rows("Weights", columns, tuple(_weight(view, c, share) for c, share in view.weights))


def _weight(view: Board, criterion: Criterion, share: float) -> tuple[Cell, ...]:
    low, high = criterion.goalposts or (None, None)
    least, most = view.ranges.get(criterion.key, (None, None))
    down, up = view.intervals.get(criterion.key) or (None, None)
    return (
        criterion.name,
        criterion.group,
        criterion.unit,
        criterion.direction,
        criterion.transform,
        low,
        high,
        share,
        least,
        most,
        view.effective.get(criterion.key),
        down,
        up,
        criterion.source,
    )


def _about_rows(view: Board) -> Rows:
    about: tuple[tuple[Cell, ...], ...] = (
        ("Run", view.run.name),
        ("Cycle", view.run.cycle),
        ("Made by", view.run.by),
        ("Made at", view.run.at),
        ("Members whose points were averaged", ", ".join(view.members)),
        ("Services there is capacity for", view.top),
        ("Trials of each kind of weights", view.draws),
        *((("Warning", words)) for words in view.warnings),
        *((f"Not in this run: {name}", STATUS_WORDS.get(status, status)) for name, status in view.left_out),
    )
    return Rows("About", ("What", "Value"), about)
