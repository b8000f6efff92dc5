"""How values read on a page: dates, money, shares and points as people write them in the UK."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from flask import Flask
from markupsafe import Markup, escape

from vfm.errors import Problem
from vfm.questionnaires.figures import LONDON as LONDON
from vfm.web import languages, markdown

ADDRESS = re.compile(r"\bhttps?://[^\s/<>\"“”]+\.[^\s<>\"“”]+", re.IGNORECASE)
LINK = Markup('<a class="govuk-link" rel="noopener noreferrer" href="{}">{}</a>')


def day(value: date | datetime | None) -> str:
    """`5 March 2026`; a dash when there is none. An instant is shown in UK time."""
    if value is None:
        return "–"
    local = value.astimezone(LONDON) if isinstance(value, datetime) else value
    return f"{local.day} {languages.months(languages.current())[local.month - 1]} {local.year}"


def instant(value: datetime | None) -> str:
    """`5 March 2026 at 14:02`, UK time."""
    if value is None:
        return "–"
    return languages.say("%(day)s at %(time)s", day=day(value), time=clock(value))


def clock(value: datetime | None) -> str:
    """`14:02`, UK time."""
    return "–" if value is None else f"{value.astimezone(LONDON):%H:%M}"


def pounds(value: Decimal | int | float | None) -> str:
    """`£1,234,567`, minus before the pound sign; a dash when there is none."""
    if value is None:
        return "–"
    exact = Decimal(str(value))
    whole = (
        exact.quantize(Decimal(1), ROUND_HALF_UP)
        if exact == exact.to_integral()
        else exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
    )
    return f"{'−' if whole < 0 else ''}£{abs(whole):,}"


def millions(value: Decimal | int | float | None) -> str:
    """Money in prose: `£1.2m`, `£340,000`."""
    if value is None:
        return "–"
    exact = Decimal(str(value))
    if abs(exact) < 1_000_000:
        return pounds(exact.quantize(Decimal(1), ROUND_HALF_UP))
    short = (abs(exact) / 1_000_000).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{'−' if exact < 0 else ''}£{short:,}m"


def percent(value: float | None, places: int = 0) -> str:
    """A share in [0, 1] as `82%`; a dash when there is none."""
    if value is None:
        return "–"
    step = Decimal(1).scaleb(-places)
    return f"{(Decimal(repr(float(value))) * 100).quantize(step, ROUND_HALF_UP)}%"


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 service`, `3 services`."""
    return f"{count:,} {languages.ngettext(one, many or one + 's', count)}"


def size(bytes_: int) -> str:
    """`930 bytes`, `48 kB`, `1.2 MB`, as file managers count them: a thousand bytes are a kilobyte."""
    if bytes_ < 1000:
        return plural(bytes_, "byte")
    if bytes_ < 999_500:
        return f"{bytes_ / 1000:.0f} kB"
    return f"{bytes_ / 1_000_000:.1f} MB"


def duration(minutes: float) -> str:
    """`45 seconds`, `12 minutes`, `1 hour 40 minutes`."""
    if minutes < 1:
        return plural(round(minutes * 60), "second")
    hours, rest = divmod(round(minutes), 60)
    words = [plural(hours, "hour")] if hours else []
    return " ".join([*words, *([plural(rest, "minute")] if rest or not hours else [])])


def with_link(words: str, link: str, href: str) -> Markup:
    """A sentence for the top of the next page, and the link that does what it asks for."""
    return Markup('{} <a class="govuk-notification-banner__link" href="{}">{}</a>').format(words, href, link)


def linked(text: str) -> Markup:
    """What somebody typed, its web addresses as links and everything else shown as it is.

    A full stop, comma or bracket after an address belongs to the sentence.
    """
    if "://" not in text:
        return escape(text)
    pieces, done = [], 0
    for found in ADDRESS.finditer(text):
        address = found[0].rstrip(".,;:!?'\")]}")
        pieces += [escape(text[done : found.start()]), LINK.format(address, address)]
        done = found.start() + len(address)
    return Markup("").join([*pieces, escape(text[done:])])


def ratio(value: float | None) -> str:
    """`0.88`, `−0.12`; a dash when there is none."""
    if value is None:
        return "–"
    words = f"{abs(value):.2f}"
    return f"−{words}" if value < 0 and words != "0.00" else words


def at(problems: Iterable[Problem], place: str) -> str | None:
    """The words about a field, None when nothing is wrong there; fields take it as their `error`."""
    return next((problem.message for problem in problems if problem.place == place), None)


def register(app: Flask) -> None:
    """Make the filters known to every template."""
    for name in (day, instant, clock, pounds, millions, percent, plural, size, duration, ratio, at, linked):
        app.jinja_env.filters[name.__name__] = name
    app.jinja_env.filters["markdown"] = markdown.render
