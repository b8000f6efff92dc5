"""All services of a cycle together: heat map, spread, outliers, directorates, questions, figures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.prioritisation.contrasts import AHEAD_OF_FEW, AHEAD_OF_MOST, HIGH, RULE_WORDS
from vfm.prioritisation.facts import WEAK_SECTION
from vfm.prioritisation.provenance import in_words, publications
from vfm.questionnaires.answers import Evidence, grade_words
from vfm.questionnaires.schema import Band
from vfm.questionnaires.wording import counted, listed
from vfm.reports import cohort_charts as draw
from vfm.reports import result as say
from vfm.reports import workbook
from vfm.reports.charts import Chart, Column
from vfm.reports.workbook import Rows
from vfm.scoring.bands import band_of
from vfm.scoring.cohort import FAR_BY_Z, FAR_WORDS, FEWEST_PEERS, QUARTILE_WORDS
from vfm.scoring.rounding import at_the_ends
from vfm.store.database import Session
from vfm.web import cohort_exports as sheets
from vfm.web.attachments import EXCEL, attachment
from vfm.web.cohort_links import CARRIED, link, sort_link, tabs, wanted
from vfm.web.cohort_words import ABOUT_WORDS, AHEAD_WORDS, GROUP_WORDS, VERDICTS, why
from vfm.web.current import actor, reading
from vfm.web.results import OVERALL_WORDS, STATUS_WORDS, TEXT_COLUMNS
from vfm.workflows import cohort_figures, cohort_questions, cohorts
from vfm.workflows.cohorts import By

blueprint = Blueprint("cohorts", __name__)

MOST_LOSSES = 12
"""Questions that the chart of what is lost draws; the table has them all."""


def _page(name: str, view: Any, **more: Any) -> str:
    """A page of a cycle with what all of them show."""
    return render_template(
        f"cohorts/{name}.html",
        view=view,
        cohort=view.cohort,
        tabs=tabs(view.cohort.cycle_id),
        statuses=STATUS_WORDS,
        say=say,
        link=link,
        downloads=[_download(view.cohort.cycle_id, form) for form in ("csv", "xlsx")],
        everything=request.path,
        **more,
    )


def _download(cycle_id: int, form: str) -> str:
    """Where what is shown here can be had as a file, chosen and sorted as it is."""
    here = str(request.endpoint).removeprefix("cohorts.").replace("_", "-")
    state: dict[str, Any] = request.args.to_dict()
    if here == "question":
        key = (request.view_args or {})["key"]
        return url_for("cohorts.export_question", cycle_id=cycle_id, key=key, form=form, **state)
    return url_for("cohorts.export", cycle_id=cycle_id, view=here, form=form, **state)


def _result(assessment_id: int, section: str = "", question: str = "") -> str:
    """A result, opened at one of its sections or questions."""
    if not section and not question:
        return url_for("results.show", assessment_id=assessment_id)
    anchor = question or f"section-{section}"
    return url_for("results.show", assessment_id=assessment_id, open=question or section, _anchor=anchor)


def _section() -> str:
    return request.args.get("section", "")


def _by(among: Sequence[str], otherwise: By) -> By:
    asked = request.args.get("by", "")
    return next((by for by in get_args(By) if by == asked and by in among), otherwise)


# --- the heat map -------------------------------------------------------------------------------------------

FEW_WORDS = {
    "insufficient": "few",
    "provisional": "few",
    "not_applicable": "n/a",
    "unscored": "–",
    "scored": "–",
}
"""A cell of the heat map without a score."""


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One cell of the heat map: what it says, and the class of its colour and pattern."""

    words: str
    look: str


NO_CELL = HeatCell("–", "vfm-heat")


@blueprint.get("/cycles/<int:cycle_id>/cohort")
def heat_map(cycle_id: int) -> ResponseReturnValue:
    """Every service in every section, as a map of colours, patterns and figures."""
    asked = wanted()
    with reading() as store:
        view = _read_heat_map(store, cycle_id)
    cells = _Cells(view.cohort.bands)
    keys = [key for key, _ in view.cohort.sections]
    return _page(
        "heat_map",
        view,
        wanted=asked,
        legend=say.band_words(view.cohort.bands),
        sort_link=lambda column: sort_link(asked.sort, column, is_text=column in TEXT_COLUMNS),
        groups=[
            (
                group,
                cells.of_score(group.median),
                [cells.of_score(group.medians[key]) for key in keys],
                [
                    (row, cells.of(row.overall), [cells.of(row.sections.get(key)) for key in keys])
                    for row in group.rows
                ],
            )
            for group in view.groups
        ],
        whole=[cells.of_score(view.whole.median), *(cells.of_score(view.whole.medians[key]) for key in keys)],
        finding=_heat_finding(view),
        base=url_for("results.show", assessment_id=0).removesuffix("0/result"),
        tails=[f"/result?open={key}#section-{key}" for key in keys],
        short=OVERALL_WORDS,
    )


