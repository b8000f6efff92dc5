"""A result in words: sentences for every state, and parts that add up as printed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.build import answer, dont_know, na, questionnaire, scale_question, section, yes_no
from vfm.questionnaires.schema import Band, RuleRow, RuleTable, Scoring
from vfm.reports import result as say
from vfm.reports.charts import Chart
from vfm.reports.profile_chart import Earlier, profile, profile_table
from vfm.scoring.change import change
from vfm.scoring.scorecard import score

BANDS = (Band(name="Weak", minimum=0, colour="red"), Band(name="Sound", minimum=60, colour="green"))
TEMPLATE = questionnaire(
    section("G", *(scale_question(f"G-{n:02}") for n in range(5)), title="Governance"),
    section("D", *(scale_question(f"D-{n:02}") for n in range(5)), title="Demand"),
    bands=BANDS,
)
SOUND = {f"G-{n:02}": answer(4, "verified") for n in range(5)} | {
    f"D-{n:02}": answer(2, "verified") for n in range(5)
}


def test_the_whole_sentence() -> None:
    gap = SOUND | {"D-00": dont_know()}
    since = change(TEMPLATE, SOUND | {"D-01": answer(1, "verified")}, TEMPLATE, SOUND)
    assert say.sentence(TEMPLATE, score(TEMPLATE, SOUND), since) == (
        "Sound, 67 of 100; strongest Governance, weakest Demand; up 3 since the baseline, "
        "within the doubt in the evidence."
    )
    assert say.headline(score(TEMPLATE, gap).overall) == "Sound, 67 of 100, could be 63 to 73"


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (SOUND, "no change since the baseline"),
        (
            SOUND | {"G-00": answer(1, "verified")},
            "up 10 since the baseline, more than the doubt in the evidence",
        ),
        (
            {key: answer(4, "verified") for key in SOUND},
            "down 33 since the baseline, more than the doubt in the evidence",
        ),
        ({"G-00": answer(1)}, "not comparable with the baseline"),
    ],
)
def test_the_change_in_words(before: dict, words: str) -> None:
    assert say.since_baseline(change(TEMPLATE, before, TEMPLATE, SOUND)) == words


def test_a_rule_table_gives_statuses_and_no_points() -> None:
    table = RuleTable(
        lists={"basics": ("A-01", "A-02")},
        statuses=("Not met", "Met"),
        minimum="Met",
        rows=(
            RuleRow(lists=("all",), status="Met"),
            RuleRow(lists=("some",), status="Not met"),
            RuleRow(lists=("none",), status="Not met"),
        ),
    )
    template = questionnaire(
        section("A", yes_no("A-01"), yes_no("A-02"), rule_table=table, title="Basics"),
        scoring=Scoring(method="rule_table"),
    )
    given_answers = {"A-01": answer("yes"), "A-02": answer("yes")}
    card = score(template, given_answers)
    assert say.headline(card.overall) == "Statuses by section: this template gives no points"
    sheet = say.lay_out(template, card, given_answers)
    assert [line.words for line in sheet.sections] == ["Met"]
    assert profile(sheet.sections) is None
    assert [row[:3] for row in profile_table(sheet.sections).rows] == [("Basics", "Met", "Met")]


def _profile_of(*levels: int) -> tuple[str, Chart]:
    """The sentence's ends and the chart of a result whose sections stand at these levels, 1 to 4."""
    keys = "ABCDEF"[: len(levels)]
    template = questionnaire(
        *(section(key, scale_question(f"{key}-01"), title=f"Part {key}") for key in keys)
    )
    given_answers = {f"{key}-01": answer(level) for key, level in zip(keys, levels, strict=True)}
    card = score(template, given_answers)
    chart = profile(say.lay_out(template, card, given_answers).sections)
    assert chart is not None
    return say.extremes(template, card), chart


@pytest.mark.parametrize(
    ("levels", "ends", "title"),
    [
        (
            (4, 1, 1),
            "strongest Part A, weakest “Part B” and “Part C”",
            "Part A is strongest at 100, “Part B” and “Part C” weakest at 0",
        ),
        (
            (4, 4, 1, 1, 1, 1),
            "strongest “Part A” and “Part B”, weakest 4 sections",
            "“Part A” and “Part B” are strongest at 100, 4 sections weakest at 0",
        ),
        ((1, 1), "", "“Part A” and “Part B” stand at 0 of 100"),
        ((4,), "", "Part A stands at 100 of 100"),
    ],
)
def test_sections_that_share_a_place_are_told_together(levels: tuple[int], ends: str, title: str) -> None:
    said, chart = _profile_of(*levels)
    assert (said, chart.title) == (ends, title)


def test_a_bar_of_no_length_has_its_figure_beside_it() -> None:
    _, chart = _profile_of(4, 1)
    (bars,) = chart.figure["data"]
    assert bars["text"] == ["100", "0"]
    assert bars["textposition"] == ["inside", "outside"]


