"""Who may open which address: one row an endpoint; an endpoint without a row stops the app from starting.

A visitor is sent to sign in; a signed-in person without the role gets a 404, because they may not know
that the page is there. Which *service's* page may be seen is the workflow's rule, not this table's.
"""

from flask import Flask, Response, abort, flash, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from vfm.roles import Actor, Role
from vfm.web import keeping, languages
from vfm.web.current import is_from_script, now, reading, transaction, wiring
from vfm.workflows import sign_in

VISITOR: frozenset[Role] | None = None
"""Anybody, signed in or not."""
SIGNED_IN = frozenset(Role)
"""Anybody who is signed in and holds some role."""
ADMIN = frozenset({Role.ADMINISTRATOR})
CORE = frozenset({Role.CORE_TEAM})
ANSWERING = frozenset({Role.DIRECTOR, Role.CONTRIBUTOR})
SIGNING = ANSWERING | {Role.EXECUTIVE_DIRECTOR}
"""Who has a part in answering or signing; of which services, the workflow says."""
ENQUIRING = SIGNED_IN
"""Who may answer: the people of a service, and the team of a review, whatever else they do here; of which
assessments, the workflow says."""
OVERVIEW = frozenset({Role.CORE_TEAM, Role.CHALLENGER, Role.EXECUTIVE, Role.VIEWER})
RESULTS = OVERVIEW | {Role.DIRECTOR, Role.EXECUTIVE_DIRECTOR}
"""Who reads results; of which services, the workflow says. Who answers a part alone reads none."""
ACTING = RESULTS | ANSWERING
"""Who reads improvement actions; a contributor those they own."""
ANSWERS = SIGNING | {Role.CORE_TEAM, Role.CHALLENGER, Role.EXECUTIVE}
"""Who reads assessments; of which services, the workflow says."""
DECIDING = frozenset({Role.CORE_TEAM, Role.EXECUTIVE})
"""Who ranks services, records what is decided about them, and keeps the forward plan."""
SERVICES = RESULTS | ADMIN
CHALLENGING = frozenset({Role.CORE_TEAM, Role.CHALLENGER})
CHALLENGE = RESULTS - {Role.VIEWER}
"""Who reads a challenge: everybody with a part in it."""

