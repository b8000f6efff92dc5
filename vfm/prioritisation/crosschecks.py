"""The same services ranked by other methods: never the headline, but worth knowing who would leave the top.

Pure: facts and criteria in, places out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from vfm.errors import Invalid
from vfm.prioritisation.criteria import LARGEST, Criterion
from vfm.prioritisation.facts import ServiceFacts
from vfm.prioritisation.methods import METHODS
from vfm.prioritisation.ranking import Ranking, rank

EVERYTHING = (-LARGEST, LARGEST)
"""Goalposts between which a percentile is used as it is, not stretched."""


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """One other way of ranking the same services.

    Attributes:
        method: its key.
        name: its words on screen.
        ranks: competition rank per service that has one.
        leaving: services of the headline's top set that are not in this one's, in the headline's order.
        entering: services of this one's top set that are not in the headline's, in this one's order.
        refused: why it cannot be used on these services; empty where it can.
    """

    method: str
    name: str
    ranks: dict[str, int]
    leaving: tuple[str, ...]
    entering: tuple[str, ...]
    refused: str = ""


def crosschecks(
    services: Sequence[ServiceFacts], criteria: Sequence[Criterion], *, on: date, top: int | None = None
) -> tuple[CrossCheck, ...]:
    """Rank by weighted product, percentiles, TOPSIS and PROMETHEE II, beside the weighted sum.

    Args:
        services: as for `rank`.
        criteria: as for `rank`.
        on: as for `rank`.
        top: as for `rank`.

    Raises:
        Invalid: what keeps the weighted sum itself from being made.
    """
    headline = rank(services, criteria, on=on, top=top, draws=0)
    percentiles = [replace(c, transform="percentile", goalposts=EVERYTHING) for c in criteria]
    found = [
        _compared(
            headline, "percentiles", "percentiles", rank(services, percentiles, on=on, top=top, draws=0)
        )
    ]
    for method, how in METHODS.items():
        if method == "additive":
            continue
        try:
            other = rank(services, criteria, on=on, top=top, draws=0, method=method)
        except Invalid as refusal:
            count, first = len(refusal.problems), refusal.problems[0]
            more = f" (and {count - 1} more)" if count > 1 else ""
            found.append(CrossCheck(method, how.name, {}, (), (), f"{first}{more}"))
        else:
            found.append(_compared(headline, method, how.name, other))
    return tuple(found)


def _compared(headline: Ranking, method: str, name: str, other: Ranking) -> CrossCheck:
    before = [service.key for service in headline.ranked[: headline.top]]
    after = [service.key for service in other.ranked[: other.top]]
    return CrossCheck(
        method=method,
        name=name,
        ranks={service.key: service.rank for service in other.ranked if service.rank is not None},
        leaving=tuple(key for key in before if key not in after),
        entering=tuple(key for key in after if key not in before),
    )
