"""The designer's forms: what is shown reads back as it was, and every problem stands at its field."""

from pathlib import Path

import pytest

from tests import build
from tests.generated import made
from vfm.errors import Invalid
from vfm.questionnaires import (
    document,
    form_fields,
    question_form,
    rule_form,
    section_form,
    settings_form,
)
from vfm.questionnaires.conditions import in_words
from vfm.questionnaires.schema import Cap, Kind, Question, Questionnaire

TEMPLATES = sorted((Path(__file__).parents[2] / "data" / "templates").glob("*.yaml"))


@pytest.fixture(params=TEMPLATES, ids=lambda path: path.stem)
def ready(request: pytest.FixtureRequest) -> Questionnaire:
    return document.parse(request.param.read_text(encoding="utf-8"), name=request.param.name)


def places(refused: pytest.ExceptionInfo[Invalid]) -> list[str]:
    return [problem.place for problem in refused.value.problems]


# --- nothing is lost ----------------------------------------------------------------------------------------


def test_every_form_of_a_ready_template_reads_back_as_it_was(ready: Questionnaire) -> None:
    assert_nothing_is_lost(ready)


@pytest.mark.parametrize("seed", range(50))
def test_every_form_of_a_generated_template_reads_back_as_it_was(seed: int) -> None:
    assert_nothing_is_lost(made(seed))


def as_a_browser(fields: dict[str, list[str]]) -> dict[str, list[str]]:
    """Fields as a browser sends them back: lines end in two signs, and a text field holds one line."""

    def sent(name: str, value: str) -> str:
        line = value.replace("\r\n", "\n").replace("\r", "\n")
        is_one_line = name.endswith((".label", ".key", ".name")) or name in ("unit", "title", "key")
        return line.replace("\n", "") if is_one_line else line.replace("\n", "\r\n")

    return {name: [sent(name, value) for value in values] for name, values in fields.items()}


def assert_nothing_is_lost(ready: Questionnaire) -> None:
    """Every form of the designer, sent back untouched, gives the same questionnaire."""
    for question in ready.questions.values():
        sent = as_a_browser(question_form.shown(ready, question))
        assert question_form.read(ready, question, sent) == question
    for section in ready.all_sections.values():
        assert section_form.read(ready, section, as_a_browser(section_form.shown(section))) == section
    for check in ready.checks:
        sent = as_a_browser(settings_form.check_shown(check))
        assert settings_form.check_read(ready, check, sent) == check
    for shown, read in (
        (settings_form.settings_shown, settings_form.settings_read),
        (settings_form.scales_shown, settings_form.scales_read),
        (settings_form.bands_shown, settings_form.bands_read),
        (settings_form.weights_shown, settings_form.weights_read),
        (settings_form.pilot_shown, settings_form.pilot_read),
    ):
        assert read(ready, as_a_browser(shown(ready))) == ready


# --- a question ---------------------------------------------------------------------------------------------

SMALL = build.questionnaire(
    build.scale_question("A-01", weight=2),
    build.question("A-02", "single_choice", options=build.options(a="First", b="Second")),
    build.question("A-03", "number"),
    build.question("A-04", "money", show_if={"question": "A-02", "equals": "b"}),
    build.question("A-05", "date"),
    build.question("A-06", "multi_choice", options=build.options(x="One", y="Two", none="None")),
)


def changed(which: str, **fields: str | list[str]) -> object:
    question = SMALL.questions[which]
    sent = question_form.shown(SMALL, question)
    sent |= {
        name.replace("__", "."): [words] if isinstance(words, str) else words
        for name, words in fields.items()
    }
    return question_form.read(SMALL, question, sent)


def test_words_are_tidied_and_levels_kept_only_where_they_differ() -> None:
    question = changed("A-01", text="  How well?\r\n ", level__1="Nothing at all")
    assert question.text == "How well?"
    assert question.levels == {**build.LEVELS, 1: "Nothing at all"}


def test_every_problem_is_named_at_its_field() -> None:
    with pytest.raises(Invalid) as refused:
        changed("A-01", text=" ", weight="much", key="9", level__2="x" * 3000)
    assert sorted(places(refused)) == ["key", "level.2", "text", "weight"]


