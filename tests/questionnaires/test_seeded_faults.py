"""Design faults seeded one at a time into the ready templates: each found in its place, and nothing else."""

from pathlib import Path
from typing import NamedTuple

import pytest

from vfm.questionnaires.checks import reviewed

FOLDER = Path("data/templates")
SERVICE, CORPORATE, TRANSPORT = "service-vfm", "corporate-best-value", "transport-deep-dive"
SIGNS = "- key: CI-W\n        text: Warning signs seen in the last year\n        "
TWO_ON_ECO_03 = "{all: [{question: ECO-03, equals: not_known}, {question: ECO-03, equals: above_median}]}"
LONG = "How well " + "and how well " * 9 + "is it done?"
HARD = (
    "To what extent have organisational accountability arrangements demonstrably facilitated "
    "interdepartmental prioritisation of transformational opportunities notwithstanding "
    "institutional fragmentation?"
)


class Seed(NamedTuple):
    """One fault: `old` becomes `new`; it is said of `key` where `|` stands in `at`."""

    template: str
    old: str
    new: str
    at: str
    key: str
    says: str
    others: tuple[str, ...] = ()  # keys of what follows from it and is said too


ERRORS = {
    "question key twice": Seed(
        SERVICE,
        "- key: ECO-02\n",
        "- key: ECO-01\n",
        "|ECO-01\n        text: Unit",
        "ECO-01",
        "already taken",
    ),
    "section key twice": Seed(
        SERVICE, "- key: EFF\n", "- key: ECO\n", "|ECO\n    title: Eff", "ECO", "already taken"
    ),
    "option key twice": Seed(
        SERVICE,
        "{key: mixed, label: Mixed",
        "{key: positive, label: Mixed",
        "|positive, label: Mixed",
        "OUT-05",
        "already taken",
        ("OUT-06",),
    ),
    "check key twice": Seed(
        SERVICE,
        "key: GOV-low-within-high",
        "key: PRO-net-within-gross",
        "|PRO-net-within-gross\n    must: {question: GOV",
        "PRO-net-within-gross",
        "already taken",
    ),
    "rule names nobody": Seed(
        SERVICE,
        "{question: ECO-03, in:",
        "{question: ECO-33, in:",
        "|ECO-33",
        "ECO-04",
        "no question has as its key",
    ),
    "rule names a later question": Seed(
        SERVICE,
        "{question: EFF-03, at_least: 3}",
        "{question: OUT-05, answered: true}",
        "|OUT-05, answ",
        "EFF-04",
        "comes later",
    ),
    "rule names its own question": Seed(
        SERVICE,
        "{question: EFF-03, at_least: 3}",
        "{question: EFF-04, answered: true}",
        "|EFF-04, answ",
        "EFF-04",
        "names the question itself",
    ),
    "rule that contradicts itself": Seed(
        SERVICE,
        "{question: EFF-03, at_least: 3}",
        "{all: [{question: EFF-03, at_least: 3}, {question: EFF-03, less: 2}]}",
        "|{all: [{question: EFF-03",
        "EFF-04",
        "can never be true",
    ),
    "rules that contradict along the chain": Seed(
        SERVICE,
        "shown\n        show_if: {question: CON-01, equals: yes}",
        "shown\n        show_if: {all: [{question: CON-02, answered: true}, {question: CON-01, equals: no}]}",
        "|{all: [{question: CON-02",
        "CON-04",
        "can never be true",
    ),
    "rule with an option that is not there": Seed(
        SERVICE,
        "in: [above_median, highest_quarter]",
        "in: [above_median, highest_quater]",
        "|[above_median",
        "ECO-04",
        'Did you mean "highest_quarter"?',
    ),
    "rule with a level off the scale": Seed(
        SERVICE, "at_least: 3}", "at_least: 7}", "|7}", "EFF-04", "is not a level of EFF-03"
    ),
    "rule on an exclusive option with another": Seed(
        TRANSPORT,
        "{all: [{question: K2-02, answered: true}, not: {question: K2-02, contains: none}]}",
        "{all: [{question: K2-02, contains: faith}, {question: K2-02, contains: none}]}",
        "|{all:",
        "K2-03",
        "can never be true",
    ),
    "section with everything hidden": Seed(
        SERVICE,
        "- key: CON-01\n",
        f"- key: CON-01\n        show_if: {TWO_ON_ECO_03}\n",
        "- |key: CON\n",
        "CON",
        "None of the section's questions",
        ("CON-01", "CON-02", "CON-03", "CON-04"),
    ),
    "level without words": Seed(
        SERVICE,
        "          4: Counted, low and falling\n",
        "",
        "|1: Not known\n          2: Thought",
        "EFF-03",
        "no words for level 4",
    ),
    "level of blanks": Seed(
        SERVICE, "4: Counted, low and falling", "4: ' '", "|' '", "EFF-03", "Level 4 has no words"
    ),
    "levels in the same words": Seed(
        SERVICE,
        "4: Counted, low and falling",
        "4: counted, with action  on the largest causes",
        "|counted, with",
        "EFF-03",
        "Level 4 says the same as level 3",
    ),
    "options in the same words": Seed(
        SERVICE,
        "label: Mixed or requires improvement}",
        "label: Positive}",
        "mixed, label: |Positive",
        "OUT-05",
        "says the same as",
    ),
    "one option": Seed(
        SERVICE,
        "          - {key: deep_dive, label: Deep dive on a topic}\n"
        "          - {key: neither, label: Neither at present}\n",
        "",
        "|- {key: service_review",
        "GOV-06",
        "has 1 option",
    ),
    "scored option without points": Seed(
        CORPORATE,
        f"{SIGNS}kind: multi_choice",
        f"{SIGNS}kind: single_choice\n        weight: 1",
        "- |{key: late_savings",
        "CI-W",
        '"late_savings" of a scored question has no points',
        ("CI-W", "CI-two-signs", "CI-critical-sign"),
    ),
    "points on which no answer depends": Seed(
        SERVICE,
        "- key: CON-01\n",
        "- key: CON-01\n        weight: 1\n        points: {yes: 0, no: 0}\n",
        "|{yes: 0",
        "CON-01",
        "worth the same points",
    ),
    "weight without a scored question": Seed(
        SERVICE,
        "title: Service profile and money\n",
        "title: Service profile and money\n    weight: 5\n",
        "|5\n    purpose",
        "PRO",
        "no scored question",
    ),
    "weight on what cannot be scored": Seed(
        SERVICE,
        "- key: EFF-04\n",
        "- key: EFF-04\n        weight: 2\n",
        "|2\n        text: Share",
        "EFF-04",
        "cannot be scored",
    ),
    "weights that a method ignores": Seed(
        SERVICE,
        "evidence_grades:\n",
        "scoring: {method: mean_of_means}\nevidence_grades:\n",
        "weight: |10",
        "template",
        "takes all sections alike",
    ),
    "critical without a weight": Seed(
        SERVICE,
        "- key: CON-01\n",
        "- key: CON-01\n        critical: true\n",
        "|true\n        text: Does",
        "CON-01",
        "must be scored",
    ),
    "check that can never hold": Seed(
        SERVICE,
        "must: {question: PRO-04, at_most: {question: PRO-03}}",
        "must: {all: [{question: PRO-04, greater: {question: PRO-03}}, "
        "{question: PRO-04, less: {question: PRO-03}}]}",
        "must: |{all",
        "PRO-net-within-gross",
        "can never be true",
    ),
    "check of questions never asked together": Seed(
        SERVICE,
        "must: {question: PRO-04, at_most: {question: PRO-03}}",
        "must: {all: [{question: ECO-03, equals: not_known}, {question: ECO-04, answered: true}]}",
        "must: |{all",
        "PRO-net-within-gross",
        "can never be true",
    ),
    "checks that contradict each other": Seed(
        SERVICE,
        "must: {question: GOV-04, at_most: {question: GOV-05}}",
        "must: {question: PRO-04, greater: {question: PRO-03}}",
        "|{question: PRO-04, greater",
        "GOV-low-within-high",
        "can never hold together",
    ),
    "check shown where nobody is asked": Seed(
        SERVICE,
        "  - key: GOV-low-within-high\n",
        "  - {key: spend, must: {question: CON-01, equals: yes}, say: Say yes., at: CON-02}\n"
        "  - key: GOV-low-within-high\n",
        "at: |CON-02",
        "spend",
        "is never asked",
    ),
    "check shown at a question that is not there": Seed(
        SERVICE, "at: GOV-04", "at: GOV-44", "|GOV-44", "GOV-low-within-high", "no question has as its key"
    ),
    "derived value of itself": Seed(
        TRANSPORT,
        "{divide: [K3-01, K1-01]}",
        "{divide: [K3-04, K1-01]}",
        "|K3-04, K1",
        "K3-04",
        "names the question itself",
    ),
    "derived value of a later question": Seed(
        TRANSPORT,
        "{divide: [K3-01, K1-01]}",
        "{divide: [K3-05, K1-01]}",
        "|K3-05, K1",
        "K3-04",
        "not before it",
    ),
    "derived value of words": Seed(
        TRANSPORT, "{divide: [K3-01, K1-01]}", "{divide: [K2-04, K1-01]}", "|K2-04, K1", "K3-04", "is a text"
    ),
    "cap that always applies": Seed(
        CORPORATE,
        "{question: CI-W, at_least: 2}",
        "{question: CI-W, at_least: 1}",
        "|{question: CI-W, at_least",
        "CI-two-signs",
        "applies whatever is answered",
    ),
    "cap that never applies": Seed(
        CORPORATE,
        "{question: CI-W, at_least: 2}",
        "{question: CI-W, at_least: 5}",
        "|{question: CI-W, at_least",
        "CI-two-signs",
        "can never be true",
    ),
    "cap that lowers nothing": Seed(
        CORPORATE, "limit: 50", "limit: 100", "limit: |100\n", "CI-two-signs", "caps nothing"
    ),
    "top score ruled out by a cap": Seed(
        CORPORATE,
        "{question: CI-W, at_least: 2}",
        "{question: CI-01, equals: 4}",
        "- |key: CI-01",
        "CI-01",
        'the cap "CI-two-signs" stands against it',
    ),
    "top score ruled out by a check": Seed(
        SERVICE,
        "must: {question: GOV-04, at_most: {question: GOV-05}}",
        "must: {question: EFF-01, at_most: 3}",
        "- |key: EFF-01",
        "EFF-01",
        'the check "GOV-low-within-high" stands against it',
    ),
    "top score ruled out by two together": Seed(
        CORPORATE,
        "{question: CI-W, at_least: 2}",
        "{all: [{question: CI-01, equals: 4}, {question: CI-02, equals: 4}]}",
        "- |key: CI\n",
        "CI",
        "No answers bring the section to the top score",
    ),
    "fed to nothing": Seed(
        SERVICE,
        "feeds: contract_window",
        "feeds: contract_windows",
        "|contract_windows",
        "PRO-12",
        'Did you mean "contract_window"?',
    ),
    "bands that do not start at 0": Seed(
        SERVICE,
        "minimum: 0, colour: red",
        "minimum: 5, colour: red",
        "|5, colour: red",
        "bands",
        "starts at 5",
    ),
    "bands that do not rise": Seed(SERVICE, "minimum: 60,", "minimum: 30,", "|30,", "bands", "Order bands"),
    "pilot question that is routed": Seed(
        SERVICE,
        "    - key: FB-01\n",
        "    - key: FB-01\n      show_if: {question: CON-01, equals: yes}\n",
        "FB-01\n      show_if: |{",
        "FB-01",
        "no meaning on a question about the pilot",
    ),
    "money without a unit": Seed(
        SERVICE, "unit: GBP per unit named in PRO-08\n", "unit: EUR\n", "|EUR", "ECO-02", "unit in pounds"
    ),
    "empty section": Seed(
        SERVICE,
        "  - key: FIT\n",
        "  - key: NEW\n    title: Another matter\n  - key: FIT\n",
        "- |key: NEW",
        "NEW",
        "has no questions",
    ),
}

