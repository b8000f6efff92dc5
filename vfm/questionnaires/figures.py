"""Figures and dates as people type them, and as a page shows them.

Nothing is guessed: what cannot be read one way only is refused with an example of what can.
"""

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from vfm.questionnaires.wording import short

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
LONDON = ZoneInfo("Europe/London")
LARGEST = Decimal(10) ** 12
PENNY = Decimal("0.01")
MILLIONTH = Decimal("0.000001")

_DIGITS = re.compile(r"-?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?", re.ASCII)
_BRACKETED = re.compile(r"\(.*\)")
_SHORTENED = re.compile(r".*\d ?(k|m|bn|million|thousand)", re.IGNORECASE)
_GAP = re.compile(r"(?<=\d) (?=\d{3}(?!\d))")
_SIGN = re.compile(r"^\s*([-−+]?)\s*£\s*")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_SLASHED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{2,4})", re.ASCII)
_SPELT = re.compile(r"(\d{1,2})(?:st|nd|rd|th)? ([A-Za-z]+),? (\d{2,4})", re.ASCII)


def number(
    typed: str, *, places: int = 6, cure: str = "Enter a number, such as 1250 or 12.5.", shown: str = ""
) -> Decimal:
    """A number from typed text: an optional minus, digits with or without thousands commas, a decimal point.

    Args:
        typed: what stands in the field, not blank; spaces between groups of three digits count as commas.
        places: the most decimal places.
        cure: what to write instead.
        shown: the text to quote in a complaint, where the caller took a sign off first.

    Raises:
        ValueError: a sentence with the cure, when the text is no number, has too many decimal places, or
            is a million million or more.
    """
    shown = short(shown or typed)
    plain = typed.strip().replace("−", "-").replace("\N{NO-BREAK SPACE}", " ")
    if _BRACKETED.fullmatch(plain):
        raise ValueError(
            f'"{shown}" is in brackets. For a negative amount write a minus sign: -{plain[1:-1]}.'
        )
    if _SHORTENED.fullmatch(plain):
        raise ValueError(f'"{shown}" is shortened. Write it in full, such as 1250000 or 1,250,000.')
    grouped = _GAP.sub(",", plain).removeprefix("+")
    if not _DIGITS.fullmatch(grouped):
        raise ValueError(f'"{shown}" is not a number. {cure}')
    return _bounded(Decimal(grouped.replace(",", "")), shown, places)


def _bounded(figure: Decimal, typed: str, places: int) -> Decimal:
    exponent = figure.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > places:
        raise ValueError(f'"{typed}" has too many decimal places. Use at most {places}.')
    if abs(figure) >= LARGEST:
        raise ValueError(f'"{typed}" is a million million or more. Check the number of noughts.')
    return figure


def money(typed: str) -> Decimal:
    """Pounds from typed text: as `number`, with or without a pound sign, at most two decimal places.

    >>> money("£1,234.50"), money("-£12,000")
    (Decimal('1234.50'), Decimal('-12000'))
    """
    plain = _SIGN.sub(r"\1", typed)
    cure = "Enter the amount in pounds, such as 1250000 or 1,250,000."
    return number(plain, places=2, cure=cure, shown=typed)


def percent(typed: str) -> Decimal:
    """Per cent from typed text, with or without the sign: `12.5%` and `12.5` are both 12.5.

    >>> percent("12.5%")
    Decimal('12.5')
    """
    plain = typed.strip().removesuffix("%")
    return number(plain, cure="Enter a percentage, such as 12.5 or 12.5%.", shown=typed)


SHARE = "share"
"""The unit of a figure that is a share in [0, 1], typed and shown as per cent."""


def amount(typed: str, unit: str) -> Decimal:
    """An amount from typed text by its unit: pounds, per cent, a share (typed as per cent), else a number.

    Raises:
        ValueError: a sentence with the cure.

    >>> amount("£1,250", "GBP per week"), amount("8%", "share"), amount("412", "children")
    (Decimal('1250'), Decimal('0.08'), Decimal('412'))
    """
    if unit.startswith("GBP"):
        return money(typed)
    if unit == SHARE:
        return percent(typed) / 100
    return percent(typed) if unit == "percent" else number(typed)


def as_typed(figure: Decimal, unit: str) -> str:
    """An amount as it would be typed for `amount` to read it again.

    >>> as_typed(Decimal("1250"), "GBP"), as_typed(Decimal("0.085"), "share")
    ('1,250', '8.5')
    """
    return f"{(figure * 100).normalize() if unit == SHARE else figure:,f}"


