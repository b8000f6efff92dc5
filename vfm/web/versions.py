"""Templates and their versions: the list, import, the questionnaire on one page, changes, side by side."""

import re
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Conflict, Frozen, Invalid, Problem
from vfm.gateways import ready_templates, template_files
from vfm.questionnaires.conditions import in_words
from vfm.questionnaires.durations import estimated_minutes
from vfm.reports.template_files import WRITERS
from vfm.roles import Role
from vfm.web import words
from vfm.web.attachments import EXCEL, attachment
from vfm.web.current import actor, now, reading, transaction
from vfm.web.filters import plural
from vfm.workflows import versions

blueprint = Blueprint("versions", __name__)

UPLOAD = "upload"
DOWNLOADS = {"yaml": "text/yaml; charset=utf-8", "json": "application/json", "xlsx": EXCEL}
PLACE = re.compile(r"^(?P<file>.*):(?P<line>\d+):(?P<column>\d+): (?P<key>.*)$")


@dataclass(frozen=True, slots=True)
class FileProblem:
    """One problem of a file as a row of a table."""

    line: str
    column: str
    key: str
    message: str


# --- the list and import ------------------------------------------------------------------------------


@blueprint.get("/templates")
def index() -> ResponseReturnValue:
    """Every template with its versions."""
    with reading() as store:
        templates = versions.index(store)
    return render_template("versions/index.html", templates=templates, statuses=words.VERSION_STATUS)


@blueprint.get("/templates/import")
def choose() -> ResponseReturnValue:
    """Choose a ready template or a file."""
    return _import_page(chosen="")


@blueprint.post("/templates/import")
def take_in() -> ResponseReturnValue:
    """Import what was chosen; every problem of it at once."""
    chosen = request.form.get("ready", "")
    try:
        raw, name = _sent_file(chosen)
    except Invalid as refused:
        return _import_page(chosen, refused.problems), 422
    try:
        parsed = template_files.read(raw, name)
        with transaction() as store:
            done = versions.take_in_parsed(store, parsed, name, by=actor(), now=now())
    except Invalid as refused:
        return _import_page(chosen, _summary(name, refused), _table(refused), name), 422
    if done.notices:
        lost = plural(len(done.notices), "thing is", "things are")
        flash(
            f"Imported as version 1, a draft, but {lost} not in it as in the file. Read what became of them."
        )
    else:
        flash("Imported as version 1, a draft. Read it through, then open a pilot.", "done")
    return _imported(done)


def _imported(done: versions.Imported) -> ResponseReturnValue:
    """On to the draft; to what became of the file first where it is not all there as it was."""
    if done.notices:
        return redirect(url_for("versions.import_report", version_id=done.version_id), 303)
    return redirect(url_for("versions.show", version_id=done.version_id), 303)


@blueprint.get("/versions/<int:version_id>/imported")
def import_report(version_id: int) -> ResponseReturnValue:
    """What was changed or lost when this draft came from a file."""
    with reading() as store:
        report = versions.import_report(store, version_id, by=actor())
    return render_template("versions/imported.html", report=report, row=report.row)


def _sent_file(chosen: str) -> tuple[bytes, str]:
    """What the ready template or the file holds, and its name.

    Raises:
        Invalid: neither was chosen, or both.
    """
    upload = request.files.get("file")
    if upload is not None and upload.filename:
        if chosen not in ("", UPLOAD):
            raise Invalid([Problem("ready", "Choose either a ready template or a file, not both.")])
        return upload.read(), upload.filename
    if chosen == UPLOAD:
        raise Invalid([Problem("file", "Choose the file: a template as YAML, JSON or Excel, or an XLSForm.")])
    if not chosen:
        raise Invalid([Problem("ready", "Choose a template, or a file of your own.")])
    return ready_templates.text_of(chosen).encode(), chosen


def _import_page(
    chosen: str,
    problems: tuple[Problem, ...] = (),
    table: tuple[FileProblem, ...] = (),
    name: str = "",
) -> str:
    with reading() as store:
        here = {template.key for template in versions.index(store)}
    return render_template(
        "versions/import.html",
        ready=ready_templates.ready(),
        here=here,
        chosen=chosen,
        problems=problems,
        errors={problem.place: problem.message for problem in problems},
        table=table,
        name=name,
        upload=UPLOAD,
    )


def _summary(name: str, refused: Invalid) -> tuple[Problem, ...]:
    count = len(refused.problems)
    wrong = "is 1 problem" if count == 1 else f"are {count} problems"
    return (Problem("problems", f"There {wrong} in {name}. Nothing was imported."),)


def _table(refused: Invalid) -> tuple[FileProblem, ...]:
    """Problems with `FILE:LINE:COLUMN: KEY` or `FILE: SHEET!CELL` as their place, taken apart."""
    rows = []
    for problem in refused.problems:
        found = PLACE.match(problem.place)
        cell = problem.place.rpartition(": ")[2]
        parts = (found["line"], found["column"], found["key"]) if found else ("–", "–", cell)
        rows.append(FileProblem(*parts, problem.message))
    return tuple(rows)


# --- one version --------------------------------------------------------------------------------------


@blueprint.get("/versions/<int:version_id>")
def show(version_id: int) -> ResponseReturnValue:
    """The whole questionnaire on one page, to read and to print."""
    with reading() as store:
        view = versions.show(store, version_id, by=actor())
    questionnaire = view.questionnaire
    return render_template(
        "versions/show.html",
        view=view,
        questionnaire=questionnaire,
        statuses=words.VERSION_STATUS,
        may_change=actor().has(Role.CORE_TEAM),
        kind_in_words=lambda question: words.kind_in_words(questionnaire, question),
        condition_in_words=lambda condition: in_words(condition, questionnaire),
        expression_in_words=words.expression_in_words,
        duration="" if view.faults else estimated_minutes(questionnaire).in_words,
    )


