"""The language of a page: English, or Welsh where somebody wrote it.

The room's rule: the English is written where it is used, marked with `_()` or `{% trans %}` in a page and
with `say()` in Python, and is its own key; the Welsh stands in `vfm/translations/cy/LC_MESSAGES/messages.po`.
A sentence without Welsh is shown in English. A page whose folder is not in `FINISHED` is marked as English.
"""

import gettext as standard
import io
from collections.abc import Callable
from contextvars import ContextVar
from functools import cache, lru_cache
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, g, request
from markupsafe import Markup
from werkzeug.wrappers import Response

ENGLISH, WELSH = "en", "cy"
LANGUAGES = {ENGLISH: "English", WELSH: "Cymraeg"}
"""Language -> its own name for itself."""
FINISHED = frozenset(
    {
        "assessments",
        "comments",
        "delegations",
        "errors",
        "evidence",
        "figure_views",
        "home",
        "invitations",
        "sign_in",
    }
)
"""Folders of pages in which every word is marked and has its Welsh."""
COOKIE = "language"
YEAR = 365 * 24 * 3600
FOLDER = Path(__file__).parents[1] / "translations"

_language: ContextVar[str] = ContextVar("language", default=ENGLISH)


def current() -> str:
    """The language of the page that is being made."""
    return _language.get()


def use(language: str) -> None:
    """Make the rest of this request in a language; an unknown one is English."""
    _language.set(language if language in LANGUAGES else ENGLISH)


def catalogue(language: str) -> Catalog:
    """Every marked sentence that has a translation, as it stands in the file."""
    path = FOLDER / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        return read_po(file, locale=language)


@cache
def _translations(language: str) -> standard.NullTranslations:
    """The catalogue made ready to look up in; read once."""
    if language == ENGLISH:
        return standard.NullTranslations()
    made = io.BytesIO()
    write_mo(made, catalogue(language))
    made.seek(0)
    return standard.GNUTranslations(made)


def gettext(message: str) -> str:
    """A marked sentence in the language of the page."""
    language = _language.get()
    if language == ENGLISH or not message:  # the empty one is the catalogue's own heading
        return message
    return _translations(language).gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    """A marked sentence in the form that a number takes: Welsh has four."""
    return _translations(_language.get()).ngettext(one, many, count)


def say(message: str, **values: object) -> str:
    """A marked sentence in the language of the page, with its values put in: `say("%(n)s saved", n=3)`."""
    return gettext(message) % values if values else gettext(message)


def mark(message: str) -> str:
    """A sentence that is shown elsewhere, through `say`: marked here, so that it gets its Welsh."""
    return message


def on_a_page(message: str, **values: object) -> Markup:
    """The same as `say` for a page: the sentence may hold marks of HTML, its values may not."""
    found = _as_html(message, _language.get())
    return found % values if values else found


@lru_cache(maxsize=8192)
def _as_html(message: str, language: str) -> Markup:
    """A marked sentence as HTML, made once: a section's page says the same dozen beside each question."""
    words = _translations(language).gettext(message) if message else ""
    return Markup(words)  # noqa: S704  # nosec B704  # our own words


def english(words: str) -> str:
    """Words that are in English whatever the page is in, and say so where it is in another language."""
    return words if _language.get() == ENGLISH else Markup('<span lang="en">{}</span>').format(words)


@cache
def months(language: str) -> tuple[str, ...]:
    """The names of the months, January first."""
    names = Locale(language).months["format"]["wide"]
    return tuple(names[number] for number in range(1, 13))


def asked_for() -> str:
    """What this browser last chose."""
    chosen = request.cookies.get(COOKIE, ENGLISH)
    return chosen if chosen in LANGUAGES else ENGLISH


def remember(response: Response, language: str, *, is_https: bool) -> None:
    """Let this browser ask for the language again."""
    response.set_cookie(COOKIE, language, max_age=YEAR, httponly=True, samesite="Lax", secure=is_https)


def is_finished() -> bool:
    """True when the page that is being made has its Welsh."""
    return g.get("is_refused", False) or request.blueprint in FINISHED


def register(app: Flask) -> None:
    """Give every page its language and the functions that mark its sentences."""
    app.before_request(_begin)
    app.teardown_request(_end)
    environment = app.jinja_env
    environment.add_extension("jinja2.ext.i18n")
    environment.policies["ext.i18n.trimmed"] = True
    install: Callable[..., None] = environment.install_gettext_callables  # type: ignore[attr-defined]
    install(gettext, ngettext, newstyle=False)
    environment.globals["_"] = on_a_page
    environment.filters["english"] = english


def _begin() -> None:
    """A visitor's language; a signed-in person's own takes its place once it is known who they are."""
    use(asked_for())


def _end(_: BaseException | None) -> None:
    """Nothing of this request is left for what its thread does next."""
    use(ENGLISH)
