"""The workbooks of a whole cycle: sent back together in one zip, or made to be handed out."""

from collections.abc import Sequence

from flask import Blueprint, jsonify, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Invalid, NotFound, Problem
from vfm.gateways import file_kinds, workbook_folders
from vfm.gateways.file_kinds import Kind
from vfm.reports import workbook
from vfm.web import uploads
from vfm.web.attachments import attachment, safe
from vfm.web.current import actor, is_from_script, now, reading, transaction, wiring
from vfm.web.uploads import Sent
from vfm.workflows import bulk_workbooks
from vfm.workflows.bulk_workbooks import Became, Report

blueprint = Blueprint("bulk_workbooks", __name__)

ZIP = Kind("zip", "application/zip", (".zip",))
BECAME = {
    Became.REFUSED: ("Refused", "red"),
    Became.WAITING: ("Waiting for a choice", "orange"),
    Became.TAKEN: ("Taken", "green"),
    Became.UNCHANGED: ("Nothing new", "grey"),
}
HEADINGS = ("File", "Service", "Result", "Answers taken", "Waiting for a choice", "Place", "What is wrong")


@blueprint.get("/cycles/<int:cycle_id>/workbooks")
def index(cycle_id: int) -> ResponseReturnValue:
    """Where a zip is sent and all workbooks are made, with what was done so far."""
    return _page(cycle_id)


@blueprint.post("/cycles/<int:cycle_id>/workbooks")
def take_in(cycle_id: int) -> ResponseReturnValue:
    """Keep the zip and queue the work."""
    with reading() as store:
        bulk_workbooks.show(store, cycle_id)  # nothing is kept for a cycle that is not there
    file = request.files.get("file")
    if file is None or not file.filename:
        return _page(cycle_id, [Problem("file", "Choose the zip of workbooks.")]), 422
    try:
        sent = Sent(file.stream, file_kinds.shown(file.filename), ZIP)  # type: ignore[arg-type]
        total = workbook_folders.in_zip(sent.stream, "file").total
        digest = uploads.kept(sent)
    except Invalid as refused:
        return _page(cycle_id, refused.problems), 422
    with transaction() as store:
        job_id = bulk_workbooks.ask_to_take_in(
            store, cycle_id, digest, sent.name, total, by=actor(), now=now()
        )
    return redirect(url_for(".show", cycle_id=cycle_id, job_id=job_id), 303)


@blueprint.post("/cycles/<int:cycle_id>/workbooks/make")
def make(cycle_id: int) -> ResponseReturnValue:
    """Queue the making of every workbook."""
    with transaction() as store:
        job_id = bulk_workbooks.ask_to_make(store, cycle_id, by=actor(), now=now())
    return redirect(url_for(".show", cycle_id=cycle_id, job_id=job_id), 303)


@blueprint.get("/cycles/<int:cycle_id>/workbooks/<int:job_id>")
def show(cycle_id: int, job_id: int) -> ResponseReturnValue:
    """How far it is, then what came of it; a page's own script is told how far alone."""
    report = _report(cycle_id, job_id)
    total = report.job.total or report.job.given.get("files", 0)
    if is_from_script():
        return jsonify(done=report.job.done, total=total, is_over=report.job.finished_at is not None)
    return render_template(
        "bulk_workbooks/show.html",
        view=report,
        total=total,
        became=BECAME,
        takes_in=report.job.kind == bulk_workbooks.TAKE_IN,
    )


@blueprint.get("/cycles/<int:cycle_id>/workbooks/<int:job_id>/report.csv")
def export(cycle_id: int, job_id: int) -> ResponseReturnValue:
    """What came of each file, a row for each thing that is wrong."""
    report = _report(cycle_id, job_id)
    rows = [
        (one.name, one.service, BECAME[one.became][0], one.written, one.clashing, place, message)
        for one in report.files
        for place, message in ([(found.place, found.message) for found in one.problems] or [("", "")])
    ]
    made = workbook.csv_file(workbook.Rows("Workbooks", HEADINGS, tuple(rows)))
    return attachment(made, f"{report.cycle.name} workbooks {job_id}.csv", "text/csv")


@blueprint.get("/cycles/<int:cycle_id>/workbooks/<int:job_id>/workbooks.zip")
def download(cycle_id: int, job_id: int) -> ResponseReturnValue:
    """The zip of all workbooks."""
    report = _report(cycle_id, job_id)
    result = report.job.result or {}
    if "digest" not in result:
        raise NotFound
    stream = wiring().files.open(result["digest"])
    name = safe(f"{report.cycle.name} workbooks.zip")
    response = send_file(stream, ZIP.media_type, as_attachment=True, download_name=name)
    response.content_length = result["size"]
    return response


def _report(cycle_id: int, job_id: int) -> Report:
    with reading() as store:
        return bulk_workbooks.report(store, cycle_id, job_id)


def _page(cycle_id: int, problems: Sequence[Problem] = ()) -> str:
    with reading() as store:
        view = bulk_workbooks.show(store, cycle_id)
    return render_template(
        "bulk_workbooks/index.html", view=view, problems=problems, take_in=bulk_workbooks.TAKE_IN
    )
