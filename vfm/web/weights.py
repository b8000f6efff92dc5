"""Weights meetings: opening one, giving points on one's own device, looking at them together, agreeing."""

from collections.abc import Mapping

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Clash, Closed, Conflict, Invalid, Problem
from vfm.prioritisation.outline import in_words
from vfm.prioritisation.swings import question, swing
from vfm.reports.charts import Chart
from vfm.reports.weights_chart import agreement_in_words, weights_chart
from vfm.reports.workbook import Cell, Rows
from vfm.web.attachments import table_file
from vfm.web.current import actor, is_from_script, now, reading, session_ends_in, transaction
from vfm.web.filters import percent, plural
from vfm.web.row_ids import row_id
from vfm.workflows import rankings, weights
from vfm.workflows import weights_ballots as ballots
from vfm.workflows import weights_opening as opening
from vfm.workflows.weights import CHAIRS, Ending, View
from vfm.workflows.weights_ballots import BallotView, Saved
from vfm.workflows.weights_opening import Typed

blueprint = Blueprint("weights", __name__)


@blueprint.get("/weights")
def index() -> ResponseReturnValue:
    """The meetings, and the way to a new one."""
    with reading() as store:
        lines, cycles = weights.index(store, by=actor())
    may_open = actor().has(*CHAIRS)
    return render_template("weights/index.html", lines=lines, cycles=cycles, may_open=may_open)


# --- a new meeting ------------------------------------------------------------------------------------------


@blueprint.get("/weights/new")
def new() -> ResponseReturnValue:
    """The form of a new meeting."""
    with reading() as store:
        form = opening.blank(store, cycle_id=request.args.get("cycle", type=row_id), now=now())
    return render_template("weights/new.html", form=form, typed=form.typed, swing=swing)


@blueprint.post("/weights/new")
def create() -> ResponseReturnValue:
    """Open the meeting, or show the form again for another cycle."""
    typed = _typed()
    if request.form.get("do") == "cycle":
        return _new_again(typed, ())
    try:
        with transaction() as store:
            made = opening.create(store, typed, by=actor(), now=now())
            rankings.measure(store, made, now=now())
    except Invalid as refused:
        return _new_again(typed, refused.problems), 422
    flash("The meeting is open. Its members find it on their home page.", "done")
    return redirect(url_for(".show", meeting_id=made), 303)


def _new_again(typed: Typed, problems: tuple[Problem, ...]) -> str:
    with reading() as store:
        form = opening.form(store, typed)
    return render_template("weights/new.html", form=form, typed=typed, problems=problems, swing=swing)


def _typed() -> Typed:
    sent = request.form
    return Typed(
        cycle=sent.get("cycle", ""),
        name=sent.get("name", ""),
        day=(sent.get("held_on.day", ""), sent.get("held_on.month", ""), sent.get("held_on.year", "")),
        top=sent.get("top", ""),
        note=sent.get("note", ""),
        people=tuple(sent.getlist("people")),
        others=sent.get("others", ""),
    )


# --- one meeting --------------------------------------------------------------------------------------------


@blueprint.get("/weights/<int:meeting_id>")
def show(meeting_id: int) -> ResponseReturnValue:
    """Who has given points; once shown, what they come to. A script asks whether anything is new."""
    if is_from_script():
        with reading() as store:
            return jsonify({"mark": weights.show(store, meeting_id, by=actor()).mark})
    return _page(meeting_id)


def _page(meeting_id: int, problems: tuple[Problem, ...] = ()) -> str:
    with reading() as store:
        view = weights.show(store, meeting_id, by=actor())
        people = opening.to_add(store, meeting_id) if view.may_chair and view.head.closed_at is None else ()
    return render_template(
        "weights/show.html",
        view=view,
        head=view.head,
        problems=problems,
        people=people,
        sent=request.form,
        chart=_chart(view),
        agreement=_agreement(view),
        warnings=_warnings(view),
        carried=_carried(view),
        swing=swing,
    )


