"""Heads of the columns of a table that its reader sorts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's head: its words, the address that sorts by it, and how it is sorted now."""

    words: str
    href: str
    sorted_now: str
    is_number: bool
