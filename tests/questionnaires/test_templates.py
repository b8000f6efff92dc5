"""The three templates: clean, complete, and word for word what was drafted.

`template_digests.json` was made once from the drafts: for every question its section, kind, words, guidance,
unit, weight, whether required, what it feeds, limits, levels and options.
"""

import hashlib
import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.build import answer, dont_know
from vfm.questionnaires import document
from vfm.questionnaires.checks import check_text, checked
from vfm.questionnaires.conditions import holds, in_words
from vfm.questionnaires.routing import failed_checks, on_route
from vfm.questionnaires.schema import FEEDS

FOLDER = Path("data/templates")
DIGESTS = json.loads(Path(__file__).with_name("template_digests.json").read_text(encoding="utf-8"))
ADDED = {("none", "None of these")}
"""What a list of warning signs needs so that having seen none is an answer."""


def read(name):
    return document.parse((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"), name=f"{name}.yaml")


def digest(content):
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@pytest.mark.parametrize("name", DIGESTS)
def test_template_checks_clean(name):
    text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    assert check_text(text, name) == []
    assert checked(text, name=name).notices == ()


@pytest.mark.parametrize(
    ("name", "questions", "scored", "sections"),
    [("service-vfm", 61, 29, 11), ("corporate-best-value", 28, 21, 7), ("transport-deep-dive", 46, 8, 8)],
)
def test_counts(name, questions, scored, sections):
    template = read(name)
    assert len(template.questions) == questions
    assert sum(question.is_scored for question in template.questions.values()) == scored
    assert len(template.all_sections) == sections
    assert sum(section.weight for section in template.sections) == 100


@pytest.mark.parametrize("name", DIGESTS)
def test_no_question_lost_a_word(name):
    template = read(name)
    found = {}
    for key, q in template.questions.items():
        options = [
            [o.key, o.label] for o in q.options if not (key.endswith("-W") and (o.key, o.label) in ADDED)
        ]
        levels = [[level, words] for level, words in (q.levels or {}).items()]
        weight = None if q.weight is None else int(q.weight)
        limits = [q.max_words, q.min_items]
        content = [
            template.section_of[key],
            q.kind.value,
            q.text,
            q.help,
            q.unit,
            weight,
            q.required,
            q.feeds or "",
        ]
        found[key] = digest([*content, limits, levels, options])
    assert found == DIGESTS[name]["questions"]


@pytest.mark.parametrize("name", DIGESTS)
def test_no_section_lost_a_word(name):
    template = read(name)
    assert template.key == name
    assert template.title == DIGESTS[name]["title"]
    assert digest(template.guidance) == DIGESTS[name]["guidance"]
    assert {
        key: digest([s.title, s.purpose, s.hypothesis, list(s.frameworks), int(s.weight)])
        for key, s in template.all_sections.items()
    } == DIGESTS[name]["sections"]


@pytest.mark.parametrize("name", DIGESTS)
def test_four_levels_are_exact_thirds(name):
    template = read(name)
    (scale,) = template.scales
    assert template.scales[scale].points is None
    question = next(q for q in template.questions.values() if q.levels)
    assert list(template.points_of(question).values()) == [0, 100 / 3, 200 / 3, 100]
    assert list(template.evidence_grades) == ["none", "assertion", "documented", "verified"]


@pytest.mark.parametrize("name", DIGESTS)
def test_every_condition_can_be_read_aloud(name):
    template = read(name)
    for question in template.questions.values():
        if question.show_if is not None:
            assert len(in_words(question.show_if, template)) > 5


def test_service_template_routing_checks_and_actions():
    template = read("service-vfm")
    routed = {key: in_words(q.show_if, template) for key, q in template.questions.items() if q.show_if}
    assert routed == {
        "FIT-05": 'FIT-04 is "Yes"',
        "ECO-04": 'ECO-03 is "Above median" or "Highest-cost quarter"',
        "EFF-04": "EFF-03 is at least level 3",
        "OUT-06": 'OUT-05 is "Mixed or requires improvement" or "Negative or inadequate"',
        "DEM-05": "PRO-11 is more than 0%",
        "CON-02": 'CON-01 is "Yes"',
        "CON-03": 'CON-01 is "Yes"',
        "CON-04": 'CON-01 is "Yes"',
    }
    assert {check.key: in_words(check.must, template) for check in template.checks} == {
        "PRO-net-within-gross": "PRO-04 is at most PRO-03",
        "GOV-low-within-high": "GOV-04 is at most GOV-05",
    }
    assert [key for key, q in template.questions.items() if q.becomes] == ["GOV-03"]
    assert {q.feeds for q in template.questions.values() if q.feeds} == set(FEEDS)
    net = {"PRO-03": answer(Decimal(1)), "PRO-04": answer(Decimal(2))}
    assert [check.key for check in failed_checks(template, net)] == ["PRO-net-within-gross"]
    assert not failed_checks(template, net | {"PRO-03": dont_know()})
    assert [question.key for question in template.pilot_feedback.overall] == [
        "FB-01",
        "FB-02",
        "FB-03",
        "FB-04",
    ]
    assert template.pilot_feedback.per_question
    assert [(b.minimum, b.name) for b in template.bands] == [
        (0, "Significant improvement needed"),
        (40, "Improvement needed"),
        (60, "Sound"),
        (80, "Strong"),
    ]


def test_corporate_template_caps_each_theme_by_its_warning_signs():
    template = read("corporate-best-value")
    assert template.is_group_response
    critical = {"CI": "late_savings", "LE": "advice", "GO": "stat_rec", "UR": "s114", "SD": "inspection"}
    for section in template.sections:
        signs = template.questions[f"{section.key}-W"]
        limits = {cap.limit: cap.when for cap in section.caps}
        assert set(limits) == ({50, 100 / 3} if section.key in critical else {50})
        first, second, *_ = signs.option_labels
        assert holds(limits[50], {signs.key: answer([first, second])}, template)
        assert not holds(limits[50], {signs.key: answer([first])}, template)
        assert not holds(limits[50], {signs.key: answer(["none"])}, template)
        if section.key in critical:
            assert holds(limits[100 / 3], {signs.key: answer([critical[section.key]])}, template)
            assert "(critical)" in signs.option_labels[critical[section.key]]
        assert [option.key for option in signs.options if option.exclusive] == ["none"]


def test_transport_template_asks_by_cohort_and_derives_the_unit_cost():
    template = read("transport-deep-dive")
    assert list(template.parts["cohorts"]) == ["mainstream_5_16", "send_5_16", "post_16", "discretionary"]
    by_cohort = [key for key, question in template.questions.items() if question.by]
    assert by_cohort == ["K1-01", "K1-02", "K3-01", "K3-02", "K3-04", "K3-05"]
    derived = template.questions["K3-04"].derived
    assert derived is not None
    assert (derived.operator, derived.operands) == ("divide", ("K3-01", "K1-01"))
    assert template.scope is not None
    assert (len(template.scope.inside), len(template.scope.outside), len(template.outputs)) == (9, 3, 6)
    for given, is_asked in ((["none"], False), (["faith"], True), (["faith", "nursery"], True)):
        assert ("K2-03" in on_route(template, {"K2-02": answer(given)})) is is_asked
    assert "K2-03" not in on_route(template, {})


@pytest.mark.parametrize("name", DIGESTS)
def test_a_template_written_again_says_the_same(name):
    template = read(name)
    assert document.parse(document.dump(template), name="again.yaml") == template
    assert document.from_json(json.loads(json.dumps(document.to_json(template)))) == template