def _chart(view: View) -> Chart | None:
    found = view.comparison
    if found is None:
        return None
    shares = {member: _shares(points) for member, points in found.points.items()}
    names = {c.key: c.name for c in view.criteria if c.key in found.agreed.weights}
    return weights_chart(names, shares, found.agreed.weights, words=_agreement(view))


def _shares(points: Mapping[str, float]) -> dict[str, float]:
    total = sum(points.values())
    return {key: value / total for key, value in points.items()}


def _agreement(view: View) -> str:
    found = view.comparison
    return agreement_in_words(found.agreed.agreement, len(found.points)) if found else ""


def _warnings(view: View) -> list[str]:
    by_key = {criterion.key: criterion for criterion in view.criteria}
    return [in_words(words, by_key) for words in view.comparison.correlated] if view.comparison else []


def _carried(view: View) -> str:
    """Which criterion tells services apart far more or less than its weight says, in a sentence."""
    listed = view.comparison.list if view.comparison else None
    if listed is None:
        return ""
    names = {criterion.key: criterion.name for criterion in view.criteria}
    gaps = {key: share - listed.shares[key] for key, share in listed.effective.items() if share is not None}
    if not gaps:
        return ""
    key = max(gaps, key=lambda one: abs(gaps[one]))
    if abs(gaps[key]) < 0.05:
        return "Every criterion tells services apart about as much as its weight says."
    more = "more" if gaps[key] > 0 else "less"
    why = "services differ widely on it" if gaps[key] > 0 else "services are much alike on it"
    weight, carries = percent(listed.shares[key]), percent(listed.effective[key])
    return (
        f"{names[key][:1].upper()}{names[key][1:]} counts for {more} than it seems: a weight of {weight} "
        f"carries {carries} of what sets services apart, because {why}."
    )


@blueprint.get("/weights/<int:meeting_id>/points.<any(csv, xlsx):form>")
def export(meeting_id: int, form: str) -> ResponseReturnValue:
    """The members' points and what they come to; before they are shown, one's own alone."""
    with reading() as store:
        view = weights.show(store, meeting_id, by=actor())
    return table_file(_sheets(view), view.head.name, form)


def _sheets(view: View) -> list[Rows]:
    names = [criterion.name for criterion in view.criteria]
    given = tuple(
        (member.name, *((member.points or {}).get(c.key) for c in view.criteria), member.reason or None)
        for member in view.members
    )
    sheets = [Rows("Points", ("Member", *names, "Reason"), given)]
    found = view.comparison
    if found is None:
        return sheets
    columns = ("Criterion", "Weight in use", "Average", "Lowest", "Highest", "Effective weight", "Points for")
    effective = found.list.effective if found.list else {}
    rows: list[tuple[Cell, ...]] = [
        (
            c.name,
            found.weights[c.key],
            found.agreed.weights[c.key],
            *found.agreed.ranges[c.key],
            effective.get(c.key),
            swing(c),
        )
        for c in view.criteria
        if c.key in found.weights
    ]
    sheets.append(Rows("Weights", columns, tuple(rows)))
    changes = tuple((one.member, ", ".join(one.entering), ", ".join(one.leaving)) for one in found.own)
    sheets.append(Rows("Own weights", ("Member", "Would enter the top", "Would leave it"), changes))
    about: tuple[tuple[Cell, ...], ...] = (
        ("Meeting", view.head.name),
        ("For", view.head.cycle),
        ("Held on", view.head.held_on),
        ("Kendall’s W", found.agreed.agreement),
        *(("Warning", words) for words in _warnings(view)),
    )
    return [*sheets, Rows("About", ("What", "Value"), about)]


# --- members ------------------------------------------------------------------------------------------------


@blueprint.post("/weights/<int:meeting_id>/members")
def add_members(meeting_id: int) -> ResponseReturnValue:
    """Add members."""
    people, others = request.form.getlist("people"), request.form.get("others", "")
    try:
        with transaction() as store:
            count = opening.add_members(store, meeting_id, people, others, by=actor(), now=now())
    except Invalid as refused:
        return _page(meeting_id, refused.problems), 422
    flash(f"{plural(count, 'member is', 'members are')} added.", "done")
    return _back(meeting_id)


