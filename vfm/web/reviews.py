"""The reviews of the forward plan as a list, and adding, changing and removing one."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Invalid, Problem
from vfm.roles import Role
from vfm.web.current import actor, now, reading, transaction
from vfm.web.row_ids import row_id
from vfm.workflows import reviews
from vfm.workflows.reviews import Draft, Entry, Form

blueprint = Blueprint("reviews", __name__)

MODE_WORDS = {"service_review": "Service review", "deep_dive": "Deep dive"}
STATUS_WORDS = {status: status.replace("_", " ").capitalize() for status in reviews.STATUSES}
STATUS_COLOURS = {
    "proposed": "grey",
    "approved": "blue",
    "scoping": "turquoise",
    "under_way": "yellow",
    "reporting": "orange",
    "implementing": "purple",
    "closed": "green",
}
SORTS = {
    "start": lambda entry: entry.starts_on.isoformat(),
    "service": lambda entry: entry.service.lower(),
    "directorate": lambda entry: entry.directorate.lower(),
    "mode": lambda entry: entry.mode,
    "lead": lambda entry: (entry.lead or "\uffff").lower(),
    "status": lambda entry: str(reviews.STATUSES.index(entry.status)),
}
HEADINGS = (
    ("Service", "service"),
    ("Directorate", "directorate"),
    ("What", "mode"),
    ("Starts", "start"),
    ("Lead", "lead"),
    ("State", "status"),
)
FILTERS = ("directorate", "mode", "status", "q")


@blueprint.get("/reviews")
def index() -> ResponseReturnValue:
    """The plan, filtered and sorted by the address."""
    with reading() as store:
        plan = reviews.index(store)
    asked = {name: request.args.get(name, "").strip() for name in FILTERS}
    sort = request.args.get("sort", "start")
    return render_template(
        "reviews/index.html",
        plan=plan,
        entries=_sorted(_filtered(plan.entries, asked), sort),
        asked=asked,
        sort=sort,
        headings=[_heading(words, key, sort, asked) for words, key in HEADINGS],
        directorates=sorted({entry.directorate for entry in plan.entries}),
        modes=MODE_WORDS,
        statuses=STATUS_WORDS,
        counts=Counter(entry.status for entry in plan.entries),
        colours=STATUS_COLOURS,
        may_change=actor().has(Role.EXECUTIVE, Role.CORE_TEAM),
    )


def _filtered(entries: Sequence[Entry], asked: dict[str, str]) -> list[Entry]:
    text = asked["q"].lower()
    return [
        entry
        for entry in entries
        if (not asked["directorate"] or entry.directorate == asked["directorate"])
        and (not asked["mode"] or entry.mode == asked["mode"])
        and (not asked["status"] or entry.status == asked["status"])
        and (not text or text in f"{entry.service} {entry.topic} {entry.lead or ''}".lower())
    ]


def _sorted(entries: list[Entry], sort: str) -> list[Entry]:
    key = SORTS.get(sort.removeprefix("-"), SORTS["start"])
    return sorted(entries, key=key, reverse=sort.startswith("-"))


def _heading(words: str, key: str, sort: str, asked: dict[str, str]) -> tuple[str, str, str]:
    """(words, address that sorts by it, how it is sorted now)."""
    given: dict[str, Any] = {name: text for name, text in asked.items() if text}
    href = url_for("reviews.index", sort=f"-{key}" if sort == key else key, **given)
    return words, href, {key: "ascending", f"-{key}": "descending"}.get(sort, "")


@blueprint.route("/reviews/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Add an entry, from a decision or by hand."""
    if request.method == "GET":
        decision, service = (
            request.args.get("decision", type=row_id),
            request.args.get("service", type=row_id),
        )
        with reading() as store:
            view = reviews.blank(store, decision_id=decision, service_id=service)
        return _form(view)
    draft = _draft()
    try:
        with transaction() as store:
            reviews.add(store, draft, by=actor(), now=now())
    except Invalid as error:
        with reading() as store:
            view = reviews.form(store, draft)
        return _form(view, error.problems), 422
    flash("It is in the forward plan.", "done")
    return redirect(url_for("reviews.index"), 303)


@blueprint.route("/reviews/<int:review_id>/change", methods=["GET", "POST"])
def edit(review_id: int) -> ResponseReturnValue:
    """Change an entry."""
    if request.method == "GET":
        with reading() as store:
            view = reviews.show(store, review_id)
        return _form(view)
    draft = _draft()
    try:
        with transaction() as store:
            changed = reviews.change(store, review_id, draft, by=actor(), now=now())
    except Invalid as error:
        with reading() as store:
            view = reviews.form(store, draft, review_id)
        return _form(view, error.problems), 422
    flash("The plan is changed." if changed else "Nothing was different.", "done")
    return redirect(url_for("reviews.index"), 303)


@blueprint.route("/reviews/<int:review_id>/remove", methods=["GET", "POST"])
def remove(review_id: int) -> ResponseReturnValue:
    """Ask once, naming what is lost; then take the entry out of the plan."""
    if request.method == "GET":
        with reading() as store:
            view = reviews.show(store, review_id)
        return render_template(
            "reviews/remove.html", entry=view.entry, modes=MODE_WORDS, statuses=STATUS_WORDS
        )
    with transaction() as store:
        entry = reviews.remove(store, review_id, by=actor(), now=now())
    flash(f"{entry.service} is no longer in the plan.", "done")
    return redirect(url_for("reviews.index"), 303)


def _draft() -> Draft:
    field = request.form.get
    return Draft(
        service=field("service", ""),
        mode=field("mode", ""),
        topic=field("topic", ""),
        day=(field("day.day", ""), field("day.month", ""), field("day.year", "")),
        lead=field("lead", ""),
        note=field("note", ""),
        decision=field("decision", ""),
        seen=field("seen", ""),
    )


def _form(view: Form, problems: tuple[Problem, ...] = ()) -> str:
    kept = view.entry
    services, leads = list(view.services), list(view.leads)
    if kept and kept.service_id not in dict(services):
        services.append((kept.service_id, f"{kept.service} (closed)"))
    if kept and kept.lead_id and kept.lead_id not in dict(leads):
        leads.append((kept.lead_id, f"{kept.lead} (switched off)"))
    return render_template(
        "reviews/edit.html",
        draft=view.draft,
        entry=kept,
        problems=problems,
        services=[("", "Choose a service"), *services],
        leads=[("", "Nobody yet"), *leads],
        modes=MODE_WORDS,
        statuses=STATUS_WORDS,
    )
