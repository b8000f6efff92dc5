"""How far an answer can be trusted: evidence grades as shares, and the spread they leave, in points.

The room's rule: confidence is shown beside a score, never multiplied into it.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from vfm.questionnaires.answers import Evidence
from vfm.scoring.rounding import reaches

GRADES: Mapping[Evidence, float] = {
    Evidence.NONE: 0.25,
    Evidence.ASSERTION: 0.5,
    Evidence.DOCUMENTED: 0.75,
    Evidence.VERIFIED: 1.0,
}
"""Evidence grade -> how much it counts, as a share."""

STEPS_OFF: Mapping[Evidence, float] = {
    Evidence.NONE: 1.5,
    Evidence.ASSERTION: 1.0,
    Evidence.DOCUMENTED: 0.5,
    Evidence.VERIFIED: 0.0,
}
"""Evidence grade -> by how many levels the answer may well be off (two standard deviations)."""


class Confidence(StrEnum):
    """How much evidence stands behind a score."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


CONFIDENT_FROM: Mapping[Confidence, float] = {
    Confidence.LOW: 0.0,
    Confidence.MEDIUM: 0.5,
    Confidence.HIGH: 0.75,
}
"""Word -> the weighted mean grade, in [0, 1], from which it is said; lowest first."""


def confidence_word(share: float) -> Confidence:
    """The highest word whose threshold the weighted mean grade, in [0, 1], reaches."""
    return [word for word, least in CONFIDENT_FROM.items() if reaches(share, least)][-1]


def spread_by_grade(points: Sequence[float]) -> dict[Evidence, float]:
    """Evidence grade -> standard deviation in points of an answer on a scale with these points.

    Half of the levels it may be off, times the mean gap between neighbouring levels; at most half the
    scale's range. A convention, not a sampling error: it says how far weak evidence could move a score.

    Args:
        points: what each level of the scale is worth, at least one level, any order.
    """
    reach = max(points) - min(points)
    step = reach / (len(points) - 1) if len(points) > 1 else 0.0
    return {grade: min(steps * step / 2, reach / 2) for grade, steps in STEPS_OFF.items()}