@blueprint.post("/weights/<int:meeting_id>/members/<int:ballot_id>/out")
def take_out(meeting_id: int, ballot_id: int) -> ResponseReturnValue:
    """Take a member out."""
    with transaction() as store:
        name = opening.take_out(store, meeting_id, ballot_id, by=actor(), now=now())
    flash(f"{name} is no longer a member of this meeting.", "done")
    return _back(meeting_id)


def _back(meeting_id: int) -> ResponseReturnValue:
    return redirect(url_for(".show", meeting_id=meeting_id), 303)


# --- giving points ------------------------------------------------------------------------------------------


@blueprint.get("/weights/<int:meeting_id>/points/<int:ballot_id>")
def ballot(meeting_id: int, ballot_id: int) -> ResponseReturnValue:
    """First the swing that matters most, then the others against it."""
    return _ballot_page(meeting_id, ballot_id)


@blueprint.post("/weights/<int:meeting_id>/points/<int:ballot_id>")
def save(meeting_id: int, ballot_id: int) -> ResponseReturnValue:
    """Keep points: from the page's script as they are typed, or with a button."""
    step, reason = request.form.get("do", ""), request.form.get("reason")
    sent = _under("points.")
    if step == "most":
        most = request.form.get("most", "")
        if not most:
            problem = Problem("most", "Choose the one that matters most.")
            return _ballot_page(meeting_id, ballot_id, (problem,), step="most"), 422
        sent = {most: "100"}
    try:
        with transaction() as store:
            saved = ballots.save(
                store,
                meeting_id,
                ballot_id,
                sent,
                revision=request.form.get("revision", ""),
                reason=reason,
                is_last=step == "done",
                by=actor(),
                now=now(),
            )
    except Conflict as conflict:
        if not conflict.clashes:
            raise
        return _clash(meeting_id, ballot_id, conflict)
    return _saved(meeting_id, ballot_id, saved, step)


def _under(prefix: str) -> dict[str, str]:
    """Criterion -> text, of the fields whose names begin so."""
    return {name.removeprefix(prefix): text for name, text in request.form.items() if name.startswith(prefix)}


def _saved(meeting_id: int, ballot_id: int, saved: Saved, step: str) -> ResponseReturnValue:
    if is_from_script():
        return jsonify(
            {
                "revision": saved.revision,
                "shares": {key: percent(share, 1) for key, share in saved.shares.items()},
                "given": saved.given,
                "of": saved.of,
                "problems": {problem.place: problem.message for problem in saved.problems},
                "ends_in": session_ends_in(),
            }
        )
    if saved.problems:
        return _ballot_page(meeting_id, ballot_id, saved.problems), 422
    if step == "done":
        flash("Your points are in. You can change them until the meeting is closed.", "done")
        return _back(meeting_id)
    return redirect(url_for(".ballot", meeting_id=meeting_id, ballot_id=ballot_id), 303)


def _clash(meeting_id: int, ballot_id: int, conflict: Conflict) -> ResponseReturnValue:
    if is_from_script():
        words = f"{conflict.message} Reload it to see them; what you typed here is not saved."
        return jsonify({"message": words}), 409
    problem = Problem(
        conflict.clashes[0].place, f"{conflict.message} Save again to put yours in their place."
    )
    return _ballot_page(meeting_id, ballot_id, (problem,), clashes=conflict.clashes), 409


def _ballot_page(
    meeting_id: int,
    ballot_id: int,
    problems: tuple[Problem, ...] = (),
    *,
    clashes: tuple[Clash, ...] = (),
    step: str = "",
) -> str:
    with reading() as store:
        view = ballots.ballot(store, meeting_id, ballot_id, by=actor())
    is_first = step == "most" or request.args.get("step") == "most" or (not view.points and not problems)
    return render_template(
        "weights/ballot.html",
        view=view,
        head=view.head,
        problems=problems,
        clashes=clashes,
        is_first=is_first,
        names={f"points.{criterion.key}": criterion.name for criterion in view.criteria},
        typed=_as_typed(view),
        reason=request.form.get("reason", view.reason),
        asked=question,
        swing=swing,
    )


