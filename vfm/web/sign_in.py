"""Signing in and out, the demonstration's one-click page, and a person's own page."""

from flask import Blueprint, abort, flash, g, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Invalid, Problem
from vfm.web import keeping, languages
from vfm.web.browsers import in_words
from vfm.web.current import actor, now, reading, transaction, wiring
from vfm.web.languages import mark, ngettext, say
from vfm.web.row_ids import row_id
from vfm.workflows import sign_in

blueprint = Blueprint("sign_in", __name__)

WRONG = mark("E-mail or password is not right. Check both and try again.")
SLOWED = mark(
    "There were too many tries. Wait a quarter of an hour, or ask your administrator for a link to choose "
    "a new password."
)


@blueprint.route("/sign-in", methods=["GET", "POST"])
def enter() -> ResponseReturnValue:
    """Ask for e-mail and password; on to where the person wanted to go."""
    wanted = own_path(request.values.get("next"))
    if request.method == "POST":
        return _tried(request.form.get("email", ""), request.form.get("password", ""), wanted)
    return redirect(wanted) if g.visit else _form("", wanted)


def _tried(email: str, password: str, wanted: str) -> ResponseReturnValue:
    if blanks := _blanks(email, password):
        return _form(email, wanted, blanks), 422
    address, settings = request.remote_addr or "", wiring().settings
    with transaction() as store:
        noted = sign_in.attempt(store, email, address, now=now())
    with reading() as store:
        candidate = sign_in.candidate(store, email, address, tries=settings.sign_in_tries, now=now())
    if candidate.is_slowed:
        return _form(email, wanted, [Problem("email", say(SLOWED))]), 429
    # No transaction is open meanwhile: checking a password is slow on purpose.
    if not candidate.proves(password) or candidate.person_id is None:
        return _form(email, wanted, [Problem("email", say(WRONG))]), 422
    with transaction() as store:
        token = sign_in.enter(
            store, candidate.person_id, email, noted, browser=in_words(request.user_agent.string), now=now()
        )
    return _welcomed(token, candidate.person_id, wanted)


def _blanks(email: str, password: str) -> list[Problem]:
    asked = (
        ("email", email, say("Type your e-mail.")),
        ("password", password, say("Type your password.")),
    )
    return [Problem(place, words) for place, typed, words in asked if not typed.strip()]


def _form(email: str, wanted: str, problems: list[Problem] | None = None) -> str:
    return render_template(
        "sign_in/enter.html", email=email, wanted=wanted, kept=_kept(), problems=problems or ()
    )


def _kept() -> str:
    """The seal of what somebody typed after their session had ended; "" without one."""
    return request.form.get(keeping.NAME, "")


def _welcomed(token: str, person_id: int, wanted: str) -> ResponseReturnValue:
    session.clear()  # nothing of a visitor's session lives on in a person's
    session["token"] = token
    if languages.COOKIE in request.cookies:  # chosen before it was known who this is
        with transaction() as store:
            sign_in.choose_language(store, person_id, languages.asked_for())
    if not _kept():
        return redirect(wanted, 303)
    typed = keeping.opened(_kept())
    if typed is None or typed.person_id != person_id:
        flash(
            say("What was typed before you signed in was left out: somebody else typed it, or too long ago.")
        )
        return redirect(url_for("home.index"), 303)
    with reading() as store:
        g.visit = sign_in.visit(store, token, now=now(), hours=wiring().settings.session_hours)
    return keeping.page(typed)


def own_path(wanted: str | None) -> str:
    """`wanted` when it is a path of this site, else the first page: nobody is led elsewhere."""
    first = url_for("home.index")
    is_path = wanted is not None and wanted.startswith("/") and not wanted.startswith("//")
    # Browsers read a backslash as a slash and skip tabs and line breaks.
    return wanted if wanted and is_path and "\\" not in wanted and wanted.isprintable() else first


@blueprint.post("/language")
def choose_language() -> ResponseReturnValue:
    """Show pages in English or in Welsh from now on: kept with the person, and in this browser."""
    language = request.form.get("language", "")
    if language not in languages.LANGUAGES:
        abort(404)
    if g.visit:
        with transaction() as store:
            sign_in.choose_language(store, actor().id, language)
    response = redirect(own_path(request.form.get("next")), 303)
    languages.remember(response, language, is_https=wiring().settings.is_https)
    return response


@blueprint.post("/sign-out")
def leave() -> ResponseReturnValue:
    """End the session here and in the store."""
    token = session.pop("token", None)
    if token:
        with transaction() as store:
            sign_in.end(store, token, now=now())
    return redirect(url_for("home.index"), 303)


@blueprint.route("/demo", methods=["GET", "POST"])
def demo() -> ResponseReturnValue:
    """One click signs you in as one of the demonstration's people; only in demo mode."""
    if not wiring().settings.is_demo:
        abort(404)
    person_id = request.form.get("person", type=row_id)
    if person_id is None:
        with reading() as store:
            roles = sign_in.demo_people(store)
        return render_template("sign_in/demo.html", roles=roles, kept=_kept())
    with transaction() as store:
        token = sign_in.demo_enter(store, person_id, browser=in_words(request.user_agent.string), now=now())
    return _welcomed(token, person_id, url_for("home.index"))


@blueprint.route("/account", methods=["GET", "POST"])
def account() -> ResponseReturnValue:
    """A person's own page: change the password, see where they are signed in."""
    if request.method == "GET":
        return _account()
    typed = (request.form.get(name, "") for name in ("current", "password", "again"))
    try:
        with transaction() as store:
            sign_in.change_password(store, g.visit.session_id, *typed, by=actor(), now=now())
    except Invalid as error:
        return _account(error.problems), 422
    flash(say("Your password is changed. Every other browser is signed out."), "done")
    return redirect(url_for("sign_in.account"), 303)


def _account(problems: tuple[Problem, ...] = ()) -> str:
    with reading() as store:
        view = sign_in.account(
            store, g.visit.session_id, by=actor(), now=now(), hours=wiring().settings.session_hours
        )
    return render_template("sign_in/account.html", account=view, problems=problems)


@blueprint.post("/account/stay")
def stay() -> ResponseReturnValue:
    """Stay signed in, asked by a page's script: the seconds until the session ends now."""
    with transaction() as store:
        sign_in.seen(store, g.visit.session_id, now=now())
    return jsonify(ends_in=3600 * wiring().settings.session_hours)


@blueprint.post("/account/sign-out-elsewhere")
def leave_others() -> ResponseReturnValue:
    """End every session of this person but the present one."""
    with transaction() as store:
        ended = sign_in.end_others(store, g.visit.session_id, by=actor(), now=now())
    flash(
        ngettext("Signed out of %(n)s other browser.", "Signed out of %(n)s other browsers.", ended)
        % {"n": ended},
        "done",
    )
    return redirect(url_for("sign_in.account"), 303)
