"""Does the register of evidence bear out what an answer says of its own evidence?

Pure. The grade of an answer is the respondent's word and stays it; this says where the register disagrees.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from vfm.questionnaires.answers import GRADES, Evidence
from vfm.questionnaires.figures import day_in_words

OLD_AFTER = 3
"""Years after which evidence without an expiry date of its own is out of date."""
WEAK = (Evidence.NONE, Evidence.ASSERTION)
"""Grades that bear out no more than somebody's word."""


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of evidence, as the register holds it.

    Attributes:
        dated_on: the day it speaks of; None where nobody said.
        expires_on: the last day on which it counts; None for one without.
        is_withdrawn: taken out of the register, for answers that are still to be given.
    """

    title: str
    grade: Evidence
    dated_on: date | None = None
    expires_on: date | None = None
    is_withdrawn: bool = False

    def has_expired(self, today: date) -> bool:
        """True from the day after its last."""
        return self.expires_on is not None and self.expires_on < today

    def is_old(self, today: date) -> bool:
        """True when it has no last day and is dated more than `OLD_AFTER` years ago."""
        if self.expires_on is not None or self.dated_on is None:
            return False
        return (self.dated_on.year + OLD_AFTER, self.dated_on.month, self.dated_on.day) < (
            today.year,
            today.month,
            today.day,
        )

    def state(self, today: date) -> str:
        """Whether it still counts: current, or else withdrawn, expired or old, the first that fits."""
        if self.is_withdrawn:
            return "withdrawn"
        if self.has_expired(today):
            return "expired"
        return "old" if self.is_old(today) else "current"

    def is_current(self, today: date) -> bool:
        """True when it still counts."""
        return self.state(today) == "current"


def weak_or_stale(
    grade: Evidence,
    items: Sequence[Item],
    today: date,
    words: Mapping[Evidence, str] = GRADES,
) -> tuple[str, ...]:
    """Where the register disagrees with the grade an answer claims, a sentence each.

    An answer is borne out as soon as one item is as strong as it claims and still counts; then nothing is
    said of the others. Without any item the register says nothing, nor is there anything to say of an answer
    that claims no evidence.

    Args:
        grade: what the answer claims.
        items: what the register holds for it, in any order.
        today: the day it is looked at.
        words: of the grades, as the template says them.

    Returns:
        First what the strongest item that still counts falls short of, then, by title, why those that would
        be strong enough do not count.

    >>> survey = Item("Survey", Evidence.ASSERTION, date(2025, 6, 1))
    >>> weak_or_stale(Evidence.VERIFIED, [survey], date(2026, 11, 27))[0]
    'The answer says “Independently confirmed”; the register holds only “Opinion or verbal only” from 2025.'
    """
    strong = [item for item in items if _rank(item.grade) >= _rank(grade)]
    if grade is Evidence.NONE or not items or any(item.is_current(today) for item in strong):
        return ()
    by_title = sorted(strong, key=lambda item: item.title.casefold())
    return (_shortfall(grade, items, today, words), *(_why_not(item, today) for item in by_title))


def _shortfall(grade: Evidence, items: Sequence[Item], today: date, words: Mapping[Evidence, str]) -> str:
    says = f"The answer says “{words[grade]}”"
    current = [item for item in items if item.is_current(today)]
    if not current:
        return f"{says}; nothing the register holds for it is up to date."
    best = max(current, key=lambda item: (_rank(item.grade), item.dated_on or date.min))
    since = f" from {best.dated_on.year}" if best.dated_on else ""
    return f"{says}; the register holds only “{words[best.grade]}”{since}."


def _why_not(item: Item, today: date) -> str:
    """Why an item that is strong enough does not count."""
    if item.is_withdrawn:
        return f"“{item.title}” was withdrawn from the register."
    if item.expires_on is not None and item.has_expired(today):
        return f"“{item.title}” expired on {day_in_words(item.expires_on)}."
    since = day_in_words(item.dated_on) if item.dated_on else ""
    return f"“{item.title}” is from {since}, more than {OLD_AFTER} years ago."


def _rank(grade: Evidence) -> int:
    return tuple(Evidence).index(grade)
