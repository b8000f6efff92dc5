"""A service's workbook of answers: download, upload, see what would change, accept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Invalid, Problem
from vfm.gateways import answer_workbooks as files
from vfm.questionnaires.differences import Line, answer_lines
from vfm.questionnaires.steps import STATUS_WORDS
from vfm.reports.assessment_workbook import Sheet, assessment_workbook
from vfm.web import fields
from vfm.web.attachments import EXCEL, attachment
from vfm.web.current import actor, now, reading, transaction
from vfm.web.filters import plural
from vfm.workflows import answer_workbooks as workbooks
from vfm.workflows.answer_workbooks import Blank, Clash, Preview

blueprint = Blueprint("answer_workbooks", __name__)

CHOICE = ".choice"
CHOOSE = "Two people wrote this answer. Choose which text stands."


@dataclass(frozen=True, slots=True)
class Row:
    """One answer that an upload would change, line by line, what went and what came marked."""

    key: str
    words: str
    lines: Sequence[Line]
    is_asked: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer that two wrote: both texts, and what chooses each."""

    clash: Clash
    kept: Sequence[Line]
    sent: Sequence[Line]


@blueprint.get("/assessments/<int:assessment_id>/workbook")
def show(assessment_id: int) -> ResponseReturnValue:
    """Where the workbook is downloaded and sent back."""
    return _page(assessment_id)


@blueprint.get("/assessments/<int:assessment_id>/workbook.xlsx")
def download(assessment_id: int) -> ResponseReturnValue:
    """The workbook to fill in."""
    with reading() as store:
        blank = workbooks.blank(store, assessment_id, by=actor())
    made = assessment_workbook(sheet(blank, now().date()))
    return attachment(made, f"{blank.head.service} {blank.head.cycle} workbook.xlsx", EXCEL)


def sheet(blank: Blank, made_on: date) -> Sheet:
    """What goes into a workbook, with the words beside each question."""
    return Sheet(
        blank.questionnaire,
        blank.origin,
        blank.keys,
        blank.given,
        {key: _beside(blank, key) for key in blank.keys},
        blank.head.due_on,
        made_on,
    )


def _beside(blank: Blank, key: str) -> list[str]:
    """What was agreed last time, then each published figure with its source."""
    agreed = [f"Agreed last time: {blank.agreed[key]}"] if key in blank.agreed else []
    return agreed + [
        f"Published: {one.title}, {one.year}: {fields.figure_in_words(one.amount, one.unit)} ({one.source})"
        for one in blank.figures.get(key, ())
    ]


@blueprint.post("/assessments/<int:assessment_id>/workbook")
def take_in(assessment_id: int) -> ResponseReturnValue:
    """Read what was sent; nothing of it counts yet."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _page(assessment_id, [Problem("file", "Choose the workbook you filled in.")]), 422
    raw, name = file.read(), file.filename
    file.close()
    try:
        with reading() as store:  # whoever may not upload here is told so before anything is read
            workbooks.show(store, assessment_id, by=actor())
        sheets = files.sheets(raw, name)
        with transaction() as store:
            upload_id = workbooks.take_in(store, assessment_id, sheets, name, by=actor(), now=now())
    except Invalid as refused:
        return _page(assessment_id, refused.problems), 422
    return redirect(url_for(".preview", upload_id=upload_id), 303)


@blueprint.get("/uploads/<int:upload_id>")
def preview(upload_id: int) -> ResponseReturnValue:
    """What an upload would change."""
    return _preview(upload_id)


@blueprint.post("/uploads/<int:upload_id>")
def accept(upload_id: int) -> ResponseReturnValue:
    """Write what it changes; where two wrote the same answer, only once it is chosen which stands."""
    chosen = {
        name.removesuffix(".choice"): value
        for name, value in request.form.items()
        if name.endswith(".choice")
    }
    with transaction() as store:
        done = workbooks.accept(store, upload_id, chosen, by=actor(), now=now())
    if done.undecided:
        return _preview(upload_id, done.undecided, chosen), 409
    words = (
        f"{plural(done.written, 'answer')} taken from the workbook."
        if done.written
        else "Nothing was changed."
    )
    flash(words, "done")
    return redirect(url_for("assessments.show", assessment_id=done.assessment_id), 303)


@blueprint.post("/uploads/<int:upload_id>/discard")
def discard(upload_id: int) -> ResponseReturnValue:
    """Let it go."""
    with transaction() as store:
        assessment_id = workbooks.discard(store, upload_id, by=actor(), now=now())
    flash("The upload was discarded. Nothing of it was counted.", "done")
    return redirect(url_for(".show", assessment_id=assessment_id), 303)


def _page(assessment_id: int, problems: Sequence[Problem] = ()) -> str:
    with reading() as store:
        view = workbooks.show(store, assessment_id, by=actor())
    told = [
        one if one.place == "file" else Problem("file", f"{one.place}: {one.message}") for one in problems
    ]
    return render_template(
        "answer_workbooks/show.html",
        view=view,
        problems=told,
        status_words=STATUS_WORDS,
    )


def _preview(upload_id: int, undecided: Sequence[str] = (), chosen: dict[str, str] | None = None) -> str:
    with reading() as store:
        view = workbooks.preview(store, upload_id, by=actor())
    return render_template(
        "answer_workbooks/preview.html",
        view=view,
        rows=_rows(view),
        choices=_choices(view),
        chosen=chosen or {},
        theirs=workbooks.THEIRS,
        unread=[(problem.place, problem.message) for problem in view.problems],
        problems=[Problem(f"{key}.choice", f"{key}: {CHOOSE}") for key in undecided],
    )


def _rows(view: Preview) -> list[Row]:
    return [
        Row(
            one.question.key,
            one.question.text,
            answer_lines(view.questionnaire, one.question.key, one.now, one.then),
            one.is_asked,
        )
        for one in view.changes
    ]


def _choices(view: Preview) -> list[Choice]:
    return [
        Choice(
            clash,
            answer_lines(view.questionnaire, clash.question.key, None, clash.kept),
            answer_lines(view.questionnaire, clash.question.key, clash.kept, clash.sent),
        )
        for clash in view.clashes
    ]