ACCESS: dict[str, frozenset[Role] | None] = {
    "static": VISITOR,
    "home.index": VISITOR,
    "home.health": VISITOR,
    "home.plotly": VISITOR,
    # sign_in
    "sign_in.enter": VISITOR,
    "sign_in.leave": VISITOR,
    "sign_in.choose_language": VISITOR,
    "sign_in.demo": VISITOR,
    "sign_in.account": SIGNED_IN,
    "sign_in.leave_others": SIGNED_IN,
    "sign_in.stay": SIGNED_IN,
    "invitations.choose": VISITOR,
    # council
    "council.edit": ADMIN,
    "council.logo": VISITOR,
    # people
    "people.index": ADMIN,
    "people.add": ADMIN,
    "people.show": ADMIN,
    "people.edit": ADMIN,
    "people.services": ADMIN,
    "people.link": ADMIN,
    "people.switch_off": ADMIN,
    "people.switch_on": ADMIN,
    "people.hand_over": ADMIN,
    # messages
    "messages.index": ADMIN,
    "messages.send_again": ADMIN,
    # directory
    "directory.index": ADMIN,
    "directory.add": ADMIN,
    "directory.place": ADMIN,
    "directory.close": ADMIN,
    "directory.reopen": ADMIN,
    "directory.merge": ADMIN,
    "directory.export": ADMIN,
    "directory.take_in": ADMIN,
    "directory.accept": ADMIN,
    # versions
    "versions.index": CORE,
    "versions.choose": CORE,
    "versions.take_in": CORE,
    "versions.import_report": CORE,
    "versions.show": SIGNED_IN - {Role.CONTRIBUTOR},
    "versions.download": SIGNED_IN - {Role.CONTRIBUTOR},
    "versions.compare": CORE,
    "versions.mark_same": CORE,
    "versions.revise": CORE,
    "versions.choose_replacement": CORE,
    "versions.replace": CORE,
    "versions.ask_to_discard": CORE,
    "versions.discard": CORE,
    # designs
    "designs.show": CORE,
    "designs.act": CORE,
    "designs.ask_to_delete": CORE,
    "designs.delete": CORE,
    "designs.question": CORE,
    "designs.save_question": CORE,
    "designs.new_question": CORE,
    "designs.add_question": CORE,
    "designs.section": CORE,
    "designs.save_section": CORE,
    "designs.new_section": CORE,
    "designs.add_section": CORE,
    "designs.topic": CORE,
    "designs.save_topic": CORE,
    "designs.new_check": CORE,
    "designs.check": CORE,
    "designs.add_check": CORE,
    "designs.save_check": CORE,
    "designs.library": CORE,
    "designs.reuse": CORE,
    "designs.start": CORE,
    "designs.fork": CORE,
    # translations
    "translations.show": CORE,
    "translations.part": CORE,
    "translations.save": CORE,
    # rehearsals
    "rehearsals.start": CORE | ADMIN,
    "rehearsals.section": CORE | ADMIN,
    "rehearsals.walk": CORE | ADMIN,
    # reading_copies
    "reading_copies.of_version": CORE | ADMIN,
    "reading_copies.of_assessment": ENQUIRING,
    # cycles
    "cycles.index": CORE,
    "cycles.new": CORE,
    "cycles.change": CORE,
    "cycles.check": CORE,
    "cycles.open_cycle": CORE,
    "cycles.show": CORE,
    "cycles.export": CORE,
    "cycles.export_workbook": CORE,
    "chasing.prepare": CORE,
    "chasing.chase": CORE,
    "chasing.extend": CORE,
    "chasing.completion": CORE,
    "cycles.ask_to_close": CORE,
    "cycles.close": CORE,
    "cycles.reopen": CORE,
    # feedback
    "feedback.mine": ANSWERING,
    "feedback.give": ANSWERING,
    "feedback.send": ANSWERING,
    "feedback.board": CORE,
    "feedback.question": CORE,
    "feedback.decide": CORE,
    # assessments
    "assessments.index": SIGNING | CORE,
    "assessments.show": ENQUIRING,
    "assessments.questions": ENQUIRING,
    "assessments.section": ENQUIRING,
    "assessments.save": ENQUIRING,
    "assessments.question": ENQUIRING,
    "assessments.save_question": ENQUIRING,
    # figure_views
    "figure_views.show": ENQUIRING,
    "figure_views.say": ENQUIRING,
    # comparisons
    "comparators.index": SERVICES,
    "comparators.export": SERVICES,
    "comparators.service": SERVICES,
    "comparators.service_export": SERVICES,
    "comparators.measures": CORE,
    "comparators.take_away": CORE,
    "comparator_groups.index": SERVICES,
    "comparator_groups.show": SERVICES,
    "comparator_groups.new": CORE,
    "comparator_groups.edit": CORE,
    "comparator_groups.withdraw": CORE,
    "comparator_groups.bring_back": CORE,
    # files of published figures
    "figure_imports.index": CORE | ADMIN,
    "figure_imports.take_in": CORE | ADMIN,
    "figure_imports.show": CORE | ADMIN,
    "figure_imports.accept": CORE | ADMIN,
    "figure_imports.discard": CORE | ADMIN,
    "figure_imports.faults": CORE | ADMIN,
    # answer_checks
    "answer_checks.show": ENQUIRING,
    # answer_copies
    "answer_copies.of_assessment": ENQUIRING,
    # answer_workbooks
    "answer_workbooks.show": ENQUIRING,
    "answer_workbooks.download": ENQUIRING,
    "answer_workbooks.take_in": ENQUIRING,
    "answer_workbooks.preview": ENQUIRING,
    "answer_workbooks.accept": ENQUIRING,
    "answer_workbooks.discard": ENQUIRING,
    # bulk_workbooks
    "bulk_workbooks.index": CORE,
    "bulk_workbooks.take_in": CORE,
    "bulk_workbooks.make": CORE,
    "bulk_workbooks.show": CORE,
    "bulk_workbooks.export": CORE,
    "bulk_workbooks.download": CORE,
    # history
    "history.of_question": ENQUIRING,
    "history.ask": ENQUIRING,
    "history.put_back": ENQUIRING,
    # evidence
    "evidence.register": ANSWERS,
    "evidence.new": ANSWERING,
    "evidence.add": ANSWERING,
    "evidence.show": ENQUIRING,
    "evidence.change": ENQUIRING,
    "evidence.download": ENQUIRING,
    "evidence.withdraw": ENQUIRING,
    "evidence.bring_back": ENQUIRING,
    "evidence.of_question": ENQUIRING,
    "evidence.add_for": ENQUIRING,
    "evidence.use": ENQUIRING,
    "evidence.stop_using": ENQUIRING,
    # groups: who has a part in a group, its workflow says
    "groups.show": SIGNED_IN,
    "groups.section": SIGNED_IN,
    "groups.save": SIGNED_IN,
    "groups.finish": SIGNED_IN,
    "groups.take_back": SIGNED_IN,
    "groups.add_member": ANSWERING | CORE,
    "groups.remove_member": ANSWERING | CORE,
    "groups.ask_to_open": ANSWERING | CORE,
    "groups.open_spread": ANSWERING | CORE,
    "groups.question": SIGNED_IN,
    "groups.agree": ANSWERING | CORE,
    "groups.agree_alike": ANSWERING | CORE,
    # delegations
    "delegations.give": frozenset({Role.DIRECTOR}),
    "delegations.send": frozenset({Role.DIRECTOR}),
    "delegations.take_back": frozenset({Role.DIRECTOR}),
    "delegations.hand_back": frozenset({Role.CONTRIBUTOR}),
    "delegations.return_part": frozenset({Role.CONTRIBUTOR}),
    "delegations.take_up": frozenset({Role.CONTRIBUTOR}),
    # deputies
    "deputies.index": frozenset({Role.DIRECTOR}),
    "deputies.name": frozenset({Role.DIRECTOR}),
    "deputies.end": frozenset({Role.DIRECTOR}),
    # comments
    "comments.of_question": ENQUIRING,
    "comments.write": ENQUIRING,
    "comments.edit": ENQUIRING,
    "comments.change": ENQUIRING,
    "comments.settle": ENQUIRING,
    "comments.reopen": ENQUIRING,
    # sign_off
    "sign_off.submit": ANSWERING,
    "sign_off.show": SIGNING | CORE,
    "sign_off.sign": ANSWERING,
    "sign_off.countersign": frozenset({Role.EXECUTIVE_DIRECTOR}),
    "sign_off.take_back": ANSWERING,
    "sign_off.send_back": SIGNING,
    "sign_off.reopen": CORE,
    # actions
    "actions.index": ACTING,
    "actions.of_service": RESULTS,
    "actions.export": ACTING,
    "actions.new": CORE | {Role.DIRECTOR},
    "actions.edit": ANSWERING | CORE,
    # challenge
    "challenge.index": CHALLENGE,
    "challenge.queue": OVERVIEW - {Role.VIEWER},
    "challenge.export": OVERVIEW - {Role.VIEWER},
    "challenge.following": OVERVIEW - {Role.VIEWER},
    "challenge.show": CHALLENGE,
    "challenge.question": CHALLENGE,
    "challenge.make": CHALLENGING,
    "challenge.withdraw": CHALLENGING,
    "challenge.respond": frozenset({Role.DIRECTOR}),
    "challenge.agree": CORE,
    "challenge.close": CORE,
    "challenge.choose_unchallenged": CORE,
    "challenge.close_unchallenged": CORE,
    # calibrations
    "calibrations.index": CHALLENGING,
    "calibrations.new": CORE,
    "calibrations.create": CORE,
    "calibrations.show": CHALLENGING,
    "calibrations.export": CHALLENGING,
    "calibrations.add": CORE,
    "calibrations.take_out": CORE,
    "calibrations.item": CHALLENGING,
    "calibrations.rate": CHALLENGING,
    "calibrations.finish": CHALLENGING,
    "calibrations.take_back": CHALLENGING,
    "calibrations.ask_to_compare": CORE,
    "calibrations.compare": CORE,
    "calibrations.settle": CORE,
    "calibrations.ask_to_close": CORE,
    "calibrations.close": CORE,
    # movement
    "movement.newest": OVERVIEW,
    "movement.show": OVERVIEW,
    "movement.export": OVERVIEW,
    "movement.agreement": OVERVIEW,
    "movement.export_agreement": OVERVIEW,
    "movement.one_way": OVERVIEW,
    "movement.export_one_way": OVERVIEW,
    # services
    "services.index": SERVICES,
    "services.show": SERVICES,
    # results
    "results.newest": RESULTS,
    "results.index": RESULTS,
    "results.export": RESULTS,
    "results.show": RESULTS,
    "results.as_json": RESULTS,
    "results.take_out": RESULTS,
    "results.working": RESULTS,
    # changes
    "changes.show": RESULTS,
    "changes.export": RESULTS,
    # trends
    "trends.show": RESULTS,
    "trends.export": RESULTS,
    "trends.index": RESULTS,
    "trends.export_cycle": RESULTS,
    # targets
    "targets.show": RESULTS,
    "targets.put": CORE | {Role.DIRECTOR},
    "targets.withdraw": CORE | {Role.DIRECTOR},
    # baselines
    "baselines.index": RESULTS,
    "baselines.show": RESULTS,
    "baselines.as_json": RESULTS,
    # cohorts
    "cohorts.heat_map": RESULTS,
    "cohorts.distribution": RESULTS,
    "cohorts.outliers": RESULTS,
    "cohorts.groups": RESULTS,
    "cohorts.questions": RESULTS,
    "cohorts.question": RESULTS,
    "cohorts.figures": RESULTS,
    "cohorts.export": RESULTS,
    "cohorts.export_question": RESULTS,
    # priorities
    "priorities.index": OVERVIEW,
    "priorities.new": DECIDING,
    "priorities.board": OVERVIEW,
    "priorities.export": OVERVIEW,
    "priorities.service": OVERVIEW,
    "priorities.decide": DECIDING,
    # board_pages
    "board_pages.show": OVERVIEW,
    # board_slides
    "board_slides.download": OVERVIEW,
    # decisions
    "decisions.agenda": OVERVIEW,
    "decisions.save": DECIDING,
    "decisions.minutes": OVERVIEW,
    "decisions.word": OVERVIEW,
    # criteria
    "data_quality.show": OVERVIEW,
    "data_quality.export": OVERVIEW,
    "criteria_feeds.show": CORE,
    "criteria_feeds.feed": CORE,
    "criteria_feeds.export": CORE,
    "criteria_feeds.undo": CORE,
    "criteria_imports.take_in": CORE,
    "criteria_imports.show": CORE,
    "criteria_imports.accept": CORE,
    "criteria_imports.discard": CORE,
    "criteria_imports.template": CORE,
    "criteria_imports.measures": CORE,
    "criteria_imports.attaching": CORE,
    "criteria.index": OVERVIEW,
    "criteria.new": CORE,
    "criteria.show": OVERVIEW,
    "criteria.export": OVERVIEW,
    "criteria.freezes": OVERVIEW,
    "criteria.freeze": CORE,
    "criteria.edit": CORE,
    "criteria.switch": CORE,
    "criteria.move": CORE,
    "criteria.history": OVERVIEW,
    "criteria.put_back": CORE,
    # run_changes
    "run_changes.show": OVERVIEW,
    "run_changes.export": OVERVIEW,
    # robustness
    "robustness.show": OVERVIEW,
    "robustness.export": OVERVIEW,
    "robustness.again": DECIDING,
    # outcomes
    "outcomes.overrides": OVERVIEW,
    "outcomes.set_against": DECIDING,
    "outcomes.withdraw": DECIDING,
    "outcomes.rules": OVERVIEW,
    "outcomes.change_rules": DECIDING,
    # plans
    "plans.index": OVERVIEW,
    "plans.settings": DECIDING,
    "plans.conditions": DECIDING,
    "plans.export": OVERVIEW,
    "plans.calendar": OVERVIEW,
    "plans.calendar_of_one": OVERVIEW,
    # weights: whoever is a member of a meeting gives points, whatever their role
    "weights.index": OVERVIEW,
    "weights.new": DECIDING,
    "weights.create": DECIDING,
    "weights.show": SIGNED_IN,
    "weights.export": SIGNED_IN,
    "weights.add_members": DECIDING,
    "weights.take_out": DECIDING,
    "weights.ballot": SIGNED_IN,
    "weights.save": SIGNED_IN,
    "weights.confirm": SIGNED_IN,
    "weights.uncover": DECIDING,
    "weights.cover": DECIDING,
    "weights.ask_to_close": DECIDING,
    "weights.close": DECIDING,
    "weights.reopen": DECIDING,
    "weights.rank": DECIDING,
    # plan_changes
    "plan_changes.work_out": DECIDING,
    "plan_changes.proposal": DECIDING,
    "plan_changes.adopt": DECIDING,
    "plan_changes.discard": DECIDING,
    "plan_changes.undo": DECIDING,
    "plan_changes.move": DECIDING,
    # scenarios
    "scenarios.what_if": OVERVIEW,
    "scenarios.index": OVERVIEW,
    "scenarios.export": OVERVIEW,
    "scenarios.keep": DECIDING,
    "scenarios.withdraw": DECIDING,
    "scenarios.bring_back": DECIDING,
    "scenarios.rank": DECIDING,
    "scenarios.turning": OVERVIEW,
    # reviews
    "reviews.index": OVERVIEW,
    "reviews.new": DECIDING,
    "reviews.edit": DECIDING,
    "reviews.remove": DECIDING,
    # review_work: who has a part in a review, and who reads it, its workflow says
    "review_work.show": SIGNED_IN,
    "review_work.report": SIGNED_IN,
    "review_work.word": SIGNED_IN,
    "review_work.about": SIGNED_IN,
    "review_work.scope": SIGNED_IN,
    "review_work.state": SIGNED_IN,
    "review_work.template": SIGNED_IN,
    "review_work.add": SIGNED_IN,
    "review_work.edit": SIGNED_IN,
    "review_work.remove": SIGNED_IN,
    "review_work.shift": SIGNED_IN,
    "review_work.act": SIGNED_IN,
}


