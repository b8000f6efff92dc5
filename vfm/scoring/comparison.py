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


# --- one measure of one council beside the others --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Beside:
    """One measure in one year: a council's own figure, its group's, those of its kind, and the country's.

    Attributes:
        own: None where the council has none.
        figures: council -> figure, of every other council that has one.
        group, missing: the councils of its group with and without a figure, in the order of the group.
        alike: the other councils of its own kind with a figure.
        country: the figure published for the whole country; None where there is none.
    """

    year: str
    own: Decimal | None
    figures: Mapping[int, Decimal]
    group: tuple[int, ...]
    missing: tuple[int, ...]
    alike: tuple[int, ...]
    country: Decimal | None

    @property
    def median(self) -> Decimal | None:
        """Of the group's figures."""
        return median([self.figures[council] for council in self.group])

    @property
    def all_median(self) -> Decimal | None:
        """Of every other council's figure."""
        return median(list(self.figures.values()))

    @property
    def in_group(self) -> Standing | None:
        """Where it stands in its group; None without a figure of its own."""
        return self._among(self.group)

    @property
    def among_alike(self) -> Standing | None:
        """Where it stands among the councils of its kind; None without a figure of its own."""
        return self._among(self.alike)

    def _among(self, councils: tuple[int, ...]) -> Standing | None:
        if self.own is None:
            return None
        return standing(self.own, [self.figures[council] for council in councils])

    @property
    def difference(self) -> Decimal | None:
        """How far it is above the group's median, as a share of it; None where that cannot be said."""
        middle = self.median
        if self.own is None or middle is None or middle <= 0:
            return None
        return quotient(self.own - middle, middle)


def beside(
    year: str,
    figures: Mapping[int, Decimal],
    *,
    own: int,
    group: Collection[int],
    alike: Collection[int],
    country: int | None,
    others: Collection[int],
) -> Beside:
    """A measure in one year, from the figures of everybody.

    Args:
        year: as published.
        figures: area -> figure, of those that have one.
        own: the council itself, which is left out of every set of others.
        group: its comparators, in order.
        alike: councils of its kind.
        country: the area of the whole country, None where it is not known.
        others: every council, without regions and the country.
    """
    there = [council for council in group if council != own]
    return Beside(
        year,
        figures.get(own),
        {council: figures[council] for council in others if council in figures and council != own}
        | {council: figures[council] for council in there if council in figures},
        tuple(council for council in there if council in figures),
        tuple(council for council in there if council not in figures),
        tuple(council for council in alike if council in figures and council != own),
        None if country is None else figures.get(country),
    )


SINGULAR = {"children": "child", "people": "person"}
IRREGULAR = re.compile(r"\b(children|people)\b")


def unit_of_quotient(over: str, under: str) -> str:
    """The unit of one figure divided by another: a share where both are the same.

    >>> unit_of_quotient("GBP", "children"), unit_of_quotient("GBP", "number of children looked after")
    ('GBP per child', 'GBP per child looked after')
    >>> unit_of_quotient("GBP", "GBP"), unit_of_quotient("GBP", "plans"), unit_of_quotient("", "")
    ('share', 'GBP per plan', '')
    """
    if not over or not under:
        return ""
    if over == under:
        return "share"
    one = under.removeprefix("total ").removeprefix("number of ")
    if IRREGULAR.search(one):
        one = IRREGULAR.sub(lambda found: SINGULAR[found[0]], one)
    elif one.endswith("s"):
        one = one[:-1]
    return f"{over} per {one}"


def title_of_quotient(over: str, under: str, unit: str) -> str:
    """What one measure divided by another is called; words they begin with alike are said once.

    >>> title_of_quotient("Parks: income", "Parks: spending", "share")
    'Parks: income as a share of spending'
    >>> title_of_quotient("Spending on care", "Number of children", "GBP per child")
    'Spending on care, per child'
    """
    beginning, colon, rest = under.partition(": ")
    if colon and over.startswith(f"{beginning}: "):
        under = rest
    _, per, one = unit.partition(" per ")
    if per:
        return f"{over}, per {one}"
    return f"{over} {'as a share of' if unit == 'share' else 'divided by'} {_small(under)}"


def _small(title: str) -> str:
    """A title inside a sentence; one that begins with an abbreviation stays."""
    return title[:1].lower() + title[1:] if title[1:2].islower() else title
