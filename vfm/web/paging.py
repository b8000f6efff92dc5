"""Long lists, a page at a time; which page is in the address."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, TypeVar

Row = TypeVar("Row")

PAGE_SIZE = 50
"""Rows on a page: few enough to be looked through, and to be made in a moment."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a list.

    Attributes:
        number: from 1; count: how many pages there are, at least 1.
        total: rows in the whole list; size: rows on a full page.
    """

    rows: tuple[Row, ...]
    number: int
    count: int
    total: int
    size: int = PAGE_SIZE

    @property
    def first(self) -> int:
        """The place of its first row in the list, from 1; 0 in an empty list."""
        return min((self.number - 1) * self.size + 1, self.total)

    @property
    def last(self) -> int:
        """The place of its last row."""
        return self.first + len(self.rows) - 1 if self.rows else 0

    @property
    def numbers(self) -> tuple[int | None, ...]:
        """The pages to offer: the ends, this one and its neighbours; None where some are left out between."""
        near = {1, self.count, self.number, self.number - 1, self.number + 1}
        shown = sorted(number for number in near if 1 <= number <= self.count)
        gaps = {after for before, after in pairwise(shown) if after > before + 1}
        return tuple(entry for number in shown for entry in ((None, number) if number in gaps else (number,)))


def page_of(rows: Sequence[Row], number: int, size: int = PAGE_SIZE) -> Page[Row]:
    """The rows of one page; a number beyond either end gives the nearest page there is."""
    count = max(1, -(-len(rows) // size))
    number = min(max(number, 1), count)
    first = (number - 1) * size
    return Page(tuple(rows[first : first + size]), number, count, len(rows), size)
