"""A ranking beside an earlier one, as people read it and take it away."""

import csv
from collections.abc import Callable
from io import StringIO

from sqlalchemy import Engine

from tests.client import Browser
from tests.council import SmallCouncil
from tests.rankable import publish, rankable

SignedIn = Callable[[str], Browser]


def test_the_first_ranking_says_that_there_is_nothing_before_it(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    rankable(engine, council)
    publish(engine, council)
    executive = signed_in("executive")
    executive.open("/priorities/new").submit("Rank the services")
    assert "nothing to hold it against" in executive.open("/priorities/1/changes").text
    executive.open("/priorities/1/changes/csv", expect=404)
    executive.open("/priorities/1/changes?since=7", expect=404)


def test_other_weights_are_told_apart_and_add_up(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    rankable(engine, council)
    publish(engine, council)
    executive = signed_in("executive")
    executive.open("/priorities/new").submit("Rank the services", top="1")
    points = {f"member-1.{key}": "0" for key in ("expenditure_level", "demand_pressure", "budget_variance",
              "unit_cost", "performance_gap", "assurance_concern")}  # fmt: skip
    executive.open("/priorities/new").submit(
        "Rank the services", name="Savings alone", top="2",
        **points | {"member-1.vfm_result": "10", "member-1.savings_potential": "10"},
    )  # fmt: skip
    page = executive.open("/priorities/2").follow("What changed since the last ranking")
    assert "Of everything that moved, 100% came from other weights." in page.text
    assert "the top 2" in page.text
    assert "Demand pressure 16.7% 0.0% less" in page.text
    rows = list(csv.DictReader(StringIO(page.follow("CSV").data.decode("utf-8-sig"))))
    ranked = [row for row in rows if row["Through weights"]]
    assert ranked
    for row in ranked:
        moved = float(row["Index"]) - float(row["Index before"])
        parts = sum(float(row[f"Through {kind}"]) for kind in ("values", "scales", "weights"))
        assert abs(parts - moved) < 1e-9
    outcomes = page.submit("Show", only="outcome")
    assert len(outcomes.tree.css("table.vfm-table--sticky tbody tr")) == sum(
        row["Suggested"] != row["Suggested before"] for row in rows
    )
