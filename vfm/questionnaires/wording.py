"""Small turns of phrase that problems share: lists in words, and the word that was probably meant.

Sentences are written for a council officer: what is wrong, then what to do.
"""

from collections.abc import Iterable
from difflib import get_close_matches

QUOTED = 60
"""Characters of the longest quotation."""


def listed(words: Iterable[object], joint: str = "or") -> str:
    """`a, b or c`.

    >>> listed(["equals", "in", "answered"])
    'equals, in or answered'
    """
    *most, last = [str(word) for word in words]
    return f"{', '.join(most)} {joint} {last}" if most else last


def counted(number: int, singular: str, plural: str = "") -> str:
    """`1 word`, `3 words`.

    >>> counted(1, "word"), counted(3, "word")
    ('1 word', '3 words')
    """
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def short(words: object) -> str:
    """What somebody wrote, to be quoted in a sentence: cut where it is longer than a line can bear.

    >>> short("a" * 70) == "a" * 59 + "…", short(3)
    (True, '3')
    """
    said = str(words)
    return said if len(said) <= QUOTED else f"{said[: QUOTED - 1]}…"


def ordinal(place: int) -> str:
    """The place in words.

    >>> [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 102, 111)]
    ['1st', '2nd', '3rd', '4th', '11th', '12th', '13th', '21st', '102nd', '111th']
    """
    if place % 100 in (11, 12, 13):
        return f"{place}th"
    return f"{place}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(place % 10, 'th') }"


def meant(word: str, known: Iterable[str]) -> str | None:
    """The known word nearest to a mistyped one, or None when none is near.

    >>> meant("wieght", ["weight", "text"])
    'weight'
    """
    by_folded = {name.casefold(): name for name in known}
    near = get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[near[0]] if near else None


def meant_key(key: str, known: Iterable[str]) -> str | None:
    """The known key nearest to a mistyped one, with the same figures: ECO-10 is not ECO-01 mistyped.

    >>> meant_key("EOC-01", ["ECO-01", "ECO-02"]), meant_key("ECO-10", ["ECO-01"])
    ('ECO-01', None)
    """
    return meant(key, [name for name in known if _figures(name) == _figures(key)])


def _figures(key: str) -> str:
    return "".join(filter(str.isdigit, key))


def did_you_mean(word: str, known: Iterable[str], otherwise: str) -> str:
    """The cure for a word nobody knows: `Did you mean "weight"?`, or the sentence given."""
    near = meant(word, known)
    return f'Did you mean "{near}"?' if near else otherwise
