"""Calibration sessions: the list, a new one, rating alone, comparing, settling, closing."""

from collections.abc import Mapping
from datetime import UTC

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Clash, Conflict, Invalid, Problem
from vfm.reports import agreement_words
from vfm.reports import result as say
from vfm.reports.workbook import Cell, Rows
from vfm.scoring.calibration import Way
from vfm.web.attachments import table_file
from vfm.web.current import actor, now, reading, transaction
from vfm.web.filters import plural
from vfm.web.row_ids import row_id
from vfm.workflows import calibrations
from vfm.workflows.calibrations import Typed, View

blueprint = Blueprint("calibrations", __name__)

WAYS = {
    Way.RANDOM: "At random: answers of all services and questions",
    Way.QUEUE: "By what is at stake: highest levels on weak evidence, most points first",
    Way.QUESTION: "By question: what every service answered to one question",
    Way.HAND: "By hand: I choose each answer on the next page",
}
STOOD = {"self": "as the service scored", "challenged": "as challenged"}


@blueprint.get("/calibrations")
def index() -> ResponseReturnValue:
    """Every session, the newest first."""
    with reading() as store:
        heads, mine, cycles = calibrations.index(store, by=actor())
    return render_template("calibrations/index.html", heads=heads, mine=mine, cycles=cycles)


# --- a new session ------------------------------------------------------------------------------------------


@blueprint.get("/cycles/<int:cycle_id>/calibrations/new")
def new(cycle_id: int) -> ResponseReturnValue:
    """The form of a new session."""
    today = now().astimezone(UTC).date()
    day = (str(today.day), str(today.month), str(today.year))
    return _form(cycle_id, Typed(day=day, size="12", seed=f"{today:%Y%m%d}"))


@blueprint.post("/cycles/<int:cycle_id>/calibrations")
def create(cycle_id: int) -> ResponseReturnValue:
    """Make the session."""
    typed = _typed()
    try:
        with transaction() as store:
            made = calibrations.create(store, cycle_id, typed, by=actor(), now=now())
    except Invalid as refused:
        return _form(cycle_id, typed, refused.problems), 422
    flash(f"{typed.name.strip()} is ready. Those who rate find it under Calibration.", "done")
    return redirect(url_for(".show", calibration_id=made), 303)


def _typed() -> Typed:
    sent = request.form
    return Typed(
        name=sent.get("name", ""),
        day=(sent.get("held_on.day", ""), sent.get("held_on.month", ""), sent.get("held_on.year", "")),
        note=sent.get("note", ""),
        way=sent.get("way", ""),
        question=sent.get("question", ""),
        size=sent.get("size", ""),
        seed=sent.get("seed", ""),
        hides=sent.get("hides", "yes"),
        raters=tuple(sent.getlist("raters")),
    )


def _form(cycle_id: int, typed: Typed, problems: tuple[Problem, ...] = ()) -> str:
    with reading() as store:
        choices = calibrations.choices(store, cycle_id)
    return render_template(
        "calibrations/new.html", choices=choices, typed=typed, ways=WAYS, problems=problems
    )


# --- one session --------------------------------------------------------------------------------------------


@blueprint.get("/calibrations/<int:calibration_id>")
def show(calibration_id: int) -> ResponseReturnValue:
    """Its answers and raters; once compared, the spread, the agreement and what was settled."""
    return _page(calibration_id)


@blueprint.get("/calibrations/<int:calibration_id>/session.<any(csv, xlsx):form>")
def export(calibration_id: int, form: str) -> ResponseReturnValue:
    """The session's answers; in Excel its services and its agreement too."""
    with reading() as store:
        view = calibrations.show(store, calibration_id, by=actor())
    return table_file(_sheets(view), view.head.name, form)


@blueprint.post("/calibrations/<int:calibration_id>/items")
def add(calibration_id: int) -> ResponseReturnValue:
    """Add an answer chosen by hand."""
    assessment, key = request.form.get("assessment", ""), request.form.get("question", "")
    try:
        with transaction() as store:
            calibrations.add(store, calibration_id, assessment, key, by=actor(), now=now())
    except Invalid as refused:
        return _page(calibration_id, refused.problems), 422
    flash(f"{key} is added.", "done")
    return redirect(url_for(".show", calibration_id=calibration_id), 303)