def _as_typed(view: BallotView) -> dict[str, str]:
    """What stands in the fields: as just sent, else as kept."""
    sent = request.form if request.form.get("do") != "most" else {}
    return {c.key: sent.get(f"points.{c.key}", view.points.get(c.key, "")) for c in view.criteria}


@blueprint.post("/weights/<int:meeting_id>/points/<int:ballot_id>/confirm")
def confirm(meeting_id: int, ballot_id: int) -> ResponseReturnValue:
    """Say that one's points hold for the new goalposts."""
    with transaction() as store:
        ballots.confirm(store, meeting_id, ballot_id, by=actor(), now=now())
    flash("Your points stand, for the goalposts as they are now.", "done")
    return _back(meeting_id)


# --- steps of the chair -------------------------------------------------------------------------------------


@blueprint.post("/weights/<int:meeting_id>/shown")
def uncover(meeting_id: int) -> ResponseReturnValue:
    """Show everybody's points."""
    try:
        with transaction() as store:
            weights.uncover(store, meeting_id, by=actor(), now=now())
            rankings.measure(store, meeting_id, now=now())
    except Invalid as refused:
        return _page(meeting_id, refused.problems), 422
    return redirect(f"{url_for('.show', meeting_id=meeting_id)}#chart-weights-title", 303)


@blueprint.post("/weights/<int:meeting_id>/hidden")
def cover(meeting_id: int) -> ResponseReturnValue:
    """Hide the points again."""
    with transaction() as store:
        weights.cover(store, meeting_id, by=actor(), now=now())
    flash("The members no longer see each other’s points.", "done")
    return _back(meeting_id)


@blueprint.get("/weights/<int:meeting_id>/close")
def ask_to_close(meeting_id: int) -> ResponseReturnValue:
    """Which weights the meeting agrees on, and who is left out."""
    return _close_page(meeting_id, Ending())


@blueprint.post("/weights/<int:meeting_id>/close")
def close(meeting_id: int) -> ResponseReturnValue:
    """Agree the weights."""
    ending = Ending(
        way=request.form.get("way", "average"),
        points=_under("own."),
        reason=request.form.get("reason", ""),
        leaves_out=bool(request.form.get("leaves_out")),
        seen=request.form.get("seen", ""),
    )
    try:
        with transaction() as store:
            weights.close(store, meeting_id, ending, by=actor(), now=now())
            rankings.measure(store, meeting_id, now=now())
    except Invalid as refused:
        return _close_page(meeting_id, ending, refused.problems), 422
    except Closed:
        raise
    except Conflict as conflict:
        return _close_page(meeting_id, ending, (Problem("way", conflict.message),)), 409
    flash("The weights are agreed. You can rank with them now.", "done")
    return _back(meeting_id)


def _close_page(meeting_id: int, ending: Ending, problems: tuple[Problem, ...] = ()) -> str:
    with reading() as store:
        view = weights.closing(store, meeting_id, by=actor())
    return render_template("weights/close.html", view=view, head=view.head, ending=ending, problems=problems)


@blueprint.post("/weights/<int:meeting_id>/open")
def reopen(meeting_id: int) -> ResponseReturnValue:
    """Open a closed meeting again."""
    with transaction() as store:
        weights.reopen(store, meeting_id, by=actor(), now=now())
    flash("The meeting is open again. Its members can change and confirm their points.", "done")
    return _back(meeting_id)


@blueprint.post("/weights/<int:meeting_id>/rank")
def rank(meeting_id: int) -> ResponseReturnValue:
    """Rank with the agreed weights."""
    try:
        with transaction() as store:
            run_id = rankings.run_meeting(store, meeting_id, by=actor(), now=now())
    except Invalid as refused:
        return _page(meeting_id, refused.problems), 422
    flash("The ranking is kept with everything it was made from.", "done")
    return redirect(url_for("priorities.board", run_id=run_id), 303)
