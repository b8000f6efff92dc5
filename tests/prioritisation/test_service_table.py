"""Services as columns: ranked as the same services one by one, and refused for the same reasons."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from vfm.errors import Invalid
from vfm.prioritisation.criteria import VFM_RESULT, Criterion
from vfm.prioritisation.facts import Override, ServiceFacts
from vfm.prioritisation.ranking import rank
from vfm.prioritisation.service_table import ServiceTable

ON = date(2026, 11, 27)
CRITERIA = (
    Criterion("need", goalposts=(0, 10), group="need"),
    Criterion(VFM_RESULT, weight=2, goalposts=(0, 100), direction="lower", group="performance"),
    Criterion("cost", transform="log10", floor=1, group="cost"),
)
KEYS = [criterion.key for criterion in CRITERIA]
MORE: dict[int, dict[str, Any]] = {
    0: {"weak_sections": ("Outcomes", "Partners")},
    3: {"weak_sections": 2, "last_outcome": "deep_dive"},
    4: {"override": Override("monitor", "Cora Core", "It is being let anew.", ON)},
    5: {"provisional": True},
    7: {"reviewed_on": date(2026, 1, 5)},
} | {at: {"weak_sections": ("Outcomes",)} for at in range(20, 26)}


def a_table(services: int = 40, **other: Any) -> ServiceTable:
    """Services by chance, not in the order of their keys; a gap here and there."""
    chance = np.random.default_rng(11)
    values = chance.random((services, 3)) * (10, 100, 5_000)
    values[chance.random(values.shape) < 0.1] = np.nan
    gross = np.where(chance.random(services) < 0.2, np.nan, chance.random(services) * 1e6)
    columns: dict[str, Any] = {
        "keys": [f"s{number}" for number in chance.permutation(services).tolist()],
        "criteria": KEYS,
        "values": values,
        "names": [f"Service {at}" for at in range(services)],
        "families": [("care", "roads", "", None)[at % 4] for at in range(services)],
        "gross": gross,
        "spread": np.where(np.arange(services) % 3 == 0, np.nan, 4.0),
        "more": MORE,
    }
    return ServiceTable(**{**columns, **other})


def printed(services: Any, **how: Any) -> str:
    return json.dumps(rank(services, CRITERIA, on=ON, **{"draws": 300, **how}).as_json(), sort_keys=True)


@pytest.mark.parametrize(
    "how", [{}, {"draws": 0}, {"method": "geometric"}], ids=["draws", "none", "geometric"]
)
def test_columns_are_ranked_as_single_services_are_byte_for_byte(how: dict[str, Any]) -> None:
    table = a_table()
    single = list(table)
    assert all(type(service) is ServiceFacts for service in single)
    assert printed(table, **how) == printed(single, **how)
    assert printed(list(reversed(single)), **how) == printed(table, **how)


def test_a_service_is_made_of_its_columns() -> None:
    table = a_table(values=np.array([[1.5, np.nan, 3.0]] * 40), gross=np.full(40, np.nan))
    last = table[-1]
    assert last == table[39] == table[38:][1]
    assert last.values == {"need": 1.5, VFM_RESULT: None, "cost": 3.0}
    assert (last.name, last.family, last.gross, last.spread) == ("Service 39", None, None, None)
    assert (table[0].weak_names, table[3].weak_count, table[7].reviewed_on) == (
        ("Outcomes", "Partners"),
        2,
        date(2026, 1, 5),
    )
    for outside in (40, -41):
        with pytest.raises(IndexError, match="among 40"):
            table[outside]


def test_columns_that_are_not_given_are_blank_and_those_not_asked_for_are_left() -> None:
    bare = ServiceTable(keys=["b", "a"], criteria=["odd", "need"], values=np.array([[9.0, 4.0], [1.0, 8.0]]))
    ranking = rank(bare, CRITERIA[:1], on=ON, draws=0)
    assert [(s.key, s.name, s.index) for s in ranking.services] == [("a", "a", 80.0), ("b", "b", 40.0)]
    with pytest.raises(Invalid, match="No service has a value on any weighted criterion"):
        rank(bare, CRITERIA[2:], on=ON, draws=0)


@pytest.mark.parametrize(
    ("other", "place"),
    [
        ({"keys": [f"s{at // 2}" for at in range(40)]}, "s0"),
        ({"values": np.full((40, 3), np.inf)}, f"s29, {KEYS[0]}"),
        ({"spread": np.full(40, -1.0)}, "s29, spread"),
        ({"gross": np.full(40, -np.inf)}, "s29, gross"),
        ({"more": {6: {"weak_sections": -1}}}, "s{6}, weak_sections"),
        ({"more": {6: {"override": Override("closed")}}}, "s{6}, override"),  # type: ignore[arg-type]
    ],
    ids=["twice", "endless", "spread", "gross", "weak", "override"],
)
def test_what_is_wrong_in_a_column_is_named_with_its_service(other: dict[str, Any], place: str) -> None:
    table = a_table(**other)
    with pytest.raises(Invalid) as raised:
        rank(table, CRITERIA, on=ON, draws=0)
    wanted = place.replace("s{6}", table.keys[6]).replace("s29", table.keys[0])
    assert raised.value.problems[0].place == wanted
    with pytest.raises(Invalid) as single:
        rank(list(table), CRITERIA, on=ON, draws=0)
    assert single.value.problems == raised.value.problems


def test_nothing_in_the_columns_is_named_too() -> None:
    with pytest.raises(Invalid, match="There are no services to rank"):
        rank(ServiceTable([], KEYS, np.empty((0, 3))), CRITERIA, on=ON)


@pytest.mark.parametrize("short", ["names", "families", "gross", "spread", "values"])
def test_columns_of_another_length_are_refused_at_once(short: str) -> None:
    whole = a_table()
    with pytest.raises(ValueError, match="one cell for each of its services"):
        replace(whole, **{short: getattr(whole, short)[:-1]})
