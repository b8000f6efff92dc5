"""The check page: whether it can be sent, each finding a link to its place, and who is told what."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Engine, event, select

from tests import build
from tests.client import Browser, Page, words
from tests.council import NOW, SmallCouncil
from tests.rounds import opened
from vfm.questionnaires.schema import Comparison, Operation
from vfm.store.database import transaction
from vfm.store.tables import Comment, Delegation, Evidence, EvidenceUse, Figure, FigureSource, FigureView

ASKED = build.questionnaire(
    build.section(
        "MON",
        build.question("MON-01", "money", "Gross spending", required=True, feeds="expenditure_level"),
        build.question("MON-02", "number", "People served"),
        build.question("MON-03", "money", "Cost of each", derived=Operation(divide=("MON-01", "MON-02"))),
    ),
    build.section(
        "ECO",
        build.scale_question("ECO-01", required=True),
        build.scale_question("ECO-02", weight=3),
        build.scale_question("ECO-03", show_if=Comparison(question="ECO-01", equals=4)),
    ),
    build.section("OUT", *(build.scale_question(f"OUT-{n:02}", required=True) for n in range(8))),
)
Enter = Callable[[str], Browser]


@pytest.fixture
def number(engine: Engine, council: SmallCouncil) -> int:
    """The libraries' assessment, with a published figure."""
    made = opened(engine, council, ASKED)
    with transaction(engine) as session:
        source = FigureSource(key="ro", title="Revenue outturn", publisher="M", licence="L")
        session.add(source)
        session.flush()
        session.add(
            Figure(
                service_id=council.services["LIB"], measure="gross_expenditure", title="Gross expenditure",
                year="2024-25", amount=Decimal(80), unit="GBP", basis="cash", source_id=source.id,
                feeds="expenditure_level",
            )
        )  # fmt: skip
    return made.assessments["LIB"]


@pytest.fixture
def at(number: int) -> str:
    """Its address."""
    return f"/assessments/{number}"


def answer(who: Browser, at: str, section: str, **fields: str) -> None:
    """Answer one section; `MON_01` stands for the value of MON-01, `ECO_01__evidence` for its evidence."""
    named = {name.replace("_", "-", 1).replace("__", "."): typed for name, typed in fields.items()}
    typed = {name if "." in name else f"{name}.value": one for name, one in named.items()}
    who.open(f"{at}/sections/{section}").submit("Save and return later", **typed)


def answer_all(who: Browser, at: str, level: str = "2") -> None:
    """Everything that must be answered, so that nothing stands out."""
    answer(who, at, "MON", MON_01="84")
    answer(who, at, "ECO", ECO_01="2")
    answer(who, at, "OUT", **{f"OUT_{n:02}": level for n in range(8)})


def topics(page: Page) -> dict[str, list[str]]:
    """Heading of each matter -> what is said of each finding."""
    return {
        words(head).rpartition(" (")[0]: [words(item) for item in head.find_next("ul").select("li")]
        for head in page.soup.select(".vfm-block h3, .vfm-block summary")
    }


def test_first_it_says_in_one_sentence_whether_it_can_be_sent(signed_in: Enter, at: str) -> None:
    director = signed_in("director")
    page = director.open(f"{at}/check")
    assert (
        words(page.soup.select_one(".govuk-body-l"))
        == "This cannot be sent yet: 10 questions have no answer."
    )
    assert "Send for sign-off" not in page.text
    assert page.follow("Go to the first to put right").address == f"{at}/sections/MON"
    answer_all(director, at)
    page = director.open(f"{at}/check")
    assert "nothing stands out" in words(page.soup.select_one(".govuk-body-l"))
    assert page.submit("Send for sign-off").heading == "Sign off"


def test_many_findings_of_one_matter_are_listed_by_section(signed_in: Enter, at: str) -> None:
    page = signed_in("director").open(f"{at}/check")
    found = topics(page)["Not answered yet"]
    assert [line.partition(":")[0] for line in found] == ["Section MON", "Section ECO", "Section OUT"]
    link = page.soup.select_one(f'main a[href="{at}/sections/OUT#OUT-07"]')
    assert words(link) == "OUT-07 How well is it done?"
    assert director_reads_the_place(page, "OUT-07")


def director_reads_the_place(page: Page, key: str) -> bool:
    """True when the link to a question leads to a page that has it."""
    href = str(next(a for a in page.soup.select("main a") if words(a).startswith(key))["href"])
    return page.browser.open(href).soup.select_one(f"#{key}") is not None


