"""How values are spread, and where goalposts put them: by the scales of the ranking itself."""

from itertools import pairwise

import numpy as np
import pytest

from vfm.prioritisation.criteria import DEFAULT_CRITERIA, Criterion
from vfm.prioritisation.criteria_words import changes, ends_in_words
from vfm.prioritisation.distribution import placed, spread, steps
from vfm.prioritisation.scales import utility


def test_every_value_is_in_exactly_one_step() -> None:
    random = np.random.default_rng(7)
    for _ in range(200):
        size = int(random.integers(1, 60))
        scale = 10.0 ** random.integers(-3, 8)
        values = [float(one) for one in random.normal(0, scale, size)]
        for logarithmic in (False, True):
            positive = [abs(one) + 1e-3 for one in values] if logarithmic else values
            found = steps(positive, is_logarithmic=logarithmic)
            assert sum(step.count for step in found) == size
            assert len(found) <= 17
            assert all(a.high == b.low for a, b in pairwise(found))


def test_steps_by_tens() -> None:
    assert [
        (one.low, one.high, one.count) for one in steps([7000, 12_000, 900_000], is_logarithmic=True)
    ] == [
        (5000, 10_000, 1),
        (10_000, 20_000, 1),
        (20_000, 50_000, 0),
        (50_000, 100_000, 0),
        (100_000, 200_000, 0),
        (200_000, 500_000, 0),
        (500_000, 1_000_000, 1),
    ]
    assert [one.count for one in steps([3.0, 3.0])] == [2]
    assert steps([None]) == ()
    assert spread([None]) is None


def test_values_stand_where_the_ranking_puts_them_and_gaps_are_filled_alike() -> None:
    criterion = Criterion("demand", goalposts=(0, 30))
    values = [-3.0, 0.0, 15.0, 30.0, 45.0, None, None]
    families = ["a", "a", "a", "a", "a", "a", "b"]
    found = placed(criterion, values, families)
    assert found.u == (0, 0, 0.5, 1, 1, None, None)
    assert (found.at_nought, found.at_one) == (2, 2)
    assert found.stand_ins == (("a", 1, 5, 0.5), ("b", 1, 0, 0.5))
    lower = placed(Criterion("score", direction="lower", goalposts=(0, 100)), [0.0, 100.0], ["", ""])
    assert (lower.u, lower.at_nought, lower.at_one, lower.stand_ins) == ((1, 0), 1, 1, ())


def test_a_scale_read_from_the_services_is_filled_in() -> None:
    found = placed(Criterion("gross", transform="log10"), [10.0, 100.0, 1000.0], [None] * 3)
    assert found.criterion.goalposts == pytest.approx(tuple(np.percentile([10, 100, 1000], [2, 98])))
    assert found.u[1] == pytest.approx(float(utility(found.criterion, np.array([100.0]))[0]))
    assert found.warnings
    nothing = placed(Criterion("gross"), [None, None], ["a", "b"])
    assert (nothing.u, nothing.stand_ins) == ((None, None), ())


def test_words_of_a_list() -> None:
    assert ends_in_words(DEFAULT_CRITERIA[0]) == "From 100 of 100 (0) to 0 of 100 (1)"
    assert (
        ends_in_words(DEFAULT_CRITERIA[1]) == "2nd to 98th percentile of the services, frozen with the cycle"
    )
    assert ends_in_words(Criterion("x", transform="none")) == "none"
    a, b = Criterion("a"), Criterion("b", goalposts=(0, 1.5))
    assert changes([(a, True), (b, True)], [(b, True), (a, True)]) == ("The order of the list",)
    assert changes([(a, True)], [(a, True), (b, True)]) == ("b: added",)
    assert changes([(a, True), (b, True)], [(a, True)]) == ("b: taken out",)
    assert changes([(b, True)], [(Criterion("b", choices=(("x", 1.0),)), True)]) == (
        "b: goalposts 0 to 1.5 → none",
        "b: values of options none → x = 1",
    )
