"""A council's dot among its comparators, and the words around it."""

from decimal import Decimal

import pytest

from vfm.reports import comparator_chart as say
from vfm.reports.comparator_chart import Dot
from vfm.scoring.comparison import Beside, Standing, beside

FIGURES = {1: Decimal(10), 2: Decimal(8), 3: Decimal(12), 4: Decimal(10), 9: Decimal(11)}


def found(own: str | None = "10", group: tuple[int, ...] = (2, 3, 4, 5)) -> Beside:
    figures = {**FIGURES, 1: Decimal(own)} if own else {k: v for k, v in FIGURES.items() if k != 1}
    return beside("2024-25", figures, own=1, group=group, alike=(1, 2, 3), country=9, others=(1, 2, 3, 4, 5))


def test_who_is_counted():
    """Of 8, 12 and 10 one is lower, one the same: median 10; council 5 has none; 9 is the country."""
    one = found()
    assert (one.own, one.median, one.country, one.all_median) == (10, 10, 11, 10)
    assert (one.group, one.missing, one.alike) == ((2, 3, 4), (5,), (2, 3))
    assert (one.in_group, one.among_alike) == (Standing(1, 1, 1), Standing(1, 0, 1))
    assert one.difference == 0
    assert found("12.5").difference == Decimal("0.25")
    assert (found(None).in_group, found(None).difference) == (None, None)


def test_a_council_in_its_own_group_is_not_counted_twice():
    assert found(group=(1, 2)).group == (2,)


def test_the_picture_and_its_table_have_the_same_rows():
    members = [Dot("Ashby", Decimal(8)), Dot("Boltham", Decimal(12)), Dot("Camden", Decimal(10))]
    chart = say.dots("m1", "Cost", "GBP per plan", found(), members, "Neighbours")
    assert chart.title == "£10 per plan: higher than 1 of 3 comparators, the same as 1"
    assert chart.summary == (
        "Cost, 2024-25. Median of the group, Neighbours: £10 per plan. England: £11 per plan."
    )
    assert [row[0] for row in chart.table.rows] == ["Ashby", "Camden", say.OWN, "Boltham"]
    (trace,) = chart.figure["data"]
    assert trace["x"] == [8.0, 10.0, 10.0, 12.0]
    assert trace["marker"]["symbol"].index("diamond") == 2
    assert len(chart.figure["layout"]["shapes"]) == 2


def test_a_share_is_drawn_in_hundredths_as_its_axis_says():
    one = Beside("2024-25", Decimal("0.25"), {2: Decimal("0.5")}, (2,), (), (), None)
    chart = say.dots("m1", "Income", "share", one, [Dot("Ashby", Decimal("0.5"))], "Neighbours")
    assert chart.figure["data"][0]["x"] == [25.0, 50.0]
    assert chart.table.rows == ((say.OWN, "25"), ("Ashby", "50"))


def test_there_is_no_picture_of_one_council():
    assert say.dots("m1", "Cost", "GBP", found(group=()), [], "Nobody") is None
    assert say.dots("m1", "Cost", "GBP", found(None), [Dot("A", Decimal(1))], "N") is None


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ("7", "£7: lower than all 3 comparators"),
        ("13", "£13: higher than all 3 comparators"),
        ("9", "£9: higher than 1 of 3 comparators"),
    ],
)
def test_what_a_title_finds(own: str, words: str):
    assert say.finding("GBP", found(own)) == words


def test_titles_without_anybody_and_with_equals():
    assert say.finding("GBP", found(group=())) == "£10: none of the comparators has a figure"
    assert say.finding("GBP", found(group=(4,))) == "£10: the same as the one comparator"
    assert say.finding("GBP", found(None)) == "No figure of your council, 2024-25"


def test_places_and_percentiles_in_words():
    assert say.place(Standing(5, 0, 4)) == "6th lowest of 10"
    assert say.place(Standing(0, 0, 4)) == "lowest of 5"
    assert say.place(Standing(4, 0, 0)) == "highest of 5"
    assert say.place(Standing(1, 1, 1)) == "2nd lowest of 4, shared"
    assert (say.place(None), say.place(Standing(0, 0, 0))) == ("–", "–")
    assert (say.percentile(Standing(5, 0, 4)), say.percentile(Standing(1, 1, 1)), say.percentile(None)) == (
        "56", "50", "–",
    )  # fmt: skip
    assert [say.ordinal(count) for count in (1, 2, 3, 4, 11, 12, 13, 21, 112)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th",
    ]  # fmt: skip


def test_amounts_as_people_read_them():
    assert say.words(Decimal("104884.3691"), "GBP per child") == "£104,884 per child"
    assert say.words(Decimal("41.256"), "GBP per child") == "£41.26 per child"
    assert say.words(Decimal(3647000), "GBP") == "£3,647,000"
    assert say.words(Decimal("0.62"), "share") == "62%"
    assert say.words(Decimal("66.400"), "per 10,000 children") == "66.4 per 10,000 children"
    assert say.words(Decimal("0.3784"), "") == "0.378"
    assert say.words(Decimal("1695.266068"), "") == "1,695.27"
    assert say.number(Decimal("8.3"), "percent") == "8.3"


def test_differences_and_directions_in_words():
    shares = ("0", "0.121", "-0.5", "0.001", "-0.001")
    assert [say.difference(Decimal(share)) for share in shares] == [
        "the same", "12% above", "50% below", "under 1% above", "under 1% below",
    ]  # fmt: skip
    assert say.difference(None) == "–"
    assert say.polarity("low", "percent") == "Its definition says that lower is better."
    assert say.polarity("", "GBP per plan") == "Lower is usually cheaper, not always better."
    assert say.polarity("", "plans") == "Neither higher nor lower is better by itself."


def test_years_are_two_lines_with_gaps_and_one_table():
    years = (
        ("2022-23", Decimal(5), None),
        ("2023-24", None, Decimal(4)),
        ("2024-25", Decimal(7), Decimal(6)),
    )
    chart = say.over_time("t1", "Cost", "GBP per plan", years)
    assert chart.title == "£5 per plan in 2022-23, £7 per plan in 2024-25"
    mine, middle = chart.figure["data"]
    assert (mine["y"], middle["y"]) == ([5.0, None, 7.0], [None, 4.0, 6.0])
    assert chart.table.rows == (("2022-23", "5", "none"), ("2023-24", "none", "4"), ("2024-25", "7", "6"))
    assert say.over_time("t1", "Cost", "GBP", years[:2]) is None
