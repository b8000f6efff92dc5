"""Questions as form fields and back."""

from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from tests import build
from vfm.errors import Problem
from vfm.questionnaires.answers import Answer, Evidence, State, parse
from vfm.questionnaires.schema import Kind
from vfm.web import fields

PARTS = {"cohorts": {"young": "Young", "old": "Old"}}
EACH = {
    Kind.SCALE: build.answer(3, Evidence.VERIFIED, note="seen"),
    Kind.YES_NO: build.answer("no"),
    Kind.SINGLE_CHOICE: build.answer("b"),
    Kind.MULTI_CHOICE: build.answer(["a", "b"]),
    Kind.NUMBER: build.answer(Decimal("1234567.50")),
    Kind.MONEY: build.answer(Decimal("-1250000.10")),
    Kind.PERCENT: build.answer(Decimal("12.5")),
    Kind.DATE: build.answer(date(2026, 3, 5)),
    Kind.TEXT: build.answer("One line\nand another"),
    Kind.EVIDENCE: build.answer("A report\nhttps://example.org"),
}
DONT_KNOW, NA = Answer(State.DONT_KNOW), Answer(State.NOT_APPLICABLE, reason="No such duty")


def test_every_kind_has_a_control_that_exists(app: Flask) -> None:
    macros = app.jinja_env.get_template("macros/fields.html").make_module()
    without = [kind for kind in Kind if not hasattr(macros, fields.CONTROLS.get(kind, "-"))]
    assert not without, f"web/fields.py and macros/fields.html show no {without}"


@pytest.mark.parametrize("kind", Kind)
def test_what_a_field_shows_is_read_back_as_the_same_answer(kind: Kind) -> None:
    question = build.question("Q-01", kind)
    asked = build.questionnaire(question)
    for answer in (EACH[kind], DONT_KNOW, NA, build.unanswered()):
        assert parse(asked, question, fields.as_typed(answer)) == answer


def test_a_figure_by_part_is_read_back() -> None:
    question = build.question("Q-01", "number", by="cohorts")
    asked = build.questionnaire(question, parts=PARTS)
    answer = build.answer({"young": "1200", "old": "0.5"})
    assert parse(asked, question, fields.as_typed(answer)) == answer


def test_a_form_is_read_question_by_question() -> None:
    form = MultiDict(
        [
            ("csrf_token", "x"),
            ("A-01.value", "state:not_applicable"),
            ("A-01.reason", "None here"),
            ("A-01.revision", "2.ab"),
            ("A-02.value", "a"),
            ("A-02.value", "b"),
            ("A-02.revision", "0.cd"),
            ("A-03.value", "no revision, so not from a form"),
            ("A-04.value", "mine"),
            ("A-04.revision", "1.ef"),
            ("A-04.choice", "2.99"),
            ("A-05.value", "mine"),
            ("A-05.revision", "1.ef"),
            ("A-05.choice", "theirs"),
        ]
    )
    read = fields.read(form)
    assert sorted(read) == ["A-01", "A-02", "A-04", "A-05"]
    assert read["A-01"].raw == {"state": "not_applicable", "reason": "None here"}
    assert read["A-02"].raw == {"value": ["a", "b"]}
    assert (read["A-04"].seen, read["A-04"].keeps_theirs) == ("2.99", False)
    assert (read["A-05"].seen, read["A-05"].keeps_theirs) == ("1.ef", True)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("place", ["Q-01", "Q-01.state", "Q-01.reason", "Q-01.note"])
def test_every_problem_leads_to_an_element_and_is_shown(app: Flask, kind: Kind, place: str) -> None:
    scored = {"weight": 1} if kind in (Kind.SCALE, Kind.YES_NO) else {}
    if place == "Q-01.note" and not scored:
        return  # only a scored question has a note
    question = build.question("Q-01", kind, **scored)
    problem = Problem(place, "That is odd. Mend it.")
    field = fields.shown(build.questionnaire(question), question, {}, problems=[problem])
    macros = app.jinja_env.get_template("macros/fields.html").make_module()
    html = macros.question(field) + (macros.evidence(field) if scored else "")
    assert f'id="{fields.place(problem).replace(".", "-")}"' in html
    assert "That is odd. Mend it." in html


def test_units_stand_beside_their_figures() -> None:
    assert fields.figure_in_words(Decimal(94614000), "GBP") == "£94,614,000"
    assert fields.figure_in_words(Decimal(1310), "GBP per week") == "£1,310 per week"
    assert fields.figure_in_words(Decimal("0.62"), "share") == "62%"
    assert fields.figure_in_words(Decimal("8.3"), "percent") == "8.3%"
    assert fields.figure_in_words(Decimal(412), "children") == "412 children"
