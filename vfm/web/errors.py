"""How every refusal becomes a page: one table from error to status and words."""

from urllib.parse import urlsplit

from flask import Flask, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from vfm.errors import (
    Closed,
    Conflict,
    FileUnavailable,
    Forbidden,
    Invalid,
    NotFound,
    Problem,
    Unavailable,
    VfmError,
)
from vfm.questionnaires.kinds import LONGEST
from vfm.web import keeping
from vfm.web.languages import mark, say

STATUS: dict[type[VfmError], int] = {
    Invalid: 422,
    NotFound: 404,
    Forbidden: 403,
    Conflict: 409,
    Unavailable: 503,
    FileUnavailable: 503,
}

TOO_MUCH = mark(
    "Nothing was saved. Go back: what you typed is still there. Shorten it (an answer takes "
    "%(longest)s characters, about eight pages), or choose a smaller file."
)
WORDS = {
    400: (
        mark("This page could not be used"),
        mark("Go back and copy what you typed, then reload the page and send it again."),
    ),
    403: (mark("You cannot do that"), mark("Ask your core team if you think you should be able to.")),
    404: (
        mark("Page not found"),
        mark("Check the address, or ask whoever sent you the link whether you have access."),
    ),
    405: (mark("This page cannot be opened that way"), mark("Go back and use the buttons on the page.")),
    409: (
        mark("Somebody else got there first"),
        mark("Go back, reload the page to see what changed, and try again."),
    ),
    413: (mark("That is more than this page can take"), TOO_MUCH),
    422: (mark("There is a problem with what was sent"), mark("Put right what is listed and try again.")),
    429: (mark("Too many tries"), mark("Wait a quarter of an hour and try again.")),
    500: (
        mark("Something went wrong on our side"),
        mark("Nothing you saved is lost. Try again in a minute; if it goes on, tell your administrator."),
    ),
    503: (
        mark("The database cannot be reached"),
        mark("If you were saving, what you sent is not saved: go back and send it again in a few minutes."),
    ),
}

CLOSED = (mark("This is closed"), mark("Nothing was changed. Go back to see how it stands."))
"""Said of a change to what is closed, where nobody else was quicker."""

NO_FILE = {
    "heading": "This file cannot be fetched",
    "cure": "Nothing you saved is lost. Try again in a few minutes; if it goes on, tell your administrator.",
}
"""Said of a file that its store does not give, which is no trouble with the database."""


def register(app: Flask) -> None:
    """Show every refusal with its words; unexpected faults keep their trace in the log."""
    app.register_error_handler(VfmError, _ours)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _stale)
    app.register_error_handler(Exception, _fault)


def page(status: int, **more: object) -> tuple[str, int]:
    """The error page for a status."""
    # What went wrong may be the database itself: such a page is made without it.
    g.is_without_store = status >= 500
    g.is_refused = True
    title, cure = WORDS.get(status, WORDS[400 if status < 500 else 500])
    cure = say(cure, longest=format(LONGEST, ","))
    try:
        values = {"heading": say(title), "cure": cure} | more
        return render_template("errors/error.html", **values), status
    except Unavailable as error:  # a visitor's page looks up the council's name
        return _unavailable(error)


def stale(error: Conflict) -> tuple[Problem, ...]:
    """What the top of a form says when somebody else was quicker; both sides stand on it."""
    cure = "You see what is kept now and what you typed. Save again to put yours in its place."
    return (Problem(error.clashes[0].place, f"{error} {cure}"),)


def _ours(error: VfmError) -> tuple[str, int]:
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    if isinstance(error, Invalid):
        return page(status, problems=error.problems)
    if isinstance(error, Conflict):
        words = {"heading": say(CLOSED[0]), "cure": say(CLOSED[1])} if isinstance(error, Closed) else {}
        return page(status, message=error.message, clashes=error.clashes, **words)
    if isinstance(error, Unavailable | FileUnavailable):
        return _unavailable(error)
    # What may not be known is not named.
    return page(status, message=str(error) if isinstance(error, Forbidden) else None)


def _unavailable(error: Unavailable | FileUnavailable) -> tuple[str, int]:
    current_app.logger.error("%s", error)
    return page(503, **(NO_FILE if isinstance(error, FileUnavailable) else {}))


def _http(error: HTTPException) -> tuple[str, int]:
    return page(error.code or 500)


def _stale(_: CSRFError) -> ResponseReturnValue:
    """The page was open for too long, or in another sign-in; a reload empties its fields in some browsers."""
    if request.endpoint == "sign_in.leave" and g.visit is None:  # signed out already, in another window
        return redirect(url_for("home.index"), 303)
    visit = g.get("visit")
    if visit and _is_theirs(visit.actor.id) and keeping.can_be_kept():
        return keeping.page(keeping.typed_now(visit.actor.id)), 400
    return page(400, message=say("It was open for too long, or since an earlier sign-in. Nothing was saved."))


def _is_theirs(person_id: int) -> bool:
    """True when this form was opened on a page of ours by the person who is signed in now."""
    origin = request.headers.get("Origin", "") or request.headers.get("Referer", "")
    return urlsplit(origin).netloc == request.host and request.form.get("opened_by") == str(person_id)


def _fault(error: Exception) -> tuple[str, int]:
    if current_app.testing:
        raise error
    current_app.logger.exception("fault")
    return page(500)
