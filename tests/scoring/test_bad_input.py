"""What `vfm score` and `vfm change` say of input that cannot be used: one sentence with its place and cure.

Never a traceback, never a wrong figure: exit status 1, or 2 for wrong use.
"""

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import build
from tests.assessed import TRIES
from vfm import cli
from vfm.errors import Invalid, Problem
from vfm.gateways.answer_files import read_answers
from vfm.questionnaires import checks, document
from vfm.questionnaires.schema import Questionnaire
from vfm.scoring.scorecard import score

TEMPLATE: dict[str, Any] = {
    "schema": "vfm-template/1",
    "key": "asked",
    "title": "Asked",
    "scales": {"five": {"levels": {"1": "a", "2": "b", "3": "c", "4": "d", "5": "e"}}},
    "sections": [
        {
            "key": "A",
            "title": "Section A",
            "weight": 1,
            "questions": [
                {"key": "A-1", "text": "How well?", "kind": "scale", "weight": 2},
                {"key": "A-2", "text": "Is it?", "kind": "yes_no", "weight": 1},
                {"key": "A-3", "text": "How many?", "kind": "number", "unit": "items"},
                {"key": "A-4", "text": "How much?", "kind": "money", "unit": "GBP"},
                {
                    "key": "A-5",
                    "text": "Which?",
                    "kind": "multi_choice",
                    "options": [{"key": "x", "label": "X"}, {"key": "y", "label": "Y"}],
                },
                {"key": "A-6", "text": "When?", "kind": "date"},
                {"key": "A-7", "text": "Must it?", "kind": "scale", "weight": 1, "critical": True},
            ],
        }
    ],
}
RULED: dict[str, Any] = {
    "schema": "vfm-template/1",
    "key": "ruled",
    "title": "Ruled",
    "scoring": {"method": "rule_table"},
    "sections": [
        {
            "key": "R",
            "title": "Section R",
            "weight": 1,
            "questions": [{"key": "M-1", "text": "Must it?", "kind": "yes_no"}],
            "rule_table": {
                "lists": {"must": ["M-1"]},
                "statuses": ["No", "Fully"],
                "minimum": "Fully",
                "rows": [
                    {"lists": ["all"], "status": "Fully"},
                    {"lists": ["some"], "status": "No"},
                    {"lists": ["none"], "status": "No"},
                ],
            },
        }
    ],
}
GOOD = '{"answers": {"A-1": {"state": "answered", "value": 3}}}'
BLANK = '{"answers": {}}'
LINE = re.compile(r"(template|answers)\.json(:\d+:\d+)?: [^:]+: .+[.?]")
"""A file, a place in it, a sentence or two."""
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """`run("score", template, answers)`: (exit status, output, error output) of a command on these texts."""

    def command(verb: str, template: Any, answers: str, *options: str) -> tuple[int, str, str]:
        texts = {
            "template": template if isinstance(template, str) else json.dumps(template),
            "answers": answers,
        }
        for name, text in texts.items():
            (tmp_path / f"{name}.json").write_text(text, encoding="utf-8")
        (tmp_path / "good.json").write_text(json.dumps(TEMPLATE), encoding="utf-8")
        (tmp_path / "blank.json").write_text(BLANK, encoding="utf-8")
        before = ["good.json", "blank.json"] if verb == "change" else []
        paths = [str(tmp_path / name) for name in (*before, "template.json", "answers.json")]
        status = cli.main([verb, *paths, *options])
        said = capsys.readouterr()
        return status, said.out.replace(f"{tmp_path}/", ""), said.err.replace(f"{tmp_path}/", "")

    return command


def edited(*steps: Any, of: dict[str, Any] = TEMPLATE) -> dict[str, Any]:
    """The template with the value at a path replaced by the last step; `...` takes it out."""
    *path, name, value = steps
    made = copy.deepcopy(of)
    here: Any = made
    for step in path:
        here = here[step]
    if value is ...:
        del here[name]
    else:
        here[name] = value
    return made


