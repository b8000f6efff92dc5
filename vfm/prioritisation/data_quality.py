"""What is wrong with the values services are ranked on: missing, stale, odd, or told in two ways.

Pure: gathered values in, matters out. Nothing is put right here and nothing is left out of a ranking for it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np

from vfm.prioritisation.criteria import Criterion, shares
from vfm.prioritisation.provenance import SHARE, raw_in_words
from vfm.prioritisation.scales import transformed

Kind = Literal["missing", "stale", "odd", "conflict"]
KINDS: tuple[Kind, ...] = ("missing", "stale", "odd", "conflict")

POINTS, POUNDS = "points, 0 to 100", "pounds a year"
WITHIN: Mapping[str, tuple[float, float]] = {
    POINTS: (0, 100),
    SHARE: (0, 1),
    POUNDS: (0, float("inf")),
}
"""Between what a value in these units has to lie."""
SHARE_APART = 0.25
"""Shares of a group are apart by more than a quarter: an answer names a quarter, a figure a share."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From when a value is worth a look.

    Attributes:
        years: a figure is stale when its year is more than this before the newest of its criterion.
        months: and when its year ended more than this ago, where it is known which day it is.
        deviations: median absolute deviations from the median, on the criterion's scale, before it is odd.
        apart: share by which two sources may differ.
        missing: share of weight beyond which a service is not ranked.
    """

    years: int = 2
    deviations: float = 3.0
    apart: float = 0.1
    missing: float = 0.3
    months: int = 24


DEFAULT_THRESHOLDS = Thresholds()


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing worth a look.

    Attributes:
        service: at which place of the services given; None: of all of them.
        says: what is wrong, in a sentence, with values and sources.
        value: raw, as it is used; None for a gap.
        question: the key of the question where the answer lives; empty where there is none.
        of_score: it is the score of its assessment, which stands on many answers.
    """

    kind: Kind
    criterion: str
    service: int | None
    says: str
    value: float | None = None
    question: str = ""
    of_score: bool = False

    @property
    def of_answers(self) -> bool:
        """Whether the service puts it right, in its answers."""
        return self.of_score or bool(self.question)


@dataclass(frozen=True, slots=True)
class Missing:
    """A service with gaps; `weight` is the share of the whole weight that is missing."""

    service: int
    criteria: tuple[str, ...]
    weight: float
    is_ranked: bool


def matters(
    criteria: Sequence[Criterion],
    services: Sequence[Mapping[str, Any]],
    asked: Mapping[str, str],
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
    on: date | None = None,
) -> tuple[Matter, ...]:
    """Everything worth a look, criterion by criterion, services in the order given.

    Args:
        criteria: what is ranked on.
        services: each with `values`: criterion -> a `Gathered` as JSON.
        asked: criterion -> key of the question it is read from; none where nothing is asked.
        thresholds: from when.
        on: the day from which the age of figures is counted; None: it is not.
    """
    return tuple(
        matter
        for criterion in criteria
        for matter in _of(criterion, services, asked.get(criterion.key, ""), thresholds, on)
    )


def missing(
    criteria: Sequence[Criterion],
    services: Sequence[Mapping[str, Any]],
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
) -> tuple[Missing, ...]:
    """The services with gaps, the largest share of weight first; not ranked beyond the threshold."""
    weights = dict(zip((one.key for one in criteria), shares(criteria), strict=True))
    found = []
    for at, service in enumerate(services):
        gaps = tuple(key for key in weights if service["values"][key]["value"] is None)
        weight = sum(weights[key] for key in gaps)
        if gaps:
            found.append(Missing(at, gaps, weight, weight <= thresholds.missing + 1e-12))
    return tuple(sorted(found, key=lambda one: (-one.weight, one.service)))


def start_of(year: str) -> int | None:
    """The year something begins in: 2024 of `2024-25`, `2024/25` or `2024`; None where it says none."""
    first = year.strip()[:4]
    return int(first) if first.isdecimal() and len(first) == 4 else None


