"""Thresholds over many figures at once: `rounding.reaches` for arrays, to the last digit.

Pure.
"""

import numpy as np
from numpy.typing import NDArray

from vfm.scoring.rounding import COMPARED_PLACES, reaches

Figures = NDArray[np.float64]
Truths = NDArray[np.bool_]
NEAR = 2 * 10.0**-COMPARED_PLACES
"""Figures further below a threshold than this cannot reach it, however both are rounded."""


def reach(figures: Figures, thresholds: Figures | float) -> Truths:
    """Where figures are at or above thresholds, both rounded first; nowhere where there is none (NaN).

    Rounding keeps the order, so that only figures just below their threshold have to be rounded.

    >>> reach(np.array([0.6, 0.1 + 0.5 - 1e-16, 0.59, np.nan]), 0.6).tolist()
    [True, True, False, False]
    """
    found: Truths = figures >= thresholds
    near = np.flatnonzero(~found & (figures >= thresholds - NEAR))
    if near.size:
        limits = np.broadcast_to(thresholds, figures.shape)[near]
        found[near] = [reaches(*pair) for pair in zip(figures[near].tolist(), limits.tolist(), strict=True)]
    return found
