"""What should happen with each service: the first rule that fires, by number and in words; a person decides.

Pure: values in, values out. The rules stand in one table, in the order in which they are tried.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from vfm.prioritisation.criteria import MATERIALITY
from vfm.prioritisation.facts import OutcomeName, ServiceFacts
from vfm.prioritisation.index import PLACES
from vfm.questionnaires.wording import ordinal


@dataclass(frozen=True, slots=True)
class Rules:
    """The thresholds of the rules; each is a setting.

    Attributes:
        missing_weight: more than this share of the weight missing, and a service is not ranked.
        firm_share: share of draws in the top K from which a service is in the top set.
        returning_share: the same for a service whose last outcome was a review or a deep dive.
        borderline_above: share of draws above which a monitored service is flagged borderline.
        high_group: u from which a group counts as a reason.
        groups_for_review: how many such groups make a service review.
        half: share of the positive excess from which one group makes a deep dive.
        weak_sections: most weak sections that still make a deep dive.
        months_since_review: within how many months of a review a service is left alone.
        theme_services: fewest services in which a section is weak, to make it a theme.
        theme_share: least share of those scored, to make it a theme.
    """

    missing_weight: float = 0.30
    firm_share: float = 0.5
    returning_share: float = 0.3
    borderline_above: float = 0.1
    high_group: float = 0.6
    groups_for_review: int = 3
    half: float = 0.5
    weak_sections: int = 2
    months_since_review: int = 24
    theme_services: int = 5
    theme_share: float = 0.2


DEFAULT_RULES = Rules()


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rules look at for one service.

    Attributes:
        facts: what is known of it.
        missing_weight: share of the weight without a value.
        place: its place in the list, from 1; None where it is not ranked.
        top: K, how many services the top set is about.
        top_share: share of draws in the top K around the agreed weights; 0 where it is not ranked.
        group_u: per group the weighted mean of its u.
        group_excess: per group the sum of its drivers, at least 0.
        on: the day of the ranking.
        rules: the thresholds.
    """

    facts: ServiceFacts
    missing_weight: float
    top_share: float
    group_u: Mapping[str, float]
    group_excess: Mapping[str, float]
    on: date
    rules: Rules = DEFAULT_RULES
    place: int | None = None
    top: int = 0

    @property
    def is_in_top_set(self) -> bool:
        """Whether it is in the top set often enough, a little less being enough for one that comes back."""
        returning = self.facts.last_outcome in ("service_review", "deep_dive")
        return self.top_share >= (self.rules.returning_share if returning else self.rules.firm_share)

    @property
    def in_top_set(self) -> str:
        """`In the top set`, and what kept it there where fewer trials were enough than for others."""
        if self.top_share >= self.rules.firm_share or not self.is_in_top_set:
            return "In the top set"
        share, usual = f"{self.top_share:.0%}", f"{self.rules.firm_share:.0%}"
        was = "a service review" if self.facts.last_outcome == "service_review" else "a deep dive"
        return (
            f"In the top set with {share} of trials, under the usual {usual} because it was {was} last time"
        )

    @property
    def has_too_little_data(self) -> bool:
        """Whether so much weight is missing that it is not ranked."""
        return round(self.missing_weight, PLACES) > self.rules.missing_weight

    @property
    def high_groups(self) -> tuple[str, ...]:
        """The groups that are a reason by themselves."""
        return tuple(g for g, u in self.group_u.items() if round(u, PLACES) >= self.rules.high_group)

    @property
    def leading_group(self) -> str | None:
        """The group but materiality that holds at least half of the positive excess; None if none does."""
        total = sum(self.group_excess.values())
        others = {g: excess for g, excess in self.group_excess.items() if g != MATERIALITY}
        if not others or total <= 0:
            return None
        group = min(others, key=lambda g: (-others[g], g))
        return group if round(others[group] / total, PLACES) >= self.rules.half else None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the rules say of one service.

    Attributes:
        outcome: one of the four.
        rule: the number of the rule that fired, 1 to 7.
        reason: the rule in words.
        focus: what a deep dive is about: sections, else a group.
        borderline: a monitored service that is in the top K in more than a few draws.
    """

    outcome: OutcomeName
    rule: int
    reason: str
    focus: tuple[str, ...] = ()
    borderline: bool = False


def months_ago(on: date, months: int) -> date:
    """The same day of the month so many months before, or the last day there is.

    >>> months_ago(date(2026, 3, 31), 1)
    datetime.date(2026, 2, 28)
    """
    year, month = divmod(on.year * 12 + on.month - 1 - months, 12)
    for day in range(on.day, 27, -1):
        try:
            return date(year, month + 1, day)
        except ValueError:
            continue
    return date(year, month + 1, on.day)


def decided(standing: Standing) -> Outcome:
    """Try the rules in order; the last one always fires."""
    for rule in RULES:
        found = rule(standing)
        if found is not None:
            return found
    raise AssertionError("the last rule always fires")


def _overridden(standing: Standing) -> Outcome | None:
    override = standing.facts.override
    if override is None:
        return None
    by = f" by {override.by}" if override.by else ""
    why = f": {override.reason}" if override.reason else ""
    return Outcome(override.outcome, 1, f"Set{by}{why}".rstrip(".") + ".")


def _short_of_data(standing: Standing) -> Outcome | None:
    if standing.has_too_little_data:
        return Outcome("data_first", 2, f"{standing.missing_weight:.0%} of the weight has no value.")
    if standing.facts.provisional:
        return Outcome("data_first", 2, "Its score is still provisional.")
    return None


def _reviewed_lately(standing: Standing) -> Outcome | None:
    reviewed, months = standing.facts.reviewed_on, standing.rules.months_since_review
    if reviewed is None or reviewed < months_ago(standing.on, months):
        return None
    return Outcome("monitor", 3, f"Reviewed within the last {months} months.")


def _high_all_round(standing: Standing) -> Outcome | None:
    if not standing.is_in_top_set:
        return None
    groups = standing.high_groups
    if len(groups) < standing.rules.groups_for_review:
        return None
    return Outcome("service_review", 4, f"{standing.in_top_set}, and high on {_listed(groups)}.")


def _one_thing(standing: Standing) -> Outcome | None:
    if not standing.is_in_top_set:
        return None
    weak = standing.facts.weak_count
    if 1 <= weak <= standing.rules.weak_sections:
        names = standing.facts.weak_names
        which = _listed(names) if names else f"{weak} section{'s' if weak > 1 else ''}"
        return Outcome("deep_dive", 5, f"{standing.in_top_set}, and weak in {which}.", names)
    group = standing.leading_group
    if group is None:
        return None
    return Outcome("deep_dive", 5, f"{standing.in_top_set}, at least half of it through {group}.", (group,))


def _in_top_set(standing: Standing) -> Outcome | None:
    if not standing.is_in_top_set:
        return None
    return Outcome("service_review", 6, f"{standing.in_top_set}, for more than one reason.")


def _left_alone(standing: Standing) -> Outcome:
    close = standing.rules.borderline_above < standing.top_share < standing.rules.firm_share
    among = f"among the top {standing.top} in only {standing.top_share:.0%} of trials."
    reason = among.capitalize() if close else "Not in the top set."
    if standing.place is not None and standing.place <= standing.top:
        # A higher place than that of a service in the top set: it has to be said why that is not enough.
        reason = f"{ordinal(standing.place)}, but {among}"
    return Outcome("monitor", 7, reason, borderline=close)


RULES: tuple[Callable[[Standing], Outcome | None], ...] = (
    _overridden,
    _short_of_data,
    _reviewed_lately,
    _high_all_round,
    _one_thing,
    _in_top_set,
    _left_alone,
)


@dataclass(frozen=True, slots=True)
class Theme:
    """A section that is weak in so many services that it wants one answer for all.

    Attributes:
        section: its name.
        services: where it is weak.
        share: of the services scored.
    """

    section: str
    services: tuple[str, ...]
    share: float


def themes(services: Sequence[ServiceFacts], scored: int, rules: Rules = DEFAULT_RULES) -> tuple[Theme, ...]:
    """The cross-cutting themes, the most common first.

    Args:
        services: with the names of their weak sections.
        scored: how many services have a score.
        rules: the thresholds.
    """
    weak: dict[str, list[str]] = {}
    for service in services:
        for section in service.weak_names:
            weak.setdefault(section, []).append(service.key)
    found = [Theme(s, tuple(sorted(keys)), len(keys) / max(scored, len(keys))) for s, keys in weak.items()]
    common = [
        t
        for t in found
        if len(t.services) >= rules.theme_services and round(t.share, PLACES) >= rules.theme_share
    ]
    return tuple(sorted(common, key=lambda t: (-len(t.services), t.section)))


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
