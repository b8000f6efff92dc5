"""One value a criterion, and where it came from."""

from datetime import date
from decimal import Decimal

import pytest

from tests.build import options, question, questionnaire, section
from tests.rankable import ASKED
from vfm.prioritisation.criteria import DEFAULT_CRITERIA, Criterion
from vfm.prioritisation.provenance import Known, Published, in_words, known, raw_in_words
from vfm.questionnaires.kinds import Value
from vfm.questionnaires.schema import Kind
from vfm.scoring.results import OverallScore, OverallStatus

SCORED = OverallScore(61.25, 50, 70, 1, OverallStatus.PUBLISHED, spread=3, mean=61.25)
WITHHELD = OverallScore(None, 20, 90, 0.5, OverallStatus.PROVISIONAL, mean=61.25)


def figure(measure: str, amount: str, year: str = "2024-25", **more: object) -> Published:
    return Published(measure, measure.title(), year, Decimal(amount), "GBP", "Outturn", **more)  # type: ignore[arg-type]


def gathered(*figures: Published, overall: OverallScore = SCORED, **answers: Value) -> Known:
    return known(
        ASKED,
        {key.replace("_", "-"): value for key, value in answers.items()},
        overall,
        figures,
        DEFAULT_CRITERIA,
    )


def test_nothing_known_is_a_gap_everywhere_and_never_nought() -> None:
    found = gathered(overall=WITHHELD)
    assert all(value.value is None for value in found.values.values())
    assert (found.gross, found.net, found.reviewed_on, found.beside) == (None, None, None, ())
    assert found.values["vfm_result"].unused[0].says == "too little is answered for a score"


def test_the_latest_year_of_each_measure_counts() -> None:
    found = gathered(
        figure("gross", "100", feeds="expenditure_level"),
        figure("gross", "900", "2022-23", feeds="expenditure_level"),
        figure("net_expenditure", "-40"),
        PRO_05=Decimal(5),
    )
    assert (found.gross, found.net) == (Decimal(100), Decimal(-40))
    assert found.values["expenditure_level"].used[0].publication == "Outturn"
    assert found.values["budget_variance"].value == 5


def test_a_sum_as_a_share_of_no_spending_is_a_gap_that_shows_what_was_said() -> None:
    found = gathered(figure("gross", "0", feeds="expenditure_level"), PRO_05=Decimal(5)).values
    assert found["expenditure_level"].value == 0
    assert (found["budget_variance"].value, found["budget_variance"].unused[0].says) == (None, "£5")


def test_one_end_of_a_saving_is_not_a_range() -> None:
    found = gathered(PRO_03=Decimal(1000), GOV_05=Decimal(60)).values["savings_potential"]
    assert (found.value, [source.key for source in found.unused]) == (None, ["GOV-05"])
    both = gathered(PRO_03=Decimal(1000), GOV_04=Decimal(20), GOV_05=Decimal(60)).values["savings_potential"]
    assert (both.value, both.how) == (4, "The middle of the two, as a share of gross expenditure.")


@pytest.mark.parametrize(
    ("picked", "value"),
    [("lowest_quarter", 0.125), ("highest_quarter", 0.875), ("not_known", None)],
)
def test_a_quarter_stands_for_its_middle(picked: str, value: float | None) -> None:
    assert gathered(ECO_03=picked).values["unit_cost"].value == value


def test_a_figure_without_comparison_says_nothing_of_a_share() -> None:
    bare = figure("visit", "30", feeds="unit_cost")
    assert gathered(bare, ECO_03="above_median").values["unit_cost"].value == 0.625
    share = Published("visit", "Visit", "2025", Decimal("0.4"), "share", "Outturn", feeds="unit_cost")
    assert gathered(share).values["unit_cost"].value == pytest.approx(0.4)


def test_what_is_not_weighted_is_kept_beside() -> None:
    found = gathered(PRO_13=date(2024, 5, 1), PRO_12=Decimal(10))
    assert found.reviewed_on == date(2024, 5, 1)
    assert [(source.key, source.says) for source in found.beside] == [
        ("PRO-12", "£10"),
        ("PRO-13", "1 May 2024"),
    ]


def test_a_template_that_feeds_nothing_leaves_gaps() -> None:
    asked = questionnaire(section("A", question("B-01", Kind.SINGLE_CHOICE, options=options(a="A", b="B"))))
    found = known(asked, {"B-01": "a"}, SCORED, (), DEFAULT_CRITERIA)
    assert [key for key, value in found.values.items() if value.value is not None] == ["vfm_result"]


def test_a_criterion_of_the_councils_own_reads_the_first_answer_that_feeds_it() -> None:
    asked = questionnaire(
        section(
            "A",
            question("A-01", Kind.MONEY, feeds="contract_window"),
            question("A-02", Kind.NUMBER, feeds="expenditure_trend"),
            question("A-03", Kind.MONEY, feeds="expenditure_level"),
            question(
                "A-04", Kind.SINGLE_CHOICE, feeds="discretion", options=options(fixed="Fixed", free="Free")
            ),
        )
    )
    own = (
        Criterion("contracts", feeds="contract_window"),
        Criterion("contract_share", feeds="contract_window", unit="per cent of gross"),
        Criterion("trend", feeds="expenditure_trend"),
        Criterion("choice", feeds="discretion", choices=(("fixed", 0), ("free", 100))),
        Criterion("unit_cost", feeds="expenditure_trend"),
        Criterion("silent", feeds="figures_alone"),
    )
    answers: dict[str, Value] = {
        "A-01": Decimal(50),
        "A-02": Decimal(7),
        "A-03": Decimal(200),
        "A-04": "free",
    }
    found = known(asked, answers, SCORED, (), own)
    assert {key: value.value for key, value in found.values.items()} == {
        "contracts": 50,
        "contract_share": 25,
        "trend": 7,
        "choice": 100,
        "unit_cost": 7,
        "silent": None,
    }
    assert found.values["contract_share"].how == "As a share of gross expenditure."
    assert [source.key for source in found.beside] == ["A-03"]


def test_words() -> None:
    compared = figure("visit", "30.5", comparison={"share_better": "0.2222", "counted": 9, "of": "others"})
    assert in_words(compared) == "£30.50; 22% of 9 others do better"
    assert raw_in_words("pounds a year", 6435000.0) == "£6,435,000 a year"
    assert raw_in_words("points, 0 to 100", 20.86) == "20.9 of 100"
    assert raw_in_words("per cent of gross", 3.0) == "3% of gross"
