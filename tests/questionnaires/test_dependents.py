"""What depends on a part of a template: named, read back, with the path to it, in any state of the draft."""

from pathlib import Path

import pytest

from tests.build import LEVELS, options, question, questionnaire, scale_question, section, yes_no
from vfm.questionnaires import document
from vfm.questionnaires.dependents import dependents
from vfm.questionnaires.schema import Check, RuleRow, RuleTable


@pytest.fixture(scope="module")
def service():
    return document.parse(Path("data/templates/service-vfm.yaml").read_text(encoding="utf-8"), name="s.yaml")


@pytest.fixture(scope="module")
def transport():
    path = Path("data/templates/transport-deep-dive.yaml")
    return document.parse(path.read_text(encoding="utf-8"), name="t.yaml")


@pytest.fixture(scope="module")
def corporate():
    path = Path("data/templates/corporate-best-value.yaml")
    return document.parse(path.read_text(encoding="utf-8"), name="c.yaml")


def said(found):
    return [one.in_words for one in found]


def value_at(questionnaire, path):
    """What stands at a path of the questionnaire."""
    found = questionnaire
    for step in path:
        by_key = isinstance(found, dict | tuple | list)
        found = found[step] if by_key else getattr(found, str(step))
    return found


def test_routing_that_names_a_question_is_read_back(service):
    (one,) = dependents(service, "ECO-03")
    assert one.in_words == 'routing of ECO-04: ECO-03 is "Above median" or "Highest-cost quarter"'
    assert one.key == "ECO-04"
    assert value_at(service, one.path) == service.questions["ECO-04"].show_if


def test_a_check_is_named_once_though_it_is_shown_there_too(service):
    assert said(dependents(service, "GOV-04")) == ["check GOV-low-within-high: GOV-04 is at most GOV-05"]


def test_a_check_that_is_only_shown_there_is_named(service):
    moved = service.checks[0].model_copy(update={"at": "CON-01"})
    changed = service.model_copy(update={"checks": (moved,)})
    (one,) = [one for one in dependents(changed, "CON-01") if not one.place.startswith("routing")]
    assert one.place == "place of the check PRO-net-within-gross"
    assert value_at(changed, one.path) == "CON-01"


def test_words_that_mention_a_question_are_named(service):
    assert said(dependents(service, "PRO-08")) == [
        "unit of PRO-09: units named in PRO-08",
        "unit of ECO-02: GBP per unit named in PRO-08",
    ]


def test_a_section_names_what_stands_outside_it(service):
    assert said(dependents(service, "PRO")) == [
        "routing of DEM-05: PRO-11 is more than 0%",
        "check PRO-net-within-gross: PRO-04 is at most PRO-03",
        "unit of ECO-02: GBP per unit named in PRO-08",
    ]
    assert dependents(service, "EFF") == ()


def test_an_option_names_only_the_rules_that_speak_of_it(service, corporate):
    assert [one.key for one in dependents(service, "ECO-03", option="above_median")] == ["ECO-04"]
    assert dependents(service, "ECO-03", option="not_known") == ()
    (cap,) = dependents(corporate, "CI-W", option="late_savings")
    assert cap.place == "cap CI-critical-sign of CI"
    assert value_at(corporate, cap.path) == corporate.all_sections["CI"].caps[1]


def test_a_capped_section_that_goes_takes_its_caps_along(corporate):
    assert [one.key for one in dependents(corporate, "CI-W")] == ["CI-two-signs", "CI-critical-sign"]
    assert dependents(corporate, "CI") == ()


def test_a_derived_value_is_read_back(transport):
    first, guidance = dependents(transport, "K3-01")
    assert first.in_words == "derived value of K3-04: K3-01 divided by K1-01"
    assert guidance.place == "guidance of K3-04"


def test_arithmetic_in_brackets_is_read_back_in_brackets():
    sums = {"subtract": [{"add": ["A", 2.5]}, "B"]}
    asked = [question("A", "number"), question("B", "number"), question("C", "number", derived=sums)]
    assert said(dependents(questionnaire(*asked), "B")) == ["derived value of C: (A plus 2.5) minus B"]


def test_parts_and_scales_name_their_questions(service, transport):
    assert [one.key for one in dependents(transport, "cohorts")] == [
        *("K1-01", "K1-02", "K3-01", "K3-02", "K3-04", "K3-05"),
    ]
    scales = dependents(service, "maturity4")
    assert len(scales) == 28
    assert all(one.place == f"scale of {one.key}" for one in scales)


def test_a_level_names_own_words_points_and_rules_from_it_upwards():
    scales = {
        "s": {"levels": LEVELS, "points": {1: 0, 2: 40, 3: 60, 4: 100}},
        "t": {"levels": {1: "No", 2: "Yes"}},
    }
    asked = questionnaire(
        scale_question("A", levels=dict(LEVELS)),
        scale_question("B", scale="t"),
        yes_no("C", show_if={"question": "A", "at_least": 3}),
        yes_no("D", show_if={"question": "A", "equals": 1}),
        yes_no("E", show_if={"question": "B", "equals": 2}),
        scales=scales,
    )
    found = dependents(asked, "s", level=2)
    assert said(found) == [
        "points of the scale s",
        "level 2 of A: Partly in place",
        "routing of C: A is at least level 3",
    ]
    assert [value_at(asked, one.path) for one in found[:2]] == [40, "Partly in place"]


def test_a_list_of_a_rule_table_is_named():
    rows = [
        RuleRow(lists=(word,), status=status)
        for word, status in zip(("all", "some", "none"), "210", strict=True)
    ]
    table = RuleTable(lists={"required": ("A-01",)}, statuses=("0", "1", "2"), minimum="1", rows=tuple(rows))
    asked = questionnaire(section("A", yes_no("A-01"), rule_table=table), scoring={"method": "rule_table"})
    (one,) = dependents(asked, "A-01")
    assert one.in_words == 'list "required" of the rule table of A'
    assert value_at(asked, one.path) == "A-01"


def test_a_broken_draft_is_told_of_without_being_read_back():
    rule = {"all": [{"question": "A", "equals": "yes"}, {"question": "GONE", "equals": "yes"}]}
    check = Check(key="c", must={"question": "S", "at_least": 2}, say="Correct it.", at="A")
    asked = questionnaire(
        yes_no("A"), scale_question("S"), yes_no("B", show_if=rule), scales={}, checks=(check,)
    )
    assert said(dependents(asked, "A")) == ["routing of B", "place of the check c: Correct it."]
    assert said(dependents(asked, "S")) == ["check c"]
    doubled = questionnaire(section("A", yes_no("A-01")), section("A", yes_no("A-02")))
    assert dependents(doubled, "A-01") == ()


def test_what_is_not_there_has_no_dependents(service):
    assert dependents(service, "NOBODY") == ()
    assert dependents(service, "ECO-03", option="nowhere") == ()


def test_an_option_chosen_by_its_label_is_no_key():
    asked = questionnaire(
        question("A", "single_choice", options=options(a="First", b="Second")),
        yes_no("B", show_if={"question": "A", "in": ["a", "b"]}),
    )
    assert said(dependents(asked, "A", option="b")) == ['routing of B: A is "First" or "Second"']
    assert dependents(asked, "A", option="Second") == ()