def _read_heat_map(store: Session, cycle_id: int) -> cohorts.HeatMap:
    grouped = request.args.get("group") == "directorate"
    return cohorts.heat_map(store, cycle_id, wanted(), grouped=grouped, by=actor())


class _Cells:
    """Cells of a heat map, each made once, as a page has thousands that are alike."""

    def __init__(self, bands: Sequence[Band]) -> None:
        self._bands = bands
        self._made: dict[tuple[float | str | None, str], HeatCell] = {}

    def of(self, kept: Mapping[str, Any] | None) -> HeatCell:
        """The cell of an overall or a section, as the outline keeps it."""
        if kept is None:
            return NO_CELL
        known = (kept["score"] if kept["score"] is not None else kept.get("result"), kept["status"])
        if known not in self._made:
            self._made[known] = self._cell(*known)
        return self._made[known]

    def of_score(self, score: float | None) -> HeatCell:
        """The cell of a median."""
        return self._cell(score, "")

    def _cell(self, figure: float | str | None, status: str) -> HeatCell:
        if figure is None:
            return HeatCell(FEW_WORDS.get(status) or OVERALL_WORDS.get(status) or "–", "vfm-heat")
        if isinstance(figure, str):
            return HeatCell(figure, "vfm-heat")
        band = band_of(self._bands, figure)
        return HeatCell(say.points(figure), f"vfm-heat vfm-heat--{band.colour}" if band else "vfm-heat")


def _heat_finding(view: cohorts.HeatMap) -> str:
    """Which section is weakest and which strongest, in one sentence; empty where there is none."""
    titles = dict(view.cohort.sections)
    medians = {titles[key]: median for key, median in view.whole.medians.items() if median is not None}
    if not medians:
        return ""
    highest, lowest = at_the_ends(medians)
    low, high = say.points(medians[lowest[0]]), say.points(medians[highest[0]])
    if highest == lowest:
        return f"Every section stands at a median of {low} of 100."
    return f"Lowest median: {say.together(lowest)}, {low} of 100. Highest: {say.together(highest)}, {high}."


# --- how scores are spread ----------------------------------------------------------------------------------


@blueprint.get("/cycles/<int:cycle_id>/cohort/distribution")
def distribution(cycle_id: int) -> ResponseReturnValue:
    """How many services score how much; `?from=40&to=50` lists those of one step."""
    asked = wanted()
    with reading() as store:
        view = _read_distribution(store, cycle_id)
    return _page(
        "distribution",
        view,
        wanted=asked,
        between=_between(),
        charts=_spread_charts(view),
        scores=[(row, row.score_in(view.section), _band(view, row)) for row in view.listed],
        uncounted=[(one, why(one.why, section=bool(view.section))) for one in view.uncounted],
        method=QUARTILE_WORDS,
        where=_result,
    )


def _read_distribution(store: Session, cycle_id: int) -> cohorts.Distribution:
    return cohorts.distribution(store, cycle_id, wanted(), section=_section(), between=_between(), by=actor())


def _between() -> tuple[float, float] | None:
    """The step asked for; None where none was, or what was asked for is no step."""
    try:
        return float(request.args["from"]), float(request.args["to"])
    except (KeyError, ValueError):
        return None


def _band(view: cohorts.Distribution, row: Any) -> Band | None:
    return band_of(view.cohort.bands, row.score_in(view.section))


def _what(view: cohorts.Distribution | cohorts.Outliers) -> str:
    """Whose scores a page is about: the overall, or a section by its title."""
    sections = view.cohort.questionnaire.all_sections
    return sections[view.section].title if view.section else "the overall"


def _spread_charts(view: cohorts.Distribution) -> list[Chart]:
    """The scores counted, and what those that are not could still be; each where there is any."""
    ranges = [
        draw.Range(
            one.row.service,
            why(one.why, section=bool(view.section)),
            one.low,
            one.high,
            _result(one.row.assessment_id, view.section),
        )
        for one in view.uncounted
        if one.low is not None
    ]
    found = (_step_chart(view), draw.open_ranges(ranges))
    return [chart for chart in found if chart is not None]