@blueprint.post("/calibrations/<int:calibration_id>/items/<int:item_id>/out")
def take_out(calibration_id: int, item_id: int) -> ResponseReturnValue:
    """Take an answer out."""
    with transaction() as store:
        calibrations.take_out(store, calibration_id, item_id, by=actor(), now=now())
    flash("The answer is taken out of the session.", "done")
    return redirect(url_for(".show", calibration_id=calibration_id), 303)


def _page(calibration_id: int, problems: tuple[Problem, ...] = ()) -> str:
    with reading() as store:
        view = calibrations.show(store, calibration_id, by=actor())
    return render_template(
        "calibrations/show.html",
        view=view,
        head=view.head,
        problems=problems,
        sent=request.form,
        **_said(view),
    )


def _said(view: View) -> dict[str, object]:
    found = view.compared.agreement if view.compared else None
    figure = found and agreement_words.statistic(
        found.statistic, found.value, found.low, found.high, found.undefined
    )
    return {"say": say, "stood": STOOD, "how": agreement_words.HOW, "statistic": figure}


# --- one answer ---------------------------------------------------------------------------------------------


@blueprint.get("/calibrations/<int:calibration_id>/items/<int:item_id>")
def item(calibration_id: int, item_id: int) -> ResponseReturnValue:
    """One answer: to rate alone, or to settle."""
    return _item_page(calibration_id, item_id)


@blueprint.post("/calibrations/<int:calibration_id>/items/<int:item_id>/rating")
def rate(calibration_id: int, item_id: int) -> ResponseReturnValue:
    """Keep one's own level."""
    try:
        with transaction() as store:
            calibrations.rate(store, calibration_id, item_id, request.form, by=actor(), now=now())
    except Invalid as refused:
        return _item_page(calibration_id, item_id, refused.problems), 422
    except Conflict as conflict:
        if not conflict.clashes:
            raise
        return _item_page(
            calibration_id, item_id, (Problem("value", conflict.message),), conflict.clashes
        ), 409
    return _onward(calibration_id, "Saved. Only you see it until the scores are compared.")


@blueprint.post("/calibrations/<int:calibration_id>/items/<int:item_id>/settled")
def settle(calibration_id: int, item_id: int) -> ResponseReturnValue:
    """Record what the session settles on."""
    try:
        with transaction() as store:
            calibrations.settle(store, calibration_id, item_id, request.form, by=actor(), now=now())
    except Invalid as refused:
        return _item_page(calibration_id, item_id, refused.problems), 422
    return _onward(calibration_id, "Settled.")


def _onward(calibration_id: int, words: str) -> ResponseReturnValue:
    if following := request.form.get("next", type=row_id):
        return redirect(url_for(".item", calibration_id=calibration_id, item_id=following), 303)
    flash(words, "done")
    return redirect(url_for(".show", calibration_id=calibration_id), 303)


def _item_page(
    calibration_id: int, item_id: int, problems: tuple[Problem, ...] = (), clashes: tuple[Clash, ...] = ()
) -> str:
    with reading() as store:
        page = calibrations.item(store, calibration_id, item_id, by=actor(), now=now())
    return render_template(
        "calibrations/item.html",
        page=page,
        item=page.item,
        head=page.view.head,
        problems=problems,
        clashes=clashes,
        sent=request.form,
        stood=STOOD,
    )


# --- steps --------------------------------------------------------------------------------------------------


@blueprint.post("/calibrations/<int:calibration_id>/finish")
def finish(calibration_id: int) -> ResponseReturnValue:
    """Say that one has rated everything."""
    try:
        with transaction() as store:
            calibrations.finish(store, calibration_id, by=actor(), now=now())
    except Invalid as refused:
        return _page(calibration_id, refused.problems), 422
    flash("Thank you, you have finished. You can still change a score until they are compared.", "done")
    return redirect(url_for(".show", calibration_id=calibration_id), 303)


@blueprint.post("/calibrations/<int:calibration_id>/take-back")
def take_back(calibration_id: int) -> ResponseReturnValue:
    """Take back that one has finished."""
    with transaction() as store:
        calibrations.take_back(store, calibration_id, by=actor(), now=now())
    flash("You can go on rating. Say again when you have finished.", "done")
    return redirect(url_for(".show", calibration_id=calibration_id), 303)


