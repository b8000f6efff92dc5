"""Trends: one service over its cycles, and how all services of a cycle moved since their baselines."""

from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.reports import changes as moves
from vfm.reports import cycle_changes, service_trend, targets, workbook
from vfm.reports import result as figures
from vfm.reports.workbook import Cell, Rows
from vfm.scoring.service_results import Wanted
from vfm.web.attachments import EXCEL, attachment
from vfm.web.current import actor, reading
from vfm.web.row_ids import row_id
from vfm.workflows import trends
from vfm.workflows.trends import CycleView, Line, View

blueprint = Blueprint("trends", __name__)


# --- one service --------------------------------------------------------------------------------------------


@blueprint.get("/services/<int:service_id>/trend")
def show(service_id: int) -> ResponseReturnValue:
    """A service over the cycles of a template; `?template=ID`."""
    view = _view(service_id)
    trend = view.trend
    return render_template(
        "trends/show.html",
        view=view,
        chart=service_trend.chart(trend, view.targets),
        sections=trend.sections(),
        newest=trend.scored[-1] if trend.scored else None,
        reasons=[words for point in trend.points if (words := service_trend.why_no_point(point))],
        titles={"": "Overall"} | trend.sections(),
        say=service_trend,
        moves=moves,
        towards=targets,
    )


@blueprint.get("/services/<int:service_id>/trend.<any(csv, xlsx):form>")
def export(service_id: int, form: str) -> ResponseReturnValue:
    """The trend to take away, numbers unrounded: the cycles as CSV, with the sections as Excel."""
    view = _view(service_id)
    sheets = service_trend.rows(view.trend)
    name = f"{view.service.name} trend"
    if form == "csv":
        return attachment(workbook.csv_file(sheets[0]), f"{name}.csv", "text/csv; charset=utf-8")
    return attachment(workbook.workbook(sheets, title=name), f"{name}.xlsx", EXCEL)


def _view(service_id: int) -> View:
    with reading() as store:
        return trends.show(store, service_id, request.args.get("template", type=row_id), by=actor())


# --- a cycle ------------------------------------------------------------------------------------------------


@blueprint.get("/cycles/<int:cycle_id>/changes")
def index(cycle_id: int) -> ResponseReturnValue:
    """The change of every service of a cycle since its baseline: distribution, list, filters."""
    wanted, verdict = _wanted()
    chosen = request.args.get("cycle", type=row_id)
    if chosen is not None and chosen != cycle_id:
        return redirect(url_for(".index", cycle_id=chosen))
    with reading() as store:
        view = trends.index(store, cycle_id, wanted, verdict, by=actor())
    measured = [line for line in view.lines if line.like_for_like is not None]
    return render_template(
        "trends/index.html",
        view=view,
        wanted=wanted,
        verdict=verdict,
        chart=cycle_changes.distribution(
            [(line.like_for_like or 0.0, line.verdict in ("up", "down")) for line in measured]
        ),
        verdicts=cycle_changes.VERDICTS,
        why=_why,
        link=lambda **changed: _link(cycle_id, **changed),
        sort_link=lambda column: _sort_link(cycle_id, wanted, column),
        moves=moves,
        figures=figures,
        towards=targets,
    )


@blueprint.get("/cycles/<int:cycle_id>/changes.<any(csv, xlsx):form>")
def export_cycle(cycle_id: int, form: str) -> ResponseReturnValue:
    """The list as filtered, numbers unrounded."""
    with reading() as store:
        view = trends.index(store, cycle_id, *_wanted(), by=actor())
    rows = _rows(view)
    name = f"{view.cycle} changes"
    if form == "csv":
        return attachment(workbook.csv_file(rows), f"{name}.csv", "text/csv; charset=utf-8")
    return attachment(workbook.workbook([rows], title=name), f"{name}.xlsx", EXCEL)


def _wanted() -> tuple[Wanted, str]:
    taken = request.args
    wanted = Wanted(
        search=taken.get("q", "").strip(),
        directorate=taken.get("directorate", ""),
        sort=taken.get("sort", "-change"),
    )
    verdict = taken.get("verdict", "")
    return wanted, verdict if verdict in trends.VERDICTS else ""


def _link(cycle_id: int, **changed: str) -> str:
    """This page with some of its state changed; blanks are left out of the address."""
    state = {key: value for key, value in (request.args | changed).items() if value}
    address = url_for(".index", cycle_id=cycle_id)
    return f"{address}?{urlencode(state)}" if state else address


def _sort_link(cycle_id: int, wanted: Wanted, column: str) -> str:
    """Sort by this column; a second time turns it round. Figures begin with the largest."""
    is_text = column in ("service", "directorate")
    first, second = (column, f"-{column}") if is_text else (f"-{column}", column)
    return _link(cycle_id, sort=second if wanted.sort == first else first)


def _why(line: Line) -> str:
    """Why a service has no like-for-like change; "" where it has one."""
    if line.verdict == "waiting":
        return "A change is listed once the result is agreed"
    if line.verdict == "start":
        is_this = line.start_id == line.row.assessment_id
        return "This cycle is the baseline" if is_this else "There was no baseline when it was agreed"
    if line.too_little is not None:
        then, now = (moves.percent(share) for share in line.too_little)
        return f"Only {then} of the weight then and {now} now is comparable"
    return ""


COLUMNS = (
    "Key", "Service", "Directorate", "Baseline score", "Score", "Reported change", "From the answers",
    "From the weights", "From the scope", "Like-for-like change", "Verdict", "Why not",
    "Share compared then", "Share compared now", "Target", "Target by", "Gap closed",
)  # fmt: skip


def _rows(view: CycleView) -> Rows:
    return Rows("Changes", COLUMNS, tuple(_row(line) for line in view.lines))


def _row(line: Line) -> tuple[Cell, ...]:
    change = line.change or {}
    return (
        line.row.service_key,
        line.row.service,
        line.row.directorate,
        line.then,
        line.row.score,
        *(change.get(part) for part in ("reported", "answers", "weights", "scope")),
        line.like_for_like,
        cycle_changes.VERDICTS[line.verdict][0],
        _why(line) or None,
        *(change.get("common_weight") or (None, None)),
        line.target.points if line.target else None,
        line.target.due_on if line.target else None,
        line.way.share if line.way else None,
    )