def _step_chart(view: cohorts.Distribution) -> Chart | None:
    if view.quartiles is None:
        return None
    bars = [
        draw.Bar(
            f"{step.low} to {'under ' if step.high < 100 else ''}{step.high}",
            step.low,
            step.high,
            len(step.keys),
            f"{link(**{'from': str(step.low), 'to': str(step.high)})}#services",
        )
        for step in view.steps
    ]
    dots = [
        draw.Dot(row.service, row.score_in(view.section) or 0.0, _result(row.assessment_id, view.section))
        for row in view.rows
    ]
    return draw.distribution(_what(view), bars, dots, view.quartiles)


# --- outliers -----------------------------------------------------------------------------------------------


@blueprint.get("/cycles/<int:cycle_id>/cohort/outliers")
def outliers(cycle_id: int) -> ResponseReturnValue:
    """Services far from their peers, and what drives it."""
    with reading() as store:
        view = _read_outliers(store, cycle_id)
    titles = {key: section.title for key, section in view.cohort.questionnaire.all_sections.items()}
    return _page(
        "outliers",
        view,
        wanted=wanted(),
        chart=_outlier_chart(view),
        what=_what(view),
        titles=titles,
        questions=view.cohort.questionnaire.questions,
        rule=FAR_WORDS,
        where=_result,
        group_words=GROUP_WORDS,
        judged=[group for group in view.groups if group.ends],
        unjudged=[group for group in view.groups if not group.ends],
        fewest=FEWEST_PEERS,
        far_words=_far_words,
        far_by_z=FAR_BY_Z,
    )


def _read_outliers(store: Session, cycle_id: int) -> cohorts.Outliers:
    by_what = _by(("all", "directorate", "family"), "all")
    return cohorts.outliers(store, cycle_id, section=_section(), by_what=by_what, by=actor())


def _outlier_chart(view: cohorts.Outliers) -> Chart | None:
    rows = {row.assessment_id: row for row in view.cohort.rows}
    spreads = [
        draw.Spread(
            group.name,
            group.quartiles,
            ends=group.ends,
            dots=tuple(
                draw.Dot(rows[key].service, score, _result(key, view.section))
                for key, score in group.scores.items()
                if key not in {far.key for far in group.far}
            ),
            far=tuple(
                draw.Dot(rows[far.key].service, far.score, _result(far.key, view.section))
                for far in group.far
            ),
            cells=(
                *(("–", "–") if group.ends is None else map(say.points, _inside(group.ends))),
                len(group.far) if group.ends else "–",
            ),
        )
        for group in view.groups
    ]
    columns = [
        Column("Far is under", is_number=True),
        Column("Far is over", is_number=True),
        Column("Far from the rest", is_number=True),
    ]
    summary = (
        "Each row is a group of peers: its middle half as a bar, its median as a stroke, a dot for each "
        "service (larger where several score alike) and a diamond for one far from the rest; a grey stroke "
        "is where far begins."
    )
    return draw.spreads("peers", _outlier_title(view), summary, spreads, columns)


def _far_words(group: Any) -> str:
    """Where far begins for some peers; scores that spread over all there is leave no room for it."""
    low, high = group.ends
    said = [
        *([f"under {say.points(low)}"] if low > 0 else []),
        *([f"over {say.points(high)}"] if high < 100 else []),
    ]
    return f"far is {listed(said)}" if said else "they spread so widely that no score would be far"


def _inside(ends: tuple[float, float]) -> tuple[float, float]:
    """The ends where far begins, kept within what can be scored at all."""
    return max(ends[0], 0.0), min(ends[1], 100.0)


def _outlier_title(view: cohorts.Outliers) -> str:
    if not any(group.ends for group in view.groups):
        return "Too few services are scored to say who stands far from the rest"
    if not view.far:
        return "No service stands far from its peers"
    verb = "stands" if len(view.far) == 1 else "stand"
    return f"{counted(len(view.far), 'service')} {verb} far from the rest"


# --- directorates and families ------------------------------------------------------------------------------


