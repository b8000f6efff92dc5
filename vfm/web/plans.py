"""The forward plan over three years: the timeline, what it is planned with, conditions, and files of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Invalid, NotFound, Problem
from vfm.prioritisation import benefits
from vfm.prioritisation.benefits import PAIRS, label
from vfm.prioritisation.forward import CLOSED, Item, Load
from vfm.prioritisation.quarters import Quarter
from vfm.reports import calendar_file, plan_timeline
from vfm.reports.workbook import Cell, Rows
from vfm.roles import Role
from vfm.web.attachments import attachment, safe, table_file
from vfm.web.current import actor, council_name, now, reading, transaction, wiring
from vfm.web.filters import day
from vfm.web.reviews import MODE_WORDS, STATUS_COLOURS, STATUS_WORDS
from vfm.workflows import plan_proposals, plans
from vfm.workflows.plans import Conditions, Draft, Settings, View

blueprint = Blueprint("plans", __name__)

CALENDAR = "text/calendar; charset=utf-8"
NO_GAP = 1e-6
"""A gap below it is what the solver's arithmetic leaves."""
FROM_WORDS = {
    "ranking": "from the ranking that chose it",
    "hand": "given by hand",
    "none": "nobody gave one",
}


def how_good(gap: float) -> str:
    """How far a plan may be from the best there is, in words; `gap` as a share."""
    if gap < NO_GAP:
        return "No plan within the same limits was worth more"
    return f"The best plan within the same limits was worth at most {100 * gap:.2f}% more"


def may_change() -> bool:
    """Whether this person keeps the plan."""
    return actor().has(Role.EXECUTIVE, Role.CORE_TEAM)


# --- the timeline -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Part:
    """A quarter of the table, with what begins in it; without a load: what began before, or comes later."""

    title: str
    load: Load | None
    items: tuple[Item, ...]


@blueprint.get("/plan")
def index() -> ResponseReturnValue:
    """Three years of reviews on a timeline, and the same as a table; `?by=` says how it is grouped."""
    by = request.args.get("by", "directorate")
    by = by if by in plan_timeline.GROUPINGS else "directorate"
    with reading() as store:
        view = plans.show(store, now=now())
        worked_out = plan_proposals.index(store, is_every=request.args.get("proposals") == "all", now=now())
    quarters = view.standing.quarters
    return render_template(
        "plans/index.html",
        view=view,
        by=by,
        groupings=plan_timeline.GROUPINGS,
        groups=plan_timeline.grouped(view.shown, quarters, by),
        drawn=plan_timeline.drawn(view.loads),
        finding=plan_timeline.finding(view.loads, view.shown),
        parts=_parts(view),
        say=plan_timeline,
        benefits=benefits,
        worked_out=worked_out,
        good=how_good,
        modes=MODE_WORDS,
        statuses=STATUS_WORDS,
        colours=STATUS_COLOURS,
        may_change=may_change(),
    )


def _parts(view: View) -> list[Part]:
    first = view.standing.quarters[0]
    carried = tuple(item for item in view.shown if item.start and item.start < first)
    parts = [Part(f"Began before {day(first.first_day)} and not closed", None, carried)] if carried else []
    parts += [
        Part(
            f"{load.quarter.name}, {load.quarter.words}",
            load,
            tuple(item for item in view.shown if item.start == load.quarter),
        )
        for load in view.loads
    ]
    later = Part(f"After {day(view.standing.quarters[-1].last_day)}", None, view.later)
    return [*parts, later] if view.later else parts


# --- what it is planned with --------------------------------------------------------------------------------


@blueprint.route("/plan/settings", methods=["GET", "POST"])
def settings() -> ResponseReturnValue:
    """Team days, limits and blackouts; every earlier state beneath."""
    if request.method == "GET":
        with reading() as store:
            view = plans.settings(store, now=now())
        return _settings(view)
    fields = {name: text for name, text in request.form.items() if name != "csrf_token"}
    try:
        with transaction() as store:
            changed = plans.set_up(store, fields, by=actor(), now=now())
    except Invalid as error:
        with reading() as store:
            view = plans.refused(store, fields, now=now())
        return _settings(view, error.problems), 422
    flash("The plan is made with this from now on." if changed else "Nothing was different.", "done")
    return redirect(url_for(".index"), 303)


def _settings(view: Settings, problems: tuple[Problem, ...] = ()) -> str:
    return render_template(
        "plans/settings.html",
        view=view,
        fields=view.fields,
        problems=problems,
        changes=view.changes,
    )


# --- when one review may be ---------------------------------------------------------------------------------


@blueprint.route("/plan/<int:review_id>/conditions", methods=["GET", "POST"])
def conditions(review_id: int) -> ResponseReturnValue:
    """What a review takes and when it may be."""
    if request.method == "GET":
        with reading() as store:
            view = plans.conditions(store, review_id, now=now())
        return _conditions(view)
    draft = _draft()
    try:
        with transaction() as store:
            changed = plans.condition(store, review_id, draft, by=actor(), now=now())
    except Invalid as error:
        with reading() as store:
            view = plans.conditions(store, review_id, now=now(), draft=draft)
        return _conditions(view, error.problems), 422
    flash("This is what the next plan keeps to." if changed else "Nothing was different.", "done")
    return redirect(url_for(".index"), 303)


def _draft() -> Draft:
    field = request.form.get
    return Draft(
        days=field("days", ""),
        priority=field("priority", ""),
        earliest=field("earliest", ""),
        latest=field("latest", ""),
        latest_reason=field("latest_reason", ""),
        contract=(field("contract.day", ""), field("contract.month", ""), field("contract.year", "")),
        is_mandatory="mandatory" in request.form.getlist("held"),
        is_pinned="pinned" in request.form.getlist("held"),
        seen=field("seen", ""),
    )