def _of(
    criterion: Criterion,
    services: Sequence[Mapping[str, Any]],
    asked: str,
    thresholds: Thresholds,
    on: date | None,
) -> Iterator[Matter]:
    gathered = [service["values"][criterion.key] for service in services]
    if not any(one["value"] is not None for one in gathered):
        words = f"No service has a value for {criterion.name}, so it is left out of the ranking."
        if gathered:
            yield Matter("missing", criterion.key, None, words)
        return
    newest = max((year for one in gathered for year in _years(one)), default=None)
    odd = _far(criterion, [one["value"] for one in gathered], thresholds.deviations)
    for at, one in enumerate(gathered):
        question = _question(one) or ("" if _figures(one) else asked)
        of_score = any(source["kind"] == "scorecard" for source in (*one["used"], *one["unused"]))
        if one["value"] is None:
            yield Matter("missing", criterion.key, at, _gap(criterion, one), None, question, of_score)
            continue
        for words in _stale(one, newest, thresholds.years, on, thresholds.months):
            yield Matter("stale", criterion.key, at, words, one["value"])
        for words in _odd(criterion, one["value"], odd[at]):
            where = "" if _figures(one) else question
            yield Matter("odd", criterion.key, at, words, one["value"], where, of_score)
        for words in conflicts(criterion, one, thresholds.apart):
            yield Matter("conflict", criterion.key, at, words, one["value"], _question(one))