def question(number: int, **fields: Any) -> dict[str, Any]:
    place = ("sections", 0, "questions", number)
    return edited(*place, TEMPLATE["sections"][0]["questions"][number] | fields)


def section(name: str, value: Any) -> dict[str, Any]:
    return edited("sections", 0, name, value)


def points(*worth: Any) -> dict[str, Any]:
    return edited("scales", "five", "points", {str(n): p for n, p in enumerate(worth, 1)})


def table(name: str, value: Any) -> dict[str, Any]:
    return edited("sections", 0, "rule_table", name, value, of=RULED)


def rows(*added: dict[str, Any]) -> dict[str, Any]:
    return table("rows", [*RULED["sections"][0]["rule_table"]["rows"], *added])


def text(**replaced: str) -> str:
    """The template's text with a piece of it written otherwise."""
    return json.dumps(TEMPLATE).replace('"weight": 2', f'"weight": {replaced["weight"]}')


EMPTY = {"key": "B", "title": "Section B", "weight": 1, "questions": []}

TEMPLATES: dict[str, tuple[Any, str]] = {
    # weights
    "negative weight": (question(0, weight=-1), 'A-1: "weight" is -1; the least is 0. Raise it.'),
    "weight in words": (question(0, weight="x"), 'A-1: "weight" must be a number, not "x".'),
    "weight true": (question(0, weight=True), 'A-1: "weight" must be a number, not true.'),
    "weight a list": (question(0, weight=[1]), 'A-1: "weight" must be a number, not a list.'),
    "weight NaN": (text(weight="NaN"), 'A-1: "weight" must be a number, not "NaN".'),
    "weight infinite": (text(weight="Infinity"), 'A-1: "weight" must be a number, not "Infinity".'),
    "weight beyond floats": (text(weight="1e999"), 'A-1: "weight" must be a number, not inf.'),
    "weight overflows": (question(0, weight=1e308), 'A-1: "weight" is 1e+308; the most is 1e+100. Lower it.'),
    "weight vanishes": (question(0, weight=1e-320), "A-1: The weight 9.99989e-321 is too small. Give 0, or"),
    "thousands of digits": (text(weight="9" * 5000), "file: This JSON is nested too deeply or has a number"),
    "negative section weight": (section("weight", -1), 'A: "weight" is -1; the least is 0. Raise it.'),
    "no section weight": (section("weight", ...), "template: There are scored questions, but every section"),
    "section weights of 0": (section("weight", 0), "template: There are scored questions, but every section"),
    "no question weights": (
        section("questions", [TEMPLATE["sections"][0]["questions"][2]]),
        "A: The section has the weight 1 but no scored question.",
    ),
    "question weights of 0": (
        section("questions", [TEMPLATE["sections"][0]["questions"][0] | {"weight": 0}]),
        "A: Every scored question here has the weight 0",
    ),
    # scales and points
    "points alike": (points(5, 5, 5, 5, 5), "scales.five: Every answer is worth the same points"),
    "points fall": (points(0, 50, 20, 80, 100), "scales.five: The points fall as the levels rise."),
    "points lacking": (points(0, 50, 100), "scales.five: There are no points for level 4 and 5. Add them."),
    "points overflow": (points(-100, 0, 1, 2, 1e308), 'scales.five: "5" is 1e+308; the most is 1e+100.'),
    "points true": (points(0, 1, 2, 3, True), 'scales.five: "5" must be a number, not true.'),
    "points in words": (points(0, "1/0", 2, 3, 4), 'scales.five: "1/0" is not a share.'),
    "half a yes or no": (question(1, points={"yes": 100}), 'A-2: There are no points for "no". Add them.'),
    "unknown scale": (question(0, scale="six"), 'A-1: There is no scale "six". The scales are five.'),
    # structure
    "empty section": (section("sections", [EMPTY]), "B: The section has no questions. Add one, or take"),
    "no sections": (edited("sections", []), 'template: "sections" needs at least 1 and has 0.'),
    "sections a text": (edited("sections", "x"), 'template: "sections" must be a list, not "x".'),
    "scoring a list": (edited("scoring", []), 'scoring: "scoring" must have fields, not a list.'),
    "unknown method": (edited("scoring", {"method": "median"}), 'scoring: "median" cannot be the "method".'),
    "threshold true": (
        edited("scoring", {"section_minimum": True}),
        'scoring: "section_minimum" must be a number, not true.',
    ),
    "threshold too high": (
        edited("scoring", {"overall_minimum": 80}),
        'scoring: "overall_minimum" is 80; the most is 1. Lower it.',
    ),
    "limit too high": (
        edited("scoring", {"critical_limit": 101}),
        'scoring: "critical_limit" is 101; the most is 100. Lower it.',
    ),
    "routing to nowhere": (
        question(1, show_if={"question": "Z-9", "equals": 1}),
        'A-2: The routing rule names "Z-9", which no question has as its key.',
    ),
    "critical yet set aside": (
        question(6, na_allowed=True),
        "A-7: A critical question cannot be set aside as not applicable.",
    ),
    # rule tables
    "hole": (
        table("rows", RULED["sections"][0]["rule_table"]["rows"][1:]),
        "R: 1 of 3 rows are missing, the",
    ),
    "overlap": (rows({"lists": ["all"], "status": "No"}), "R: The row for [all] stands twice."),
    "overlap that agrees": (
        rows({"lists": ["all"], "status": "Fully"}),
        "R: The row for [all] stands twice.",
    ),
    "unknown status": (rows({"lists": ["all"], "status": "Best"}), 'R: "Best" is not one of the statuses.'),
    "unknown minimum": (table("minimum", "Best"), 'R: The minimum "Best" is not one of the statuses.'),
    "unknown statement": (table("lists", {"must": ["Z"]}), 'R: The list "must" names "Z", not a question'),
    "unknown word": (rows({"lists": ["most"], "status": "No"}), 'R: "most" cannot be the "lists".'),
    "no lists": (table("lists", {}), 'R: "lists" needs at least 1 and has 0.'),
    "no table": (
        edited("sections", 0, "rule_table", ..., of=RULED),
        "scoring: The method is a rule table, but",
    ),
    # text
    "cut off": (json.dumps(TEMPLATE)[:200], "file: This is not JSON: unterminated string"),
    "empty": ("", "file: The file is empty."),
    "a list": ("[]", "file: This is not a template."),
    "a word": ("nul", "file: This is not JSON: expecting value."),
    "nested without end": ("[" * 100_000, "file: This JSON is nested too deeply"),
    "a key twice": (
        json.dumps(TEMPLATE).replace('"title": "Asked"', '"title": "Asked", "title": "Asked"'),
        'file: "title" stands twice here (first in line 1). Keep one of them.',
    ),
}


