"""Outcomes against the rules, and the rules themselves: the two pages where a run's outcomes are prepared."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Conflict, Invalid, Problem
from vfm.prioritisation import rule_settings
from vfm.prioritisation.outcome import DEFAULT_RULES
from vfm.roles import Role
from vfm.web.current import actor, now, reading, transaction
from vfm.web.filters import LONDON
from vfm.web.outcome_words import OUTCOME_COLOURS, OUTCOME_WORDS, RULE_WORDS
from vfm.workflows import outcomes, rankings
from vfm.workflows.outcomes import Typed

blueprint = Blueprint("outcomes", __name__)


def _may_change() -> bool:
    return actor().has(Role.EXECUTIVE, Role.CORE_TEAM)


@blueprint.get("/priorities/overrides")
def overrides() -> ResponseReturnValue:
    """Every outcome set against the rules, and the form for another."""
    today = now().astimezone(LONDON)
    day = (str(today.day), str(today.month), str(today.year))
    return _overrides(Typed(service=request.args.get("service", ""), decided_on=day))


@blueprint.post("/priorities/overrides")
def set_against() -> ResponseReturnValue:
    """Set an outcome against the rules."""
    field = request.form.get

    def day(name: str) -> tuple[str, str, str]:
        return field(f"{name}.day", ""), field(f"{name}.month", ""), field(f"{name}.year", "")

    texts: dict[str, Any] = {
        name: field(name, "") for name in ("service", "outcome", "kind", "topic", "reason", "decided_by")
    }
    typed = Typed(**texts, decided_on=day("decided_on"), ends_on=day("ends_on"))
    try:
        with transaction() as store:
            outcomes.set_against(store, typed, by=actor(), now=now())
    except Invalid as error:
        return _overrides(typed, error.problems), 422
    flash("Set. Every ranking made from now on follows it; rankings that are kept do not change.", "done")
    return redirect(url_for(".overrides"), 303)


@blueprint.post("/priorities/overrides/<int:override_id>/withdraw")
def withdraw(override_id: int) -> ResponseReturnValue:
    """End an override."""
    with transaction() as store:
        service = outcomes.withdraw(store, override_id, by=actor(), now=now())
    flash(f"Withdrawn: from now on the rules say what is to happen with {service}.", "done")
    return redirect(url_for(".overrides"), 303)


def _overrides(typed: Typed, problems: tuple[Problem, ...] = ()) -> str:
    with reading() as store:
        view = outcomes.overrides(store, now=now())
    return render_template(
        "outcomes/overrides.html",
        view=view,
        typed=typed,
        problems=problems,
        outcomes=OUTCOME_WORDS,
        colours=OUTCOME_COLOURS,
        kinds=outcomes.KINDS,
        may_change=_may_change(),
    )


@blueprint.get("/priorities/rules")
def rules() -> ResponseReturnValue:
    """The rules in the order in which they are tried, with their thresholds."""
    return _rules()


@blueprint.post("/priorities/rules")
def change_rules() -> ResponseReturnValue:
    """Change the thresholds for later rankings, or try them on the newest one first."""
    typed = {one.name: request.form.get(one.name, "") for one in rule_settings.THRESHOLDS}
    reason, seen = request.form.get("reason", ""), request.form.get("seen", "")
    if request.form.get("do") == "try":
        return _tried(typed, reason, seen)
    try:
        with transaction() as store:
            is_changed = outcomes.change_rules(store, typed, reason, seen, by=actor(), now=now())
    except Invalid as error:
        return _rules(typed, reason, seen, error.problems), 422
    except Conflict as conflict:
        return _rules(typed, reason, seen, (Problem("reason", str(conflict)),)), 409
    words = "Rankings made from now on follow the new rules." if is_changed else "Nothing was different."
    flash(words, "done")
    return redirect(url_for(".rules"), 303)


def _tried(typed: dict[str, str], reason: str, seen: str) -> ResponseReturnValue:
    try:
        wanted = rule_settings.read(typed)
    except Invalid as error:
        return _rules(typed, reason, seen, error.problems), 422
    with reading() as store:
        trial = rankings.tried(store, wanted)
    return _rules(typed, reason, seen, trial=trial, has_tried=True)


def _rules(
    typed: dict[str, str] | None = None,
    reason: str = "",
    seen: str | None = None,
    problems: tuple[Problem, ...] = (),
    *,
    trial: rankings.RulesTrial | None = None,
    has_tried: bool = False,
) -> str:
    with reading() as store:
        view = outcomes.rules(store)
    return render_template(
        "outcomes/rules.html",
        view=view,
        typed=rule_settings.as_typed(view.rules) if typed is None else typed,
        reason=reason,
        seen=view.seen if seen is None else seen,
        problems=problems,
        thresholds=rule_settings.THRESHOLDS,
        say=rule_settings,
        rule_words=RULE_WORDS,
        outcomes=OUTCOME_WORDS,
        trial=trial,
        has_tried=has_tried,
        default=DEFAULT_RULES,
        may_change=_may_change(),
    )
