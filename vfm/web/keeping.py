"""What somebody typed after their sign-in had ended: sealed into the next page, and given back to them alone.

Nothing is stored: the sealed text travels through the sign-in page and back. It is sent where it was meant to
go only when the same person presses the button, so that nothing is ever done in somebody's name unasked.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import current_app, render_template, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

NAME = "kept"
"""The field that carries the seal."""
LASTS = 3 * 24 * 3600
"""Seconds for which a seal can be opened."""
OUR_OWN = ("csrf_token", NAME)


@dataclass(frozen=True, slots=True)
class Typed:
    """A form as it was sent: where to, by whom, and its (name, value) pairs."""

    path: str
    person_id: int
    pairs: tuple[tuple[str, str], ...]


def typed_now(person_id: int) -> Typed:
    """The form that this request sends, without what belongs to the page rather than to its reader."""
    return Typed(request.path, person_id, tuple(_pairs()))


def _pairs() -> Iterator[tuple[str, str]]:
    for name, values in request.form.lists():
        if name not in OUR_OWN:
            yield from ((name, value) for value in values)


def can_be_kept() -> bool:
    """True for a form of text; a file has to be chosen again, and a password is never written into a page."""
    secret = (request.endpoint or "").startswith("sign_in.")
    return request.method == "POST" and bool(request.form) and not request.files and not secret


def sealed(typed: Typed) -> str:
    """A form as a text that nobody else can make or change."""
    content = {"path": typed.path, "person": typed.person_id, "pairs": typed.pairs}
    return str(_seal().dumps(content))


def opened(seal: str) -> Typed | None:
    """The form that was sealed; None when there is none, or when it is too old or not ours."""
    try:
        content: dict[str, Any] = _seal().loads(seal, max_age=LASTS)
    except BadSignature:
        return None
    pairs = tuple((name, value) for name, value in content["pairs"])
    return Typed(content["path"], content["person"], pairs)


def page(typed: Typed) -> str:
    """The page that gives a form back to who typed it."""
    return render_template("sign_in/kept.html", typed=typed)


def _seal() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="what was typed")
