"""How many services there is capacity for, as people type it.

Pure: text in, figures out.
"""

from vfm.errors import Problem

DIGITS = 6


def top_of(typed: str, ready: int | None) -> tuple[int | None, list[Problem]]:
    """K, None where it is left blank (a tenth then) or cannot be used, which the problem at `top` says.

    Args:
        typed: what stands in the field.
        ready: how many services can be ranked; None where nobody knows yet.

    >>> top_of(" 12 ", 40), top_of("", 40)
    ((12, []), (None, []))
    >>> top_of("50", 40)[1][0].message
    'There are 40 services that can be ranked. Type 40 or fewer.'
    """
    text = typed.strip()
    if not text:
        return None, []
    if not text.isdecimal() or len(text) > DIGITS or int(text) < 1:
        return None, [Problem("top", "Type a whole number of 1 or more, or leave it blank for a tenth.")]
    if ready is not None and int(text) > ready:
        words = f"There are {ready} services that can be ranked. Type {ready} or fewer."
        return None, [Problem("top", words)]
    return int(text), []
