"""Every way the engine says no, each with words a council officer can act on.

The pure rooms raise `Invalid` with *all* problems at once; workflows raise the other three.
The web maps them to answers in one place (`vfm.web.errors`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where it is, and what to do.

    Attributes:
        place: a key (`ECO-01`), a form field's name, or `FILE:LINE:COLUMN: KEY`.
        message: what is wrong and what to do, as one or two sentences.
    """

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class VfmError(Exception):
    """The root of everything the engine raises on purpose."""


class Invalid(VfmError):
    """What was given cannot be used; every problem is listed at once.

    Attributes:
        problems: at least one, in the order a reader would meet them.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class NotFound(VfmError):
    """There is no such thing, or you may not know that there is."""


class Forbidden(VfmError):
    """You may see this but not do that; the message says who may."""


class Unavailable(VfmError):
    """The database cannot be used at the moment, and nothing was done. The message is for the log."""


class FileUnavailable(VfmError):
    """A stored file is missing or damaged, or its store cannot be used now. The message is for the log."""


@dataclass(frozen=True, slots=True)
class Clash:
    """Two texts for the same answer: the one that is kept now and the one just sent.

    Attributes:
        place: the key of the question (or the name of the field) both wrote to.
        kept: what the store holds, in words.
        sent: what was just typed, in words.
        by: who wrote what is kept, and when, in words.
    """

    place: str
    kept: str
    sent: str
    by: str


def clashes(kept: Mapping[str, str], sent: Mapping[str, str], by: str) -> tuple[Clash, ...]:
    """Both sides of every field that was sent and is kept otherwise, in the order of the form."""
    return tuple(Clash(name, kept[name], words, by) for name, words in sent.items() if kept[name] != words)


@dataclass
class Conflict(VfmError):
    """Somebody else changed this first, or its state no longer allows the step.

    Attributes:
        message: one sentence that says what stands in the way.
        clashes: both sides of every answer that two people wrote, empty for a step that came too late.
        saved: anything the caller wants to hand back with the conflict (never shown as it is).
    """

    message: str
    clashes: tuple[Clash, ...] = ()
    saved: Any = field(default=None, repr=False)

    def __str__(self) -> str:
        return self.message


class Closed(Conflict):
    """It is closed, so that nothing in it changes; the message says whether it can open again."""


class Frozen(Conflict):
    """Somebody wants to change what was opened to people; `saved` is the draft to change instead, if any."""
