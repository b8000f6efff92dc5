"""create_app: the one place that knows every room."""

import secrets

from flask import Flask, Response, g, request
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from vfm.gateways import file_store
from vfm.settings import Settings
from vfm.store import database
from vfm.web import (
    access,
    actions,
    answer_checks,
    answer_copies,
    answer_workbooks,
    assessments,
    baselines,
    board_pages,
    board_slides,
    bulk_workbooks,
    calibrations,
    challenge,
    changes,
    chasing,
    cohorts,
    comments,
    comparator_groups,
    comparators,
    council,
    criteria,
    criteria_feeds,
    criteria_imports,
    cycles,
    data_quality,
    decisions,
    delegations,
    deputies,
    designs,
    directory,
    drawing,
    errors,
    evidence,
    feedback,
    figure_imports,
    figure_views,
    filters,
    groups,
    history,
    home,
    invitations,
    languages,
    look,
    messages,
    movement,
    navigation,
    outcomes,
    people,
    plan_changes,
    plans,
    priorities,
    reading_copies,
    rehearsals,
    results,
    review_work,
    reviews,
    robustness,
    row_ids,
    run_changes,
    scenarios,
    services,
    sign_off,
    targets,
    translations,
    trends,
    versions,
    weights,
)
from vfm.web import sign_in as sign_in_pages
from vfm.web.current import Wiring, now, reading, session_ends_in
from vfm.workflows import sign_in

BLUEPRINTS = (
    actions.blueprint,
    answer_checks.blueprint,
    answer_copies.blueprint,
    assessments.blueprint,
    delegations.blueprint,
    comments.blueprint,
    deputies.blueprint,
    answer_workbooks.blueprint,
    bulk_workbooks.blueprint,
    history.blueprint,
    groups.blueprint,
    sign_off.blueprint,
    home.blueprint,
    sign_in_pages.blueprint,
    invitations.blueprint,
    people.blueprint,
    plan_changes.blueprint,
    plans.blueprint,
    messages.blueprint,
    movement.blueprint,
    council.blueprint,
    directory.blueprint,
    versions.blueprint,
    translations.blueprint,
    rehearsals.blueprint,
    reading_copies.blueprint,
    calibrations.blueprint,
    challenge.blueprint,
    results.blueprint,
    baselines.blueprint,
    changes.blueprint,
    trends.blueprint,
    targets.blueprint,
    cohorts.blueprint,
    services.blueprint,
    priorities.blueprint,
    criteria.blueprint,
    criteria_feeds.blueprint,
    criteria_imports.blueprint,
    robustness.blueprint,
    data_quality.blueprint,
    weights.blueprint,
    scenarios.blueprint,
    outcomes.blueprint,
    decisions.blueprint,
    board_pages.blueprint,
    board_slides.blueprint,
    review_work.blueprint,
    run_changes.blueprint,
    reviews.blueprint,
    cycles.blueprint,
    chasing.blueprint,
    designs.blueprint,
    feedback.blueprint,
    comparators.blueprint,
    comparator_groups.blueprint,
    figure_imports.blueprint,
    figure_views.blueprint,
    evidence.blueprint,
)

YEAR = 365 * 24 * 3600
LARGEST_REQUEST = 20 * 1024 * 1024
BESIDE_A_FILE = 1024 * 1024
"""Bytes of a request beyond those of the largest file: what is typed beside it."""


def create_app(settings: Settings) -> Flask:
    """The web application for a database that is already there.

    Raises:
        Invalid: the database is missing, damaged, unreachable or of another version, or the place for files
            cannot be understood; nothing is served.
    """
    with database.opened(settings.database) as looked_at:
        database.check(looked_at)
    app = Flask("vfm")
    app.config.update(
        SECRET_KEY=settings.secret or secrets.token_hex(32),
        SESSION_COOKIE_NAME="vfm",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_https,
        MAX_CONTENT_LENGTH=max(LARGEST_REQUEST, settings.largest_file + BESIDE_A_FILE),
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
        MAX_FORM_PARTS=20_000,
        SEND_FILE_MAX_AGE_DEFAULT=YEAR,
        WTF_CSRF_TIME_LIMIT=None,  # a form may stay open as long as its sign-in session
    )
    files = file_store.from_settings(settings)
    app.extensions["vfm"] = Wiring(settings, database.connect(settings.database), files)
    if count := settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    row_ids.register(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    filters.register(app)
    drawing.register(app)
    languages.register(app)
    errors.register(app)
    access.guard(app)
    CSRFProtect(app)
    _dress(app)
    return app


def _dress(app: Flask) -> None:
    """What every page is rendered with, and the headers it leaves with."""
    _give_pages_their_values(app)

    @app.after_request
    def headers(response: Response) -> Response:
        style = f"'self' 'nonce-{g.nonce}'" if "nonce" in g else "'self'"
        response.headers.setdefault(
            "Content-Security-Policy",
            f"default-src 'self'; script-src 'self'; style-src {style}; img-src 'self' data: blob:; "
            "frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'",
        )
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        if app.extensions["vfm"].settings.is_https:
            response.headers["Strict-Transport-Security"] = f"max-age={YEAR}"
        if "Content-Disposition" in response.headers:  # what is taken away is nobody else's to keep
            response.headers["Cache-Control"] = "no-store"
        elif request.endpoint != "static":
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def _give_pages_their_values(app: Flask) -> None:
    """What every page can name: who reads it, the council, the menu, the look."""
    found = look.find()

    def nonce() -> str:
        if "nonce" not in g:
            g.nonce = secrets.token_urlsafe(16)
        return str(g.nonce)

    @app.context_processor
    def page_values() -> dict[str, object]:
        visit = g.get("visit")
        return {
            "actor": visit.actor if visit else None,
            "council": visit.council if visit else _council(),
            "navigation": navigation.items(visit.actor) if visit else (),
            "look": found,
            "language": languages.current(),
            "is_in_its_language": languages.is_finished(),
            "static": look.stamped,
            "nonce": nonce,
            "problems": (),
            "now": now(),
            "ends_in": session_ends_in() if visit else 0,
            "settings": app.extensions["vfm"].settings,
        }

    def _council() -> sign_in.CouncilView | None:
        if g.get("is_without_store"):
            return None
        with reading() as store:
            return sign_in.council(store)