@pytest.mark.parametrize("weight", ["-1", "inf", "nan", "1e999"])
def test_a_weight_is_a_number_from_0_up(weight: str) -> None:
    with pytest.raises(Invalid, match="0 or more"):
        changed("A-01", weight=weight)


def test_another_kind_drops_what_it_has_no_use_for() -> None:
    question = changed("A-06", kind="text", max_words="50")
    assert (question.kind, question.options, question.max_words) == (Kind.TEXT, (), 50)
    with pytest.raises(Invalid, match="routing of A-04") as refused:
        changed("A-02", kind="text")  # a rule still asks for one of its answers
    assert places(refused) == ["kind"]


def test_answers_get_keys_from_their_words_and_a_cleared_row_goes() -> None:
    question = changed("A-06", option__0__key="", option__0__label="", option__3__label="Quite new")
    assert [option.key for option in question.options] == ["y", "none", "quite_new"]


def test_an_answer_that_a_rule_needs_cannot_go() -> None:
    with pytest.raises(Invalid, match="routing of A-04") as refused:
        changed("A-02", option__1__key="", option__1__label="")
    assert places(refused) == ["option.1.key"]


def test_a_taken_key_is_refused_whatever_its_capitals() -> None:
    with pytest.raises(Invalid, match="taken already"):
        changed("A-01", key="a-02")


def test_points_of_a_yes_or_no_come_together() -> None:
    whole = build.questionnaire(build.yes_no("A-01", weight=1))
    question = whole.questions["A-01"]
    with pytest.raises(Invalid, match="of the other answer too"):
        question_form.read(
            whole, question, question_form.shown(whole, question) | {"points.yes": ["0"], "points.no": [""]}
        )


def test_not_applicable_follows_critical_unless_somebody_says_otherwise() -> None:
    critical = changed("A-01", critical="yes", na=[])
    assert critical.critical
    shown = question_form.shown(SMALL, SMALL.questions["A-01"])
    del shown["na"]
    refused = question_form.read(SMALL, SMALL.questions["A-01"], shown)
    assert refused.na_allowed is False


# --- a rule -------------------------------------------------------------------------------------------------


def rule(
    *claims: tuple[str, str, list[str]], joint: str = "all", name: str = "show_if"
) -> dict[str, list[str]]:
    fields = {f"{name}.joint": ["all"], f"{name}.0.joint": [joint]}
    for i, (question, operator, values) in enumerate(claims):
        fields |= {
            f"{name}.0.{i}.question": [question],
            f"{name}.0.{i}.operator": [operator],
            f"{name}.0.{i}.value": values,
        }
    return fields


@pytest.mark.parametrize(
    ("claims", "joint", "words"),
    [
        ([("A-01", "at_least", ["2"])], "all", "A-01 is at least level 2"),
        ([("A-02", "in", ["a", "b"])], "all", 'A-02 is "First" or "Second"'),
        ([("A-02", "not_equals", ["a"])], "all", 'it is not so that A-02 is "First"'),
        ([("A-03", "greater", ["1,000"]), ("A-01", "answered", [])], "all", "A-03 is more than 1,000"),
        ([("A-05", "less", ["2027-03-05"])], "all", "A-05 is less than 5 March 2027"),
        (
            [("A-06", "contains", ["x"]), ("A-06", "at_least", ["2"])],
            "any",
            'A-06 includes "One" or the number',
        ),
        ([("A-01", "equals", ["1"]), ("A-03", "answered", [])], "none", "it is not so that"),
    ],
)
def test_rows_become_a_rule_and_the_rule_the_same_rows(
    claims: list[tuple[str, str, list[str]]], joint: str, words: str
) -> None:
    read = rule_form.read(rule(*claims, joint=joint), "show_if", SMALL)
    assert read is not None
    assert in_words(read, SMALL).startswith(words)
    again = rule_form.read(rule_form.fields("show_if", rule_form.as_typed(read)), "show_if", SMALL)
    assert again == read


