"""Working a plan out, adopting it, moving one review by hand and undoing: the pages that change the plan."""

from collections import Counter

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Invalid, Problem
from vfm.prioritisation.forward import Load
from vfm.reports import plan_timeline
from vfm.web.current import actor, now, reading, transaction
from vfm.web.filters import plural
from vfm.web.plans import NO_GAP
from vfm.web.reviews import MODE_WORDS
from vfm.workflows import plan_changes, plan_proposals
from vfm.workflows.plan_changes import Preview, Proposal

blueprint = Blueprint("plan_changes", __name__)

HELD_WORDS = {
    "closed": "Closed",
    "begun": "It has begun",
    "pinned": "Pinned by hand",
    "firm": "In the firm year",
    "": "Its place is the best there is",
}


# --- working a plan out -------------------------------------------------------------------------------------


@blueprint.route("/plan/work-out", methods=["GET", "POST"])
def work_out() -> ResponseReturnValue:
    """What working a plan out does, and doing it."""
    moves_firm = request.form.get("firm") == "yes"
    if request.method == "GET":
        return render_template("plans/work_out.html", problems=(), moves_firm=False)
    try:
        with transaction() as store:
            made = plan_changes.work_out(store, moves_firm=moves_firm, by=actor(), now=now())
    except Invalid as error:
        return render_template("plans/work_out.html", problems=error.problems, moves_firm=moves_firm), 422
    return redirect(url_for(".proposal", proposal_id=made), 303)


@blueprint.get("/plan/proposals/<int:proposal_id>")
def proposal(proposal_id: int) -> ResponseReturnValue:
    """A plan that was worked out, beside the one that stands."""
    with reading() as store:
        view = plan_changes.show(store, proposal_id, now=now())
        against = plan_proposals.against(store, proposal_id, now=now())
    is_past = bool(view.row.adopted_at or view.row.discarded_at or not view.is_current)
    return render_template(
        "plans/proposal.html",
        view=view,
        against=against if is_past and not view.shortages else None,
        finding=_finding(view),
        worth=_worth(view),
        changes=[line for line in view.lines if line.what != "stays"],
        stays=[line for line in view.lines if line.what == "stays"],
        loads=list(zip(view.before, view.after, strict=False)),
        say=plan_timeline,
        held=HELD_WORDS,
        modes=MODE_WORDS,
    )


def _finding(view: Proposal) -> str:
    if view.shortages:
        return "What has to be done does not fit."
    counts = Counter(line.what for line in view.lines)
    said = [
        f"{plural(counts[what], 'review')} {many if counts[what] != 1 else one}"
        for what, one, many in (
            ("moves", "moves", "move"),
            ("new", "comes in", "come in"),
            ("out", "has no place within three years", "have no place within three years"),
        )
        if counts[what]
    ]
    if not said:
        return "The plan that stands is the best there is: nothing moves."
    if not counts["stays"]:
        return f"{', '.join(said)}."
    stay = "stays" if counts["stays"] == 1 else "stay"
    return f"{', '.join(said)}; {plural(counts['stays'], 'review')} {stay}."


def _worth(view: Proposal) -> str:
    """What the plan is worth, and how far from the best it may be, in words."""
    before, after = view.worth
    lost = view.standing.capacity.lost
    words = (
        f"The plan is worth {after:,.1f} points; the one that stands {before:,.1f}. "
        f"A review counts its priority, less {lost}% for every quarter it waits."
    )
    if view.gap < NO_GAP:
        return f"{words} No plan within the same limits is worth more."
    return f"{words} No plan within the same limits can be worth more than {100 * view.gap:.2f}% above it."


@blueprint.post("/plan/proposals/<int:proposal_id>/adopt")
def adopt(proposal_id: int) -> ResponseReturnValue:
    """Make a proposal the plan that stands."""
    with transaction() as store:
        count = plan_changes.adopt(store, proposal_id, by=actor(), now=now())
    flash(f"The plan is adopted: {plural(count, 'review')} changed.", "done")
    return redirect(url_for("plans.index"), 303)


@blueprint.post("/plan/proposals/<int:proposal_id>/discard")
def discard(proposal_id: int) -> ResponseReturnValue:
    """Put a proposal aside."""
    with transaction() as store:
        plan_changes.discard(store, proposal_id, by=actor(), now=now())
    flash("The proposal is put aside. The plan stands as it was.", "done")
    return redirect(url_for("plans.index"), 303)


@blueprint.post("/plan/undo/<int:proposal_id>")
def undo(proposal_id: int) -> ResponseReturnValue:
    """Take the last plan or move back."""
    with transaction() as store:
        count = plan_changes.undo(store, proposal_id, by=actor(), now=now())
    flash(f"Undone: {plural(count, 'review')} went back.", "done")
    return redirect(url_for("plans.index"), 303)


# --- moving one by hand -------------------------------------------------------------------------------------


@blueprint.route("/plan/move/<key>", methods=["GET", "POST"])
def move(key: str) -> ResponseReturnValue:
    """Choose a quarter for one review, see what gives, and confirm; `?to=` is what is looked at."""
    typed = request.args if request.method == "GET" else request.form
    to, moves_firm = typed.get("to", ""), typed.get("firm") == "yes"
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        try:
            return _moved(key, to, moves_firm=moves_firm)
        except Invalid as error:
            problems = error.problems
    try:
        with reading() as store:
            view = plan_changes.preview(store, key, to, moves_firm=moves_firm, now=now())
    except Invalid as error:
        problems = problems or error.problems
        with reading() as store:
            view = plan_changes.preview(store, key, "", moves_firm=moves_firm, now=now())
    return _move(view, problems), 422 if problems else 200


def _moved(key: str, to: str, *, moves_firm: bool) -> ResponseReturnValue:
    field = request.form.get
    with transaction() as store:
        count = plan_changes.move(
            store,
            key,
            to,
            is_alone=field("how") not in ("together", "mended"),
            mends=field("how") == "mended",
            is_pinned=field("pin") == "yes",
            moves_firm=moves_firm,
            seen=field("seen", ""),
            by=actor(),
            now=now(),
        )
    flash("It is moved." if count == 1 else f"It is moved, and {plural(count - 1, 'other')} with it.", "done")
    return redirect(url_for("plans.index"), 303)


def _move(view: Preview, problems: tuple[Problem, ...]) -> str:
    quarters = view.standing.quarters
    at = quarters.index(view.to) if view.to else None
    offered = [
        (load.quarter.key, f"{load.quarter.name}, {load.quarter.words}: {_room(load)}")
        for load in view.before
        if load.quarter != view.item.start
    ]
    return render_template(
        "plans/move.html",
        view=view,
        item=view.item,
        offered=[("", "Choose a quarter"), *offered],
        problems=problems,
        alone=view.alone[at] if at is not None else None,
        together=[
            (before, after)
            for before, after in zip(view.before, view.together, strict=False)
            if (before.used, before.count) != (after.used, after.count)
        ],
        is_there=view.to is not None and view.to == view.item.start,
        modes=MODE_WORDS,
        say=plan_timeline,
    )


def _room(load: Load) -> str:
    if load.blackout:
        return f"blackout, {load.blackout}"
    return f"{load.over:,} days over" if load.over else f"{load.free:,} of {load.days:,} days free"
