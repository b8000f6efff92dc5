"""Sentences of a forward plan: what clashes, what is missing, why a review is left out.

Pure. Days are said without needless decimals; reviews and periods by the names they are given, else by key.
"""

from collections.abc import Mapping, Sequence

from vfm.prioritisation.plan_loads import Reason
from vfm.prioritisation.plan_moves import Change, Clash
from vfm.prioritisation.plan_shortfalls import Shortfall

Names = Mapping[str, str]


def days(count: float) -> str:
    """A number of team days.

    >>> days(1), days(12.5), days(1200)
    ('1 day', '12.5 days', '1,200 days')
    """
    said = f"{count:,.1f}".removesuffix(".0")
    return f"{said} day" if said == "1" else f"{said} days"


def listed(keys: Sequence[str], names: Names) -> str:
    """Reviews or periods in a row.

    >>> listed(["a", "b", "c"], {"a": "Adult care"})
    'Adult care, b and c'
    """
    said = [names.get(key, key) for key in keys]
    return " and ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)


def clash_sentence(clash: Clash, names: Names | None = None) -> str:
    """What a plan breaks, in one sentence."""
    names = names or {}
    period, who = names.get(clash.period, clash.period), listed(clash.keys, names)
    match clash.kind:
        case "days":
            return f"{period} has {days(clash.over)} too few for {who}."
        case "overload":
            return f"{period} is over its days by {days(clash.over)}, within its overload, with {who}."
        case "directorate":
            return f"{period} has {clash.over:g} too many of {clash.directorate}: {who}."
        case "blackout":
            return f"{period} is closed to reviews, and {who} is in it."
        case "early":
            return f"{who} is in {period}, {_periods(clash.over)} before it may start."
        case "late":
            return f"{who} is in {period}, {_periods(clash.over)} after its deadline."
        case "missing":
            return f"{who} has to be done by {period} and is not in the plan."


def _periods(count: float) -> str:
    return "1 period" if count == 1 else f"{count:g} periods"


def shortfall_sentence(shortfall: Shortfall, names: Names | None = None) -> str:
    """Why mandatory reviews do not fit, and what would mend it."""
    names = names or {}
    period, who = names.get(shortfall.period, shortfall.period), listed(shortfall.keys, names)
    match shortfall.of:
        case "days":
            return (
                f"{period} is short by {days(shortfall.short_by_days)}: {who}. "
                "Give it more days, or move a deadline."
            )
        case "directorate":
            return (
                f"{period}: more than the limit of a directorate ({shortfall.directorate}): {who}. "
                "Raise the limit, or move a deadline."
            )
        case "open_period":
            return (
                f"{period} is short by {days(shortfall.short_by_days)}: {who} has no period that is open. "
                "Open one, or widen its window."
            )


def reason_sentence(reason: Reason, names: Names | None = None) -> str:
    """Why a review is left out."""
    names = names or {}
    who, nearest = names.get(reason.key, reason.key), reason.nearest
    where = names.get(nearest.period, nearest.period) if nearest else ""
    match reason.kind:
        case "closed":
            return f"{who} is left out: every period it may be in is closed. Open one, or widen its window."
        case "too_large" if nearest:
            return (
                f"{who} is left out: it takes {days(reason.days)}, and the longest period it may be in "
                f"has {days(reason.days - nearest.short_by_days)} ({where})."
            )
        case "directorate":
            return f"{who} is left out: in every period with days enough, its directorate is at its limit."
        case "fits":
            return f"{who} is not in the plan, though it would fit."
        case _ if nearest:
            said = (
                f"{who} is left out: it takes {days(reason.days)}, and no period it may be in has more than "
                f"{days(max(0.0, reason.days - nearest.short_by_days))} free ({where})."
            )
            if reason.lower:
                rank = "ranks" if len(reason.lower) == 1 else "rank"
                said += (
                    f" {listed(reason.lower, names)} {rank} lower: mandatory, shorter, or worth more in sum."
                )
            return said
        case _:
            return f"{who} is left out."


def change_sentence(change: Change, names: Names | None = None) -> str:
    """What a change does to one review."""
    names = names or {}
    who = names.get(change.key, change.key)
    match (change.was, change.now):
        case (None, str(now)):
            return f"{who} comes in, in {names.get(now, now)}."
        case (str(was), None):
            return f"{who} falls out of {names.get(was, was)}."
        case (str(was), str(now)):
            return f"{who} moves from {names.get(was, was)} to {names.get(now, now)}."
        case _:
            return f"{who} stays out."