def allows(endpoint: str, actor: Actor | None) -> bool:
    """True when this person (None: a visitor) may open the endpoint."""
    rule = ACCESS[endpoint]
    return rule is None or (actor is not None and actor.has(*rule))


def guard(app: Flask) -> None:
    """Check that every address has a rule, and put the rules before every request.

    Raises:
        RuntimeError: an address without a rule, or a rule without an address.
    """
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    if odd := endpoints.symmetric_difference(ACCESS):
        raise RuntimeError(f"vfm/web/access.py and the addresses differ: {', '.join(sorted(odd))}")
    app.before_request(_check)


def _check() -> AnyResponse | None:
    g.visit = None
    if request.endpoint == "static":
        return None
    g.visit = _visit()
    if g.visit:
        languages.use(g.visit.actor.language)
    if request.endpoint is None:  # no such address; the page that says so keeps the menu
        return None
    person = g.visit.actor if g.visit else None
    if allows(str(request.endpoint), person):
        return None
    if person is not None:
        abort(404)
    if request.method in ("GET", "HEAD"):
        return redirect(url_for("sign_in.enter", next=request.full_path.rstrip("?")))
    if is_from_script():
        return Response(status=401)
    return _asked_to_sign_in()


def _asked_to_sign_in() -> AnyResponse:
    """The answer to a form from somebody whose session ended: what they typed goes with them."""
    person_id = _who_was_here() if keeping.can_be_kept() else None
    if person_id is None:
        flash(
            "You are no longer signed in, so what you sent was not saved. Sign in, go back and send it again."
        )
        return redirect(url_for("sign_in.enter"))
    seal = keeping.sealed(keeping.typed_now(person_id))
    words = render_template("sign_in/enter.html", email="", wanted=url_for("home.index"), kept=seal)
    return Response(words, status=401)


def _who_was_here() -> int | None:
    """Whose session in this browser ended; None when nobody was signed in."""
    token = session.get("token")
    if not token:
        return None
    with reading() as store:
        return sign_in.whose(store, token)


def _visit() -> sign_in.Visit | None:
    token = session.get("token")
    if not token:
        return None
    with reading() as store:
        visit = sign_in.visit(store, token, now=now(), hours=wiring().settings.session_hours)
    if visit and visit.is_due_seen:
        with transaction() as store:
            sign_in.seen(store, visit.session_id, now=now())
    return visit