ADVICE = {
    "rule that is always true": Seed(
        SERVICE,
        "{question: EFF-03, at_least: 3}",
        "{question: EFF-03, at_least: 1}",
        "|{question: EFF-03",
        "EFF-04",
        "whatever is answered",
    ),
    "check that can never fail": Seed(
        SERVICE,
        "must: {question: GOV-04, at_most: {question: GOV-05}}",
        "must: {any: [{question: GOV-04, at_most: {question: GOV-05}}, "
        "{question: GOV-04, greater: {question: GOV-05}}]}",
        "must: |{any",
        "GOV-low-within-high",
        "can never fail",
    ),
    "check shown where not all are asked": Seed(
        SERVICE, "at: GOV-04", "at: ECO-04", "at: |ECO-04", "GOV-low-within-high", "is not always asked"
    ),
    "weight of 0 among others": Seed(
        SERVICE,
        "weight: 2\n        levels:\n          1: Not known",
        "weight: 0\n        levels:\n          1: Not known",
        "|0\n        levels",
        "EFF-03",
        "never counted",
    ),
    "section weight of 0 among others": Seed(
        SERVICE,
        "pvf:managing_inputs]\n    weight: 14",
        "pvf:managing_inputs]\n    weight: 0",
        "weight: |0\n    questions",
        "EFF",
        "never counts",
    ),
    "weight with nothing beside it": Seed(
        SERVICE,
        "has to do?\n        kind: scale\n        required: true\n        weight: 2",
        "has to do?\n        kind: scale\n        required: true\n        weight: 20",
        "|20\n        levels",
        "WFD-01",
        "cannot matter",
    ),
    "points on what is not scored": Seed(
        SERVICE, "label: Positive}", "label: Positive, points: 100}", "points: |100", "OUT-05", "not scored"
    ),
    "critical where nothing can be capped": Seed(
        SERVICE,
        "has to do?\n",
        "has to do?\n        critical: true\n",
        "critical: |true",
        "WFD-01",
        "only scored question",
    ),
    "follow-up of those who are not at their best": Seed(
        SERVICE,
        "- key: EFF-05\n",
        "- key: EFF-05\n        show_if: {question: EFF-03, less: 3}\n",
        "|{question: EFF-03, less",
        "EFF-05",
        "cannot reach the top score",
    ),
    "two exclusive options": Seed(
        TRANSPORT,
        "label: Wider unsafe-route rule}",
        "label: Wider unsafe-route rule, exclusive: true}",
        "label: None, exclusive: |true",
        "K2-02",
        "all exclusive",
    ),
    "fed twice": Seed(
        SERVICE,
        "show_if: {question: PRO-11, greater: 0}\n        feeds: demand_pressure",
        "show_if: {question: PRO-11, greater: 0}\n        feeds: budget_variance",
        "greater: 0}\n        feeds: |b",
        "DEM-05",
        "PRO-05",
    ),
    "scale nobody uses": Seed(
        SERVICE,
        "evidence_grades:\n",
        "  spare:\n    levels: {1: Low, 2: High}\nevidence_grades:\n",
        "spare:\n    |levels",
        "scales.spare",
        "No question is answered",
    ),
    "parts nobody uses": Seed(
        SERVICE,
        "bands:\n",
        "parts:\n  quarters: {q1: First, q2: Second}\nbands:\n",
        "|{q1: First",
        "parts.quarters",
        "No question is asked",
    ),
    "stand-in for words": Seed(
        SERVICE,
        "text: How well is productivity measured and used?",
        "text: TBC",
        "|TBC",
        "EFF-01",
        'still says "TBC"',
    ),
    "question asked twice": Seed(
        SERVICE,
        "text: Net revenue expenditure, current year budget",
        "text: Gross revenue expenditure, current year  budget",
        "|Gross revenue expenditure, current year  budget",
        "PRO-04",
        "same words as PRO-03",
    ),
    "long sentence": Seed(
        SERVICE,
        "text: How well is productivity measured and used?",
        f"text: {LONG}",
        "|How well and",
        "EFF-01",
        "A sentence of the question has",
    ),
    "long question": Seed(
        SERVICE,
        "text: How well is productivity measured and used?",
        f"text: {LONG} {LONG}",
        "|How well and",
        "EFF-01",
        "up to 40 read well",
    ),
    "high reading age": Seed(
        SERVICE,
        "text: How well is productivity measured and used?",
        f"text: {HARD}",
        "|To what",
        "EFF-01",
        "reading age of about",
    ),
}


