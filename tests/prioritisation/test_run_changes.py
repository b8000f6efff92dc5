"""The parts of a move add up to the change of the index, and say where it came from."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vfm.prioritisation.criteria import Criterion
from vfm.prioritisation.facts import ServiceFacts
from vfm.prioritisation.ranking import rank
from vfm.prioritisation.record import as_record
from vfm.prioritisation.run_changes import Kept, compared, why

ON = date(2026, 11, 27)
COST = Criterion("cost", label="unit cost", goalposts=(0, 100), weight=60, group="cost")
SCORE = Criterion(
    "score", label="score", direction="lower", goalposts=(0, 10), weight=40, group="performance"
)
RISK = Criterion("risk", goalposts=(0, 1), weight=50, group="risk")


def kept(values: dict[str, tuple[float | None, ...]], *criteria: Criterion, top: int = 1) -> Kept:
    keys = [criterion.key for criterion in criteria]
    services = [
        ServiceFacts(key, key.upper(), dict(zip(keys, row, strict=True))) for key, row in values.items()
    ]
    result = as_record(rank(services, criteria, on=ON, draws=0, top=top))
    inputs: dict[str, Any] = {
        "services": [
            {"key": s.key, "values": {key: {"value": value} for key, value in s.values.items()}}
            for s in services
        ]
    }
    return Kept(result, inputs)


def test_a_changed_value_moves_a_service_and_is_named() -> None:
    before = kept({"a": (50, 5), "b": (40, 5), "c": (10, 1)}, COST, SCORE)
    after = kept({"a": (50, 5), "b": (60, 4), "d": (1, 1)}, COST, SCORE)
    changes = compared(before, after)
    assert (changes.new, changes.gone) == (("D",), ("C",))
    move = changes.moves[0]
    assert (move.key, move.rank_before, move.rank_after, move.places) == ("b", 2, 1, 1)
    assert {effect.key: round(effect.value, 9) for effect in move.effects} == {"cost": 12.0, "score": 4.0}
    assert why(move, changes.names) == (
        "unit cost +12.0 points, mostly through its value; score +4.0 points, mostly through its value"
    )
    assert [one.key for one in changes.entered] == ["b"]
    assert [one.key for one in changes.left] == ["a"]


def test_scales_and_weights_are_told_apart_from_values() -> None:
    values: dict[str, tuple[float | None, ...]] = {"a": (50, 5), "b": (40, 2)}
    scaled = compared(kept(values, COST, SCORE), kept(values, replace(COST, goalposts=(0, 50)), SCORE))
    assert scaled.rescaled == ("unit cost",)
    assert [round(move.of("scale"), 9) for move in scaled.moves] == [30.0, 24.0]
    assert [move.of("value") for move in scaled.moves] == [0, 0]
    weighed = compared(kept(values, COST, SCORE), kept(values, replace(COST, weight=40), SCORE))
    assert weighed.weights == (("unit cost", 0.6, 0.4 / 0.8), ("score", 0.4, 0.5))
    assert all(move.of("value") == move.of("scale") == 0 for move in weighed.moves)
    assert why(weighed.moves[1], weighed.names).startswith("unit cost −5.0 points, mostly through its weight")


def test_a_criterion_of_one_run_alone_counts_through_its_weight() -> None:
    changes = compared(
        kept({"a": (50, 5), "b": (40, 2)}, COST, SCORE),
        kept({"a": (50, 5, 1), "b": (40, 2, 0)}, COST, SCORE, RISK),
    )
    move = next(one for one in changes.moves if one.key == "a")
    risk = next(effect for effect in move.effects if effect.key == "risk")
    assert risk.weight == pytest.approx(100 * 50 / 150)


value = st.one_of(st.none(), st.floats(0, 100))
table = st.dictionaries(st.sampled_from("abcdef"), st.tuples(value, value, value), min_size=2, max_size=6)
weight = st.integers(1, 100)


@given(table, table, st.tuples(weight, weight, weight), st.tuples(weight, weight, weight), st.booleans())
def test_the_parts_add_up(
    first: dict[str, Any], second: dict[str, Any], w0: Any, w1: Any, is_rescaled: bool
) -> None:
    criteria = [Criterion(key, goalposts=(0, 100)) for key in ("x", "y", "z")]
    later = [replace(c, goalposts=(10, 60)) if is_rescaled else c for c in criteria]
    for given_table in (first, second):  # nothing may be empty all the way down
        given_table["a"] = (1.0, 2.0, 3.0)
    before = kept(first, *(replace(c, weight=w) for c, w in zip(criteria, w0, strict=True)))
    after = kept(second, *(replace(c, weight=w) for c, w in zip(later, w1, strict=True)))
    for move in compared(before, after).moves:
        if move.index_before is not None and move.index_after is not None:
            parts = sum(move.of(kind) for kind in ("value", "scale", "weight"))
            assert parts == pytest.approx(move.index_after - move.index_before, abs=1e-9)
