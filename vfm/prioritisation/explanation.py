"""Why a service stands where it stands, in figures that add up and in sentences people can say aloud.

Pure: a ranking in, words and steps out. Nothing is computed here that the ranking does not hold.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from vfm.prioritisation.index import PLACES
from vfm.prioritisation.lines import RankedService
from vfm.prioritisation.ranking import Ranking
from vfm.questionnaires.wording import ordinal

TELLING = 0.05  # points: smaller drivers are not worth a word


@dataclass(frozen=True, slots=True)
class Step:
    """One bar of a waterfall, from where the last one ended.

    Attributes:
        key: a criterion, `base` or `index`.
        name: its words on screen.
        start: points at which the bar starts; 0 for the first and the last.
        end: points at which it ends.
    """

    key: str
    name: str
    start: float
    end: float

    @property
    def points(self) -> float:
        """What this step adds."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Difference:
    """What one criterion adds to the lead of one service over the next.

    Attributes:
        key: the criterion.
        name: its words on screen.
        points: above 0 where the upper service gains.
    """

    key: str
    name: str
    points: float


def waterfall(ranking: Ranking, service: RankedService) -> tuple[Step, ...]:
    """From a typical service to this one: base, each driver with the largest first, index.

    Returns:
        Steps whose points add up to the index; none where the method does not add up or it is not ranked.
    """
    if ranking.base is None or service.index is None:
        return ()
    names = ranking.names
    steps = [Step("base", "a typical service", 0.0, ranking.base)]
    for key, points in sorted(service.drivers.items(), key=lambda item: (-abs(item[1]), item[0])):
        steps.append(Step(key, names[key], steps[-1].end, steps[-1].end + points))
    return (*steps, Step("index", service.name, 0.0, service.index))


def lead(ranking: Ranking, upper: RankedService, lower: RankedService) -> tuple[Difference, ...]:
    """What sets two services apart, the largest first; the points add up to the gap between their indices."""
    names = ranking.names
    points = {key: upper.contributions[key] - lower.contributions[key] for key in upper.contributions}
    return tuple(
        Difference(key, names[key], value)
        for key, value in sorted(points.items(), key=lambda item: (-abs(item[1]), item[0]))
    )


def why_above(ranking: Ranking, upper: RankedService, lower: RankedService) -> str:
    """One sentence: what puts one service above the other, and what speaks against it."""
    if upper.index is None or lower.index is None:
        return f"{lower.name} is not ranked."
    apart = upper.index - lower.index
    if not round(apart, PLACES):
        return f"{upper.name} and {lower.name} have the same index and share a place."
    found = lead(ranking, upper, lower)
    gains = [f"{d.name} ({_signed(d.points)})" for d in found if d.points >= TELLING][:2]
    against = [f"{d.name} ({_signed(d.points)})" for d in found if d.points <= -TELLING][:1]
    sentence = f"{upper.name} stands {_points(apart)} above {lower.name}"
    if gains:
        sentence += f", through {' and '.join(gains)}"
    if against:
        sentence += f", though {against[0]} speaks the other way"
    return f"{sentence}."


def sentence(ranking: Ranking, service: RankedService) -> str:
    """What a director would want to hear: place, two main drivers, biggest brake, gaps, how firm it is."""
    if service.index is None:
        missing = f" Missing: {_listed(_missing(ranking, service))}." if service.missing else ""
        share = percent(service.missing_weight)
        return f"{service.name} is not ranked: {share} of the weight has no value.{missing}"
    parts = (_place, _drivers, _gaps, _firmness)
    return " ".join(filter(None, (part(ranking, service) for part in parts)))


def reason(ranking: Ranking, service: RankedService) -> str:
    """What raises it most against a typical service, and what holds it back; empty where it is not ranked."""
    return _drivers(ranking, service) if service.index is not None else ""


