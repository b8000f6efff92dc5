"""Swing points as people type them.

Pure: text in, figures out.
"""

from vfm.questionnaires import figures

MOST_POINTS = 100
CURE = f"Type points from 0 to {MOST_POINTS}; 0 where it does not matter."


def cure_of(criterion: str) -> str:
    """What is said of points that cannot be used: the name of the criterion, and what to type.

    >>> cure_of("unit cost")
    'Unit cost: Type points from 0 to 100; 0 where it does not matter.'
    """
    return f"{criterion[:1].upper()}{criterion[1:]}: {CURE}"


def points_of(text: str) -> float | None:
    """Points from 0 to 100; None for anything else, a blank too.

    >>> points_of(" 12.5 "), points_of("101"), points_of("lots"), points_of("")
    (12.5, None, None, None)
    """
    try:
        value = float(figures.number(text)) if text.strip() else -1.0
    except ValueError:
        return None
    return value if 0 <= value <= MOST_POINTS else None