@pytest.mark.parametrize(
    ("claim", "field", "words"),
    [
        (("A-03", "equals", ["many"]), "value", "is not a number"),
        (("A-03", "equals", []), "value", "Say what the answer"),
        (("A-05", "equals", ["5 March"]), "value", "is not a date"),
        (("A-02", "at_least", ["a"]), "operator", "Choose how"),
        (("A-02", "equals", ["z"]), "value", "Choose one of the answers"),
        (("Z-99", "equals", ["1"]), "question", "There is no question"),
    ],
)
def test_a_row_that_makes_no_rule_is_named(claim: tuple[str, str, list[str]], field: str, words: str) -> None:
    with pytest.raises(Invalid, match=words) as refused:
        rule_form.read(rule(claim), "show_if", SMALL)
    assert places(refused) == [f"show_if.0.0.{field}"]


def test_a_rule_too_deep_for_rows_stays_until_a_row_takes_its_place() -> None:
    deep = {
        "any": [
            {"all": [{"not": {"all": [{"question": "A-01", "answered": True}]}}]},
            {"question": "A-03", "less": 2},
        ]
    }
    whole = build.questionnaire(
        build.scale_question("A-01"), build.question("A-03", "number"), build.yes_no("A-09", show_if=deep)
    )
    present = whole.questions["A-09"].show_if
    typed = rule_form.as_typed(present)
    assert typed.kept
    fields = rule_form.fields("show_if", typed)
    assert rule_form.read(fields, "show_if", whole, present) == present
    taken = rule_form.read(fields | rule(("A-01", "answered", [])), "show_if", whole, present)
    assert taken is not None
    assert in_words(taken, whole) == "A-01 is answered"


# --- what holds for the whole -------------------------------------------------------------------------------


