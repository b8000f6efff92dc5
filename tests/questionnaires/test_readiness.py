"""What is found before answers are sent: one small questionnaire, each matter by a table of answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests import build
from vfm.questionnaires import readiness, routing
from vfm.questionnaires.answers import Answer, Evidence
from vfm.questionnaires.evidence import Item
from vfm.questionnaires.readiness import GROUP_WORDS, MATTERS, Finding, Group, Held, Part
from vfm.questionnaires.schema import Check, Comparison, Operation, Questionnaire, Ref

TODAY = date(2026, 11, 27)
QUESTIONNAIRE: Questionnaire = build.questionnaire(
    build.section(
        "MON",
        build.question("GROSS", "money", "Gross spending", required=True, feeds="expenditure_level"),
        build.question("NET", "money", "Net spending", feeds="expenditure_level"),
        build.question("USERS", "number"),
        build.question("EACH", "money", derived=Operation(divide=("GROSS", "USERS"))),
        build.question("POSTS", "number", unit="FTE"),
    ),
    build.section(
        "ECO",
        build.scale_question("ECO-1", required=True),
        build.yes_no("ECO-2", weight=2, required=True),
        build.scale_question("ECO-3", show_if=Comparison(question="ECO-2", equals="yes")),
        build.question("WORDS", "text", max_words=2),
    ),
    checks=(
        Check(
            key="net",
            must=Comparison(question="NET", at_most=Ref(question="GROSS")),
            say="Net is above.",
            at="NET",
        ),
    ),
)  # fmt: skip
FIT = {"GROSS": build.answer(Decimal(100)), "ECO-1": build.answer(2), "ECO-2": build.answer("no")}
"""The least that can be sent, and nothing stands out."""


@dataclass(frozen=True)
class Published:
    measure: str
    title: str
    year: str
    amount: Decimal
    unit: str
    feeds: str
    corrected: Decimal | None = None
    reason: str | None = None


def gross(amount: int, corrected: int | None = None, reason: str | None = None) -> Published:
    instead = None if corrected is None else Decimal(corrected)
    return Published(
        "gross_expenditure", "Gross", "2024-25", Decimal(amount), "GBP", "expenditure_level", instead, reason
    )


def found(answers: Mapping[str, Answer], **more: Any) -> list[tuple[str, str, str]]:
    """(matter, place, words) of everything found but what is optional and blank."""
    given = FIT | answers
    held = Held(QUESTIONNAIRE, given, routing.on_route(QUESTIONNAIRE, given), TODAY, **more)
    return [
        (matter, one.place, one.words)
        for matter, ones in readiness.findings(held).items()
        for one in ones
        if matter != "blank"
    ]


CASES: dict[str, tuple[dict[str, Answer], dict[str, Any], list[tuple[str, str, str]]]] = {
    "nothing stands out": ({}, {}, []),
    "no answer": ({"GROSS": build.unanswered()}, {}, [("unanswered", "GROSS", "")]),
    "an answer to an earlier version, required": (
        {"GROSS": build.unanswered()},
        {"waiting": {"GROSS"}},
        [("confirm", "GROSS", "")],
    ),
    "an answer to an earlier version, optional": ({}, {"waiting": {"NET"}}, [("earlier", "NET", "")]),
    "an answer to an earlier version, off the route": ({}, {"waiting": {"ECO-3"}}, []),
    "a check that does not hold": (
        {"NET": build.answer(Decimal(101))},
        {},
        [("contradiction", "NET", "Net is above.")],
    ),
    "too long": (
        {"WORDS": build.answer("one two three")},
        {},
        [("unfinished", "WORDS", "Your answer has 3 words; the limit is 2. Take out 1 word.")],
    ),
    "worked out otherwise": (
        {"USERS": build.answer(Decimal(8)), "EACH": build.answer(Decimal("13.50"))},
        {},
        [("worked_out", "EACH", "You typed £13.50; GROSS divided by USERS comes to £12.50.")],
    ),
    "rounded as typed": ({"USERS": build.answer(Decimal(8)), "EACH": build.answer(Decimal(12))}, {}, []),
    "what it is worked out from is missing": ({"EACH": build.answer(Decimal(12))}, {}, []),
    "far from the published figure": (
        {},
        {"figures": [gross(80)]},
        [("figure", "GROSS", "You answered £100. Gross, 2024-25: £80. Your answer is £20 more, 25%.")],
    ),
    "ten per cent from the published figure": ({}, {"figures": [gross(80), gross(110)]}, []),
    "as corrected": (
        {},
        {"figures": [gross(80, 98, "Income was booked twice.")]},
        [("corrected", "GROSS", "Gross, 2024-25: £80, corrected to £98. Income was booked twice.")],
    ),
    "far from what it was corrected to": (
        {},
        {"figures": [gross(80, 50, "Wrong line.")]},
        [
            (
                "figure",
                "GROSS",
                "You answered £100. Gross, 2024-25, as you corrected it: £50. Your answer is £50 more, 100%.",
            ),
            ("corrected", "GROSS", "Gross, 2024-25: £80, corrected to £50. Wrong line."),
        ],
    ),
    "published as 0": (
        {},
        {"figures": [gross(0)]},
        [("figure", "GROSS", "You answered £100. Gross, 2024-25: £0. Your answer is £100 more.")],
    ),
    "a figure in another unit": (
        {},
        {"figures": [Published("cost", "Cost", "2024", Decimal(9), "GBP per week", "expenditure_level")]},
        [],
    ),
    "net is not measured against gross": ({"NET": build.answer(Decimal(10))}, {"figures": [gross(100)]}, []),
    "posts of one profession are not all posts": (
        {"POSTS": build.answer(Decimal(40))},
        {"figures": [Published("social_workers", "Social workers", "2026", Decimal(9), "FTE", "")]},
        [],
    ),
    "high without evidence": ({"ECO-1": build.answer(3)}, {}, [("weak", "ECO-1", "")]),
    "high on somebody's word": ({"ECO-1": build.answer(4, "assertion")}, {}, [("weak", "ECO-1", "")]),
    "high and borne out": (
        {"ECO-1": build.answer(3, "documented")},
        {"evidence": {"ECO-1": [Item("Plan", Evidence.DOCUMENTED, expires_on=TODAY)]}},
        [],
    ),
    "high and out of date": (
        {"ECO-1": build.answer(3, "documented")},
        {"evidence": {"ECO-1": [Item("Plan", Evidence.DOCUMENTED, expires_on=date(2026, 11, 26))]}},
        [
            (
                "unsupported",
                "ECO-1",
                (
                    "The answer says “Documented”; nothing the register holds for it is up to date. "
                    "“Plan” expired on 26 November 2026."
                ),
            )
        ],
    ),
    "low and out of date": (
        {"ECO-1": build.answer(2, "documented")},
        {"evidence": {"ECO-1": [Item("Plan", Evidence.DOCUMENTED, expires_on=date(2026, 11, 26))]}},
        [],
    ),
    "a yes counts as high": ({"ECO-2": build.answer("yes")}, {}, [("weak", "ECO-2", "")]),
    "much does not apply": (
        {"ECO-1": build.na("No such cost")},
        {"much_not_applicable": {"ECO": 1 / 3}},
        [
            (
                "many_not_applicable",
                "ECO",
                "1 of 2 scored questions, 33% of the weight. Above 30% a challenge is called for.",
            ),
            ("not_applicable", "ECO-1", "No such cost"),
        ],
    ),
    "much does not apply, and the share is not told": (
        {"ECO-1": build.na("No such cost")},
        {"much_not_applicable": {"ECO": 1 / 3}, "says_shares": False},
        [
            ("many_not_applicable", "ECO", "1 of 2 scored questions."),
            ("not_applicable", "ECO-1", "No such cost"),
        ],
    ),
    "still with colleagues": (
        {},
        {"parts": [Part("ECO", "Ida Ix", TODAY), Part("ECO-3", "Ida Ix", TODAY), Part("", "Al Ef", TODAY)]},
        [
            ("part", "ECO", "With Ida Ix since 27 November 2026."),
            ("helper", "", "With Al Ef since 27 November 2026."),
        ],
    ),
    "open comments": (
        {},
        {"comments": {"ECO-1": 2, "ECO-3": 1, "": 1}},
        [("comment", "ECO-1", "2 open comments"), ("comment", "", "1 open comment")],
    ),
    "not known": ({"ECO-1": build.dont_know()}, {}, [("dont_know", "ECO-1", "")]),
}  # fmt: skip


@pytest.mark.parametrize(("answers", "more", "expected"), CASES.values(), ids=CASES)
def test_what_is_found(
    answers: dict[str, Answer], more: dict[str, Any], expected: list[tuple[str, str, str]]
) -> None:
    assert found(answers, **more) == expected


def test_every_matter_has_a_case_and_every_case_a_matter() -> None:
    met = {matter for _, _, expected in CASES.values() for matter, _, _ in expected}
    assert met | {"blank"} == set(MATTERS)
    assert set(GROUP_WORDS) == set(Group)


def test_optional_questions_left_blank_stand_in_nobodys_way() -> None:
    held = Held(QUESTIONNAIRE, FIT, routing.on_route(QUESTIONNAIRE, FIT), TODAY)
    told = readiness.findings(held)
    assert [one.place for one in told["blank"]] == ["NET", "USERS", "EACH", "POSTS", "WORDS"]
    assert readiness.verdict(told).startswith("This can be sent: everything")


@pytest.mark.parametrize(
    ("counted", "words"),
    [
        ({"unanswered": 1, "weak": 5}, "This cannot be sent yet: 1 question has no answer."),
        (
            {"unanswered": 12, "unfinished": 1},
            ("This cannot be sent yet: 12 questions have no answer and 1 answer needs attention."),
        ),
        ({"contradiction": 1, "confirm": 2}, "This cannot be sent yet: 3 answers need attention."),
        ({"weak": 1, "blank": 4}, "This can be sent. Before you do, 1 thing deserves another look."),
        ({"weak": 2, "comment": 1}, "This can be sent. Before you do, 3 things deserve another look."),
    ],
)
def test_one_sentence_says_whether_it_can_be_sent(counted: dict[str, int], words: str) -> None:
    told = {matter: [Finding(matter, "A")] * number for matter, number in counted.items()}
    assert readiness.verdict(told) == words


@pytest.mark.parametrize(
    ("counted", "words"),
    [
        ({"unanswered": 2}, "Your part is not complete yet: 2 questions have no answer."),
        ({"weak": 1}, "Your part is complete. Before you hand it back, 1 thing deserves another look."),
        ({}, "Your part is complete: everything that must be answered is answered, and nothing stands out."),
    ],
)
def test_one_sentence_says_whether_a_part_can_be_handed_back(counted: dict[str, int], words: str) -> None:
    told = {matter: [Finding(matter, "A")] * number for matter, number in counted.items()}
    assert readiness.verdict(told, is_part=True) == words


def test_findings_stand_in_the_order_of_the_matters() -> None:
    answers = {"GROSS": build.unanswered(), "ECO-1": build.answer(4), "NET": build.dont_know()}
    assert [matter for matter, _, _ in found(answers)] == ["unanswered", "weak", "dont_know"]


def test_by_part_each_part_is_compared() -> None:
    asked = build.questionnaire(
        build.question("A", "number", by="age"),
        build.question("B", "number"),
        build.question("C", "number", by="age", derived=Operation(divide=("A", "B"))),
        parts={"age": {"old": "Older", "young": "Younger"}},
    )
    given = {
        "A": build.answer({"old": 10, "young": 20}),
        "B": build.answer(Decimal(2)),
        "C": build.answer({"old": 5, "young": 11}),
    }
    told = readiness.findings(Held(asked, given, frozenset(given), TODAY))
    (one,) = told["worked_out"]
    assert one.words.startswith(
        "You typed Older: 5 items; Younger: 11 items; A divided by B comes to Older: 5"
    )