@pytest.mark.parametrize("verb", ["score", "change"])
@pytest.mark.parametrize("name", TEMPLATES)
def test_what_is_wrong_with_a_template_is_said_with_its_place(verb: str, name: str, run: Run) -> None:
    template, expected = TEMPLATES[name]
    status, out, err = run(verb, template, BLANK, "--json")
    assert (status, err) == (1, "")
    first, *others = out.splitlines()
    assert all(LINE.fullmatch(line) for line in (first, *others)), out
    assert any(
        re.sub(r"^template\.json:\d+:\d+: ", "", line).startswith(expected) for line in (first, *others)
    )


def value(of: Any, key: str = "A-1", **more: Any) -> str:
    return json.dumps({"answers": {key: {"state": "answered", "value": of, **more}}})


ANSWERS: dict[str, tuple[str, str]] = {
    # off the scale
    "level 0": (value(0), "A-1: 0 is off the scale. Use a level from 1 to 5."),
    "level 6": (value(6), "A-1: 6 is off the scale. Use a level from 1 to 5."),
    "level -1": (value(-1), "A-1: -1 is off the scale. Use a level from 1 to 5."),
    "half a level": (value(3.5), "A-1: 3.5 is not a level. Use a whole number: 1 to 5."),
    "level as text": (value("3"), "A-1: '3' is not a level. Use a whole number: 1 to 5."),
    "level true": (value(True), "A-1: True is not a level. Use a whole number: 1 to 5."),
    "level a list": (value([3]), "A-1: [3] is not a level. Use a whole number: 1 to 5."),
    "huge level": (
        value(10**300),
        "A-1: 10000000000000000000000000000000000000000000000000000000000… is off",
    ),
    "long text": (
        value("x" * 9000),
        "A-1: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx… is not",
    ),
    "no value": (value(None), "A-1: It is answered without a value. Give the value, or leave the"),
    "neither yes nor no": (
        value("maybe", "A-2"),
        'A-2: "maybe" is not one of the answers. Choose yes or no.',
    ),
    "yes in capitals": (value("Yes", "A-2"), 'A-2: "Yes" is not one of the answers. Did you mean "yes"?'),
    "yes as true": (value(True, "A-2"), 'A-2: "True" is not one of the answers. Choose yes or no.'),
    "number in words": (value("many", "A-3"), 'A-3: "many" is not a number. Enter a number, such as'),
    "number true": (value(True, "A-3"), "A-3: True is not a figure. Give a number, or money as text"),
    "huge number": (value(1e308, "A-3"), 'A-3: "1000000000000000000000000000000000000000000000000000000000'),
    "tiny number": (value(1e-300, "A-3"), 'A-3: "0.00000000000000000000000000000000000000000000000000000'),
    "number beyond floats": (value(1, "A-3").replace("1}", "1e999}"), 'A-3: "Infinity" is not a number.'),
    "money shortened": (value("2m", "A-4"), 'A-4: "2m" is shortened. Write it in full, such as'),
    "money beyond measure": (value("1e99999999", "A-4"), 'A-4: "1e99999999" is not a number.'),
    "half a penny": (value(12.345, "A-4"), 'A-4: "12.345" has too many decimal places. Use at most 2.'),
    "options as text": (value("x", "A-5"), "A-5: A multiple choice takes a list of option keys."),
    "no options": (value([], "A-5"), "A-5: A multiple choice takes a list of option keys."),
    "unknown option": (value(["z"], "A-5"), 'A-5: "z" is not one of the answers. Choose from the'),
    "no such day": (value("2026-02-30", "A-6"), "A-6: '2026-02-30' is not a date. Write year, month and"),
    "day as number": (value(20260101, "A-6"), "A-6: 20260101 is not a date. Write year, month and day"),
    # states
    "not applicable without a reason": (
        '{"answers": {"A-1": {"state": "not_applicable"}}}',
        "A-1: Say why the question does not apply. One sentence is enough.",
    ),
    "a blank reason": (
        '{"answers": {"A-1": {"state": "not_applicable", "reason": "  "}}}',
        "A-1: Say why the question does not apply. One sentence is enough.",
    ),
    "a reason of 7": (
        '{"answers": {"A-1": {"state": "not_applicable", "reason": 7}}}',
        "A-1: The reason is not a text. Put it in quotes.",
    ),
    "a critical question set aside": (
        '{"answers": {"A-7": {"state": "not_applicable", "reason": "No such duty"}}}',
        "A-7: This question applies to everyone. Answer it, or say",
    ),
    "off the route, given": (
        '{"answers": {"A-1": {"state": "off_route"}}}',
        "A-1: The state is 'off_route'. Use",
    ),
    "no state": ('{"answers": {"A-1": {"value": 3}}}', "A-1: There is no state. Use answered, dont_know"),
    "a list as state": (
        '{"answers": {"A-1": {"state": []}}}',
        "A-1: The state is []. Use answered, dont_know",
    ),
    "a value beside not knowing": (
        '{"answers": {"A-1": {"state": "dont_know", "value": 3}}}',
        "A-1: It has a value though its state is 'dont_know'.",
    ),
    "unknown evidence": (value(3, evidence="strong"), 'A-1: "strong" is not an evidence grade. Choose none,'),
    "evidence a list": (value(3, evidence=[]), 'A-1: "[]" is not an evidence grade. Choose none,'),
    "a note of 5": (value(3, note=5), "A-1: The note is not a text. Put it in quotes."),
    "an unknown field": (value(3, colour="red"), 'A-1: "colour" is not a field of an answer. Use state,'),
    # keys and form
    "unknown key": (value(3, "ZZ-7"), 'ZZ-7: The template "asked" has no question "ZZ-7". Take it out, or'),
    "mistyped key": (value(3, "a-1"), 'a-1: The template "asked" has no question "a-1". Did you mean "A-1"?'),
    "endless key": (value(3, "K" * 5000), f"{'K' * 59}…: The template"),
    "a bare value": ('{"answers": {"A-1": 3}}', "A-1: The answer is not an object. Write {"),
    "no answers": ("{}", "answers: There are no answers here. Write {"),
    "a list of answers": ('{"answers": []}', "answers: There are no answers here. Write {"),
    "null": ("null", "answers: There are no answers here. Write {"),
    "answers twice": ('{"answers": {}, "answers": {}}', "answers: This is given twice. Keep one of them."),
    "NaN": (value(3).replace("3}", "NaN}"), "answers: NaN is not a figure. Give a number or leave"),
    "minus infinity": (value(3).replace("3}", "-Infinity}"), "answers: -Infinity is not a figure. Give a"),
    "thousands of digits": (
        value(3).replace("3}", "9" * 5000 + "}"),
        "answers: A number has too many digits",
    ),
    "nested without end": ("[" * 100_000, "1:1: The file is nested too deeply to be answers."),
    "cut off": (GOOD[:30], "1:31: This is not JSON: Expecting value. Check commas, quotes and"),
    "empty": ("", "1:1: This is not JSON: Expecting value. Check commas, quotes and"),
}


