"""Why a result is looked at again, in words with its figures: the same on a page and in a file."""

from collections.abc import Mapping, Sequence

from vfm.questionnaires.answers import Evidence
from vfm.questionnaires.wording import counted, listed
from vfm.reports.result import one_place, signed_one_place
from vfm.scoring.challenge import Reason, Trigger

MOST_NAMED = 3
"""Questions or sections that are named; further ones are counted."""
GRADE_WORDS = {Evidence.NONE: "no evidence", Evidence.ASSERTION: "assertion only"}


def reason_words(reason: Reason, titles: Mapping[str, str]) -> str:
    """One reason as a sentence without its full stop.

    `Level 4 on assertion only: 3 questions, 6.2 points at stake (OUT-02, ECO-01, GOV-02)`. `titles` has the
    sections' titles.
    """
    return WORDS[reason.trigger](reason, titles)


def _weak(reason: Reason, _titles: Mapping[str, str]) -> str:
    level = "Highest level" if reason.level is None else f"Level {reason.level}"
    grades = listed((GRADE_WORDS[grade] for grade in reason.grades), "or")
    asked = counted(len(reason.keys), "question")
    return f"{level} on {grades}: {asked}, {_stake(reason)} ({_named(reason.keys)})"


def _not_applicable(reason: Reason, titles: Mapping[str, str]) -> str:
    names = _named([f"“{titles.get(key, key)}”" for key in reason.keys])
    return f"Much does not apply in {names}: {_stake(reason)}"


def _large(reason: Reason, _titles: Mapping[str, str]) -> str:
    return f"Large change since the baseline: {signed_one_place(reason.distance)} points"


def _outlier(reason: Reason, _titles: Mapping[str, str]) -> str:
    standing = reason.standing
    if standing is None:
        return "Far from its peers"
    is_below = standing.distance < 0
    begins = f"under {one_place(standing.low)}" if is_below else f"over {one_place(standing.high)}"
    return (
        f"Far from its peers: {one_place(reason.effect)} points {'below' if is_below else 'above'} "
        f"{one_place(standing.median)}, the median of {standing.count} services of the {standing.kind} "
        f"“{standing.name}” (far begins {begins})"
    )


WORDS = {
    Trigger.WEAK_EVIDENCE: _weak,
    Trigger.NOT_APPLICABLE: _not_applicable,
    Trigger.LARGE_CHANGE: _large,
    Trigger.OUTLIER: _outlier,
}


def _stake(reason: Reason) -> str:
    words = one_place(reason.effect)
    return f"{words} {'point' if words == '1' else 'points'} at stake"


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(names[:MOST_NAMED])
    return f"{shown} and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else shown