@blueprint.get("/cycles/<int:cycle_id>/cohort/groups")
def groups(cycle_id: int) -> ResponseReturnValue:
    """How each directorate, division or family stands."""
    with reading() as store:
        view = _read_groups(store, cycle_id)
    return _page(
        "groups",
        view,
        wanted=wanted(),
        charts=_group_charts(view),
        group_words=GROUP_WORDS,
        services_of=lambda name: _services_of(view, name),
        method=QUARTILE_WORDS,
    )


def _read_groups(store: Session, cycle_id: int) -> cohorts.Standings:
    by_what = _by(("directorate", "division", "family"), "directorate")
    return cohorts.groups(store, cycle_id, by_what=by_what, by=actor())


def _services_of(view: cohorts.Standings, name: str) -> str:
    """The heat map of one group's services; empty where the list cannot be asked for it."""
    if view.by_what == "division":
        directorate, _, division = name.partition(": ")
        return url_for("cohorts.heat_map", cycle_id=view.cohort.cycle_id, directorate=directorate, q=division)
    if name == cohorts.NO_FAMILY:
        return ""
    chosen: dict[str, Any] = {view.by_what: name}
    return url_for("cohorts.heat_map", cycle_id=view.cohort.cycle_id, **chosen)


def _group_charts(view: cohorts.Standings) -> list[Chart]:
    medians = {group.name: group.quartiles.median for group in view.groups if group.quartiles is not None}
    spreads = [
        draw.Spread(group.name, group.quartiles, _services_of(view, group.name)) for group in view.groups
    ]
    shares = [
        draw.Shares(
            group.name,
            tuple(count for _, count in group.bands),
            group.services - sum(count for _, count in group.bands),
            _services_of(view, group.name),
        )
        for group in view.groups
    ]
    summary = "Each row is a group: its middle half as a bar, its median as a stroke, its ends as a line."
    found = (
        draw.spreads("groups", _group_title(medians), summary, spreads, ()),
        draw.band_shares(shares, view.cohort.bands),
    )
    return [chart for chart in found if chart is not None]


def _group_title(medians: Mapping[str, float]) -> str:
    if not medians:
        return ""
    highest, lowest = at_the_ends(medians)
    if highest == lowest:
        return f"{_named(highest)} at a median of {say.points(medians[highest[0]])}"
    return (
        f"{_named(lowest)} lowest, at a median of {say.points(medians[lowest[0]])}; "
        f"{_named(highest)} highest, at {say.points(medians[highest[0]])}"
    )


def _named(names: Sequence[str]) -> str:
    if len(names) > say.MOST_NAMED:
        return f"{len(names)} groups stand"
    return f"{listed(names, 'and')} {'stands' if len(names) == 1 else 'stand'}"


# --- questions ----------------------------------------------------------------------------------------------


@blueprint.get("/cycles/<int:cycle_id>/cohort/questions")
def questions(cycle_id: int) -> ResponseReturnValue:
    """The scored questions, those that take most from the council first."""
    asked = wanted("-lost")
    with reading() as store:
        view = _read_questions(store, cycle_id)
    return _page(
        "questions",
        view,
        wanted=asked,
        chart=_loss_chart(view),
        lost_in_all=_lost_in_all(view),
        sort_link=lambda column: sort_link(asked.sort, column),
        where=lambda key: _question_link(cycle_id, key),
    )


def _read_questions(store: Session, cycle_id: int) -> cohort_questions.Questions:
    return cohort_questions.questions(store, cycle_id, wanted("-lost"), section=_section(), by=actor())


def _question_link(cycle_id: int, key: str) -> str:
    """A question's page, for the same services."""
    kept: dict[str, Any] = {name: value for name in CARRIED if (value := request.args.get(name))}
    return url_for("cohorts.question", cycle_id=cycle_id, key=key, **kept)


def _questions_link(cycle_id: int) -> str:
    state: dict[str, Any] = request.args.to_dict()
    return url_for("cohorts.questions", cycle_id=cycle_id, **state)


def _lost_in_all(view: cohort_questions.Questions) -> float | None:
    lost = [line.standing.lost for line in view.lines if line.standing.lost is not None]
    return sum(lost) if lost else None


def _loss_chart(view: cohort_questions.Questions) -> Chart | None:
    most = sorted(view.lines, key=lambda line: -(line.standing.lost or 0.0))[:MOST_LOSSES]
    found = [
        draw.Loss(
            line.question.key,
            line.question.text,
            line.standing.lost or 0.0,
            _question_link(view.cohort.cycle_id, line.question.key),
        )
        for line in most
    ]
    return draw.losses(found, _lost_in_all(view) or 0.0)


