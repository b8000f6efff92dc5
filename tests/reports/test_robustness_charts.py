"""Pictures of how firm a ranking is: titles tell the finding, tables hold what is drawn."""

import pytest

from vfm.reports.robustness_charts import (
    Places,
    Room,
    Trials,
    bands,
    place_map,
    rooms,
    three_models,
)


@pytest.mark.parametrize(("top", "places"), [(1, 1), (3, 30), (6, 30), (12, 30), (29, 58), (57, 114)])
def test_groups_of_places_meet_at_the_line_and_leave_none_out(top: int, places: int) -> None:
    groups = bands(top, places)
    assert [n for first, last in groups for n in range(first, last + 1)] == list(range(1, places + 1))
    assert all(last <= top or first > top for first, last in groups)
    assert len(groups) <= 12


def test_a_map_draws_what_its_table_says_and_stops_where_nothing_is() -> None:
    rows = [
        Places("Homes", 1, (0.996, 0.004, 0.0, 0.0), "/1"),
        Places("Parks", 2, (0.004, 0.6, 0.396, 0.0), "/2"),
    ]
    chart = place_map(rows, [(1, 1), (2, 2), (3, 5)], top=2, left_out=4)
    assert chart.title == "Homes takes first place in more than 99% of trials"
    assert "4 services that hardly ever get there are left out" in chart.summary
    trace = chart.figure["data"][0]
    assert trace["x"] == ["1", "2", "3 to 5"]  # nobody is lower
    assert trace["text"] == [["100", "<1", ""], ["<1", "60", "40"]]
    assert chart.table.rows == (("1. Homes", "100", "<1", "0"), ("2. Parks", "<1", "60", "40"))
    assert chart.figure["layout"]["shapes"][0]["x0"] == 1.5
    assert chart.links == ("/1", "/2")
    crowded = place_map(rows, [(1, 1), (2, 2), (3, 5)], top=2, left_out=4, is_crowded=True)
    assert "4 services whose being in it or not is more settled are left out" in crowded.summary


def test_the_title_names_who_depends_most_on_the_weights() -> None:
    rows = [
        Trials("Homes", 1, (1.0, 1.0, 0.99), ("a", "b", "c"), "/1"),
        Trials("Parks", 2, (0.8, 0.5, 0.2), ("d", "e", "f"), "/2"),
    ]
    kinds = ("Weights near those in use", "Any weights in the same order", "Any weights")
    chart = three_models(rows, kinds, kinds, top=2)
    assert chart.title == (
        "Parks depends most on the weights: in the top 2 in 80% of trials with weights near those in use, in "
        "20% of trials with any weights"
    )
    assert len({trace["marker"]["symbol"] for trace in chart.figure["data"]}) == 3
    assert chart.table.rows[1] == ("2. Parks", "d", "e", "f")
    assert three_models(rows[:1], kinds, kinds, top=2).title == (
        "The top 2 is much the same with each kind of weights"
    )


def test_the_tightest_weight_makes_the_title() -> None:
    found = [
        Room("Need", 0.5, 0.2, 1.0, "Parks comes in for Homes", "Nobody"),
        Room("Unit cost", 0.5, 0.0, 0.55, "Nobody", "Tax comes in for Parks"),
    ]
    chart = rooms(found, top=2)
    assert chart.title == "The top 2 changes soonest with the weight of unit cost: at 55.0% instead of 50.0%"
    assert chart.table.rows[0] == (
        "Need", "50.0%", "20.0%", "Parks comes in for Homes", "100.0%", "Nobody",
    )  # fmt: skip
    assert chart.figure["data"][0]["base"] == [20, 0]
    close = rooms([Room("Need", 0.5, 0.2, 0.5002, "Parks comes in for Homes", "Tax comes in")], top=2)
    assert close.title == "The top 2 changes when the weight of need moves from 50.0% at all"
    whole = rooms([Room("Need", 1.0, 0.0, 1.0, "", "")], top=2)
    assert whole.title == "No weight alone changes the top 2"
