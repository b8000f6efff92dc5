"""The council's name, colour, logo and financial year; and its beginning."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from vfm.errors import Conflict, Invalid, NotFound, Problem, clashes
from vfm.roles import Actor, Role
from vfm.store import credentials, events, sessions
from vfm.store.queries import council as queries
from vfm.store.queries import history
from vfm.store.tables import Council, Person, PersonRole

LEAST_CONTRAST = 4.5
"""WCAG 2.2, success criterion 1.4.3: words on the colour are white."""

COLOUR = re.compile(r"#[0-9a-f]{6}")
FINANCIAL_YEAR = re.compile(r"20[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class CouncilForm:
    """What the page shows and sends back; `revision` tells whether somebody else was quicker."""

    name: str
    colour: str
    financial_year: str
    revision: int
    authority_code: str = ""


@dataclass(frozen=True, slots=True)
class CouncilPage:
    """The council as it is kept, and what happened to it.

    `authority` is the name that published figures give to its code; empty without a code.
    """

    form: CouncilForm
    authority: str
    has_logo: bool
    history: tuple[history.Happening, ...]


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture whose kind was checked by its content; no content takes the present one away."""

    content: bytes | None
    media_type: str | None


def show(session: Session) -> CouncilPage:
    """The council as it is kept.

    Raises:
        NotFound: there is none yet.
    """
    row = _council(session)
    form = CouncilForm(row.name, row.colour, row.financial_year, row.revision, row.authority_code)
    authority = queries.authority_name(session, row.authority_code) or ""
    return CouncilPage(form, authority, row.logo_type is not None, history.of(session, "council", row.id))


def logo(session: Session) -> tuple[bytes, str]:
    """The logo's bytes and media type.

    Raises:
        NotFound: there is none.
    """
    found = queries.logo(session)
    if found is None:
        raise NotFound
    return found


def change(session: Session, form: CouncilForm, picture: Logo | None, *, by: Actor, now: datetime) -> None:
    """Another name, colour, financial year, code in published figures, or logo (None: the logo stays).

    Raises:
        Invalid: no name, a colour on which white cannot be read, a financial year that is none, a code that
            no list of councils has.
        Conflict: somebody else changed the council meanwhile; nothing was written, both sides are told.
    """
    row = _council(session)
    code = form.authority_code.strip().upper()
    if problems := [*problems_of(form), *_code_problems(session, code)]:
        raise Invalid(problems)
    name, colour, year = " ".join(form.name.split()), form.colour.strip().lower(), form.financial_year.strip()
    before = {"name": row.name, "financial_year": row.financial_year, "colour": row.colour}
    before["authority_code"] = row.authority_code
    after = {"name": name, "financial_year": year, "colour": colour, "authority_code": code}
    if form.revision != row.revision and before != after:
        author = history.last_by(session, "council", row.id)
        words = f"{author} changed the council after you opened the page."
        raise Conflict(words, clashes(before, after, author))
    row.name, row.colour, row.financial_year, row.authority_code = name, colour, year, code
    if picture is not None:
        before["logo"], after["logo"] = row.logo_type or "none", picture.media_type or "none"
        row.logo, row.logo_type = picture.content, picture.media_type
    row.revision += 1
    events.record(session, "changed", "council", row.id, by_id=by.id, now=now, before=before, after=after)


def problems_of(form: CouncilForm) -> list[Problem]:
    """Everything in the form that cannot be used, in the order of the page."""
    return [
        *_name_problems(form.name.strip()),
        *_year_problems(form.financial_year.strip()),
        *_colour_problems(form.colour.strip().lower()),
    ]