def test_what_deserves_another_look_is_said_with_its_place(
    signed_in: Enter, at: str, number: int, engine: Engine, council: SmallCouncil
) -> None:
    director = signed_in("director")
    answer_all(director, at)
    answer(director, at, "MON", MON_01="100", MON_02="8", MON_03="13.50")
    answer(
        director, at, "ECO",
        ECO_01="3", ECO_01__evidence="documented", ECO_02="state:not_applicable", ECO_02__reason="By others",
    )  # fmt: skip
    answer(director, at, "OUT", OUT_00="4", OUT_01="state:dont_know")
    with transaction(engine) as session:
        helper = council.people["contributor"]
        paper = Evidence(
            service_id=council.services["LIB"], kind="link", title="Old plan", address="https://a.example",
            grade="documented", expires_on=date(2026, 3, 5), by_id=helper, at=NOW,
        )  # fmt: skip
        session.add(paper)
        session.flush()
        session.add_all([
            EvidenceUse(
                assessment_id=number, question_key="ECO-01", evidence_id=paper.id, by_id=helper, at=NOW
            ),
            Delegation(
                assessment_id=number, person_id=helper, scope="section", place="OUT",
                given_by_id=council.people["director"], given_at=NOW,
            ),
            Comment(assessment_id=number, question_key="ECO-01", text="Is it?", by_id=helper, at=NOW),
            FigureView(
                assessment_id=number, measure="gross_expenditure", year="2024-25", verdict="corrected",
                amount=Decimal(70), reason="Booked twice.", by_id=helper, at=NOW,
            ),
        ])  # fmt: skip
    page = director.open(f"{at}/check")
    assert topics(page) == {
        "Still with colleagues": ["Section OUT With Contributor since 23 November 2026."],
        "Figures that differ from what your other answers come to": [
            "MON-03: Cost of each You typed £13.50; MON-01 divided by MON-02 comes to £12.50."
        ],
        "Figures that differ from published ones": [
            (
                "MON-01: Gross spending You answered £100. Gross expenditure, 2024-25, as you corrected it: "
                "£70. Your answer is £30 more, 43%."
            )
        ],
        "High levels with weak evidence": ["OUT-00: How well is it done?"],
        "High levels that the evidence does not bear out": [
            (
                "ECO-01: How well is it done? The answer says “Documented”; nothing the register holds for "
                "it is up to date. “Old plan” expired on 5 March 2026."
            )
        ],
        "Much that does not apply": [
            "Section ECO 1 of 2 scored questions, 75% of the weight. Above 30% a challenge is called for."
        ],
        "Open comments": ["ECO-01: How well is it done? 1 open comment"],
        "You do not know yet": ["OUT-01: How well is it done?"],
        "Does not apply to you": ["ECO-02: How well is it done? By others"],
        "Colleagues who help with all of it": [
            "The whole assessment With Contributor since 23 November 2026."
        ],
        "Published figures you corrected": [
            "MON-01: Gross spending Gross expenditure, 2024-25: £80, corrected to £70. Booked twice."
        ],
    }
    assert "This can be sent. Before you do, 7 things deserve another look." in page.text
    assert page.soup.select_one(f'main a[href="{at}/questions/ECO-01/comments"]'), (
        "a comment's place is its page"
    )
    assert "75%" not in signed_in("contributor").open(f"{at}/check").text, "weights are for the director"
    assert not topics(signed_in("core_team").open(f"{at}/check")), "who only reads is told nothing to do"


def test_a_contributor_checks_their_own_part_alone(
    signed_in: Enter, engine: Engine, council: SmallCouncil
) -> None:
    number = opened(engine, council, ASKED, given=(("section", "ECO"),)).assessments["LIB"]
    at = f"/assessments/{number}"
    contributor = signed_in("contributor")
    page = contributor.open(f"{at}/check")
    assert "Your part is not complete yet: 1 question has no answer." in page.text
    assert list(topics(page)) == ["Not answered yet", "Optional questions left blank"]
    assert "MON-01" not in page.html
    assert "OUT-01" not in page.html
    answer(contributor, at, "ECO", ECO_01="4")
    page = contributor.open(f"{at}/check")
    assert "Before you hand it back, 1 thing deserves another look." in page.text
    assert "Send for sign-off" not in page.text
    assert page.follow("Go to hand it back").address == at


def test_what_was_handed_back_is_no_longer_the_contributors_to_put_right(
    signed_in: Enter, engine: Engine, council: SmallCouncil
) -> None:
    number = opened(engine, council, ASKED, given=(("section", "ECO"), ("section", "OUT"))).assessments["LIB"]
    with transaction(engine) as session:
        out = session.scalars(select(Delegation).where(Delegation.place == "OUT")).one()
        out.handed_back_at = NOW
    page = signed_in("contributor").open(f"/assessments/{number}/check")
    assert "Your part is not complete yet: 1 question has no answer." in page.text
    assert "OUT-07" in page.text, "it can still be read"


def test_before_signing_off_the_director_sees_what_stands_out(signed_in: Enter, at: str) -> None:
    director = signed_in("director")
    answer_all(director, at, level="4")
    director.open(f"{at}/check").submit("Send for sign-off")
    page = director.open(f"{at}/check")
    assert page.heading == "Answers"
    assert "This waits for you to sign it off. Before you do, 8 things deserve another look." in page.text
    assert "Submitted Director" in page.text, "who sent it stands at the top"
    assert list(topics(page)) == [
        "High levels with weak evidence",
        "Colleagues who help with all of it",
        "Optional questions left blank",
    ]
    assert page.follow("Go to sign-off").heading == "Sign off"
    assert not topics(signed_in("contributor").open(f"{at}/check"))


def test_a_page_from_before_somebody_cleared_an_answer_says_why_it_was_not_sent(
    signed_in: Enter, at: str
) -> None:
    director = signed_in("director")
    answer_all(director, at)
    page = director.open(f"{at}/check")
    answer(signed_in("contributor"), at, "MON", MON_01="")
    page = page.submit("Send for sign-off")
    assert page.status == 422
    assert page.problems[0].startswith("MON-01: This question has no answer.")
    assert page.soup.select_one(f'.govuk-error-summary a[href="{at}/sections/MON#MON-01"]')


def test_checking_takes_six_statements(signed_in: Enter, at: str) -> None:
    director = signed_in("director")
    director.open(f"{at}/check")
    statements: list[str] = []
    engine = director.app.extensions["vfm"].engine
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    director.open(f"{at}/check")
    assert len([said for said in statements if not said.startswith("BEGIN")]) == 6


@pytest.mark.parametrize("who", ["administrator", "viewer", "other_director"])
def test_others_do_not_know_of_it(signed_in: Enter, at: str, who: str) -> None:
    assert signed_in(who).status(f"{at}/check") == 404
    assert signed_in("core_team").status("/assessments/9999/check") == 404
