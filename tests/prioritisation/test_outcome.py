"""The rules for an outcome: the order in which they fire, and their edges."""

from datetime import date
from typing import Any

import pytest

from vfm.prioritisation.facts import Override, ServiceFacts
from vfm.prioritisation.outcome import Rules, Standing, decided, months_ago, themes

ON = date(2026, 11, 23)


def outcome(
    top_share: float = 0.9,
    missing: float = 0.0,
    u: dict[str, float] | None = None,
    excess: dict[str, float] | None = None,
    rules: Rules | None = None,
    **facts: Any,
) -> Any:
    standing = Standing(
        ServiceFacts("s", **facts), missing, top_share, u or {}, excess or {}, ON, rules or Rules()
    )
    return decided(standing)


HIGH = {"cost": 0.6, "demand": 0.9, "risk": 0.7, "performance": 0.1}
LED = {"cost": 5.0, "demand": 2.0, "materiality": 3.0}


def test_the_order_of_the_rules() -> None:
    facts: dict[str, Any] = {
        "override": Override("deep_dive", "Director of Resources", "statutory duty", ON),
        "provisional": True,
        "reviewed_on": date(2026, 1, 1),
        "weak_sections": ("Economy",),
    }
    expected = [
        ("override", "deep_dive", 1),
        ("provisional", "data_first", 2),
        ("reviewed_on", "monitor", 3),
        ("high", "service_review", 4),
        ("weak_sections", "deep_dive", 5),
    ]
    u = dict(HIGH)
    for name, what, rule in expected:
        found = outcome(u=u, excess=LED, **facts)
        assert (found.outcome, found.rule) == (what, rule)
        if name == "high":
            u = {}
        else:
            del facts[name]
    assert (outcome(excess=LED).outcome, outcome(excess=LED).rule) == ("deep_dive", 5)
    assert (outcome().outcome, outcome().rule) == ("service_review", 6)
    assert (outcome(0.2).outcome, outcome(0.2).rule) == ("monitor", 7)


@pytest.mark.parametrize(
    ("top_share", "place", "reason"),
    [
        (0.4, 5, "5th, but among the top 6 in only 40% of trials."),
        (0.05, 6, "6th, but among the top 6 in only 5% of trials."),
        (0.4, 7, "Among the top 6 in only 40% of trials."),
        (0.05, 7, "Not in the top set."),
    ],
)
def test_a_service_left_alone_hears_how_far_from_the_top_set_it_is(
    top_share: float, place: int, reason: str
) -> None:
    standing = Standing(ServiceFacts("s"), 0.0, top_share, {}, {}, ON, place=place, top=6)
    assert decided(standing).reason == reason


def test_an_override_says_who_and_why() -> None:
    found = outcome(override=Override("monitor", "the executive", "merger next year"))
    assert found.reason == "Set by the executive: merger next year."


@pytest.mark.parametrize(("missing", "rule"), [(0.3, 6), (0.1 + 0.2, 6), (0.300001, 2)])
def test_thirty_per_cent_may_be_missing(missing: float, rule: int) -> None:
    assert outcome(missing=missing).rule == rule


@pytest.mark.parametrize(
    ("reviewed_on", "rule"), [(date(2024, 11, 23), 3), (date(2024, 11, 22), 6), (date(2027, 1, 1), 3)]
)
def test_reviewed_within_24_months(reviewed_on: date, rule: int) -> None:
    assert outcome(reviewed_on=reviewed_on).rule == rule


def test_months_ago_keeps_to_days_that_exist() -> None:
    assert months_ago(date(2028, 2, 29), 24) == date(2026, 2, 28)
    assert months_ago(date(2026, 1, 31), 2) == date(2025, 11, 30)
    assert months_ago(date(2026, 1, 5), 1) == date(2025, 12, 5)


@pytest.mark.parametrize(
    ("top_share", "last", "rule", "borderline"),
    [
        (0.5, None, 6, False),
        (0.49, None, 7, True),
        (0.3, "deep_dive", 6, False),
        (0.3, "service_review", 6, False),
        (0.3, "monitor", 7, True),
        (0.29, "deep_dive", 7, True),
        (0.1, None, 7, False),
    ],
)
def test_the_top_set_and_its_edge(top_share: float, last: Any, rule: int, borderline: bool) -> None:
    found = outcome(top_share, last_outcome=last)
    assert (found.rule, found.borderline) == (rule, borderline)


def test_three_high_groups_make_a_service_review_and_two_do_not() -> None:
    assert outcome(u=HIGH).rule == 4
    assert outcome(u={**HIGH, "cost": 0.6 - 1e-12}).rule == 4
    assert outcome(u={**HIGH, "cost": 0.59}).rule == 6


@pytest.mark.parametrize(
    ("weak", "rule", "focus"),
    [(0, 6, ()), (1, 5, ()), (("Economy", "Governance"), 5, ("Economy", "Governance")), (3, 6, ())],
)
def test_one_or_two_weak_sections_make_a_deep_dive(weak: Any, rule: int, focus: tuple[str, ...]) -> None:
    found = outcome(weak_sections=weak)
    assert (found.rule, found.focus) == (rule, focus)


@pytest.mark.parametrize(
    ("excess", "focus"),
    [
        ({"cost": 5.0, "demand": 5.0}, ("cost",)),
        ({"cost": 4.9, "demand": 2.0, "materiality": 3.1}, ()),
        ({"materiality": 9.0, "cost": 1.0}, ()),
        ({"cost": 0.0, "materiality": 0.0}, ()),
    ],
)
def test_a_group_that_holds_half_is_what_the_deep_dive_is_about(
    excess: dict[str, float], focus: tuple[str, ...]
) -> None:
    assert outcome(excess=excess).focus == focus


def test_rules_are_settings() -> None:
    assert outcome(0.2, rules=Rules(firm_share=0.2)).rule == 6


def test_a_theme_is_weak_in_five_services_and_a_fifth_of_those_scored() -> None:
    weak = [
        ServiceFacts(f"s{i}", weak_sections=("Economy", "Demand") if i < 4 else ("Economy",))
        for i in range(5)
    ]
    assert [(t.section, len(t.services), t.share) for t in themes(weak, 25)] == [("Economy", 5, 0.2)]
    assert themes(weak, 26) == ()
    assert themes(weak[:4], 4) == ()


def test_what_keeps_a_returning_service_in_the_top_set_is_said() -> None:
    found = outcome(0.34, last_outcome="deep_dive", excess=LED)
    assert (found.outcome, found.rule) == ("deep_dive", 5)
    assert found.reason == (
        "In the top set with 34% of trials, under the usual 50% because it was a deep dive last time, "
        "at least half of it through cost."
    )
    firm = outcome(0.6, last_outcome="service_review")
    assert firm.reason == "In the top set, for more than one reason."
