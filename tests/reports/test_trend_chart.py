"""A measure over the years: the finding in words, the exact amounts in the table."""

from decimal import Decimal

import pytest

from vfm.reports.trend_chart import Year, trend


def years(*amounts: str) -> list[Year]:
    return [Year(f"{2021 + n}-{22 + n}", Decimal(amount), "A source") for n, amount in enumerate(amounts)]


@pytest.mark.parametrize(
    ("amounts", "title"),
    [
        (("1000000", "1250000"), "Spending rose by 25% from 2021-22 to 2022-23"),
        (("1000000", "900000"), "Spending fell by 10% from 2021-22 to 2022-23"),
        (("1000000", "1001000"), "Spending stayed about the same from 2021-22 to 2022-23"),
        (("-5", "10"), "Spending, 2021-22 to 2022-23"),
    ],
)
def test_the_title_says_the_finding(amounts: tuple[str, ...], title: str) -> None:
    chart = trend("spending", "Spending", "GBP", years(*amounts))
    assert chart is not None
    assert chart.title == title


def test_money_is_drawn_from_nought_and_listed_to_the_pound() -> None:
    chart = trend("spending", "Spending", "GBP", years("61784000", "85832001"))
    assert chart is not None
    assert chart.figure["data"][0]["y"] == [61.784, 85.832001]
    assert chart.figure["layout"]["yaxis"]["rangemode"] == "tozero"
    assert [row[1] for row in chart.table.rows] == ["61,784,000", "85,832,001"]
    assert chart.summary == "£61.8m in 2021-22, £85.8m in 2022-23."


def test_one_year_is_no_trend() -> None:
    assert trend("spending", "Spending", "GBP", years("1")) is None