def _figures(one: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [source for source in one["used"] if source["kind"] == "figure"]


def _years(one: Mapping[str, Any]) -> list[int]:
    found = (start_of(source["year"]) for source in _figures(one))
    return [year for year in found if year is not None]


def _question(one: Mapping[str, Any]) -> str:
    """The question whose answer speaks of it; empty where none does."""
    return next((source["key"] for source in (*one["used"], *one["unused"]) if source["key"]), "")


def _gap(criterion: Criterion, one: Mapping[str, Any]) -> str:
    said = "; ".join(f"{source['key'] or source['title']}: {source['says']}" for source in one["unused"])
    tail = f" What is said comes to none: {said}." if said else ""
    return f"No value for {criterion.name}.{tail}"


def _stale(
    one: Mapping[str, Any], newest: int | None, years: int, on: date | None, months: int
) -> Iterator[str]:
    """Each figure once: for being behind the others, else for its age."""
    for source in _figures(one):
        year = start_of(source["year"])
        if newest is not None and year is not None and newest - year > years:
            yield (
                f"{source['title']} is of {source['year']}, {newest - year} years before the newest for this "
                f"criterion ({source['publication']})."
            )
        elif on is not None and (words := _aged(source, on, months)):
            yield words


def too_old(one: Mapping[str, Any], on: date, months: int) -> Iterator[str]:
    """Which figures of a gathered value (`Gathered` as JSON) are of a year that ended too long ago."""
    for source in _figures(one):
        if words := _aged(source, on, months):
            yield words


def _aged(source: Mapping[str, Any], on: date, months: int) -> str:
    ended = end_of(source["year"])
    ago = (on.year - ended.year) * 12 + on.month - ended.month if ended else 0
    if ago <= months:
        return ""
    return (
        f"{source['title']} is of {source['year']}, which ended {ago} months ago ({source['publication']})."
    )


def end_of(year: str) -> date | None:
    """The last day of a year: 31 March 2025 of `2024-25`, 31 December 2025 of `2025`; None where it is none.

    >>> end_of("2024-25"), end_of("2024/25"), end_of("2025"), end_of("soon")
    (datetime.date(2025, 3, 31), datetime.date(2025, 3, 31), datetime.date(2025, 12, 31), None)
    """
    first = start_of(year)
    if first is None or not 1 <= first < 9999:
        return None
    return date(first, 12, 31) if len(year.strip()) == 4 else date(first + 1, 3, 31)


def _far(criterion: Criterion, values: Sequence[float | None], deviations: float) -> list[float | None]:
    """How many median absolute deviations a value is from the median, where that is too many; else None."""
    raw = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    if criterion.transform == "percentile":  # places among the services: none can be far
        return [None] * len(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        bent = transformed(criterion, raw)
    bent = np.where(np.isfinite(bent), bent, np.nan)
    if np.isnan(bent).all():
        return [None] * len(values)
    away = np.abs(bent - np.nanmedian(bent))
    usual = float(np.nanmedian(away))
    if usual <= 0:
        return [None] * len(values)
    return [float(one) if one > deviations else None for one in away / usual]


def out_of_place(criterion: Criterion, value: float) -> str | None:
    """What is odd of one value alone; None where nothing is."""
    return next(_odd(criterion, value, None), None)


def _odd(criterion: Criterion, value: float, far: float | None) -> Iterator[str]:
    says = raw_in_words(criterion.unit, value)
    low, high = WITHIN.get(criterion.unit, (-float("inf"), float("inf")))
    if not low <= value <= high:
        yield f"{says} cannot be: {criterion.unit}."
        return
    if value == 0 and (criterion.unit == POUNDS or criterion.transform == "log10"):
        yield f"{says}: nothing at all is unlikely here."
        return
    if criterion.goalposts is not None and criterion.transform != "none":
        first, last = criterion.goalposts
        if not first <= value <= last:
            ends = f"{raw_in_words(criterion.unit, first)} to {raw_in_words(criterion.unit, last)}"
            yield f"{says} is beyond the goalposts, {ends}, and counts as the nearer one."
            return
    if far is not None:
        yield f"{says} is {far:.1f} times as far from the middle as half of the services are."


def conflicts(criterion: Criterion, one: Mapping[str, Any], apart: float) -> Iterator[str]:
    """What of a gathered value (`Gathered` as JSON) is told in two ways, a sentence for each pair.

    Args:
        criterion: whose value.
        one: gathered, with a value.
        apart: by what share of the larger two sources may differ; shares of a group by `SHARE_APART`.
    """
    figures, otherwise = _figures(one), one["otherwise"]
    if figures and otherwise is not None and _differ(criterion, one["value"], otherwise, apart):
        said = "; ".join(f"{source['key']}: {source['says']}" for source in one["unused"])
        yield (
            f"{_told(figures)} gives {raw_in_words(criterion.unit, one['value'])}, the answer "
            f"{raw_in_words(criterion.unit, otherwise)} ({said}). The figure is used."
        )
    known = [figure for figure in figures if figure["value"] is not None]
    for year in dict.fromkeys(figure["year"] for figure in known):
        of_year = sorted((one for one in known if one["year"] == year), key=lambda one: float(one["value"]))
        first, last = of_year[0], of_year[-1]
        if _differ(criterion, first["value"], last["value"], apart):
            many = "Two" if len(of_year) == 2 else str(len(of_year))
            between = "" if len(of_year) == 2 else "from the lowest to the highest, "
            yield (
                f"{many} figures of {year} are apart: {between}{_told([first])} gives "
                f"{raw_in_words(criterion.unit, first['value'])}, {_told([last])} "
                f"{raw_in_words(criterion.unit, last['value'])}. Their mean is used."
            )


def _told(figures: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(f"{one['title']}, {one['year']} ({one['publication']})" for one in figures)


def _differ(criterion: Criterion, first: float, second: float, apart: float) -> bool:
    if criterion.unit == SHARE:
        return abs(first - second) > SHARE_APART
    return abs(first - second) > apart * max(abs(first), abs(second))


def counts(found: Sequence[Matter]) -> dict[Kind, int]:
    """How many matters there are of each kind."""
    many = Counter(matter.kind for matter in found)
    return {kind: many[kind] for kind in KINDS}
