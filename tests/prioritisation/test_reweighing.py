"""Other weights on what was measured once: the same list as a whole ranking with them."""

import json
from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vfm.errors import Invalid
from vfm.prioritisation import reweighing
from vfm.prioritisation.criteria import Criterion
from vfm.prioritisation.facts import ServiceFacts
from vfm.prioritisation.outcome import DEFAULT_RULES
from vfm.prioritisation.ranking import rank
from vfm.prioritisation.record import as_record
from vfm.prioritisation.reweighing import Measured, moved, rebalanced, reweighed

ON = date(2026, 11, 23)
CRITERIA = (
    Criterion("need", goalposts=(0, 10), weight=30, group="demand"),
    Criterion("cost", goalposts=(0, 100), weight=50, group="cost"),
    Criterion("absent", goalposts=(0, 1), weight=5),
    Criterion("calm", direction="lower", goalposts=(0, 10), weight=15, group="risk"),
)
TENTHS = st.one_of(st.none(), st.integers(0, 10))
SERVICES = st.lists(
    st.tuples(TENTHS, TENTHS, TENTHS, st.one_of(st.none(), st.integers(1, 3))), min_size=2, max_size=9
)


def _facts(rows: list[tuple[int | None, ...]]) -> list[ServiceFacts]:
    return [
        ServiceFacts(
            key=f"S{number}",
            name=f"Service {number}",
            values={"need": need, "cost": None if cost is None else cost * 10, "calm": calm, "absent": None},
            gross=None if gross is None else Decimal(gross),
        )
        for number, (need, cost, calm, gross) in enumerate(rows)
    ]


def _measured(services: list[ServiceFacts], criteria: tuple[Criterion, ...] = CRITERIA) -> Measured:
    result = as_record(rank(services, criteria, on=ON, top=2, draws=0))
    kept = {
        "criteria": [asdict(one) for one in criteria],
        "rules": {"missing_weight": DEFAULT_RULES.missing_weight},
    }
    return reweighing.measured(
        kept, result, {s.key: None if s.gross is None else float(s.gross) for s in services}
    )


@settings(deadline=None)
@given(SERVICES, st.lists(st.integers(0, 100), min_size=4, max_size=4))
def test_every_place_and_index_is_that_of_a_whole_ranking(
    rows: list[tuple[int | None, ...]], points: list[int]
) -> None:
    services = _facts(rows)
    weights = dict(zip(("need", "cost", "absent", "calm"), map(float, points), strict=True))
    try:
        whole = rank(services, [replace(c, weight=weights[c.key]) for c in CRITERIA], on=ON, top=2, draws=0)
        one = _measured(services)
    except Invalid:  # nothing has a value on what weighs anything
        return
    one = reweighing.read(json.loads(json.dumps(reweighing.as_json(one))))
    found = reweighed(one, weights)
    assert [one.keys[at] for at in found.order] == [service.key for service in whole.services]
    assert found.places == {service.key: service.rank for service in whole.ranked}
    assert found.index_of() == {service.key: service.index for service in whole.ranked}
    assert found.shares == {key: whole.weights[key] for key in one.used}
    assert found.effective == {key: whole.effective_weights[key] for key in one.used}
    assert list(found.first) == [service.key for service in whole.ranked[:2]]


def test_who_enters_and_who_leaves_the_top() -> None:
    one = _measured(_facts([(10, 0, 5, 1), (8, 1, 5, 1), (1, 10, 5, 1), (0, 9, 5, 1)]))
    by_need, by_cost = (reweighed(one, {key: 1.0}) for key in ("need", "cost"))
    assert by_need.first == ("S0", "S1")
    change = moved(by_need, by_cost)
    assert (change.entering, change.leaving, change.is_same) == (("S2", "S3"), ("S0", "S1"), False)
    assert moved(by_need, by_need).is_same


def test_weights_on_nothing_that_is_known_are_refused() -> None:
    one = _measured(_facts([(1, 1, 1, 1), (2, 2, 2, 2)]))
    assert one.nowhere == ("absent",)
    for weights in ({}, {"absent": 1.0}, {"need": 0.0}):
        with pytest.raises(Invalid, match="at least one criterion that has values"):
            reweighed(one, weights)


def test_criteria_of_different_groups_that_say_the_same_are_named() -> None:
    one = _measured(_facts([(n, n, 10 - (n * 7) % 5, 1) for n in range(9)]))
    (warning,) = reweighed(one, {"need": 1.0, "cost": 1.0, "calm": 1.0}).correlated
    assert warning.startswith("cost and need move together (rank correlation 1.00)")


@pytest.mark.parametrize(
    ("before", "typed", "after"),
    [
        ((0.5, 0.3, 0.2), {"a": 0.75}, (0.75, 0.15, 0.1)),
        ((0.5, 0.3, 0.2), {"a": 0.1, "b": 0.1}, (0.1, 0.1, 0.8)),
        ((0.5, 0.3, 0.2), {"a": 0.9, "b": 0.9}, (0.5, 0.5, 0.0)),
        ((1.0, 0.0, 0.0), {"a": 0.6}, (0.6, 0.2, 0.2)),
        ((0.5, 0.3, 0.2), {"a": 0.2, "b": 0.2, "c": 0.1}, (0.4, 0.4, 0.2)),
        ((0.5, 0.3, 0.2), {"a": 0.0, "b": 0.0, "c": 0.0}, (0.0, 0.0, 0.0)),
        ((0.5, 0.3, 0.2), {}, (0.5, 0.3, 0.2)),
    ],
)
def test_what_was_changed_stands_and_the_others_share_the_rest(
    before: tuple[float, ...], typed: dict[str, float], after: tuple[float, ...]
) -> None:
    keys = ("a", "b", "c")
    found = rebalanced(dict(zip(keys, before, strict=True)), typed)
    assert tuple(found.values()) == pytest.approx(after)
