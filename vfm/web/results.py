"""Results: one service's down to each answer, all of a cycle side by side, and what can be taken away."""

import json

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.gateways import pdf
from vfm.questionnaires.answers import grade_words
from vfm.reports import changes as moves
from vfm.reports import (
    profile_chart,
    result_document,
    result_tables,
    result_workbook,
    result_working,
    workbook,
)
from vfm.reports import result as say
from vfm.reports import result_copy as words
from vfm.reports import targets as towards
from vfm.reports.result_copy import ResultCopy
from vfm.reports.workbook import Rows
from vfm.scoring.methods import METHODS
from vfm.scoring.service_results import ServiceResult
from vfm.web import errors
from vfm.web.access import allows
from vfm.web.attachments import EXCEL, PDF, WORD, attachment
from vfm.web.cohort_links import sort_link, tabs, wanted
from vfm.web.current import actor, now, reading
from vfm.web.result_copies import copy_of
from vfm.workflows import results

blueprint = Blueprint("results", __name__)

STATUS_WORDS = {
    "open": ("Being answered", "grey"),
    "submitted": ("Waiting for sign-off", "light-blue"),
    "approved": ("Waiting for its executive director", "light-blue"),
    "signed_off": ("Signed off, open to challenge", "blue"),
    "agreed": ("Agreed", "green"),
}
"""Status of an assessment -> words, colour of the tag."""
SHORT_STATUS = {
    "open": "Open",
    "submitted": "Submitted",
    "approved": "Submitted",
    "signed_off": "Signed off",
    "agreed": "Agreed",
}
OVERALL_WORDS = {
    "provisional": "Too little answered",
    "not_applicable": "Nothing applies",
    "off": "Profile only",
    "published": "",
}
"""What stands in the place of a rating where no score is shown."""
TEXT_COLUMNS = ("service", "directorate", "status", "lowest")
"""Columns that begin with the first letter when they are sorted; figures begin with the largest."""
FORMS = (("docx", "Word"), ("xlsx", "Excel"), ("json", "JSON"), ("pdf", "PDF"))
"""Ending of a file that a result is taken away as -> what people call it; the last one not everywhere."""
NO_PDF = (
    "PDFs are not made on this site. Take the result as Word or Excel, or print the page from your browser."
)


# --- one result ---------------------------------------------------------------------------------------------


@blueprint.get("/assessments/<int:assessment_id>/result")
def show(assessment_id: int) -> ResponseReturnValue:
    """One assessment's result; `?open=KEY` opens the section of a question, `?open=all` every one."""
    with reading() as store:
        kind = request.args.get("kind", "")
        result = results.show(store, assessment_id, by=actor(), kind=kind, today=now().date())
    if result.card is None:
        return _no_result(result)
    copy = copy_of(result, result.card)
    person = actor()
    here = url_for(".show", assessment_id=assessment_id, kind=result.kind)
    return render_template(
        "results/show.html",
        result=result,
        copy=copy,
        card=copy.card,
        sheet=copy.sheet,
        words=words,
        tables=result_tables,
        here=here,
        links=[
            f"{here}&open={line.key}#section-{line.key}" for line in profile_chart.top(copy.sheet.sections)
        ],
        chart=profile_chart.profile(copy.sheet.sections, copy.earlier),
        band=next((b for b in result.questionnaire.bands if b.name == result.card.overall.band), None),
        method=METHODS[result.questionnaire.scoring.method].words,
        status=STATUS_WORDS[result.head.status],
        opened=request.args.get("open", ""),
        grades=grade_words(result.questionnaire),
        forms=FORMS if pdf.is_available() else FORMS[:-1],
        may_challenge=result.head.status in ("signed_off", "agreed") and allows("challenge.show", person),
        may_read_answers=result.may_read_answers and allows("history.of_question", person),
        history=url_for("history.of_question", assessment_id=assessment_id, key="-").removesuffix(
            "-/history"
        ),
        challenge=url_for("challenge.question", assessment_id=assessment_id, key="-").removesuffix("-"),
        say=say,
        moves=moves,
        towards=towards,
    )


@blueprint.get("/assessments/<int:assessment_id>/result/working")
def working(assessment_id: int) -> ResponseReturnValue:
    """How each figure was worked out: every weight, value and product, to be done again by hand."""
    with reading() as store:
        result = results.show(store, assessment_id, by=actor(), kind=request.args.get("kind", ""))
    if result.card is None:
        return _no_result(result)
    copy = copy_of(result, result.card)
    here = url_for(".show", assessment_id=assessment_id, kind=result.kind)
    return render_template(
        "results/working.html",
        result=result,
        copy=copy,
        here=here,
        self_address=url_for(".working", assessment_id=assessment_id, kind=result.kind),
        opened=request.args.get("open", ""),
        how=result_working,
        say=say,
    )