@pytest.mark.parametrize("verb", ["score", "change"])
@pytest.mark.parametrize("name", ANSWERS)
def test_what_is_wrong_with_answers_is_said_with_its_place(verb: str, name: str, run: Run) -> None:
    answers, expected = ANSWERS[name]
    status, out, err = run(verb, TEMPLATE, answers, "--json")
    assert (status, err) == (1, "")
    assert re.sub(r"^answers\.json(: |:(?=\d))", "", out).startswith(expected), out
    assert len(out.splitlines()) == 1
    assert len(out) < 300


# --- what looks wrong and is not ----------------------------------------------------------------------------


def test_nothing_applicable_is_a_result(run: Run) -> None:
    asked = section("questions", TEMPLATE["sections"][0]["questions"][:2])
    aside = {"state": "not_applicable", "reason": "No such duty"}
    status, out, _ = run("score", asked, json.dumps({"answers": {"A-1": aside, "A-2": aside}}), "--json")
    assert status == 0
    found = json.loads(out)
    assert found["overall"] == {
        **dict.fromkeys(["score", "low", "high", "completeness"]),
        "status": "not_applicable",
        **dict.fromkeys(["band", "confidence", "spread"]),
    }


def test_one_question_is_a_template(run: Run) -> None:
    asked = section("questions", TEMPLATE["sections"][0]["questions"][:1])
    status, out, _ = run("score", asked, GOOD, "--json")
    assert (status, json.loads(out)["overall"]["score"]) == (0, 50)


