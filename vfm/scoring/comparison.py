"""One council's published figure beside those of others: median, place, share that is lower, unit cost.

Pure. Amounts are exact decimals; a council without a figure is left out and counted by the caller.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext

DIGITS = 34
"""Significant digits of a quotient: equal quotients come out equal, whatever they were made from."""
FINANCIAL_YEAR = re.compile(r"(\d{4})-(\d{2})")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a figure stands among those of other councils; its own is none of them.

    Attributes:
        lower, equal, higher: how many of the others have a lower, the same, a higher figure.
    """

    lower: int
    equal: int
    higher: int

    @property
    def counted(self) -> int:
        """How many others there are."""
        return self.lower + self.equal + self.higher

    @property
    def percentile(self) -> Decimal | None:
        """The share of the others that is lower, those with the same figure counted half, in [0, 1].

        None among nobody.

        >>> Standing(3, 2, 5).percentile, Standing(0, 0, 0).percentile
        (Decimal('0.4'), None)
        """
        return quotient(Decimal(2 * self.lower + self.equal), Decimal(2 * self.counted))

    @property
    def place(self) -> int:
        """Its place from the lowest, 1 to `counted` + 1; the same figure shares the lower place."""
        return self.lower + 1


def standing(own: Decimal, others: Collection[Decimal]) -> Standing:
    """Where a figure stands among others."""
    lower = sum(other < own for other in others)
    equal = sum(other == own for other in others)
    return Standing(lower, equal, len(others) - lower - equal)


def median(figures: Collection[Decimal]) -> Decimal | None:
    """The middle figure, of an even number the mean of the two in the middle; None of nothing.

    >>> median([Decimal(9), Decimal(1), Decimal(4), Decimal(2)]), median([])
    (Decimal('3'), None)
    """
    ordered = sorted(figures)
    if not ordered:
        return None
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return quotient(ordered[middle - 1] + ordered[middle], Decimal(2))


def quotient(over: Decimal, under: Decimal) -> Decimal | None:
    """One exact figure divided by another, to `DIGITS` digits, without noughts at the end; None by nought."""
    if not under:
        return None
    with localcontext() as exact:
        exact.prec = DIGITS
        found = (over / under).normalize()
    return found if found.as_tuple().exponent <= 0 else found.quantize(Decimal(1))  # type: ignore[operator]


def unit_costs(over: Mapping[int, Decimal], under: Mapping[int, Decimal]) -> dict[int, Decimal]:
    """Council -> its figure divided by its own other figure, for each that has both and no nought below."""
    found = {council: quotient(over[council], under[council]) for council in over if council in under}
    return {council: figure for council, figure in found.items() if figure is not None}


def covers(year: str, other: str) -> bool:
    """True when two figures speak of the same time: the same year, or a year and a day at its end.

    A count of `2025` belongs to the financial year `2024-25`, the one that ends in it.

    >>> covers("2024-25", "2024-25"), covers("2024-25", "2025"), covers("2025", "2024-25")
    (True, True, True)
    >>> covers("2024-25", "2024"), covers("2024-25", "2023-24")
    (False, False)
    """
    return year == other or ends_in(year) == other or ends_in(other) == year


def ends_in(year: str) -> str:
    """The calendar year in which a financial year ends: `2025` of `2024-25`; another text as it is."""
    match = FINANCIAL_YEAR.fullmatch(year)
    return str(int(match[1]) + 1) if match else year


def matching(year: str, others: Collection[str]) -> str | None:
    """The year among others that a figure may be divided by; the same before one that only ends it."""
    if year in others:
        return year
    return next((other for other in sorted(others) if covers(year, other)), None)