def _conditions(view: Conditions, problems: tuple[Problem, ...] = ()) -> str:
    offered = [(quarter.key, f"{quarter.name}, {quarter.words}") for quarter in view.quarters]
    held = [name for name in ("mandatory", "pinned") if getattr(view.draft, f"is_{name}")]
    return render_template(
        "plans/conditions.html",
        view=view,
        item=view.item,
        draft=view.draft,
        held=held,
        contract=view.item.contract.words(view.first) if view.item.contract else "",
        problems=problems,
        earliest=[("", "At any time"), *offered],
        latest=[("", "No last quarter"), *offered],
        modes=MODE_WORDS,
    )


# --- files to take away -------------------------------------------------------------------------------------


@blueprint.get("/plan.<any(csv, xlsx):form>")
def export(form: str) -> ResponseReturnValue:
    """The whole plan, closed entries too; as Excel with how full each quarter is."""
    with reading() as store:
        view = plans.show(store, now=now())
    sheets = [_entry_rows(view.standing.items, view.standing.quarters[0]), _load_rows(view.loads)]
    return table_file(sheets, "Forward plan", form)


def _entry_rows(items: Iterable[Item], first: Quarter) -> Rows:
    columns = (
        "Service", "Directorate", "What", "Topic", "Quarter", "Starts", "Ends", "Team days", "Lead", "State",
        "Priority", "Priority is", "Earliest quarter", "Latest quarter", "Why by then", "Contract ends",
        "Has to be done", "Pinned", "Note", "From a decision", "Revision", "Savings are",
        *(f"{label(*which)}, {end} (£)" for which in PAIRS for end in ("low", "high")),
    )  # fmt: skip
    return Rows("Forward plan", columns, tuple(_entry_cells(item, first) for item in items))


def _entry_cells(item: Item, first: Quarter) -> tuple[Cell, ...]:
    return (
        item.service,
        item.directorate,
        MODE_WORDS[item.mode],
        item.topic or None,
        item.start.key if item.start else None,
        item.starts_on,
        item.last_day,
        item.days,
        item.lead,
        STATUS_WORDS[item.status],
        item.priority,
        FROM_WORDS[item.priority_from],
        item.earliest or None,
        item.due or None,
        plan_timeline.why_latest(item, first) or None,
        item.contract_ends_on or (item.contract.ends_on if item.contract else None),
        "yes" if item.is_mandatory else "no",
        "yes" if item.is_pinned else "no",
        item.note or None,
        "yes" if item.decision_id else "no",
        item.revision,
        ("confirmed" if item.status == CLOSED else "expected") if item.savings else "not estimated",
        *_saved(item),
    )


def _saved(item: Item) -> Iterable[Decimal | None]:
    """Both ends of each kind of saving, in the order of PAIRS."""
    found = {(amount.kind, amount.span): amount for amount in item.savings}
    for which in PAIRS:
        amount = found.get(which)
        yield from (amount.low, amount.high) if amount else (None, None)


def _load_rows(loads: Iterable[Load]) -> Rows:
    columns = ("Quarter", "From", "To", "Team days", "Taken", "Over", "Free", "Reviews", "Blackout")
    return Rows(
        "Quarters",
        columns,
        tuple(
            (
                load.quarter.key,
                load.quarter.first_day,
                load.quarter.last_day,
                load.days,
                load.used,
                load.over,
                load.free,
                load.count,
                load.blackout or None,
            )
            for load in loads
        ),
    )


@blueprint.get("/plan.ics")
def calendar() -> ResponseReturnValue:
    """The whole plan for a calendar: everything that is not closed."""
    with reading() as store:
        view = plans.show(store, now=now())
    items = [item for item in view.standing.items if item.status != CLOSED]
    return _calendar(f"Forward plan of {council_name()}", items, "forward-plan")


@blueprint.get("/plan/<int:review_id>.ics")
def calendar_of_one(review_id: int) -> ResponseReturnValue:
    """One review for a calendar."""
    with reading() as store:
        view = plans.show(store, now=now())
    item = view.standing.item(f"review-{review_id}")
    if item is None:
        raise NotFound(f"review {review_id}")
    return _calendar(f"{item.service}: {MODE_WORDS[item.mode].lower()}", [item], item.service)


def _calendar(name: str, items: Iterable[Item], file_name: str) -> Response:
    entries = [entry for item in items if (entry := _calendar_entry(item))]
    made = calendar_file.calendar_file(name, entries, now=now())
    return attachment(made, f"{safe(file_name)}.ics", CALENDAR)


def _calendar_entry(item: Item) -> calendar_file.Entry | None:
    if item.starts_on is None or item.last_day is None or item.review_id is None:
        return None
    what = MODE_WORDS[item.mode] + (f" ({item.topic})" if item.topic else "")
    host = wiring().settings.url
    lines = [
        f"From {day(item.starts_on)} to {day(item.last_day)}",
        f"Directorate: {item.directorate}",
        f"Lead: {item.lead or 'nobody yet'}",
        f"State: {STATUS_WORDS[item.status].lower()}",
        f"Team days: {item.days}",
        *plan_timeline.marks(item),
    ]
    return calendar_file.Entry(
        uid=f"review-{item.review_id}@{host.partition('://')[2].partition('/')[0]}",
        revision=item.revision,
        first_day=item.starts_on,
        last_day=item.last_day,
        title=f"{item.service}: {what[0].lower()}{what[1:]}",
        words="\n".join(lines),
        category=item.directorate,
        url=f"{host}{url_for('review_work.show', review_id=item.review_id)}",
        is_settled=item.status != "proposed",
    )
