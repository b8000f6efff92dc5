"""Pictures of all services of a cycle: the finding in words, the same rows beside it, none for no figures."""

import pytest

from vfm.questionnaires.schema import Band
from vfm.reports import cohort_charts as draw
from vfm.reports.charts import Column
from vfm.scoring.cohort import quartiles

BANDS = (Band(name="Weak", minimum=0, colour="red"), Band(name="Sound", minimum=60, colour="green"))


@pytest.mark.parametrize(
    ("scores", "what", "expected"),
    [
        (
            [44.4, 50, 58.6, 70],
            "the overall",
            "Half of the 4 services score between 49 and 61 overall; the median is 54",
        ),
        ([40, 62.5], "Demand", "2 services score 40 to 63 in Demand; the median is 51"),
        ([51], "the overall", "One service scores 51 overall"),
    ],
)
def test_the_spread_is_said_with_no_more_than_the_scores_bear(
    scores: list[float], what: str, expected: str
) -> None:
    found = quartiles(scores)
    assert found is not None
    assert draw.spread_words(what, found) == expected


def test_a_distribution_draws_and_lists_the_same_bars_and_opens_them() -> None:
    found = quartiles([12, 14, 95, 96])
    assert found is not None
    bars = [draw.Bar(f"{low}", low, low + 10, count, f"/{low}") for low, count in ((0, 0), (10, 2), (90, 2))]
    chart = draw.distribution("the overall", bars, [draw.Dot("A & <b>", 12, "/a")], found)
    drawn, strokes = chart.figure["data"]
    assert list(zip(drawn["x"], drawn["y"], strict=True)) == [(5, 0), (15, 2), (95, 2)]
    assert [row[1] for row in chart.table.rows] == drawn["y"]
    assert list(chart.links) == drawn["customdata"] == ["/0", "/10", "/90"]
    assert strokes["hovertext"] == ["A &amp; &lt;b&gt;: 12"]
    assert [line["x0"] for line in chart.figure["layout"]["shapes"]] == [13.5, 54.5, 95.25]


def test_open_ranges_are_drawn_only_where_they_are_known() -> None:
    assert draw.open_ranges([draw.Range("A", "Not submitted yet", None, None, "/a")]) is None
    chart = draw.open_ranges(
        [
            draw.Range("A", "Too little answered", 20, 80, "/a"),
            draw.Range("B", "Not submitted", None, None, ""),
        ]
    )
    assert chart is not None
    assert chart.title == "1 service with too little answered is not counted"
    assert chart.figure["data"][0]["base"] == [20]
    assert chart.table.rows == (("A", "Too little answered", "20 to 80"), ("B", "Not submitted", "–"))


def test_groups_without_a_score_are_in_the_table_alone_and_equal_scores_are_one_dot() -> None:
    alike = tuple(draw.Dot(name, 50, f"/{name}") for name in "ab")
    groups = [
        draw.Spread(
            "Place", quartiles([50, 50, 60, 20]), "/p", (10, 90), (draw.Dot("c", 20, "/c"),), alike, (1,)
        ),
        draw.Spread("Adults", None, "/a", cells=("–",)),
    ]
    chart = draw.spreads("groups", "T", "S", groups, [Column("Far", is_number=True)])
    assert chart is not None
    traces = {trace["name"]: trace for trace in chart.figure["data"]}
    assert traces["Median"]["y"] == ["Place"]
    assert traces["A service"]["hovertext"] == ["a, b: 50"]
    assert traces["A service"]["marker"]["size"] == [11]
    assert traces["Far from the rest"]["customdata"] == ["/c"]
    assert traces["Where far begins"]["x"] == [10, 90]
    assert chart.table.rows[1] == ("Adults", 0, "–", "–", "–", "–", "–", "–")
    assert draw.spreads("groups", "T", "S", groups[1:], []) is None


def test_bands_are_told_apart_by_pattern_too_and_by_their_share() -> None:
    groups = [draw.Shares("Place", (1, 3), 2, "/p"), draw.Shares("Homes", (1, 1), 0, "/h")]
    chart = draw.band_shares(groups, BANDS)
    assert chart is not None
    assert chart.title == "Homes has the largest share rated Weak"
    assert [trace["x"] for trace in chart.figure["data"]] == [[25, 50], [75, 50]]
    shapes = {trace["marker"]["pattern"]["shape"] for trace in chart.figure["data"]}
    assert len(shapes) == 2
    assert chart.table.rows == (("Place", 1, 3, 2), ("Homes", 1, 1, 0))
    assert draw.band_shares(groups, ()) is None
    assert draw.band_shares([draw.Shares("Place", (0, 0), 4, "/p")], BANDS) is None
    none_weak = draw.band_shares([draw.Shares("Place", (0, 2), 0, "/p")], BANDS)
    assert none_weak is not None
    assert none_weak.title == "No service is rated Weak"


def test_losses_name_their_share_of_all_that_is_lost() -> None:
    chart = draw.losses([draw.Loss("A-01", "One?", 3.0, "/a"), draw.Loss("A-02", "Two?", 0.0, "/b")], 12.0)
    assert chart is not None
    assert chart.title == "1 question takes 25% of what is lost"
    assert chart.table.rows == (("A-01", "One?", "3"),)
    assert draw.losses([], 0.0) is None


def test_levels_say_what_most_services_answer_and_hatch_what_has_no_points() -> None:
    found = [draw.Level("1: Low", 1, True, "#a"), draw.Level("Do not know yet", 3, False, "#b")]
    chart = draw.levels(found)
    assert chart is not None
    assert chart.title == "3 services say “Do not know yet”"
    assert chart.figure["data"][0]["marker"]["pattern"]["shape"] == ["", "/"]
    assert [row[2] for row in chart.table.rows] == ["25", "75"]
    assert draw.levels([draw.Level("1: Low", 0, True, "#a")]) is None


def test_figures_without_a_score_are_in_the_table_alone() -> None:
    pairs = [
        draw.Pair("A", "Cost, 2024-25", 0.8, 70, "Scores high, stands badly", True, "/a"),
        draw.Pair("B", "Cost, 2024-25", 0.5, 50, "Nothing stands out", False, "/b"),
        draw.Pair("C", "Cost, 2024-25", 0.9, None, "No score to compare", False, ""),
    ]
    chart = draw.figures(pairs, ahead=(0.25, 0.75), scores=(40, 60))
    assert chart is not None
    assert chart.title == "1 of 2 comparisons of a figure with a score disagrees"
    assert [trace["x"] for trace in chart.figure["data"]] == [[50], [80]]
    assert chart.table.rows[2] == ("C", "Cost, 2024-25", "90%", "–", "No score to compare")
    assert draw.figures(pairs[2:], ahead=(0.25, 0.75), scores=(40, 60)) is None
    quiet = draw.figures(pairs[1:], ahead=(0.25, 0.75), scores=(40, 60))
    assert quiet is not None
    assert quiet.title == "No published figure contradicts its score"
