"""What the review team can take on: usual days, the days of single quarters, blackouts, limits. Pure.

Kept as one JSON content (`PlanSettings`), typed on one page. A quarter without its own days has the usual.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from vfm.errors import Invalid, Problem
from vfm.prioritisation.plan import DEFAULT_DAYS, DEFAULT_DIRECTORATE_LIMIT, DEFAULT_GAMMA, Mode
from vfm.prioritisation.quarters import Quarter
from vfm.questionnaires.kinds import text_problem

USUAL_DAYS = 2 * DEFAULT_DAYS["service_review"]
"""Team days of a quarter until a council says its own: those of two service reviews."""
MOST_DAYS = 10_000
MOST_LOST = 50
MOST_LIMIT = 99


@dataclass(frozen=True, slots=True)
class Own:
    """Where a quarter differs: its days (None: the usual), whether nothing may be placed in it, and why."""

    days: int | None = None
    is_blackout: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Capacity:
    """What there is to plan with.

    Attributes:
        days: team days of a quarter without its own.
        overload: days by which a quarter may be exceeded so that a mandatory review is done in time.
        mode_days: usual team days of a deep dive and of a service review.
        gamma: what a review is worth a quarter later, as a share.
        directorate_limit: most reviews of one directorate that begin in one quarter.
        quarters: key -> where that quarter differs.
    """

    days: int = USUAL_DAYS
    overload: int = 0
    mode_days: Mapping[Mode, int] = field(default_factory=lambda: dict(DEFAULT_DAYS))
    gamma: float = DEFAULT_GAMMA
    directorate_limit: int = DEFAULT_DIRECTORATE_LIMIT
    quarters: Mapping[str, Own] = field(default_factory=dict)

    def own(self, key: str) -> Own:
        """Where a quarter differs; an empty one where it does not."""
        return self.quarters.get(key, Own())

    def days_in(self, key: str) -> int:
        """Team days of a quarter; 0 in a blackout."""
        own = self.own(key)
        if own.is_blackout:
            return 0
        return self.days if own.days is None else own.days

    @property
    def lost(self) -> int:
        """Per cent of its worth that a review loses with each quarter it waits."""
        return round(100 * (1 - self.gamma))

    def content(self) -> dict[str, Any]:
        """As it is kept."""
        periods = {
            key: {"days": own.days, "blackout": own.is_blackout, "reason": own.reason}
            for key, own in sorted(self.quarters.items())
        }
        return {
            "days": self.days,
            "overload": self.overload,
            "mode_days": dict(self.mode_days),
            "gamma": self.gamma,
            "directorate_limit": self.directorate_limit,
            "periods": periods,
        }

    def fields(self, quarters: Iterable[Quarter]) -> dict[str, str]:
        """The fields of its form, as they would be typed."""
        shown = {
            "days": str(self.days),
            "overload": str(self.overload),
            "deep_dive": str(self.mode_days["deep_dive"]),
            "service_review": str(self.mode_days["service_review"]),
            "lost": str(self.lost),
            "limit": str(self.directorate_limit),
        }
        for quarter in quarters:
            own = self.own(quarter.key)
            shown[f"{quarter.key}.days"] = "" if own.days is None else str(own.days)
            shown[f"{quarter.key}.blackout"] = "yes" if own.is_blackout else ""
            shown[f"{quarter.key}.reason"] = own.reason
        return shown


def kept(content: Mapping[str, Any]) -> Capacity:
    """What was kept as `content`."""
    return Capacity(
        days=content["days"],
        overload=content["overload"],
        mode_days=content["mode_days"],
        gamma=content["gamma"],
        directorate_limit=content["directorate_limit"],
        quarters={
            key: Own(own["days"], own["blackout"], own["reason"]) for key, own in content["periods"].items()
        },
    )


def differences(before: Capacity | None, after: Capacity) -> tuple[str, ...]:
    """What is different between two states, each in words; of the first state that there was none before."""
    if before is None:
        return ("The first settings of this council",)
    pairs: list[tuple[str, int | str, int | str]] = [
        ("team days of a quarter", before.days, after.days),
        ("most days above that", before.overload, after.overload),
        ("days of a service review", before.mode_days["service_review"], after.mode_days["service_review"]),
        ("days of a deep dive", before.mode_days["deep_dive"], after.mode_days["deep_dive"]),
        ("reviews of one directorate in a quarter", before.directorate_limit, after.directorate_limit),
        ("per cent lost with each quarter", before.lost, after.lost),
    ]
    pairs += [
        (Quarter.from_key(key).name, _words(before.own(key)), _words(after.own(key)))
        for key in sorted({*before.quarters, *after.quarters})
    ]
    return tuple(f"{what}: {was} → {now}" for what, was, now in pairs if was != now)


def _words(own: Own) -> str:
    if own.is_blackout:
        return f"blackout ({own.reason})"
    days = "as usual" if own.days is None else f"{own.days} days"
    return f"{days} ({own.reason})" if own.reason else days


def typed(fields: Mapping[str, str], quarters: Iterable[Quarter], before: Capacity) -> Capacity:
    """The capacity that a form says; quarters that have left it stay as they were before.

    Raises:
        Invalid: every field that cannot be used, under its name in the form.
    """
    form = _Form(fields)
    own = dict(before.quarters)
    for quarter in quarters:
        own.pop(quarter.key, None)
        said = form.own(quarter)
        if said != Own():
            own[quarter.key] = said
    found = Capacity(
        days=form.whole("days", "team days of a quarter", 0, MOST_DAYS),
        overload=form.whole("overload", "days of overload", 0, MOST_DAYS),
        mode_days={
            "deep_dive": form.whole("deep_dive", "days of a deep dive", 1, MOST_DAYS),
            "service_review": form.whole("service_review", "days of a service review", 1, MOST_DAYS),
        },
        gamma=1 - form.whole("lost", "per cent", 0, MOST_LOST) / 100,
        directorate_limit=form.whole("limit", "reviews of one directorate in a quarter", 1, MOST_LIMIT),
        quarters=own,
    )
    if form.problems:
        raise Invalid(form.in_order())
    return found


class _Form:
    """Fields as they were typed, and what is wrong with them."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = fields
        self.problems: list[Problem] = []

    def in_order(self) -> list[Problem]:
        """The general ones first, as on the page."""
        return sorted(self.problems, key=lambda problem: "-Q" in problem.place)

    def whole(self, name: str, what: str, least: int, most: int) -> int:
        text = self.fields.get(name, "").strip().replace(",", "")
        if text.isascii() and text.isdecimal() and least <= int(text[:9]) <= most:
            return int(text)
        said = f"“{text}” cannot be used" if text else "This is blank"
        self.problems.append(
            Problem(name, f"{said}. Give the {what}: a whole number from {least} to {most:,}.")
        )
        return least

    def own(self, quarter: Quarter) -> Own:
        days, reason = f"{quarter.key}.days", self.fields.get(f"{quarter.key}.reason", "").strip()
        has_days = bool(self.fields.get(days, "").strip())
        is_blackout = self.fields.get(f"{quarter.key}.blackout") == "yes"
        self.problems += self._reason_problems(quarter, reason, is_blackout=is_blackout)
        return Own(
            self.whole(days, f"team days of {quarter.words}", 0, MOST_DAYS) if has_days else None,
            is_blackout,
            reason,
        )

    def _reason_problems(self, quarter: Quarter, reason: str, *, is_blackout: bool) -> Iterator[Problem]:
        place = f"{quarter.key}.reason"
        if is_blackout and not reason:
            yield Problem(
                place,
                f"Say why no review may be in {quarter.words}: budget setting, an inspection, an election.",
            )
        if words := text_problem(reason):
            yield Problem(place, words)