def test_a_renamed_scale_takes_its_questions_along_and_one_in_use_cannot_go() -> None:
    whole = build.questionnaire(build.scale_question("A-01", scale="maturity"))
    shown = settings_form.scales_shown(whole)
    renamed = settings_form.scales_read(whole, shown | {"scale.0.name": ["steps"]})
    assert renamed.questions["A-01"].scale == "steps"
    with pytest.raises(Invalid, match='A-01 is answered on the scale "maturity"'):
        settings_form.scales_read(whole, {})


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("500", "500 is more than 100; points run from 0 to 100."),
        ("-5", "-5 is less than 0; points run from 0 to 100."),
        ("301/3", "301/3 is more than 100; points run from 0 to 100."),
        ("low", '"low" is not a number of points. Write 0 to 100, or two whole numbers such as 100/3.'),
        ("nan", '"nan" is not a number of points. Write 0 to 100, or two whole numbers such as 100/3.'),
    ],
)
def test_points_say_which_end_they_pass(typed: str, sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        form_fields.points({"points": [typed]}, "points")
    assert [problem.message for problem in refused.value.problems] == [sentence]


def test_choosing_no_calculation_takes_it_away_whatever_figures_are_left() -> None:
    def asked(key: str, derived: object = None) -> Question:
        return build.question(key, "number", unit="FTE", derived=derived)

    deep = {"add": ["A-01", {"add": ["A-02", 1]}]}
    whole = build.questionnaire(
        asked("A-01"), asked("A-02"), asked("A-03", {"add": ["A-01", "A-02"]}), asked("A-04", deep)
    )
    simple, kept, plain = (whole.questions[key] for key in ("A-03", "A-04", "A-01"))
    fields = question_form.shown(whole, simple)
    assert question_form.read(whole, simple, fields | {"derived.operator": [""]}).derived is None
    fields = question_form.shown(whole, kept)
    assert question_form.read(whole, kept, fields | {"derived.operator": [""]}).derived == kept.derived
    assert question_form.read(whole, kept, fields | {"derived.operator": ["none"]}).derived is None
    fields = question_form.shown(whole, plain) | {"derived.0.question": ["A-02"]}
    with pytest.raises(Invalid, match="Choose what is done with the figures, or clear them"):
        question_form.read(whole, plain, fields)


def test_points_need_a_line_for_each_level() -> None:
    with pytest.raises(Invalid, match="4 levels and points for 2") as refused:
        settings_form.scales_read(SMALL, settings_form.scales_shown(SMALL) | {"scale.0.points": ["0\n100"]})
    assert places(refused) == ["scale.0.points"]


def test_bands_are_put_in_order() -> None:
    fields = {
        "band.0.name": ["High"],
        "band.0.minimum": ["50"],
        "band.1.name": ["Low"],
        "band.1.minimum": ["0"],
    }
    assert [band.name for band in settings_form.bands_read(SMALL, fields).bands] == ["Low", "High"]


def test_a_cap_needs_its_limit_its_reason_and_its_rule() -> None:
    section = SMALL.all_sections["A"]
    fields = section_form.shown(section) | {"cap.0.reason": ["Because"]}
    with pytest.raises(Invalid) as refused:
        section_form.read(SMALL, section, fields)
    assert places(refused) == ["cap.0.limit"]
    fields |= {"cap.0.limit": ["100/3"]} | rule(("A-01", "at_most", ["1"]), name="cap.0.when")
    (cap,) = section_form.read(SMALL, section, fields).caps
    assert (cap.key, cap.limit) == ("A-cap-1", 100 / 3)


def test_a_row_moves_with_all_that_stands_in_it() -> None:
    whole = build.questionnaire(
        build.question("A-01", "multi_choice", options=build.options(a="First", b="Second", none="None"))
    )
    question = whole.questions["A-01"]
    fields = question_form.shown(whole, question) | {"option.2.exclusive": ["yes"]}
    options = question_form.read(whole, question, form_fields.moved(fields, "option.2", -1)).options
    assert [(one.key, one.label, one.exclusive) for one in options] == [
        ("a", "First", False),
        ("none", "None", True),
        ("b", "Second", False),
    ]


@pytest.mark.parametrize(
    ("row", "step"), [("option.0", -1), ("option.199", 1), ("option", 1), ("2", 1), ("option.x", 1), ("", 1)]
)
def test_past_the_ends_and_without_a_row_nothing_moves(row: str, step: int) -> None:
    fields = {"option.0.key": ["a"], "option.199.key": ["z"], "option.x.key": ["x"], "key": ["A-01"]}
    assert form_fields.moved(fields, row, step) == fields


def test_a_row_moves_past_a_blank_one_and_leaves_longer_numbers_alone() -> None:
    fields = {"option.1.key": ["b"], "option.11.key": ["l"], "option.2.key": ["c"]}
    assert form_fields.moved(fields, "option.1", -1) == {
        "option.0.key": ["b"],
        "option.11.key": ["l"],
        "option.2.key": ["c"],
    }


def test_a_moved_cap_takes_along_a_rule_too_deep_for_rows() -> None:
    deep = {"all": [{"not": {"all": [{"question": "A-01", "answered": True}]}}]}
    plain = {"question": "A-01", "at_most": 1}
    caps = tuple(
        Cap.model_validate({"key": key, "when": when, "limit": 40, "reason": f"Because of {key}."})
        for key, when in (("one", deep), ("two", plain))
    )
    section = build.section("A", build.scale_question("A-01"), caps=caps)
    whole = build.questionnaire(section)
    found = whole.all_sections["A"]
    sent = form_fields.moved(section_form.shown(found), "cap.0", 1)
    assert section_form.read(whole, found, sent).caps == tuple(reversed(found.caps))


def test_a_rule_table_is_filled_in_row_by_row() -> None:
    whole = build.questionnaire(build.yes_no("A-01"), scoring={"method": "rule_table"})
    section = whole.all_sections["A"]
    fields = section_form.shown(section) | {
        "table.lists": ["needed: A-01"],
        "table.statuses": ["Not met\nMet"],
        "table.minimum": ["Met"],
        "table.row.all": ["Met"],
        "table.row.some": ["Not met"],
    }
    with pytest.raises(Invalid, match="where the lists are none") as refused:
        section_form.read(whole, section, fields)
    assert places(refused) == ["table.row.none"]
    table = section_form.read(whole, section, fields | {"table.row.none": ["Not met"]}).rule_table
    assert table is not None
    assert [row.status for row in table.rows] == ["Met", "Not met", "Not met"]