def begin(
    session: Session,
    name: str,
    financial_year: str,
    administrator: str,
    email: str,
    password: str | None,
    *,
    now: datetime,
) -> str | None:
    """An empty council and its first administrator.

    Returns:
        The token of a one-time link when no password is given, else None.

    Raises:
        Conflict: there is a council already.
        Invalid: no name, a financial year that is none, an e-mail that is none, a weak password.
    """
    check_beginning(session, name, financial_year, administrator, email)
    name, administrator = " ".join(name.split()), " ".join(administrator.split())
    email = email.strip().lower()
    if password is not None and (
        problems := credentials.password_problems(password, password, names=(administrator, email))
    ):
        raise Invalid(problems)
    council = Council(name=name, financial_year=financial_year)
    kept = credentials.password_hash(password) if password is not None else None
    person = Person(name=administrator, email=email, password_hash=kept, created_at=now)
    session.add_all([council, person])
    session.flush()
    session.add(PersonRole(person_id=person.id, role=Role.ADMINISTRATOR.value))
    after = {"name": name, "financial_year": financial_year}
    events.record(session, "set up", "council", council.id, by_id=None, now=now, after=after)
    added = {"name": administrator, "email": email, "roles": [Role.ADMINISTRATOR.words]}
    events.record(session, "added", "person", person.id, by_id=None, now=now, after=added)
    return sessions.invite(session, person.id, now=now) if password is None else None


def check_beginning(session: Session, name: str, financial_year: str, administrator: str, email: str) -> None:
    """Make sure that a council can begin with this, before somebody is asked for a password.

    Raises:
        Conflict: there is a council already.
        Invalid: no name, a financial year that is none, an e-mail that is none.
    """
    if queries.count(session):
        raise Conflict("There is a council in this database already. Name another with VFM_DATABASE.")
    problems = [*_name_problems(name.strip()), *_year_problems(financial_year)]
    if not administrator.strip():
        problems.append(Problem("administrator", "Give the first administrator's name."))
    if not credentials.EMAIL.fullmatch(email.strip()):
        problems.append(Problem("email", "Give an e-mail address, like name@council.example."))
    if problems:
        raise Invalid(problems)


def financial_year(now: datetime) -> str:
    """The financial year of an instant, April to March: `2026-27`."""
    first = now.year if now.month >= 4 else now.year - 1
    return f"{first}-{(first + 1) % 100:02}"


def _council(session: Session) -> Council:
    row = queries.for_change(session)
    if row is None:
        raise NotFound
    return row


def _name_problems(name: str) -> list[Problem]:
    return [] if name else [Problem("name", "Type the council's name.")]


def _year_problems(year: str) -> list[Problem]:
    follows = FINANCIAL_YEAR.fullmatch(year) and int(year[5:]) == (int(year[2:4]) + 1) % 100
    words = "Type the financial year as 2026-27: the year it begins in and the last two digits of the next."
    return [] if follows else [Problem("financial_year", words)]


def _code_problems(session: Session, code: str) -> list[Problem]:
    if not code or queries.authority_name(session, code):
        return []
    words = f"No list of councils that was taken in has the code {code}. It looks like E06000057."
    return [Problem("authority_code", words)]


def _colour_problems(colour: str) -> list[Problem]:
    if not COLOUR.fullmatch(colour):
        return [Problem("colour", "Type the colour as # and six digits or letters a to f, like #1d70b8.")]
    found = contrast_with_white(colour)
    if found < LEAST_CONTRAST:
        words = (
            f"White words cannot be read well on that colour: their contrast is {found:.1f} to 1, and it has "
        )
        return [Problem("colour", f"{words}to be at least {LEAST_CONTRAST} to 1. Choose a darker colour.")]
    return []


def contrast_with_white(colour: str) -> float:
    """The contrast of white with `#rrggbb`, from 1 (white) to 21 (black).

    Source: WCAG 2.2, definitions of contrast ratio and relative luminance.

    >>> round(contrast_with_white("#000000"), 1)
    21.0
    """
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    luminance = 0.2126 * _linear(red) + 0.7152 * _linear(green) + 0.0722 * _linear(blue)
    return 1.05 / (luminance + 0.05)


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)
