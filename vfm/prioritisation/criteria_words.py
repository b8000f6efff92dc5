"""Criteria in words: what a direction, a transform and goalposts mean, and what an edit of the list changed.

Pure: values in, sentences out.
"""

from collections.abc import Mapping, Sequence

from vfm.prioritisation.criteria import Criterion, Direction, Transform
from vfm.prioritisation.provenance import raw_in_words

Listed = Sequence[tuple[Criterion, bool]]
"""(criterion, whether it is used), in the order of the list."""

DIRECTION_WORDS: Mapping[Direction, str] = {
    "higher": "A higher value raises the priority",
    "lower": "A lower value raises the priority",
}
TRANSFORM_WORDS: Mapping[Transform, str] = {
    "linear": "As it is: each step counts the same",
    "log10": "Logarithm: each tenfold counts the same, for sums from small to very large",
    "asinh": "Bent at both ends: like a logarithm, and values of 0 and below are allowed",
    "percentile": "Its place among the services: only the order counts",
    "none": "The raw value itself, without goalposts; only for values made for it",
}
FIELDS: tuple[tuple[str, str], ...] = (
    ("label", "name"),
    ("definition", "definition"),
    ("unit", "unit"),
    ("direction", "direction"),
    ("transform", "transform"),
    ("goalposts", "goalposts"),
    ("floor", "floor"),
    ("scale", "scale"),
    ("weight", "default weight"),
    ("group", "group"),
    ("source", "source"),
    ("feeds", "answers read"),
    ("choices", "values of options"),
    ("reference", "reference"),
)
"""Fields of a criterion that an edit can change, as they are told, in the order they are told."""


def ends_in_words(criterion: Criterion) -> str:
    """What its goalposts mean: `From 0% (0) to 30% (1)`; with `lower` the other way round."""
    if criterion.transform == "none":
        return "none"
    if criterion.goalposts is None:
        if criterion.reference is None:
            return "2nd to 98th percentile of the services, frozen with the cycle"
        return "2nd to 98th percentile of the frozen reference"
    low, high = (raw_in_words(criterion.unit, end) for end in criterion.goalposts)
    nought, one = (high, low) if criterion.direction == "lower" else (low, high)
    return f"From {nought} (0) to {one} (1)"


def changes(before: Listed, after: Listed) -> tuple[str, ...]:
    """What differs between two lists, a sentence for each thing; nothing where they are alike.

    >>> changes([(Criterion("a", weight=1), True)], [(Criterion("a", weight=2), False)])
    ('a: default weight 1 → 2', 'a: switched off')
    """
    old, new = ({one.key: (one, is_used) for one, is_used in listed} for listed in (before, after))
    told = [f"{one.name}: added" for key, (one, _) in new.items() if key not in old]
    told += [f"{one.name}: taken out" for key, (one, _) in old.items() if key not in new]
    for key, (one, is_used) in new.items():
        if key not in old:
            continue
        earlier, was_used = old[key]
        told += [f"{one.name}: {words}" for words in differences(earlier, one)]
        if is_used != was_used:
            told.append(f"{one.name}: switched {'on' if is_used else 'off'}")
    if not told and [key for key in old if key in new] != [key for key in new if key in old]:
        told.append("The order of the list")
    return tuple(told)


def differences(before: Criterion, after: Criterion) -> list[str]:
    """What differs between two states of a criterion: `goalposts 0 to 30 → 0 to 40`."""
    pairs = [(words, getattr(before, name), getattr(after, name)) for name, words in FIELDS]
    return [
        f"{words} changed" if words == "reference" else f"{words} {_shown(then)} → {_shown(now)}"
        for words, then, now in pairs
        if then != now
    ]


def _shown(value: object) -> str:
    match value:
        case None | "" | ():
            return "none"
        case float() | int():
            return f"{value:,.10g}"
        case (float() | int() as low, float() | int() as high):
            return f"{low:,.10g} to {high:,.10g}"
        case tuple():
            return ", ".join(f"{option} = {worth:,.10g}" for option, worth in value)
    return f"“{value}”"
