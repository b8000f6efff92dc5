"""A council's figures beside those of others: of one service, of all, and the measures to compare."""

from collections.abc import Iterable, Sequence
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Conflict, Invalid, Problem
from vfm.reports import comparator_chart as say
from vfm.reports import result as scores
from vfm.reports import workbook
from vfm.reports.charts import Chart
from vfm.reports.comparator_chart import Dot
from vfm.reports.workbook import Cell, Rows
from vfm.scoring.comparison import Standing
from vfm.web.access import allows
from vfm.web.attachments import EXCEL, attachment
from vfm.web.current import actor, now, reading, transaction
from vfm.web.filters import plural
from vfm.web.row_ids import row_id
from vfm.workflows import comparators
from vfm.workflows.comparators import Choice, Comparison, Line, Wanted

blueprint = Blueprint("comparators", __name__)

ONLY = (
    ("", "Every measure"),
    ("unit_costs", "Unit costs"),
    ("above", "Above the median of the group"),
    ("below", "Below the median of the group"),
    ("missing", "Without a figure of your council"),
)
"""(key, words) of the measures that can be shown alone."""
FEW = 3
"""So many measures of a service are all shown whole."""
COLUMNS = (
    "Service", "Service key", "Directorate", "Measure", "Measure key", "Unit", "Year", "Divided by year",
    "Own figure", "Comparators", "Comparators with a figure", "Comparators without a figure",
    "Median of comparators", "Above the median, share", "Lower", "Equal", "Higher", "Place from the lowest",
    "Percentile, share", "Same kind with a figure", "Percentile among the same kind, share", "England",
    "Which is better", "Section", "Self score", "Agreed score", "Source", "Publisher", "Basis", "Licence",
    "Why there is no figure",
)  # fmt: skip
FIGURE_COLUMNS = ("Measure", "Measure key", "Unit", "Year", "Council", "Figure", "Comparator")


@blueprint.get("/comparisons")
def index() -> ResponseReturnValue:
    """Every measure beside every service, sorted and filtered."""
    wanted = _wanted()
    with reading() as store:
        listing = comparators.index(store, wanted, by=actor())
    return render_template(
        "comparators/index.html",
        listing=listing,
        wanted=wanted,
        only=ONLY,
        sort_link=_sort_link,
        base=url_for("comparators.service", service_id=0).removesuffix("0/comparison"),
        say=say,
        scores=scores,
        may_take_in=allows("figure_imports.index", actor()),
        may_set_code=allows("council.edit", actor()),
    )


@blueprint.get("/comparisons/export/<any(csv, xlsx):form>")
def export(form: str) -> ResponseReturnValue:
    """What the list shows, figures exact."""
    with reading() as store:
        listing = comparators.index(store, _wanted(), by=actor())
    return _sent((_summary(listing.lines),), "Comparisons", form)


def _wanted() -> Wanted:
    asked = request.args
    return Wanted(
        asked.get("q", "").strip(),
        asked.get("directorate", ""),
        asked.get("only", ""),
        asked.get("sort", "service"),
    )


def _sort_link(column: str) -> str:
    """This list sorted by a column; by the one it is sorted by already, turned round."""
    now_by = request.args.get("sort", "service")
    asked = {**request.args, "sort": f"-{column}" if now_by == column else column}
    return f"{url_for('comparators.index')}?{urlencode(asked)}"


# --- one service -----------------------------------------------------------------------------------------


@blueprint.get("/services/<int:service_id>/comparison")
def service(service_id: int) -> ResponseReturnValue:
    """A service's measures beside those of other councils; `?open=ID` opens one, `?open=all` every one."""
    view = _compared(service_id)
    opened = _opened(view.lines, request.args.get("open", ""))
    return render_template(
        "comparators/service.html",
        view=view,
        sentence=_sentence(view.lines),
        opened=opened,
        charts={line.id: _chart(view, line) for line in opened},
        trends={line.id: say.over_time(f"t{line.id}", line.title, line.unit, line.years) for line in opened},
        link=_link,
        say=say,
        scores=scores,
        may_choose=allows("comparators.measures", actor()),
        may_read=allows("results.show", actor()),
        may_set_code=allows("council.edit", actor()),
        may_take_in=allows("figure_imports.index", actor()),
    )


@blueprint.get("/services/<int:service_id>/comparison/export/<any(csv, xlsx):form>")
def service_export(service_id: int, form: str) -> ResponseReturnValue:
    """The same to take away: a sheet of measures, and in Excel one of every council's figure."""
    view = _compared(service_id)
    sheets = (_summary(view.lines), _figures(view)) if form == "xlsx" else (_summary(view.lines),)
    return _sent(sheets, f"{view.service.name} comparison", form)


def _compared(service_id: int) -> Comparison:
    group_id = request.args.get("group", type=row_id)
    year = request.args.get("year", "")
    with reading() as store:
        return comparators.service(store, service_id, group_id=group_id, year=year, by=actor())


def _opened(lines: Sequence[Line], asked: str) -> tuple[Line, ...]:
    """The lines that are shown whole: all where there are few or all were asked for, else one."""
    if asked == "all" or len(lines) <= FEW:
        return tuple(lines)
    return tuple(line for line in lines if str(line.id) == asked) or tuple(lines[:1])