def main_drivers(ranking: Ranking, service: RankedService, most: int = 3) -> tuple[Difference, ...]:
    """What sets a service most apart from a typical one, the largest first; values that are missing aside.

    Returns:
        At most so many, none of them too small for a word; empty where it is not ranked.
    """
    if service.index is None:
        return ()
    known = [item for item in service.drivers.items() if item[0] not in service.missing]
    ordered = sorted(known, key=lambda item: (-abs(item[1]), item[0]))
    return tuple(Difference(k, ranking.names[k], v) for k, v in ordered[:most] if abs(v) >= TELLING)


def _place(ranking: Ranking, service: RankedService) -> str:
    joint = "joint " if service.rank in ranking.shared_ranks else ""
    place = f"{joint}{ordinal(service.rank or 0)} of {len(ranking.ranked)}"
    return f"{service.name} is {place} with an index of {shown(service.index or 0.0)}."


def _drivers(ranking: Ranking, service: RankedService) -> str:
    names = ranking.names
    known = [item for item in service.drivers.items() if item[0] not in service.missing]
    ordered = sorted(known, key=lambda item: (-item[1], item[0]))
    raising = [f"{names[k]} ({_signed(v)})" for k, v in ordered[:2] if v >= TELLING]
    brakes = [f"{names[k]} ({_signed(v)})" for k, v in ordered[-1:] if v <= -TELLING]
    found = []
    if raising:
        verb = "raise" if len(raising) > 1 else "raises"
        found.append(f"Compared with a typical service, {' and '.join(raising)} {verb} it most.")
    if brakes:
        found.append(f"What holds it back most is {brakes[0]}.")
    return " ".join(found)


def _gaps(ranking: Ranking, service: RankedService) -> str:
    if not service.missing:
        return ""
    names = _listed(_missing(ranking, service))
    ends = f"{shown(service.low)} to {shown(service.high)}"
    return f"There is no value for {names}: its index could be anything from {ends}."


def _missing(ranking: Ranking, service: RankedService) -> list[str]:
    return [ranking.names[key] for key in service.missing]


def _firmness(ranking: Ranking, service: RankedService) -> str:
    q, error = service.top_share, service.standard_error
    if q is None or error is None:
        return ""
    near = abs(q - 0.5) < 2 * error
    if q >= 0.9:
        how = "its place there is firm"
    elif near or 0.1 < q < 0.5:
        how = "whether it belongs there depends on the weights"
    else:
        how = "its place there is fairly firm" if q >= 0.5 else "it is firmly outside"
    return (
        f"With weights around the agreed ones it is in the top {ranking.top} in {share_of_trials(q)} "
        f"({_places(service)}): {how}."
    )


def _places(service: RankedService) -> str:
    if service.rank_from == service.rank_to:
        return f"place {service.rank_from}"
    return f"places {service.rank_from} to {service.rank_to}"


def _points(value: float) -> str:
    return f"{shown(value)} point{'' if shown(value) == '1.0' else 's'}"


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else '−'}{_points(abs(value))}"


def percent(share: float, places: int = 0) -> str:
    """A share for reading: `12%`."""
    return f"{shown(100 * share, places)}%"


def share_of_trials(share: float) -> str:
    """A share of trials for reading: never 0% or 100% for what did happen, or did not.

    >>> [share_of_trials(share) for share in (0.0, 0.004, 0.25, 1.0)]
    ['no trial', 'less than 1% of trials', '25% of trials', 'every trial']
    """
    if share in (0.0, 1.0):
        return "every trial" if share else "no trial"
    if not 0.01 <= share <= 0.99:
        return "more than 99% of trials" if share > 0.5 else "less than 1% of trials"
    return f"{percent(share)} of trials"


def shown(value: float, places: int = 1) -> str:
    """A figure for reading: rounded half up by size on its shortest decimal form.

    >>> [shown(0.25), shown(-0.25), shown(61.0), shown(2.5, 0)]
    ['0.3', '-0.3', '61.0', '3']
    """
    return str(Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
