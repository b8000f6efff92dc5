"""How scores moved in the challenge: a cycle, its agreement, and who always goes one way."""

from decimal import ROUND_HALF_UP, Decimal
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.reports import agreement_words, movement_chart
from vfm.reports import result as say
from vfm.reports.workbook import Cell, Rows
from vfm.scoring.agreement import Agreement
from vfm.scoring.calibration import FEWEST_ITEMS
from vfm.scoring.double_scores import DoubleScores
from vfm.scoring.movement import FEWEST_MOVES, UNLIKELY, Means, Tally
from vfm.web.access import allows
from vfm.web.attachments import table_file
from vfm.web.current import actor, reading
from vfm.workflows import movement
from vfm.workflows.movement import Going, Wanted

blueprint = Blueprint("movement", __name__)

COLUMNS = (
    ("service", "Service", False),
    ("directorate", "Directorate", False),
    ("own", "Self", True),
    ("challenged", "Challenged", True),
    ("agreed", "Agreed", True),
    ("movement", "Moved, points", True),
    ("challenges", "Challenges", True),
)
"""(sort, heading, whether it holds numbers) of the services' columns."""
WENT = ("Settled up", "Settled down", "Settled as it was")
SERVICE_COLUMNS = (
    "Service", "Directorate", "State", "Self", "Challenged", "Agreed", "Moved", "Challenges", *WENT
)  # fmt: skip
SECTION_COLUMNS = (
    "Section", "Title", "Agreed results", "Mean self", "Mean challenged", "Mean agreed", "Mean movement",
    "Results up", "Results down", "Results unmoved", "Challenges", *WENT,
)  # fmt: skip
MOVED = {"down": "Moved down", "up": "Moved up", "kept": "Did not move", "unknown": "Not agreed yet"}
PAIRS = ("Self and challenged", "Challenged and agreed", "Self and agreed")
BOTH = (("Self", "Challenged"), ("Challenged", "Agreed"), ("Self", "Agreed"))
"""What stands down and across in each table of levels."""


@blueprint.get("/movement")
def newest() -> ResponseReturnValue:
    """The newest cycle that is challenged; says so where there is no cycle yet."""
    with reading() as store:
        cycle_id = movement.newest(store)
    if cycle_id is None:
        return render_template("movement/empty.html")
    return redirect(url_for(".show", cycle_id=cycle_id))


@blueprint.get("/cycles/<int:cycle_id>/movement")
def show(cycle_id: int) -> ResponseReturnValue:
    """Self, challenged and agreed by service and by section."""
    wanted = _wanted()
    with reading() as store:
        view = movement.show(store, cycle_id, wanted)
    return render_template(
        "movement/show.html",
        view=view,
        wanted=wanted,
        moved=MOVED,
        headings=[(*column, _sort_link(cycle_id, wanted, column[0])) for column in COLUMNS],
        chart=movement_chart.movement(_moved(view), view.means),
        base=_base(),
        say=say,
    )


@blueprint.get("/cycles/<int:cycle_id>/movement.<any(csv, xlsx):form>")
def export(cycle_id: int, form: str) -> ResponseReturnValue:
    """The services as filtered and sorted, numbers unrounded; in Excel the sections too."""
    with reading() as store:
        view = movement.show(store, cycle_id, _wanted())
    services = Rows("Services", SERVICE_COLUMNS, tuple(_service_line(row) for row in view.rows))
    lines = [
        (one.key, one.title, *_means(one.means), one.challenges, *_ways(one.tally)) for one in view.sections
    ]
    sections = Rows("Sections", SECTION_COLUMNS, tuple(lines))
    return table_file([services, sections], f"{view.cycle} movement", form)


def _wanted() -> Wanted:
    taken = request.args
    return Wanted(
        search=taken.get("q", "").strip(),
        directorate=taken.get("directorate", ""),
        moved=taken.get("moved", ""),
        sort=taken.get("sort", "movement"),
    )


def _sort_link(cycle_id: int, wanted: Wanted, column: str) -> str:
    """Sort by this column; a second time turns it round."""
    sort = f"-{column}" if wanted.sort == column else column
    state = {key: value for key, value in (request.args | {"sort": sort}).items() if value}
    return f"{url_for('.show', cycle_id=cycle_id)}?{urlencode(state)}"


def _base() -> str:
    """Where a service's row leads, before the assessment's id: its challenge, or for auditors its result."""
    if allows("challenge.show", actor()):
        return url_for("challenge.show", assessment_id=0).removesuffix("0")
    return ""


def _moved(view: movement.Movement) -> list[movement_chart.Moved]:
    found = []
    for row in view.rows:
        one = row.overall
        if one.own is not None and one.agreed is not None:
            raised = one.own if one.challenged is None else one.challenged
            found.append(movement_chart.Moved(row.service, one.own, raised, one.agreed))
    return found


def _service_line(row: movement.ServiceMoved) -> tuple[Cell, ...]:
    one = row.overall
    return (
        row.service,
        row.directorate,
        "Agreed" if row.status == "agreed" else "Open",
        one.own,
        one.challenged,
        one.agreed,
        one.movement,
        row.challenges,
        *_ways(row.tally),
    )


def _means(one: Means) -> tuple[Cell, ...]:
    return one.count, one.own, one.challenged, one.agreed, one.movement, *_ways(one.tally)