def test_what_is_still_possible_has_an_edge_that_its_legend_shows() -> None:
    template = questionnaire(section("A", scale_question("A-01")), section("B", scale_question("B-01")))
    given_answers = {"A-01": answer(3), "B-01": dont_know()}
    chart = profile(say.lay_out(template, score(template, given_answers), given_answers).sections)
    assert chart is not None
    _, open_ranges = chart.figure["data"]
    assert open_ranges["marker"]["line"] == {"color": "#3d3d3d", "width": 1.5}


def test_a_bar_shows_how_firm_its_evidence_is_and_what_does_not_apply_says_so() -> None:
    template = questionnaire(*(section(key, scale_question(f"{key}-01")) for key in "ABCD"))
    given_answers = {
        "A-01": answer(4, "verified"),
        "B-01": answer(3, "assertion"),
        "C-01": answer(3),
        "D-01": na(),
    }
    chart = profile(say.lay_out(template, score(template, given_answers), given_answers).sections)
    assert chart is not None
    *bars, apart = chart.figure["data"]
    assert [(bar["name"], bar["y"]) for bar in bars] == [
        ("Score, high evidence", ["Section A"]),
        ("Score, medium evidence", ["Section B"]),
        ("Score, low evidence", ["Section C"]),
    ]
    assert len({bar["marker"]["color"] for bar in bars}) == 3
    assert chart.figure["layout"]["yaxis"]["categoryarray"] == [row[0] for row in chart.table.rows]
    assert (apart["y"], apart["text"]) == (["Section D"], [" Does not apply"])


def test_two_earlier_results_have_marks_and_columns_of_their_own() -> None:
    card = score(TEMPLATE, SOUND)
    weaker = score(TEMPLATE, SOUND | {"D-00": answer(1, "verified")})
    earlier = [Earlier("Baseline, 2024", weaker), Earlier("2025", card)]
    chart = profile(say.lay_out(TEMPLATE, card, SOUND).sections, earlier)
    assert chart is not None
    *_, first, second = chart.figure["data"]
    assert (first["name"], second["name"]) == ("Baseline, 2024", "2025")
    assert first["marker"]["symbol"] != second["marker"]["symbol"]
    assert "Marks show Baseline, 2024 and 2025." in chart.summary
    assert [column.title for column in chart.table.columns[7:]] == [
        "Baseline, 2024", "Change since", "2025", "Change since",
    ]  # fmt: skip
    assert [row[7:] for row in chart.table.rows] == [("100", "0", "100", "0"), ("27", "+7", "33", "0")]


def test_bands_in_words() -> None:
    assert [words for _, words in say.band_words(BANDS)] == ["0 to under 60", "60 and over"]


@pytest.mark.parametrize(
    ("figure", "words"), [(62.5, "+63"), (-62.5, "−63"), (0.4, "0"), (-0.4, "0"), (None, "–")]
)
def test_changes_are_rounded_half_up_by_size(figure: float | None, words: str) -> None:
    assert say.signed(figure) == words


@pytest.mark.parametrize(("figure", "words"), [(2.05, "+2.1"), (-0.44, "−0.4"), (0.0, "0"), (10.0, "+10")])
def test_small_effects_have_one_place(figure: float, words: str) -> None:
    assert say.signed_one_place(figure) == words


LEVELS = st.one_of(
    st.integers(1, 4).map(lambda level: answer(level, "documented")), st.just(na()), st.just(dont_know())
)


@settings(max_examples=50, deadline=None)
@given(st.fixed_dictionaries(dict.fromkeys(SOUND, LEVELS)))
def test_what_is_printed_adds_up_as_printed(answers: dict) -> None:
    card = score(TEMPLATE, answers)
    sheet = say.lay_out(TEMPLATE, card, answers)
    for line in sheet.sections:
        added = [question.adds for question in line.questions if question.adds is not None]
        if line.adds is not None:
            assert sum(added) == line.adds
        elif added:
            assert str(sum(added)) == line.words
    if sheet.explanation is not None:
        assert sum(line.adds or 0 for line in sheet.sections) == sheet.explanation.printed_before_caps
        assert sheet.explanation.printed == int(say.points(card.overall.score))


def test_the_profile_draws_what_the_table_says() -> None:
    answers = {key: given for key, given in SOUND.items() if key > "D-02"}
    card = score(TEMPLATE, answers)
    then = score(TEMPLATE, SOUND)
    lines = say.lay_out(TEMPLATE, card, answers, baseline=then).sections
    chart = profile(lines, [Earlier("Baseline, 2025", then)])
    assert chart is not None
    assert chart.title == "Governance stands at 100 of 100"
    assert [row[:3] for row in chart.table.rows] == [
        ("Governance", "100", "100"),
        ("Demand", "Too little answered", "13 to 73"),
    ]
    assert [row[4:] for row in chart.table.rows] == [
        ("High", "Sound", "–", "100", "0"),
        ("–", "–", "–", "33", "–"),
    ]
    bars, pale, marks = chart.figure["data"]
    assert (bars["y"], pale["y"], marks["y"]) == (["Governance"], ["Demand"], ["Governance", "Demand"])
    assert pale["base"][0] + pale["x"][0] == pytest.approx(card.section["D"].high)
