"""Other methods beside the headline."""

from datetime import date

import numpy as np

from vfm.prioritisation.criteria import Criterion
from vfm.prioritisation.crosschecks import EVERYTHING, crosschecks
from vfm.prioritisation.facts import ServiceFacts
from vfm.prioritisation.methods import net_flow
from vfm.prioritisation.ranking import rank

ON = date(2026, 11, 23)


def test_net_flow_of_a_single_service_is_nothing() -> None:
    assert net_flow(np.array([4.0])).tolist() == [0]


CRITERIA = (Criterion("a", goalposts=(0, 10), weight=3), Criterion("b", goalposts=(0, 10), weight=2))


def services(*rows: tuple[float | None, float | None]) -> list[ServiceFacts]:
    return [ServiceFacts(f"s{i}", values={"a": a, "b": b}) for i, (a, b) in enumerate(rows)]


def test_the_weighted_product_punishes_a_zero() -> None:
    found = crosschecks(services((10, 0), (5, 5), (1, 1)), CRITERIA, on=ON, top=1)
    assert [check.method for check in found] == ["percentiles", "geometric", "topsis", "promethee2"]
    geometric = next(check for check in found if check.method == "geometric")
    assert (geometric.leaving, geometric.entering) == (("s0",), ("s1",))
    assert geometric.ranks == {"s1": 1, "s0": 2, "s2": 3}


def test_a_method_that_refuses_gaps_says_so() -> None:
    found = crosschecks(services((10, 0), (5, 5), (1, None), (3, 3), (2, None)), CRITERIA, on=ON)
    refused = {check.method: check.refused for check in found}
    assert refused["percentiles"] == ""
    assert "TOPSIS needs them all" in refused["topsis"]
    assert refused["promethee2"].endswith("(and 1 more)")


def test_percentiles_by_hand() -> None:
    ranking = rank(
        services((10, 1), (5, 2), (1, 3), (1, 9)),
        [Criterion(key, transform="percentile", goalposts=EVERYTHING) for key in ("a", "b")],
        on=ON,
        draws=0,
    )
    values = {s.key: s.values for s in ranking.services}
    assert values["s0"] == {"a": 0.875, "b": 0.125}
    assert values["s2"] == {"a": 0.25, "b": 0.625}
    assert len(ranking.warnings) == 3  # two references taken from the file, and no draws
