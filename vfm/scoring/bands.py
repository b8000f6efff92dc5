"""Rating bands: the words for a score, and how far the next one is.

Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from vfm.questionnaires.schema import Band
from vfm.scoring.rounding import reaches


@dataclass(frozen=True, slots=True)
class NextBand:
    """The band above, and the points still needed to reach it."""

    band: Band
    points: float


def band_of(bands: Sequence[Band], score: float | None) -> Band | None:
    """The highest band whose minimum the score reaches; None without a score or below every band."""
    if score is None:
        return None
    reached = [place for place in climbing(bands) if reaches(score, bands[place].minimum)]
    return bands[reached[-1]] if reached else None


def climbing(bands: Sequence[Band]) -> list[int]:
    """The places of the bands from the lowest minimum up; of two alike, the first is higher."""
    return sorted(range(len(bands)), key=lambda place: (bands[place].minimum, -place))


def next_band(bands: Sequence[Band], score: float | None) -> NextBand | None:
    """The lowest band the score does not reach yet; None without a score or in the highest band."""
    if score is None:
        return None
    above = [band for band in bands if not reaches(score, band.minimum)]
    nearest = min(above, key=lambda band: band.minimum, default=None)
    return None if nearest is None else NextBand(nearest, nearest.minimum - score)