def place(text, at):
    """Line and column of the bar, from 1, where the words around it stand first."""
    before, _, after = at.partition("|")
    index = text.index(before + after) + len(before)
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)


def found_in(seed):
    text = (FOLDER / f"{seed.template}.yaml").read_text(encoding="utf-8")
    assert seed.old in text
    seeded = text.replace(seed.old, seed.new, 1)
    line, column = place(seeded, seed.at)
    return reviewed(seeded, name="t.yaml"), f"t.yaml:{line}:{column}: {seed.key}"


def assert_told(told, seed, where):
    """Said once at its place with a cure, and nothing of any key that has nothing to do with it."""
    here = [found for found in told if found.place == where and seed.says in found.message]
    assert len(here) == 1, told
    assert here[0].message[-1] in ".?"
    assert {found.place.rpartition(": ")[2] for found in told if found not in here} <= set(seed.others), told


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_is_found_at_its_place_and_nothing_is_invented(name):
    review, where = found_in(ERRORS[name])
    assert_told(review.problems, ERRORS[name], where)
    assert review.advice == ()
    assert review.parsed is None


@pytest.mark.parametrize("name", ADVICE)
def test_advice_is_given_at_its_place_and_stands_in_nobodys_way(name):
    review, where = found_in(ADVICE[name])
    assert_told(review.advice, ADVICE[name], where)
    assert review.problems == ()
    assert review.parsed is not None


@pytest.mark.parametrize("name", [SERVICE, CORPORATE, TRANSPORT])
def test_the_ready_templates_have_neither_errors_nor_advice(name):
    review = reviewed((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"), name=name)
    assert review.problems == ()
    assert review.advice == ()