def day(typed: str) -> date:
    """A date from `2026-03-05`, `5/3/2026` or `5 March 2026`.

    Raises:
        ValueError: a sentence with the cure, when it is not written so or is not in the calendar.
    """
    plain = " ".join(typed.split())
    if match := _ISO.fullmatch(plain):
        return day_of(match[3], match[2], match[1])
    if match := _SLASHED.fullmatch(plain) or _SPELT.fullmatch(plain):
        return day_of(match[1], match[2], match[3])
    raise ValueError(f'"{typed}" is not a date we can read. Enter it as 5 March 2026 or 5/3/2026.')


def london_day(instant: datetime) -> date:
    """The day it is, or was, in the UK at an instant with a time zone.

    >>> from datetime import UTC
    >>> london_day(datetime(2027, 6, 1, 23, 30, tzinfo=UTC))
    datetime.date(2027, 6, 2)
    """
    return instant.astimezone(LONDON).date()


def day_of(day_typed: str, month_typed: str, year_typed: str) -> date:
    """A date from three fields; the month may be a number or its name.

    Raises:
        ValueError: a sentence with the cure, when a field is blank, no number or not in the calendar.
    """
    fields = {"day": day_typed.strip(), "month": month_typed.strip(), "year": year_typed.strip()}
    if blank := [f"a {name}" for name, text in fields.items() if not text]:
        raise ValueError(f"The date must include {' and '.join(blank)}. Fill in day, month and year.")
    fields["month"] = _month_number(fields["month"])
    for name, text in fields.items():
        if not re.fullmatch(r"\d{1,4}", text, re.ASCII):
            raise ValueError(f'"{text}" is not a {name}. Enter the date as three numbers, such as 5 3 2026.')
    if len(fields["year"]) != 4:
        raise ValueError(f'"{fields["year"]}" is not a whole year. Write it with four figures, such as 2026.')
    return _in_calendar(int(fields["day"]), int(fields["month"]), int(fields["year"]))


def _month_number(typed: str) -> str:
    found = [
        i for i, name in enumerate(MONTHS, 1) if len(typed) >= 3 and name.lower().startswith(typed.lower())
    ]
    return str(found[0]) if found else typed


def _in_calendar(day_number: int, month: int, year: int) -> date:
    if not 1 <= month <= 12:
        raise ValueError(f"There is no month {month}. Enter a month from 1 to 12, or its name.")
    if not 1900 <= year <= 2100:
        raise ValueError(f"The year {year} is out of reach. Enter a year from 1900 to 2100.")
    try:
        return date(year, month, day_number)
    except ValueError:
        when = f"{day_number} {MONTHS[month - 1]} {year}"
        raise ValueError(f"{when} is not in the calendar. Check the day and the month.") from None


def in_pounds(figure: Decimal, unit: str = "GBP") -> str:
    """`£1,250,000`, `-£12.50`, `£8,200 per passenger`: pence only where there are any, half up by size.

    >>> in_pounds(Decimal("1250000")), in_pounds(Decimal("-8200.5"), "GBP per passenger")
    ('£1,250,000', '-£8,200.50 per passenger')
    """
    pence = abs(figure).quantize(PENNY, ROUND_HALF_UP)
    amount = f"{pence:,.0f}" if pence == pence.to_integral_value() else f"{pence:,.2f}"
    return f"{'-' if figure < 0 and pence else ''}£{amount}{unit.removeprefix('GBP')}"


def in_unit(amount: Decimal | str, unit: str) -> str:
    """A published amount in its unit; a share in [0, 1] as per cent.

    >>> in_unit("94614", "GBP"), in_unit("8.3", "percent"), in_unit("0.62", "share"), in_unit("41", "posts")
    ('£94,614', '8.3%', '62%', '41 posts')
    """
    figure = Decimal(amount)
    if unit.startswith("GBP"):
        return in_pounds(figure, unit)
    if unit == "share":
        return f"{plain((figure * 100).quantize(Decimal(1)))}%"
    return f"{plain(figure)}{'%' if unit == 'percent' else f' {unit}'}"


def plain(figure: Decimal) -> str:
    """A number with thousands commas and the decimals it was typed with, at most six.

    >>> plain(Decimal("1200")), plain(Decimal("12.50"))
    ('1,200', '12.50')
    """
    exponent = figure.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -6:
        figure = figure.quantize(MILLIONTH, ROUND_HALF_UP)
    return f"{figure:,f}"


def day_in_words(when: date) -> str:
    """`5 March 2026`.

    >>> day_in_words(date(2026, 3, 5))
    '5 March 2026'
    """
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}"
