"""What a meeting decided on a ranking, as a Word document that can go into the minutes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from vfm.reports.word_documents import add, blank, content, fitted_table, table

DECIDED_HEADS = ("Service", "Place, index", "Suggested", "Decided", "Reason")
DECIDED_WIDTHS = (0.2, 0.12, 0.26, 0.16, 0.26)


@dataclass(frozen=True, slots=True)
class MinutesCopy:
    """The minutes in words.

    Attributes:
        about: (what, words): the day, the chair, who was there.
        note: what was said beside the decisions, a line a paragraph.
        decided: rows of `DECIDED_HEADS`.
        open_items: what was not decided, each in a line.
        themes: what many services share, each in a line.
    """

    title: str
    council: str
    made_at: datetime
    about: Sequence[tuple[str, str]]
    note: str
    decided: Sequence[Sequence[str]]
    open_items: Sequence[str]
    themes: Sequence[str]


def document(copy: MinutesCopy) -> bytes:
    """A Word document on A4."""
    made = blank(copy.title, copy.council, copy.made_at)
    add(made, copy.title, "Title")
    add(made, copy.council, "Subtitle")
    table(made, "About the meeting", ("What", "Words"), copy.about)
    add(made, "Decided", "Heading 1")
    if copy.decided:
        fitted_table(made, "What was decided for each service", DECIDED_HEADS, copy.decided, DECIDED_WIDTHS)
    else:
        add(made, "Nothing was decided in this meeting.")
    for words in filter(None, copy.note.split("\n")):
        add(made, words)
    for heading, lines in (("Not decided", copy.open_items), ("What many services share", copy.themes)):
        if lines:
            add(made, heading, "Heading 1")
            for words in lines:
                add(made, words, "List Bullet")
    return content(made)