@blueprint.get("/calibrations/<int:calibration_id>/compare")
def ask_to_compare(calibration_id: int) -> ResponseReturnValue:
    """Ask before scores are compared, naming who has not finished."""
    return _compare_page(calibration_id)


@blueprint.post("/calibrations/<int:calibration_id>/compare")
def compare(calibration_id: int) -> ResponseReturnValue:
    """Show everybody's scores."""
    try:
        with transaction() as store:
            calibrations.compare(store, calibration_id, by=actor(), now=now())
    except Invalid as refused:
        return _compare_page(calibration_id, refused.problems), 422
    flash("The scores are compared. Settle each answer, with a reason.", "done")
    return redirect(url_for(".show", calibration_id=calibration_id), 303)


def _compare_page(calibration_id: int, problems: tuple[Problem, ...] = ()) -> str:
    with reading() as store:
        view = calibrations.show(store, calibration_id, by=actor())
    return render_template("calibrations/compare.html", view=view, head=view.head, problems=problems)


@blueprint.get("/calibrations/<int:calibration_id>/close")
def ask_to_close(calibration_id: int) -> ResponseReturnValue:
    """Ask before the session is closed: what would be challenged."""
    return _close_page(calibration_id)


@blueprint.post("/calibrations/<int:calibration_id>/close")
def close(calibration_id: int) -> ResponseReturnValue:
    """Close the session."""
    try:
        with transaction() as store:
            raised = calibrations.close(store, calibration_id, by=actor(), now=now())
    except Invalid as refused:
        return _close_page(calibration_id, refused.problems), 422
    words = f"{plural(raised, 'score is', 'scores are')} challenged" if raised else "No score is challenged"
    flash(f"The session is closed. {words}; services can respond to each.", "done")
    return redirect(url_for(".show", calibration_id=calibration_id), 303)


def _close_page(calibration_id: int, problems: tuple[Problem, ...] = ()) -> str:
    with reading() as store:
        view = calibrations.show(store, calibration_id, by=actor())
    return render_template(
        "calibrations/close.html", view=view, head=view.head, problems=problems, **_said(view)
    )


# --- to take away -------------------------------------------------------------------------------------------


def _sheets(view: View) -> list[Rows]:
    names = [rater.name for rater in view.raters] if view.compared else []
    columns = (
        "Service", "Directorate", "Question", "Wording", "Self score", "Stood as", "Before",
        *names, *(f"Note of {name}" for name in names), "Lowest", "Highest", "Levels apart",
        "Settled", "Reason", "Settled by",
    )  # fmt: skip
    sheets = [Rows("Answers", columns, tuple(_line(one, len(names)) for one in view.items))]
    if view.compared is None:
        return sheets
    services = tuple((one.service, one.before, one.after) for one in view.compared.services)
    sheets.append(Rows("Services", ("Service", "Overall before", "Overall after"), services))
    sheets.append(Rows("Agreement", ("Figure", "Value"), tuple(_figures(view).items())))
    return sheets


def _line(one: calibrations.Item, raters: int) -> tuple[Cell, ...]:
    heard = one.heard[:raters]
    return (
        one.service,
        one.directorate,
        one.key,
        one.text,
        one.own or None,
        one.stood_as if one.before_words else None,
        one.before_words or None,
        *(found.level if found.level is not None else found.words or None for found in heard),
        *(found.note or None for found in heard),
        one.spread.lowest,
        one.spread.highest,
        one.spread.apart,
        one.after_words or None,
        one.reason or None,
        one.by,
    )


def _figures(view: View) -> Mapping[str, Cell]:
    if view.compared is None:
        return {}
    found, moves = view.compared.agreement, view.compared.moves
    return {
        "Sample": view.head.sample,
        "Raters": found.raters,
        "Answers rated by two or more": found.items,
        "Share all the same level": found.exact,
        "Share within one level": found.within_one,
        ("Weighted kappa" if found.statistic == "kappa" else "Krippendorff's alpha"): found.value,
        "95% interval from": found.low,
        "95% interval to": found.high,
        "Settled higher": moves.ups,
        "Settled lower": moves.downs,
        "Settled as it stood": moves.kept,
        "Mean level before": view.compared.levels[0] if view.compared.levels else None,
        "Mean level after": view.compared.levels[1] if view.compared.levels else None,
        "Mean overall before": view.compared.means.own,
        "Mean overall after": view.compared.means.agreed,
    }