@blueprint.get("/assessments/<int:assessment_id>/result.json")
def as_json(assessment_id: int) -> ResponseReturnValue:
    """The result in the form the command line gives, numbers unrounded."""
    with reading() as store:
        head, card = results.card(store, assessment_id, by=actor(), kind=request.args.get("kind", ""))
    text = json.dumps(card.as_json(), indent=2, ensure_ascii=False) + "\n"
    return attachment(text.encode(), f"{head.service} {head.cycle} result.json", "application/json")


@blueprint.get("/assessments/<int:assessment_id>/result.<any(docx, xlsx, pdf):form>")
def take_out(assessment_id: int, form: str) -> ResponseReturnValue:
    """The result, whole, as a file: the same words and figures as on its page."""
    with reading() as store:
        result = results.show(store, assessment_id, by=actor(), kind=request.args.get("kind", ""))
    if result.card is None:
        return _no_result(result), 404
    if form == "pdf" and not pdf.is_available():
        return errors.page(404, message=NO_PDF)
    copy = copy_of(result, result.card)
    name = f"{result.head.service} {result.head.cycle} result.{form}"
    if form == "docx":
        return attachment(result_document.word(copy), name, WORD)
    if form == "xlsx":
        return attachment(result_workbook.excel(copy), name, EXCEL)
    return attachment(pdf.pdf(printed(copy)), name, PDF)


def printed(copy: ResultCopy) -> str:
    """The page that is set as a PDF."""
    return render_template("results/print.html", copy=copy, tables=result_tables, how=result_working, say=say)


def _no_result(result: results.Result) -> str:
    return render_template(
        "results/none.html",
        result=result,
        status=STATUS_WORDS[result.head.status],
        may_open=allows("assessments.show", actor()),
    )


# --- a cycle ------------------------------------------------------------------------------------------------


@blueprint.get("/results")
def newest() -> ResponseReturnValue:
    """The newest cycle that has results; says so where there is no cycle yet."""
    with reading() as store:
        cycle_id = results.newest(store, by=actor())
    if cycle_id is None:
        return render_template("results/empty.html")
    return redirect(url_for("results.index", cycle_id=cycle_id))


@blueprint.get("/cycles/<int:cycle_id>/results")
def index(cycle_id: int) -> ResponseReturnValue:
    """All services of a cycle, a line each."""
    asked = wanted()
    with reading() as store:
        view = results.index(store, cycle_id, asked, by=actor())
    return render_template(
        "results/index.html",
        view=view,
        wanted=asked,
        tabs=tabs(cycle_id),
        statuses=STATUS_WORDS,
        say=say,
        sort_link=lambda column: sort_link(asked.sort, column, is_text=column in TEXT_COLUMNS),
        lowest_titles=lambda row: _lowest_titles(row, view),
        overall_words=OVERALL_WORDS,
        may_run=allows("cycles.show", actor()),
        may_read_movement=allows("movement.show", actor()),
        short=SHORT_STATUS,
        base=url_for("results.show", assessment_id=0).removesuffix("0/result"),
    )


@blueprint.get("/cycles/<int:cycle_id>/results.<any(csv, xlsx):form>")
def export(cycle_id: int, form: str) -> ResponseReturnValue:
    """The list as filtered, with every section, numbers unrounded."""
    with reading() as store:
        view = results.index(store, cycle_id, wanted(), by=actor())
    rows = _export_rows(view)
    if form == "csv":
        return attachment(workbook.csv_file(rows), f"{view.cycle} results.csv", "text/csv; charset=utf-8")
    return attachment(workbook.workbook([rows], title=view.cycle), f"{view.cycle} results.xlsx", EXCEL)


def _export_rows(view: results.CycleResults) -> Rows:
    columns = (
        "Key", "Service", "Directorate", "Division", "Family", "Status", "Result", "Overall score",
        "Rating band", "Lowest possible", "Highest possible", "Completeness", "Overall status", "Confidence",
        "Like-for-like change since the baseline", "Material", "Lowest section",
        *(f"{title} ({key})" for key, title in view.sections),
    )  # fmt: skip
    return Rows("Results", columns, tuple(_export_row(row, view) for row in view.rows))


def _export_row(row: ServiceResult, view: results.CycleResults) -> tuple[workbook.Cell, ...]:
    overall = row.overall or {}
    change = row.change or {}
    material = change.get("material")
    titles = dict(view.sections)
    return (
        row.service_key,
        row.service,
        row.directorate,
        row.division,
        row.family,
        row.status,
        row.kind or None,
        overall.get("score"),
        overall.get("band"),
        overall.get("low"),
        overall.get("high"),
        overall.get("completeness"),
        overall.get("status"),
        overall.get("confidence"),
        change.get("like_for_like"),
        None if material is None else "yes" if material else "no",
        ", ".join(_lowest_titles(row, view)) or None,
        *(_section_cell(row, key) for key in titles),
    )


def _lowest_titles(row: ServiceResult, view: results.CycleResults) -> list[str]:
    return [title for key, title in view.sections if key in row.lowest]


def _section_cell(row: ServiceResult, key: str) -> workbook.Cell:
    section = row.sections.get(key)
    if section is None:
        return None
    if section["score"] is not None:
        return float(section["score"])
    return str(section["result"] or section["status"])
