"""What is missing, stale, odd or told in two ways: each rule on values worked by hand."""

from dataclasses import asdict
from typing import Any

import pytest

from vfm.prioritisation.criteria import Criterion
from vfm.prioritisation.data_quality import Matter, Thresholds, counts, matters, missing, start_of
from vfm.prioritisation.provenance import Gathered, Source

DEMAND = Criterion("demand", unit="per cent", goalposts=(0, 30), weight=3)
GROSS = Criterion("gross", unit="pounds a year", transform="log10", floor=10_000, weight=7)


def figure(value: float, year: str = "2024-25", title: str = "Return", publication: str = "RO") -> Source:
    return Source("figure", title, f"{value:g}", value, year=year, publication=publication)


def answer(says: str, key: str = "PRO-03") -> Source:
    return Source("answer", "Question", says, key=key)


def service(**values: Gathered) -> dict[str, Any]:
    return {"values": {key: asdict(one) for key, one in values.items()}}


def only(criterion: Criterion, *gathered: Gathered, **more: Any) -> tuple[Matter, ...]:
    return matters(
        [criterion], [service(**{criterion.key: one}) for one in gathered], more.pop("asked", {}), **more
    )


def answered(value: float) -> Gathered:
    return Gathered(value, used=(answer(f"{value:g}"),))


def test_a_gap_is_the_directors_where_a_question_is_asked_and_finances_where_not() -> None:
    known = answered(5)
    found = only(DEMAND, known, Gathered(None), asked={"demand": "PRO-10"})
    assert [(one.kind, one.service, one.question) for one in found] == [("missing", 1, "PRO-10")]
    (alone,) = only(DEMAND, known, Gathered(None))
    assert alone.question == ""
    (one_end,) = only(DEMAND, known, Gathered(None, unused=(answer("£5", "GOV-05"),)))
    assert (one_end.question, "GOV-05: £5" in one_end.says) == ("GOV-05", True)
    (everywhere,) = only(DEMAND, Gathered(None), Gathered(None))
    assert (everywhere.service, everywhere.kind) == (None, "missing")


@pytest.mark.parametrize(
    ("year", "years", "is_stale"),
    [
        ("2022-23", 2, False),
        ("2021-22", 2, True),
        ("2021", 2, True),
        ("2021-22", 3, False),
        ("long ago", 2, False),
    ],
)
def test_a_figure_is_stale_more_than_two_years_before_the_newest(
    year: str, years: int, is_stale: bool
) -> None:
    found = only(
        DEMAND,
        Gathered(5, used=(figure(5, year),)),
        Gathered(6, used=(figure(6),)),
        thresholds=Thresholds(years=years),
    )
    assert [(one.kind, one.service, one.question) for one in found] == (
        [("stale", 0, "")] if is_stale else []
    )


def test_a_value_is_odd_outside_its_unit_its_goalposts_or_far_from_the_rest() -> None:
    share = Criterion("share", unit="share, 0 to 1", goalposts=(0, 1))
    assert [one.kind for one in only(share, answered(1.5))] == ["odd"]
    assert "cannot be" in only(GROSS, answered(-5), answered(20_000))[0].says
    assert "nothing at all" in only(GROSS, answered(0), answered(20_000))[0].says
    beyond = only(DEMAND, *(answered(value) for value in (31, 15, 30, 0, 20)))
    assert [(one.service, one.question) for one in beyond] == [(0, "PRO-03")]
    assert beyond[0].says == "31% is beyond the goalposts, 0% to 30%, and counts as the nearer one."


def test_far_is_counted_in_median_absolute_deviations_on_the_scale() -> None:
    plain = Criterion("plain", unit="visits")
    values = [answered(value) for value in (1, 2, 3, 4, 5, 9.01)]  # median 3.5, deviations 1.5 in the middle
    (far,) = only(plain, *values)
    assert (far.service, far.says) == (
        5,
        "9 visits is 3.7 times as far from the middle as half of the services are.",
    )
    assert only(plain, *values, thresholds=Thresholds(deviations=4)) == ()
    assert only(plain, answered(1), answered(1), answered(50)) == ()  # no spread to measure by
    assert only(Criterion("place", transform="percentile"), *values) == ()


@pytest.mark.parametrize(
    ("otherwise", "is_told"), [(111.2, True), (111.0, False), (89.0, True), (None, False)]
)
def test_a_figure_and_an_answer_apart_by_more_than_a_tenth(otherwise: float | None, is_told: bool) -> None:
    criterion = Criterion("cost", unit="visits")
    one = Gathered(100, used=(figure(100),), unused=(answer("x"),), otherwise=otherwise)
    found = only(criterion, one)
    assert [(matter.kind, matter.question) for matter in found] == (
        [("conflict", "PRO-03")] if is_told else []
    )
    if is_told:
        assert "Return, 2024-25 (RO) gives 100 visits" in found[0].says
        assert "(PRO-03: x). The figure is used." in found[0].says


def test_a_quarter_and_a_share_agree_within_a_quarter() -> None:
    share = Criterion("share", unit="share, 0 to 1", goalposts=(0, 1))
    near = Gathered(0.4, used=(figure(0.4),), unused=(answer("x"),), otherwise=0.625)
    far = Gathered(0.3, used=(figure(0.3),), unused=(answer("x"),), otherwise=0.625)
    assert [one.service for one in only(share, near, far)] == [1]


def test_two_figures_of_one_year_that_are_apart_are_both_told() -> None:
    criterion = Criterion("cost", unit="visits")
    both = figure(100, title="First"), figure(150, title="Second", publication="Other")
    (found,) = only(criterion, Gathered(125, used=both))
    assert found.says == (
        "Two figures of 2024-25 are apart: First, 2024-25 (RO) gives 100 visits, "
        "Second, 2024-25 (Other) 150 visits. Their mean is used."
    )
    assert only(criterion, Gathered(125, used=(figure(100), figure(150, "2023-24")))) == ()


def test_the_share_of_weight_that_is_missing() -> None:
    services = [
        service(demand=Gathered(None), gross=answered(20_000)),
        service(demand=answered(1), gross=Gathered(None)),
        service(demand=answered(1), gross=answered(20_000)),
    ]
    assert [
        (one.service, one.criteria, one.weight, one.is_ranked) for one in missing([DEMAND, GROSS], services)
    ] == [
        (1, ("gross",), 0.7, False),
        (0, ("demand",), 0.3, True),
    ]
    assert counts(matters([DEMAND, GROSS], services, {})) == {
        "missing": 2,
        "stale": 0,
        "odd": 0,
        "conflict": 0,
    }


def test_years() -> None:
    assert [start_of(year) for year in ("2024-25", "2024/25", " 2023", "n/a", "24")] == [
        2024,
        2024,
        2023,
        None,
        None,
    ]
