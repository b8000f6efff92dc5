"""From a raw value to its u: 0 for no reason to look, 1 for the strongest reason to look.

Pure: arrays in, arrays out. A blank is `nan` and stays `nan`; filling gaps is `vfm.prioritisation.gaps`.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vfm.prioritisation.criteria import Criterion

Floats = NDArray[np.float64]


def transformed(criterion: Criterion, raw: Floats) -> Floats:
    """T(x): the raw values bent as the criterion says, before goalposts and direction.

    Args:
        criterion: with its reference filled in where its transform is `percentile` (see `frozen`).
        raw: raw values of any shape, `nan` for a blank.

    Returns:
        The same shape. `percentile`: the share of the reference below, plus half the share that is equal.
    """
    match criterion.transform:
        case "log10":
            return np.log10(raw if criterion.floor is None else np.maximum(raw, criterion.floor))
        case "asinh":
            return np.arcsinh(raw / criterion.scale)
        case "percentile":
            return percentile_ranks(raw, np.array(criterion.reference, dtype=np.float64))
        case _:
            return raw


def percentile_ranks(raw: Floats, reference: Floats) -> Floats:
    """(count below + half the count equal) / n of the reference; `nan` where the value is blank.

    >>> percentile_ranks(np.array([2.0, 9.0]), np.array([1.0, 2.0, 2.0, 3.0])).tolist()
    [0.5, 1.0]
    """
    ordered = np.sort(reference)
    both = np.searchsorted(ordered, raw, "left") + np.searchsorted(ordered, raw, "right")
    return np.where(np.isnan(raw), np.nan, both / (2 * ordered.size))


def utility(criterion: Criterion, raw: Floats) -> Floats:
    """Place values: u = clip((T(x) - T(low)) / (T(high) - T(low)), 0, 1), or 1 - u where lower matters more.

    Args:
        criterion: frozen (see `frozen`), so that it needs nothing but itself.
        raw: raw values of any shape, `nan` for a blank.

    Returns:
        The same shape, 0 to 1, `nan` for a blank. With transform `none` the raw value, without goalposts and
        unbounded; 0.5 where there is nothing to stand between.
    """
    u = _placed(criterion, transformed(criterion, raw))
    return 1 - u if criterion.direction == "lower" else u


def _placed(criterion: Criterion, bent: Floats) -> Floats:
    if criterion.transform == "none":
        return bent
    ends = _ends(criterion)
    if ends is None:
        return np.where(np.isnan(bent), np.nan, 0.5)
    low, high = ends
    return np.clip((bent - low) / (high - low), 0, 1)


def _ends(criterion: Criterion) -> tuple[float, float] | None:
    """T(low) and T(high); None without goalposts, or where they are the same."""
    if criterion.goalposts is None:
        return None
    low, high = transformed(criterion, np.array(criterion.goalposts)).tolist()
    return (low, high) if low < high else None


def frozen(criterion: Criterion, raw: Floats) -> tuple[Criterion, list[str]]:
    """The criterion with goalposts and reference filled in, so that its u needs no other service.

    Args:
        criterion: as it was set up.
        raw: (services,) raw values of the services ranked, `nan` for a blank, at least one known.

    Returns:
        The criterion to use (and to store with the cycle), and what a reader has to be warned about.
    """
    if not needs_reference(criterion):
        return criterion, []
    warnings = []
    values = np.array(criterion.reference or (), dtype=np.float64)
    if criterion.reference is None:
        values = np.sort(raw[~np.isnan(raw)])
        warnings.append(
            f"{criterion.key}: no reference was given, so its scale comes from the services ranked and "
            "changes with them. Freeze it with the cycle."
        )
    filled = replace(criterion, reference=tuple(values.tolist()))
    placed = filled if filled.goalposts else replace(filled, goalposts=_outer(values))
    if _ends(placed) is None:
        warnings.append(
            f"{criterion.key}: its reference does not vary between the goalposts, so every service gets 0.5 "
            "and it decides nothing. Give other goalposts, or switch it off."
        )
        return filled, warnings
    return placed, warnings


def _outer(values: Floats) -> tuple[float, float]:
    low, high = np.percentile(values, [2, 98]).tolist()
    return low, high


def needs_reference(criterion: Criterion) -> bool:
    """Whether its scale is read from the values of many services, so that they have to be frozen."""
    if criterion.transform == "none":
        return False
    return criterion.transform == "percentile" or criterion.goalposts is None
