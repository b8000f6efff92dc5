"""What a change of figures does to values, and what a criterion can take of a measure."""

from dataclasses import asdict
from datetime import date
from decimal import Decimal

import pytest

from vfm.prioritisation.comparator_feeds import Take, figure_key, is_own, taken
from vfm.prioritisation.criteria import DEFAULT_CRITERIA, Criterion
from vfm.prioritisation.data_quality import Thresholds, end_of, matters
from vfm.prioritisation.figure_changes import (
    FigureChange,
    FigureSource,
    ServiceFigure,
    changed,
    counted,
    effects,
    feeding_nothing,
    sentence,
)
from vfm.prioritisation.provenance import gives_value, known

TODAY = date(2026, 11, 27)
BY_KEY = {one.key: one for one in DEFAULT_CRITERIA}
COST, GAP = BY_KEY["unit_cost"], BY_KEY["performance_gap"]
OWN = Criterion("recovery", unit="share, 0 to 1")
FIGURE = ServiceFigure(
    1, "cost", "2024-25", "Cost", Decimal("3.50"), "GBP per visit", FigureSource("T", "P", "L"),
    feeds="unit_cost", comparison={"share_cheaper": "0.5"},
)  # fmt: skip


def gathered(number: int, value: float | None, **more: object) -> dict[str, object]:
    """A service as it is gathered, with one value."""
    used = () if value is None else ({"kind": "answer", "key": "Q", "value": value, "says": "x"} | more,)
    one = {"value": value, "used": used, "unused": (), "otherwise": None, "how": ""}
    return {
        "id": number,
        "key": f"S{number}",
        "name": f"S {number}",
        "directorate": "D",
        "values": {COST.key: one},
    }


def test_every_way_a_value_can_go() -> None:
    before = [gathered(n, value) for n, value in enumerate((None, 0.5, 0.5, 0.5, 0.5, None))]
    after = [gathered(n, value) for n, value in enumerate((0.5, 0.7, None, 0.5, 0.5, None))]
    after[3] = gathered(3, 0.5, key="R")
    found = effects((COST,), before, after, TODAY)
    assert [one.kind for one in found] == ["gains", "changes", "loses", "stays", "kept", "none"]
    assert set(counted(found).values()) == {1}
    assert sentence(found) == (
        "1 of 6 services would gain a value; 1 would change; 1 would lose its value; 2 keep their value; "
        "1 has none either way."
    )
    assert sentence(found[:1]) == "1 of 1 service would gain a value; 0 would change; 0 keep their value."


def test_a_service_that_figures_alone_bring_in() -> None:
    (one,) = effects((COST,), [], [gathered(7, 0.2)], TODAY)
    assert (one.kind, one.was, one.before, one.after) == ("gains", None, None, 0.2)


def test_a_figure_goes_into_json_and_back_without_a_digit_lost() -> None:
    back = ServiceFigure.from_json(FIGURE.as_json())
    assert (back, back.as_json()["amount"]) == (FIGURE, "3.50")
    change = FigureChange(None, FIGURE)
    assert (change.place, change.turned_back) == ((1, "cost", "2024-25"), FigureChange(FIGURE, None))
    with pytest.raises(ValueError, match="no figure"):
        _ = FigureChange(None, None).place


def test_figures_as_they_would_be() -> None:
    here = {1: [FIGURE.as_published]}
    assert changed(here, [FigureChange(FIGURE, None)]) == {1: []}
    (ended,) = changed(here, feeding_nothing([FIGURE]))[1]
    assert (ended.feeds, ended.amount) == ("", FIGURE.amount)
    assert set(changed({}, [FigureChange(None, FIGURE)])) == {1}


def test_a_share_is_taken_by_every_criterion_in_shares() -> None:
    published = FIGURE.as_published
    assert gives_value(COST, published)
    for criterion, value in ((COST, 0.5), (OWN, None)):
        found = known(None, {}, None, [published], [criterion]).values[criterion.key]
        assert found.value == value
    fed = ServiceFigure.from_json(FIGURE.as_json() | {"feeds": "recovery"}).as_published
    assert known(None, {}, None, [fed], [OWN]).values["recovery"].value == 0.5


@pytest.mark.parametrize(
    ("criterion", "unit", "polarity", "wanted"),
    [
        (COST, "GBP per week", "", Take("share_cheaper", lower_is_ahead=True)),
        (GAP, "percent", "low", Take("share_better", lower_is_ahead=True)),
        (GAP, "percent", "high", Take("share_better")),
        (OWN, "GBP per week", "", Take("share_cheaper", lower_is_ahead=True)),
        (OWN, "percent", "high", Take("share_better")),
        (BY_KEY["expenditure_level"], "GBP", "", Take()),
        (COST, "GBP", "", "A total grows"),
        (COST, "percent", "low", "It is not a cost"),
        (GAP, "GBP per week", "low", "It is a cost"),
        (GAP, "percent", "", "Nobody has said"),
    ],
)
def test_what_a_criterion_takes(criterion: Criterion, unit: str, polarity: str, wanted: object) -> None:
    found = taken(criterion, unit, polarity)
    if isinstance(wanted, str):
        assert str(found).startswith(wanted)
    else:
        assert found == wanted


def test_figures_made_for_a_criterion_are_known_by_their_key() -> None:
    key = figure_key("unit_cost", "a/b")
    assert (key, is_own("unit_cost", key), is_own("unit", key)) == ("unit_cost_from_a_per_b", True, False)


@pytest.mark.parametrize(("on", "stale"), [(date(2027, 3, 31), 0), (date(2027, 4, 1), 1)])
def test_a_figure_is_stale_when_its_year_ended_too_long_ago(on: date, stale: int) -> None:
    """2024-25 ended on 31 March 2025: 24 months later is still in time."""
    gathered = known(None, {}, None, [FIGURE.as_published], [COST]).values[COST.key]
    as_json = {"values": {COST.key: asdict(gathered)}}
    found = matters((COST,), [as_json], {}, Thresholds(), on)
    assert [one.kind for one in found] == ["stale"] * stale
    assert all("ended 25 months ago" in one.says for one in found)
    assert not matters((COST,), [as_json], {}, Thresholds(months=60), on)
    assert end_of("2024") == date(2024, 12, 31)