@blueprint.get("/cycles/<int:cycle_id>/cohort/questions/<key>")
def question(cycle_id: int, key: str) -> ResponseReturnValue:
    """One question over all services: who gave which answer, down to the answer."""
    asked = wanted()
    with reading() as store:
        view = cohort_questions.question(store, cycle_id, key, asked, by=actor())
    grades = grade_words(view.cohort.questionnaire)
    found = [
        draw.Level(given.words, len(given.rows), given.points is not None, f"#answer-{place}")
        for place, given in enumerate(view.given)
    ]
    return _page(
        "question",
        view,
        wanted=asked,
        chart=draw.levels(found),
        grades={grade.value: words for grade, words in grades.items()},
        weak={grade.value for grade in (Evidence.NONE, Evidence.ASSERTION)},
        back=_questions_link(cycle_id),
        where=lambda row: _result(row.assessment_id, question=key),
    )


# --- figures ------------------------------------------------------------------------------------------------


@blueprint.get("/cycles/<int:cycle_id>/cohort/figures")
def figures(cycle_id: int) -> ResponseReturnValue:
    """Published figures beside the scores of the sections that ask about the same."""
    asked = wanted()
    with reading() as store:
        view = _read_figures(store, cycle_id)
    return _page(
        "figures",
        view,
        wanted=asked,
        chart=_figure_chart(view),
        rule=RULE_WORDS,
        verdicts=VERDICTS,
        ahead=AHEAD_WORDS,
        about=ABOUT_WORDS,
        in_words=in_words,
        publications=publications,
        apart=sum(line.contrast.disagrees for line in view.lines),
        where=_result,
    )


def _read_figures(store: Session, cycle_id: int) -> cohort_figures.Figures:
    return cohort_figures.figures(store, cycle_id, wanted(), by=actor())


def _figure_chart(view: cohort_figures.Figures) -> Chart | None:
    pairs = [
        draw.Pair(
            line.row.service,
            f"{line.contrast.figure.title}, {line.contrast.figure.year}",
            float(line.contrast.ahead),
            line.contrast.score,
            VERDICTS[line.contrast.verdict][0],
            line.contrast.disagrees,
            _result(line.row.assessment_id, line.contrast.section) if line.row.kind else "",
        )
        for line in view.lines
    ]
    return draw.figures(pairs, ahead=(AHEAD_OF_FEW, AHEAD_OF_MOST), scores=(WEAK_SECTION, HIGH))


# --- files --------------------------------------------------------------------------------------------------

FILES: Mapping[str, tuple[Callable[[Session, int], Any], Callable[[Any], list[Rows]]]] = {
    "heat-map": (_read_heat_map, sheets.heat_map),
    "distribution": (_read_distribution, sheets.distribution),
    "outliers": (_read_outliers, sheets.outliers),
    "groups": (_read_groups, sheets.groups),
    "questions": (_read_questions, sheets.questions),
    "figures": (_read_figures, sheets.figures),
}
"""Name in the address -> what is read, and how it is laid out; a CSV file has the first sheet."""


@blueprint.get(
    "/cycles/<int:cycle_id>/cohort/"
    "<any('heat-map', distribution, outliers, groups, questions, figures):view>.<any(csv, xlsx):form>"
)
def export(cycle_id: int, view: str, form: str) -> ResponseReturnValue:
    """A view as it is chosen and sorted, as a file; figures unrounded."""
    read, laid_out = FILES[view]
    with reading() as store:
        found = read(store, cycle_id)
    return _file(f"{found.cohort.cycle} {view}", laid_out(found), form)


@blueprint.get("/cycles/<int:cycle_id>/cohort/questions/<key>.<any(csv, xlsx):form>")
def export_question(cycle_id: int, key: str, form: str) -> ResponseReturnValue:
    """One question over all services, as a file."""
    with reading() as store:
        found = cohort_questions.question(store, cycle_id, key, wanted(), by=actor())
    return _file(f"{found.cohort.cycle} {key}", sheets.question(found), form)


def _file(name: str, rows: Sequence[Rows], form: str) -> ResponseReturnValue:
    if form == "csv":
        return attachment(workbook.csv_file(rows[0]), f"{name}.csv", "text/csv; charset=utf-8")
    return attachment(workbook.workbook(rows, title=name), f"{name}.xlsx", EXCEL)