def _ways(one: Tally) -> tuple[int, int, int]:
    return one.ups, one.downs, one.kept


# --- agreement ----------------------------------------------------------------------------------------------


@blueprint.get("/cycles/<int:cycle_id>/agreement")
def agreement(cycle_id: int) -> ResponseReturnValue:
    """How far self, challenged and agreed levels agree, by section and question, with the levels crossed."""
    with reading() as store:
        view = movement.agreement(store, cycle_id)
    return render_template(
        "movement/agreement.html",
        view=view,
        found=view.found,
        pairs=PAIRS,
        both=BOTH,
        kappa=_kappa,
        how=agreement_words.HOW,
        fewest=FEWEST_ITEMS,
        may_calibrate=allows("calibrations.index", actor()),
        say=say,
    )


@blueprint.get("/cycles/<int:cycle_id>/agreement.<any(csv, xlsx):form>")
def export_agreement(cycle_id: int, form: str) -> ResponseReturnValue:
    """Every figure of the page, unrounded; in Excel the levels crossed too."""
    with reading() as store:
        view = movement.agreement(store, cycle_id)
    columns = ("Part", "Compared", "Answers", "Share exact", "Share within one level", "Weighted kappa",
               "95% interval from", "95% interval to", "Agreed lower", "Agreed higher")  # fmt: skip
    lines: list[tuple[Cell, ...]] = []
    sheets = []
    if view.found is not None:
        lines = [
            ("All", name, *_line(one), None, None) for name, one in zip(PAIRS, view.found.pairs, strict=True)
        ]
        for word, parts in (("Section", view.found.sections), ("Question", view.found.questions)):
            lines += [
                (f"{word} {one.key}", PAIRS[2], *_line(one.figures), one.lower, one.higher) for one in parts
            ]
        sheets = _crossed(view.found)
    rows = Rows("Agreement", columns, tuple(lines))
    return table_file([rows, *sheets], f"{view.cycle} agreement of scores", form)


def _line(one: Agreement) -> tuple[Cell, ...]:
    return one.count, one.exact, one.within_one, one.kappa, one.low, one.high


def _crossed(found: DoubleScores) -> list[Rows]:
    return [
        Rows(
            f"{down} by {across}",
            (f"{down} level", *(f"{across} {level}" for level in found.scale)),
            tuple((level, *row) for level, row in zip(found.scale, table, strict=True)),
        )
        for (down, across), table in zip(BOTH, found.tables, strict=True)
    ]


def _kappa(one: Agreement) -> str:
    """A kappa with its interval and meaning, or why there is none."""
    if one.count < FEWEST_ITEMS:
        return f"too few ({one.count})"
    if one.kappa is None:
        return "all the same level"
    span = "" if one.low is None or one.high is None else (
        f" ({agreement_words.figure(one.low)} to {agreement_words.figure(one.high)})"
    )  # fmt: skip
    return f"{agreement_words.figure(one.kappa)}{span}, {agreement_words.kappa_word(one.kappa)}"


# --- always one way -----------------------------------------------------------------------------------------


@blueprint.get("/challenge/one-way")
def one_way() -> ResponseReturnValue:
    """Whose scores always move the same way, over all cycles."""
    with reading() as store:
        view = movement.one_way(store)
    groups = (
        ("services", "Services", view.services),
        ("challengers", "Challengers", view.challengers),
        ("directorates", "Directorates", view.directorates),
    )
    return render_template(
        "movement/one_way.html",
        view=view,
        groups=groups,
        shows=request.args.get("show", "one-way"),
        direction=_direction,
        chance=_chance,
        fewest=FEWEST_MOVES,
        unlikely=UNLIKELY,
    )


@blueprint.get("/challenge/one-way.<any(csv, xlsx):form>")
def export_one_way(form: str) -> ResponseReturnValue:
    """Every service, challenger and directorate with a settled challenge."""
    with reading() as store:
        view = movement.one_way(store)
    lines = [
        (kind, one.name, one.tally.count, *_ways(one.tally), one.tally.unknown, one.tally.probability,
         "yes" if one.tally.is_one_way else "no", ", ".join(one.cycles))
        for kind, found in (
            ("Service", view.services), ("Challenger", view.challengers), ("Directorate", view.directorates)
        )
        for one in found
    ]  # fmt: skip
    columns = ("Kind", "Name", "Settled challenges", "Up", "Down", "Kept", "Not comparable",
               "Sign-test probability", "Always one way", "Cycles")  # fmt: skip
    return table_file(Rows("One way", columns, tuple(lines)), "Challenges always one way", form)


def _direction(one: Going) -> str:
    """What is said of how somebody's scores go."""
    ways = one.tally
    if ways.moved < FEWEST_MOVES:
        return "Too few moved to say"
    if not ways.is_one_way:
        return "Both ways"
    return "Always down" if ways.downs else "Always up"


def _chance(one: Going) -> str:
    """The probability of a split so uneven, as people read it."""
    chance = one.tally.probability
    if chance is None:
        return "–"
    if chance < 0.001:
        return "under 1 in 1,000"
    rounded = Decimal(repr(chance)).quantize(Decimal("0.001"), ROUND_HALF_UP)
    return f"{rounded:f}".rstrip("0").rstrip(".")
