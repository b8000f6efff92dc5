"""Questions that are drawn once and filled: to the letter what their macros write."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from markupsafe import Markup

from tests import build
from tests.web.test_fields import DONT_KNOW, EACH, NA, PARTS
from vfm.errors import Problem
from vfm.questionnaires.answers import Answer, Evidence
from vfm.questionnaires.schema import Kind
from vfm.web import beside, drawing, fields, languages
from vfm.web.beside import Way
from vfm.web.fields import Field

HOSTILE = "</textarea>\"'<script>&amp;\x02typed\x03{{ 7 }}"

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def in_a_request(app: Flask) -> Iterator[None]:
    drawing._drawings.clear()
    with app.test_request_context():
        yield
    drawing._drawings.clear()


def macro(name: str, field: Field) -> Markup:
    """What the macro itself writes."""
    found: Markup = drawing._drawn(name, field)
    return found


def shown(kind: Kind, answer: Answer, seen: str = "0.") -> Field:
    question = build.question("Q-01", kind, help="*How* <b>much</b>")
    return fields.shown(build.questionnaire(question), question, fields.as_typed(answer), seen=seen)


@pytest.mark.parametrize("language", languages.LANGUAGES)
@pytest.mark.parametrize("kind", Kind)
def test_it_is_what_the_macro_writes(kind: Kind, language: str) -> None:
    languages.use(language)
    for _ in range(2):
        for answer in (EACH[kind], DONT_KNOW, NA, build.unanswered()):
            field = shown(kind, answer, seen="3.ab")
            assert drawing.question(field) == macro("question", field)
            assert drawing.evidence(field) == macro("evidence", field)


@pytest.mark.parametrize("kind", Kind)
def test_what_was_typed_is_escaped_and_stays_its_own(kind: Kind) -> None:
    before = drawing.question(shown(kind, build.unanswered()))
    raw: dict[str, str | list[str]] = dict.fromkeys(
        ("value", "reason", "note", "evidence", fields.DAY, fields.YEAR), HOSTILE
    )
    question = build.question("Q-01", kind, help="*How* <b>much</b>")
    asked = build.questionnaire(question)
    field = fields.shown(asked, question, raw | {"state": "not_applicable"}, seen=HOSTILE)
    assert drawing.question(field) == macro("question", field)
    assert drawing.evidence(field) == macro("evidence", field)
    assert "<script>" not in drawing.question(field) + drawing.evidence(field)
    assert drawing.question(shown(kind, build.unanswered())) == before


def test_a_figure_by_part_is_filled_part_by_part() -> None:
    question = build.question("Q-01", "number", by="cohorts")
    asked = build.questionnaire(question, parts=PARTS)
    for answer in (build.answer({"young": "1200", "old": "0.5"}), build.unanswered()):
        field = fields.shown(asked, question, fields.as_typed(answer))
        assert drawing.question(field) == macro("question", field)


def test_only_what_looks_alike_shares_a_drawing() -> None:
    first = shown(Kind.SCALE, EACH[Kind.SCALE])
    drawing.question(first)
    drawing.question(replace(first, note="another", seen="7.cd"))
    assert len(drawing._drawings) == 1
    for other in (
        replace(first, label="Other words?"),
        replace(first, grade=Evidence.DOCUMENTED.value),
        replace(first, options=first.options[1:]),
        replace(first, state="dont_know"),
        replace(first, lang=fields.IN_ENGLISH),
    ):
        assert drawing.question(other) == macro("question", other)
    assert len(drawing._drawings) == 6


def test_a_mistake_is_drawn_as_it_is() -> None:
    question = build.question("Q-01", "number")
    problem = Problem("Q-01.value", "Write a number.")
    field = fields.shown(build.questionnaire(question), question, {"value": "x"}, problems=[problem])
    assert drawing.question(field) == macro("question", field)
    assert "Write a number." in drawing.question(field)
    assert not drawing._drawings


def test_a_state_that_no_page_sends_is_not_kept() -> None:
    for field in (
        replace(shown(Kind.SCALE, build.unanswered()), grade=HOSTILE),
        replace(shown(Kind.SCALE, build.unanswered()), state=HOSTILE),
    ):
        assert drawing.question(field) == macro("question", field)
    assert not drawing._drawings


def test_no_more_is_kept_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "KEPT", 3)
    field = shown(Kind.TEXT, build.unanswered())
    for number in range(5):
        one = replace(field, label=f"Question {number}?")
        assert drawing.question(one) == macro("question", one)
    assert len(drawing._drawings) == 3


def test_the_buttons_under_a_question_are_in_the_language_of_the_page() -> None:
    ways = (Way("history", "History <1>"),)
    assert drawing.deeds("Q-01", ways) == macro_of_deeds("Q-01", ways)
    english = beside._ways(0, 2, False, True, True, "en")
    languages.use(languages.WELSH)
    welsh = beside._ways(0, 2, False, True, True, "cy")
    assert [way.to for way in english] == [way.to for way in welsh]
    assert all(one.words != other.words for one, other in zip(english, welsh, strict=True))


def macro_of_deeds(key: str, ways: tuple[Way, ...]) -> Markup:
    found: Markup = drawing._drawn("deeds", key, ways)
    return found