def _link(service_id: int, opened: str | int) -> str:
    """This page with another measure opened."""
    asked = {name: value for name, value in request.args.items() if name in ("group", "year") and value}
    anchor = "measures" if opened == "all" else f"measure-{opened}"
    return f"{url_for('.service', service_id=service_id)}?{urlencode({**asked, 'open': opened})}#{anchor}"


def _sentence(lines: Sequence[Line]) -> str:
    """How many measures are above and below the median of their group."""
    differences = [line.beside.difference for line in lines if line.beside]
    known = [share for share in differences if share is not None]
    if not known:
        return "Nothing can be compared yet."
    above, below = sum(share > 0 for share in known), sum(share < 0 for share in known)
    same = len(known) - above - below
    told = ((above, "above"), (below, "below"), (same, "at"))
    if len(known) == 1:
        (where,) = [words for count, words in told if count]
        return f"The one measure that can be compared is {where} the median of the comparators."
    named = [f"{count} {'is' if count == 1 else 'are'} {where}" for count, where in told if count]
    joined = f"{', '.join(named[:-1])} and {named[-1]}" if len(named) > 1 else named[0]
    return f"Of {plural(len(known), 'measure')}, {joined} the median of the comparators."


def _chart(view: Comparison, line: Line) -> Chart | None:
    if line.beside is None:
        return None
    figures = line.beside.figures
    members = [Dot(view.names[council], figures[council]) for council in line.beside.group]
    return say.dots(f"m{line.id}", line.title, line.unit, line.beside, members, line.group_name)


def _summary(lines: Iterable[Line]) -> Rows:
    return Rows("Measures", COLUMNS, tuple(_row(line) for line in lines))


def _row(line: Line) -> tuple[Cell, ...]:
    found, own, score = line.beside, line.own, line.score
    return (
        line.service,
        line.service_key,
        line.directorate,
        line.title,
        line.key,
        line.unit or None,
        found.year if found else None,
        line.under_year or None,
        own.amount if own else None,
        line.group_name or None,
        len(found.group) if found else None,
        len(found.missing) if found else None,
        found.median if found else None,
        found.difference if found else None,
        *_counts(found.in_group if found else None),
        *_share(found.among_alike if found else None),
        found.country if found else None,
        {"low": "lower", "high": "higher"}.get(line.polarity),
        (score.section or "Overall") if score else None,
        score.self_points if score else None,
        score.agreed_points if score else None,
        own.source.title if own else None,
        own.source.publisher if own else None,
        own.source.basis if own else None,
        own.source.licence if own else None,
        line.why_not or None,
    )


def _counts(standing: Standing | None) -> tuple[Cell, ...]:
    if standing is None or not standing.counted:
        return (None,) * 5
    return standing.lower, standing.equal, standing.higher, standing.place, standing.percentile


def _share(standing: Standing | None) -> tuple[Cell, ...]:
    return (None, None) if standing is None else (standing.counted, standing.percentile)


def _figures(view: Comparison) -> Rows:
    """Every council's figure of each measure in the year shown, the council's own first."""
    rows: list[tuple[Cell, ...]] = []
    for line in view.lines:
        if line.beside is None:
            continue
        place = (line.title, line.key, line.unit or None, line.beside.year)
        rows.append((*place, say.OWN, line.beside.own, None))
        named = sorted(line.beside.figures, key=lambda council: view.names[council])
        for council in named:
            is_member = "yes" if council in line.beside.group else None
            rows.append((*place, view.names[council], line.beside.figures[council], is_member))
    return Rows("Councils", FIGURE_COLUMNS, tuple(rows))


def _sent(sheets: tuple[Rows, ...], name: str, form: str) -> ResponseReturnValue:
    if form == "csv":
        return attachment(workbook.csv_file(sheets[0]), f"{name}.csv", "text/csv")
    return attachment(workbook.workbook(sheets, title=name), f"{name}.xlsx", EXCEL)


# --- which measures --------------------------------------------------------------------------------------


@blueprint.route("/services/<int:service_id>/measures", methods=["GET", "POST"])
def measures(service_id: int) -> ResponseReturnValue:
    """The measures that stand beside a service, and one more."""
    if request.method == "GET":
        return _measures(service_id)
    choice = Choice(*(request.form.get(name, "") for name in ("measure", "per", "group", "section")))
    try:
        with transaction() as store:
            comparators.put_beside(store, service_id, choice, by=actor(), now=now())
    except Invalid as error:
        return _measures(service_id, choice, error.problems), 422
    flash("It stands beside the service now.", "done")
    return redirect(url_for(".measures", service_id=service_id), 303)


@blueprint.post("/services/<int:service_id>/measures/<int:link_id>/take-away")
def take_away(service_id: int, link_id: int) -> ResponseReturnValue:
    """Let a measure stand beside a service no more."""
    try:
        with transaction() as store:
            comparators.take_away(store, service_id, link_id, by=actor(), now=now())
    except Conflict as error:
        flash(error.message, "note")
    else:
        flash("It stands beside the service no more. Its figures are kept.", "done")
    return redirect(url_for(".measures", service_id=service_id), 303)


def _measures(service_id: int, choice: Choice | None = None, problems: Sequence[Problem] = ()) -> str:
    words = request.values.get("words", "").strip()
    with reading() as store:
        view = comparators.beneath(store, service_id, words)
    return render_template(
        "comparators/measures.html", view=view, words=words, choice=choice or Choice(), problems=problems
    )