@blueprint.get("/versions/<int:version_id>/download.<any(yaml, json, xlsx):form>")
def download(version_id: int, form: str) -> ResponseReturnValue:
    """The version as a file that can be imported again."""
    with reading() as store:
        row, questionnaire = versions.read(store, version_id, by=actor())
    content = WRITERS[f".{form}"](questionnaire)
    return attachment(content, f"{row.template_key}-v{row.number}.{form}", DOWNLOADS[form])


@blueprint.get("/versions/<int:old_id>/compare/<int:new_id>")
def compare(old_id: int, new_id: int) -> ResponseReturnValue:
    """Two versions side by side."""
    with reading() as store:
        view = versions.compare(store, old_id, new_id, by=actor())
    shows_all = request.args.get("show") == "all"
    return render_template(
        "versions/compare.html",
        view=view,
        shows_all=shows_all,
        rows=[row for row in view.questions if shows_all or row.is_changed],
        badges=words.BADGES,
        tally=[(words.BADGES[badge][0].lower(), view.changes.count(badge)) for badge in words.BADGES],
    )


@blueprint.post("/versions/<int:old_id>/compare/<int:new_id>")
def mark_same(old_id: int, new_id: int) -> ResponseReturnValue:
    """Say that a reworded question still means the same, or take that back."""
    key = request.form.get("key", "")
    reason = "" if request.form.get("unmark") else request.form.get("reason", "")
    if not reason.strip() and not request.form.get("unmark"):
        flash(f"Say in a sentence why {key} still means the same: whoever reads the results sees it.")
    else:
        with transaction() as store:
            versions.mark_same(store, new_id, key, reason, by=actor(), now=now())
        flash(f"{key} {'counts as the same question' if reason else 'is no longer marked'}.", "done")
    return redirect(url_for("versions.compare", old_id=old_id, new_id=new_id, _anchor=key), 303)


# --- changing a draft ---------------------------------------------------------------------------------


@blueprint.post("/versions/<int:version_id>/revise")
def revise(version_id: int) -> ResponseReturnValue:
    """Start the next version."""
    try:
        with transaction() as store:
            made = versions.revise(store, version_id, by=actor(), now=now())
    except Conflict as conflict:
        return _stopped("There is a draft already", conflict.message, draft_id=conflict.saved)
    flash("The next version is ready to change. Nobody sees it until you open it.", "done")
    return redirect(url_for("versions.show", version_id=made), 303)


@blueprint.get("/versions/<int:version_id>/replace")
def choose_replacement(version_id: int) -> ResponseReturnValue:
    """Choose a file that takes the draft's place."""
    return _replace_page(version_id)


@blueprint.post("/versions/<int:version_id>/replace")
def replace(version_id: int) -> ResponseReturnValue:
    """Put a file in the draft's place; every problem of it at once."""
    try:
        raw, name = _sent_file(UPLOAD)
    except Invalid as refused:
        return _replace_page(version_id, refused.problems), 422
    try:
        parsed = template_files.read(raw, name)
        with transaction() as store:
            revision = int(request.form.get("revision") or 0)
            done = versions.replace_parsed(
                store, version_id, parsed, name, revision=revision, by=actor(), now=now()
            )
    except Invalid as refused:
        return _replace_page(version_id, _summary(name, refused), _table(refused), name), 422
    told = ", ".join(
        f"{count} {words.BADGES[badge][0].lower()}" for badge, count in done.changes.items() if count
    )
    flash(f"The draft now says what the file says: {told}. You can undo this under Design.", "done")
    return _imported(done)


def _replace_page(
    version_id: int,
    problems: tuple[Problem, ...] = (),
    table: tuple[FileProblem, ...] = (),
    name: str = "",
) -> str:
    with reading() as store:
        row = versions.draft(store, version_id, by=actor())
    return render_template(
        "versions/replace.html",
        row=row,
        problems=problems,
        errors={problem.place: problem.message for problem in problems},
        table=table,
        name=name,
    )


@blueprint.get("/versions/<int:version_id>/delete")
def ask_to_discard(version_id: int) -> ResponseReturnValue:
    """Ask once before a draft is deleted, naming what is lost."""
    with reading() as store:
        row = versions.draft(store, version_id, by=actor())
    return render_template("versions/discard.html", row=row)


@blueprint.post("/versions/<int:version_id>/delete")
def discard(version_id: int) -> ResponseReturnValue:
    """Delete a draft."""
    with transaction() as store:
        versions.discard(store, version_id, by=actor(), now=now())
    flash("The draft is deleted.", "done")
    return redirect(url_for("versions.index"), 303)


# --- refusals -----------------------------------------------------------------------------------------


@blueprint.errorhandler(Frozen)
def frozen(error: Frozen) -> ResponseReturnValue:
    """An opened version never changes: say so, and offer the way on."""
    version_id = (request.view_args or {}).get("version_id")
    return _stopped("This version can no longer be changed", error.message, version_id, error.saved)


def _stopped(
    heading: str, message: str, version_id: int | None = None, draft_id: int | None = None
) -> tuple[str, int]:
    page = render_template(
        "versions/stopped.html", heading=heading, message=message, version_id=version_id, draft_id=draft_id
    )
    return page, 409