@pytest.mark.parametrize("top", [0.17, 0.69, 1.37, 2.72, 1e-90, 1e99])
def test_a_table_of_points_ends_at_100_exactly_whatever_it_ended_at(top: float, run: Run) -> None:
    asked = points(0, top / 4, top / 2, 3 * top / 4, top)
    status, out, err = run("score", asked, value(5), "--json")
    assert (status, "were rescaled" in err) == (0, True), out
    assert json.loads(out)["questions"][0]["points"] == 100


def test_weights_at_the_ends_of_what_is_taken_give_right_figures(run: Run) -> None:
    for weight in (1e100, 1e-100):
        asked = copy.deepcopy(TEMPLATE)
        for number in (0, 1, 6):
            asked["sections"][0]["questions"][number]["weight"] = weight
        answers = {key: {"state": "answered", "value": given} for key, given in (("A-1", 4), ("A-2", "yes"))}
        status, out, _ = run("score", asked, json.dumps({"answers": answers}), "--json")
        assert status == 0
        section = json.loads(out)["sections"][0]
        assert (section["score"], section["completeness"]) == pytest.approx((87.5, 2 / 3), abs=1e-9)


# --- wrong use ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ["score"],
        ["score", "template.json"],
        ["score", "nowhere.json", "nor-here.json"],
        ["score", ".", "."],
        ["score", "a", "b", "c"],
        ["score", "a", "b", "--xml"],
        ["change", "a", "b", "c"],
        ["change", "nowhere.json", "a.json", "b.json", "c.json"],
    ],
)
def test_wrong_use_is_status_2_and_says_so_on_standard_error(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(words) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err


# --- whatever stands there ----------------------------------------------------------------------------------

ASKED = document.parse(json.dumps(TEMPLATE), name="template.json")
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(["yes", "x", "answered", "not_applicable", "2026-01-05", "1,000", "£5", 3, 10**400]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
STATES = st.sampled_from(["answered", "answered", "answered", "dont_know", "not_applicable", "unanswered"])


def tried(read: Callable[[], Any]) -> tuple[Any, tuple[Problem, ...]]:
    """What reading gave, or what was wrong with it."""
    try:
        return read(), ()
    except Invalid as invalid:
        return None, invalid.problems


def assert_sound(questionnaire: Questionnaire, answers: Any) -> None:
    """Scored without a figure that is none."""
    json.dumps(score(questionnaire, answers).as_record(), allow_nan=False)


@TRIES
@given(st.sampled_from(list(ASKED.questions)), STATES | JSON, JSON, JSON)
def test_any_answer_is_scored_or_refused_with_its_place(key: str, state: Any, of: Any, reason: Any) -> None:
    raw = json.dumps({"answers": {key: {"state": state, "value": of, "reason": reason}}}).encode()
    answers, problems = tried(lambda: read_answers(ASKED, raw, "answers.json"))
    assert all(problem.place.startswith(f"answers.json: {key}") for problem in problems)
    if not problems:
        assert_sound(ASKED, answers)


@TRIES
@given(st.integers(0, len(GOOD) - 1), st.text(max_size=2))
def test_a_file_of_answers_cut_or_overwritten_anywhere_is_read_or_refused(at: int, other: str) -> None:
    for broken in (GOOD[:at], GOOD[:at] + other + GOOD[at + 1 :]):
        raw = broken.encode("utf-8", "surrogatepass")
        answers, problems = tried(lambda raw=raw: read_answers(ASKED, raw, "answers.json"))
        if not problems:
            assert_sound(ASKED, answers)


def places(content: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value in a document."""
    inner: Any = content.items() if isinstance(content, dict) else ()
    if isinstance(content, list):
        inner = enumerate(content)
    return [path] * bool(path) + [found for step, one in inner for found in places(one, (*path, step))]


@TRIES
@given(st.sampled_from([TEMPLATE, RULED]), st.data(), JSON)
def test_a_template_with_anything_anywhere_is_scored_or_refused(
    template: dict[str, Any], data: st.DataObject, junk: Any
) -> None:
    path = data.draw(st.sampled_from(places(template)))
    broken = json.dumps(edited(*path, junk, of=template))
    parsed, problems = tried(lambda: checks.checked(broken, name="template.json"))
    assert all(problem.place.startswith("template.json:") for problem in problems)
    if not problems:
        asked = parsed.questionnaire.questions
        scales = [key for key, one in asked.items() if one.kind == "scale" and one.is_scored]
        assert_sound(parsed.questionnaire, {key: build.answer(2) for key in scales})
