"""Completing an assessment in a browser without scripts."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, event, select

from tests import build
from tests.client import Browser, words
from tests.council import NOW, SmallCouncil
from tests.rounds import opened, publish
from vfm.questionnaires.schema import Check, Comparison, Kind, Operation, Ref
from vfm.store.database import reading, transaction
from vfm.store.tables import AnswerRow, Comment, Evidence, EvidenceUse

IS_DOUBLED = Comparison(question="ECO-02", equals="yes")
NET_IN_GROSS = Comparison(question="MON-02", at_most=Ref(question="MON-01"))
ASKED = build.questionnaire(
    build.section(
        "MON",
        build.question("MON-01", "money", "Gross spending", required=True, feeds="expenditure_level"),
        build.question("MON-02", "money", "Net spending", required=True, feeds="expenditure_level"),
        build.question("MON-03", "text", "What it does", max_words=5),
    ),
    build.section(
        "ECO",
        build.scale_question("ECO-01", required=True),
        build.yes_no("ECO-02", required=True),
        build.question("ECO-03", "text", "Which one", required=True, show_if=IS_DOUBLED),
        build.question("ECO-04", "text", "Name three improvements", becomes="improvement_action"),
    ),
    build.section("ALL", *(build.question(f"ALL-{n:02}", kind) for n, kind in enumerate(Kind))),
    checks=(Check(key="net", must=NET_IN_GROSS, say="Net is above gross. Check both.", at="MON-02"),),
)  # fmt: skip
Enter = Callable[[str], Browser]


@pytest.fixture
def at(engine: Engine, council: SmallCouncil) -> str:
    """The address of the libraries' assessment."""
    made = opened(engine, council, ASKED)
    publish(engine, council)
    return f"/assessments/{made.assessments['LIB']}"


def test_section_by_section_to_sign_off(signed_in: Enter, at: str) -> None:
    contributor, director = signed_in("contributor"), signed_in("director")
    page = contributor.open("/assessments").follow("Libraries").follow("Section MON")
    page = page.submit("Save and continue", **{"MON-01.value": "100", "MON-02.value": "90"})
    assert page.heading == "Section ECO"
    page = page.submit("Save and continue", **{"ECO-01.value": "3", "ECO-02.value": "yes"})
    assert "more questions" in page.text
    assert "Which one" in page.text
    page = page.submit(
        "Save and return later",
        **{
            "ECO-01.evidence": "documented",
            "ECO-03.value": "Branches",
            "ECO-04.value": "- Share a van\n\n2. Open later",
        },
    )
    assert "You can come back" in page.text
    page = page.follow("Check and send")
    assert "Share a van" in page.text
    page = page.submit("Send for sign-off")
    assert page.heading == "What was sent"
    page = director.open("/assessments").follow("Libraries").follow("Read and sign off")
    assert "between" not in page.text
    page = page.submit("Return it for changes")
    assert page.problems == ["Say why you return it, so that it can be put right."]
    page = page.submit("Return it for changes", reason="Net looks too high.")
    assert "Net looks too high." in page.text
    page = page.follow("Check and send").submit("Send for sign-off").submit("Sign off")
    assert "Signed off" in page.text
    assert "Waits for challenge" in page.text
    assert not page.follow("Section MON").soup.select("main form")


def test_a_wrong_answer_stays_as_typed_and_the_rest_is_saved(signed_in: Enter, at: str) -> None:
    page = signed_in("director").open(f"{at}/sections/MON")
    sent = {"MON-01.value": "100", "MON-02.value": "ninety", "MON-03.value": "one two three four five six"}
    page = page.submit("Save and continue", **sent)
    assert page.status == 422
    assert [problem.split(".")[0] for problem in page.problems] == [
        'MON-02: "ninety" is not a number',
        "MON-03: Your answer has 6 words; the limit is 5",
    ]
    assert page.soup.select_one('[name="MON-02.value"]')["value"] == "ninety"
    assert "1 other answer saved 14:02" in page.text
    page = page.submit("Save and continue", **{"MON-02.value": "90", "MON-03.value": ""})
    assert page.heading == "Section ECO"


def test_both_texts_of_a_clash_are_shown_and_one_is_chosen(signed_in: Enter, at: str) -> None:
    first, second = (signed_in(who).open(f"{at}/sections/MON") for who in ("director", "contributor"))
    first.submit("Save and continue", **{"MON-01.value": "100", "MON-03.value": "Lends books"})
    page = second.submit(
        "Save and continue",
        **{"MON-01.value": "200", "MON-02.value": "90", "MON-03.value": "Reads stories"},
    )
    assert page.status == 409
    assert page.problems == [
        f"Director changed {key} at 14:02 while you were writing. Choose which text to keep."
        for key in ("MON-01", "MON-03")
    ]
    assert {"£100", "£200", "Lends books", "Reads stories"} <= {
        span.get_text() for span in page.soup.select(".vfm-both")
    }
    page = page.submit("Save and continue")
    assert page.status == 409, "without a choice both stay"
    newest = page.soup.select_one('[name="MON-01.choice"]:not([value=theirs])')["value"]
    page = page.submit("Save and continue", **{"MON-01.choice": newest, "MON-03.choice": "theirs"})
    assert page.heading == "Section ECO"
    page = page.browser.open(f"{at}/check")
    assert "£200" in page.text
    assert "Lends books" in page.text
    assert "£90" in page.text


def test_what_is_missing_is_said_with_its_place(signed_in: Enter, at: str) -> None:
    director = signed_in("director")
    director.open(f"{at}/sections/MON").submit(
        "Save and continue", **{"MON-01.value": "100", "MON-02.value": "150"}
    )
    page = director.open(f"{at}/check")
    assert "This cannot be sent yet: 2 questions have no answer and 1 answer needs attention." in page.text
    token = page.soup.select_one("[name=csrf_token]")["value"]
    page = director.send(f"{at}/submit", {"csrf_token": token}, expect=422)
    assert [problem.split(":")[0] for problem in page.problems] == ["MON-02", "ECO-01", "ECO-02"]
    assert "Net is above gross. Check both." in page.problems[0]
    page = page.follow("MON-02: Net is above gross")
    assert "Does this fit? Net is above gross." in page.text


def test_published_figures_stand_beside_what_they_speak_of(signed_in: Enter, at: str) -> None:
    page = signed_in("director").open(f"{at}/sections/MON")
    facts = [box.get_text(" ", strip=True) for box in page.soup.select(".vfm-facts")]
    assert ["£4,321,000" in facts[0], "£3,210,000" in facts[1], len(facts)] == [True, True, 2]
    assert "Revenue outturn, a real unitary" in facts[0]
    assert "2024-25" in facts[0]


def test_the_script_is_told_what_was_saved_and_what_was_not(signed_in: Enter, at: str) -> None:
    director = signed_in("director")
    page = director.open(f"{at}/sections/ECO")
    form = {"csrf_token": page.soup.select_one("[name=csrf_token]")["value"]}
    mark = page.soup.select_one('[name="ECO-01.revision"]')["value"]
    sent = form | {
        "ECO-01.value": "9", "ECO-01.revision": mark, "ECO-02.value": "yes", "ECO-02.revision": mark,
    }  # fmt: skip
    reply = director.client.post(f"{at}/sections/ECO", data=sent, headers={"Accept": "application/json"}).json
    assert reply["at"] == "14:02"
    assert list(reply["saved"]) == ["ECO-02"]
    assert list(reply["problems"]) == ["ECO-01.value"]
    assert reply["asked"] == ["ECO-01", "ECO-02", "ECO-03", "ECO-04"]
    sent = form | {"ECO-02.value": "no", "ECO-02.revision": mark}
    reply = director.client.post(f"{at}/sections/ECO", data=sent, headers={"Accept": "application/json"}).json
    assert reply["clashes"]["ECO-02"]["kept"] == "Yes"


def test_a_pilot_takes_what_was_typed_along_to_a_comment(
    signed_in: Enter, engine: Engine, council: SmallCouncil
) -> None:
    made = opened(engine, council, ASKED, kind="pilot", name="Pilot 2026")
    director = signed_in("director")
    address = f"/assessments/{made.assessments['LIB']}/sections/MON"
    page = director.open(address).submit("Comment on this question MON-01", **{"MON-01.value": "100"})
    assert page.address.endswith("/feedback/MON-01")
    assert director.open(address).soup.select_one('[name="MON-01.value"]')["value"] == "100"


def test_every_question_can_be_read_before_starting(signed_in: Enter, at: str) -> None:
    page = signed_in("core_team").open(f"{at}/questions")
    assert 'Asked only when ECO-02 is "Yes".' in page.text
    assert "Not in place" in page.text


def test_those_who_only_read_get_no_form(signed_in: Enter, at: str) -> None:
    core = signed_in("core_team")
    assert not core.open(f"{at}/sections/ALL").soup.select("main form")
    assert not core.open(f"{at}/check").soup.select("main form")
    for who in ("other_director", "viewer", "administrator"):
        assert signed_in(who).status(f"{at}/sections/ALL") == 404
    assert signed_in("core_team").status(f"{at}/sections/NONE") == 404


@pytest.mark.parametrize(("page", "count"), [("", 7), ("/sections/MON", 4)])
def test_reading_the_task_list_or_a_section_takes_few_statements(
    signed_in: Enter, at: str, page: str, count: int
) -> None:
    director = signed_in("director")
    director.open(f"{at}{page}")
    statements: list[str] = []
    engine = director.app.extensions["vfm"].engine
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    director.open(f"{at}{page}")
    assert len([one for one in statements if not one.startswith("BEGIN")]) == count


def test_what_is_attached_to_a_question_is_counted_and_opened_with_what_was_typed_saved(
    signed_in: Enter, engine: Engine, council: SmallCouncil, at: str
) -> None:
    director = signed_in("director")
    page = director.open(f"{at}/sections/MON").submit("Add evidence MON-01", **{"MON-01.value": "100"})
    assert page.address == f"{at}/questions/MON-01/evidence"
    page = director.open(f"{at}/sections/MON")
    assert page.soup.select_one("#MON-01-value")["value"] == "100"
    assert [words(button) for button in page.soup.select("#MON-01 > .vfm-deeds button")] == [
        "Add evidence MON-01",
        "Discuss MON-01",
        "Ask a colleague MON-01",
        "History MON-01",
    ]
    assert [words(button) for button in page.soup.select("#MON-02 > .vfm-deeds button")] == [
        "Add evidence MON-02",
        "Discuss MON-02",
        "Ask a colleague MON-02",
    ], "without an answer there is no history"
    assert page.submit("Discuss MON-02").address == f"{at}/questions/MON-02/comments"
    assert page.submit("Ask a colleague MON-02").address == f"{at}/give?place=MON-02"
    contributor = signed_in("contributor").open(f"{at}/sections/MON")
    assert "Ask a colleague" not in contributor.text
    assert page.submit("History MON-01").address == f"{at}/questions/MON-01/history"
    with transaction(engine) as session:
        by = {"by_id": council.people["director"], "at": NOW}
        found = [
            Evidence(service_id=council.services["LIB"], kind="link", title=title, grade="documented", **by)
            for title in ("Budget book", "Ledger")
        ]
        session.add_all(found)
        session.flush()
        assessment_id = int(at.rpartition("/")[2])
        session.add_all(
            EvidenceUse(assessment_id=assessment_id, question_key="MON-01", evidence_id=one.id, **by)
            for one in found
        )
        session.add(Comment(assessment_id=assessment_id, question_key="MON-02", text="Which?", **by))
        session.add(
            Comment(assessment_id=assessment_id, question_key="MON-02", text="Done.", settled_at=NOW, **by)
        )
    page = director.open(f"{at}/sections/MON")
    assert "Evidence (2)" in words(page.soup.select_one("#MON-01"))
    assert "Discuss (1)" in words(page.soup.select_one("#MON-02"))


def test_answers_that_do_not_fit_together_are_kept_and_said_at_once(signed_in: Enter, at: str) -> None:
    section = signed_in("contributor").open(f"{at}/sections/MON")
    on = section.submit("Save and continue", **{"MON-01.value": "100", "MON-02.value": "120"})
    assert on.heading == "Section ECO"
    assert "Saved. But does this fit? Net is above gross. Check both. Go to MON-02" in on.text
    link = next(a for a in on.soup.select("main a") if a.text == "Go to MON-02")
    assert link["href"] == f"{at}/sections/MON#MON-02"
    back = on.follow("Go to MON-02")
    assert back.soup.select_one("#MON-02-value")["value"] == "120"  # type: ignore[index]
    assert "does this fit" not in on.submit("Save and continue", **{"ECO-01.value": "3"}).text
    assert "does this fit" not in back.submit("Save and continue", **{"MON-02.value": "90"}).text


def test_answers_that_do_not_fit_are_named_among_many_things_to_do(
    signed_in: Enter, engine: Engine, council: SmallCouncil
) -> None:
    asked = build.questionnaire(
        build.section("MON", build.question("MON-01", "money"), build.question("MON-02", "money")),
        build.section("ECO", *(build.yes_no(f"ECO-{n:02}", required=True) for n in range(13))),
        checks=(Check(key="net", must=NET_IN_GROSS, say="Net is above gross. Check both.", at="MON-02"),),
    )
    at = f"/assessments/{opened(engine, council, asked).assessments['LIB']}"
    contributor = signed_in("contributor")
    contributor.open(f"{at}/sections/MON").submit(
        "Save and continue", **{"MON-01.value": "100", "MON-02.value": "120"}
    )
    to_do = contributor.open(f"{at}/check").soup.select("main .vfm-findings")
    assert ["Net is above gross. Check both." in words(to_do[0]), len(to_do[0].select("li"))] == [True, 1]
    assert [words(item).partition(":")[0] for item in to_do[1].select("li")] == ["Section ECO"]
    assert len(to_do[1].select("li a")) == 13


def test_an_address_typed_as_evidence_is_a_link_to_follow(signed_in: Enter, at: str) -> None:
    contributor = signed_in("contributor")
    typed = "Service plan <2026>\nhttps://papers.example/plan?year=2026&page=3."
    section = contributor.open(f"{at}/sections/ECO")
    section.submit(
        "Save and return later",
        **{"ECO-01.value": "3", "ECO-01.note": "See http://papers.example/note", "ECO-04.value": typed},
    )
    page = contributor.open(f"{at}/check")
    links = [(a["href"], a["rel"]) for a in page.soup.select(".vfm-answers a[rel]")]
    assert links == [
        ("http://papers.example/note", ["noopener", "noreferrer"]),
        ("https://papers.example/plan?year=2026&page=3", ["noopener", "noreferrer"]),
    ]
    assert "Service plan <2026>" in page.text
    assert "https://papers.example/plan" in [
        str(a["href"]).split("?")[0]
        for a in signed_in("core_team").open(f"{at}/sections/ECO").soup.select(".vfm-answers a[rel]")
    ]


def test_a_clash_on_a_question_no_longer_asked_is_shown_and_settled(signed_in: Enter, at: str) -> None:
    director, contributor = signed_in("director"), signed_in("contributor")
    director.open(f"{at}/sections/ECO").submit("Save and return later", **{"ECO-02.value": "yes"})
    form = director.open(f"{at}/sections/ECO")
    theirs = contributor.open(f"{at}/sections/ECO")
    theirs.submit("Save and return later", **{"ECO-03.value": "Branches"})
    contributor.open(f"{at}/sections/ECO").submit("Save and return later", **{"ECO-02.value": "no"})
    page = form.submit("Save and return later", **{"ECO-03.value": "Vans"})
    assert page.status == 409
    assert "It is no longer asked, given the other answers" in page.text
    assert [span.get_text() for span in page.soup.select(".vfm-both")] == ["Branches", "Vans"]
    mine = page.soup.select_one('[name="ECO-03.choice"]:not([value=theirs])')["value"]
    page = page.submit("Save and return later", **{"ECO-03.choice": mine})
    assert page.status == 200
    assert "Vans" in director.open(f"{at}/questions/ECO-03/history").text


def test_ones_own_text_of_another_window_is_called_that(signed_in: Enter, at: str) -> None:
    director = signed_in("director")
    one, other = (director.open(f"{at}/sections/MON") for _ in range(2))
    one.submit("Save and return later", **{"MON-03.value": "Lends books"})
    page = other.submit("Save and return later", **{"MON-03.value": "Reads stories"})
    assert page.problems == [
        "You, in another window, changed MON-03 at 14:02 while you were writing. Choose which text to keep."
    ]
    assert "Keep what was saved" in page.text


# --- one question a page ------------------------------------------------------------------------------------

BY_QUESTION = ASKED.model_copy(update={"pages": "question"})


@pytest.fixture
def by_question(engine: Engine, council: SmallCouncil) -> str:
    """The address of an assessment that asks one question a page."""
    return f"/assessments/{opened(engine, council, BY_QUESTION).assessments['LIB']}"


def test_question_by_question_along_the_route(signed_in: Enter, by_question: str) -> None:
    page = signed_in("director").open(by_question).follow("Section MON")
    assert "Answer MON-02" in page.text
    page = page.follow("Start")
    assert page.address == f"{by_question}/sections/MON/MON-01"
    assert "Section 1 of 3 · Question 1 of 3" in page.text
    assert len(page.soup.select("[data-question]")) == 1
    page = page.submit("Save and continue", **{"MON-01.value": "100"})
    assert "Question 2 of 3" in page.text
    page = page.submit("Save and continue", **{"MON-02.value": "120"})
    assert page.address.endswith("/sections/MON/MON-03")
    assert "does this fit? Net is above gross. Check both. Go to MON-02" in page.text
    assert page.follow("Go to MON-02").address.endswith("/sections/MON/MON-02")
    page = page.submit("Previous question", **{"MON-03.value": "Lends books"})
    assert page.address.endswith("/sections/MON/MON-02")
    page = page.submit("Next question")
    assert page.soup.select_one("#MON-03-value").text.strip() == "Lends books", "saved on the way back too"
    page = page.submit("Save and continue")
    assert page.address.endswith("/sections/ECO/ECO-01"), "on to the next section"


def test_routing_brings_a_question_up_and_takes_it_away(signed_in: Enter, by_question: str) -> None:
    director = signed_in("director")
    doubled = f"{by_question}/sections/ECO/ECO-02"
    page = director.open(doubled)
    assert "Question 2 of 3" in page.text
    page = page.submit("Save and continue", **{"ECO-02.value": "yes"})
    assert (page.address, "Question 3 of 4" in page.text) == (f"{by_question}/sections/ECO/ECO-03", True)
    page = director.open(doubled).submit("Save and continue", **{"ECO-02.value": "no"})
    assert (page.address, "Question 3 of 3" in page.text) == (f"{by_question}/sections/ECO/ECO-04", True)
    page = director.open(f"{by_question}/sections/ECO/ECO-03")
    assert page.address == f"{by_question}/sections/ECO", "no longer asked: the list of what is"
    page = director.open(f"{by_question}/sections/ALL/ALL-09").submit("Save and continue")
    assert page.heading == "Check your answers"


def test_a_page_of_one_question_keeps_what_is_wrong_and_knows_its_own(
    signed_in: Enter, by_question: str
) -> None:
    director = signed_in("director")
    page = director.open(f"{by_question}/sections/MON/MON-01").submit(
        "Save and continue", **{"MON-01.value": "ninety"}
    )
    assert page.status == 422
    assert page.soup.select_one("#MON-01-value")["value"] == "ninety"
    page = page.submit("Save and return later", **{"MON-01.value": "90"})
    assert page.address == by_question
    page = director.open(f"{by_question}/sections/MON/MON-02").submit("All questions of this section")
    assert "£90" in page.text
    assert page.follow("Go on").address.endswith("MON-02")
    for nowhere in ("MON/ECO-01", "MON/NONE", "NONE/MON-01"):
        assert director.status(f"{by_question}/sections/{nowhere}") == 404
    core = signed_in("core_team").open(f"{by_question}/sections/MON/MON-01")
    assert (core.address, core.soup.select("main form")) == (f"{by_question}/sections/MON", [])


# --- bad input ----------------------------------------------------------------------------------------------


def test_a_pasted_essay_stays_on_the_page_with_one_clear_sentence(signed_in: Enter, at: str) -> None:
    director = signed_in("director")
    essay = "word " * 40_000
    page = director.open(f"{at}/sections/MON").submit("Save and continue", **{"MON-03.value": essay})
    assert page.problems == ["MON-03: Your answer has 40,000 words; the limit is 5. Take out 39,995 words."]
    assert page.soup.select_one("#MON-03-value").text.strip() == essay.strip()
    page = director.open(f"{at}/sections/ECO").submit("Save and continue", **{"ECO-04.value": "x" * 200_000})
    (problem,) = page.problems
    assert problem == (
        "ECO-04: This has 200,000 characters; the most is 20,000. "
        "Take out 180,000 characters, or attach a document."
    )
    assert len(page.soup.select_one("#ECO-04-value").text.strip()) == 200_000


def test_a_form_sent_twice_is_saved_once(signed_in: Enter, engine: Engine, at: str) -> None:
    page = signed_in("director").open(f"{at}/sections/ECO")
    for _ in range(2):
        sent = page.submit("Save and return later", **{"ECO-01.value": "3", "ECO-01.note": "Seen"})
        assert "You can come back" in sent.text
    with reading(engine) as session:
        assert [row.revision for row in session.scalars(select(AnswerRow))] == [1]


def test_a_form_of_an_earlier_version_keeps_what_fits_and_says_what_does_not(
    signed_in: Enter, at: str
) -> None:
    director = signed_in("director")
    page = director.open(f"{at}/sections/MON")
    old = {
        "csrf_token": page.soup.select_one("[name=csrf_token]")["value"],
        "MON-01.value": "100", "MON-01.revision": "0.",
        "MON-09.value": "Once asked", "MON-09.note": "Here", "MON-09.revision": "0.",
        "MON-10.value": "", "MON-10.revision": "0.",
        "ECO-01.value": "Good", "ECO-01.revision": "0.",
        "ECO-02.value": "yes", "ECO-02.revision": "0.",
    }  # fmt: skip
    page = director.send(f"{at}/sections/MON", old, expect=422)
    assert page.problems == [
        "ECO-01: Choose one of the levels 1 to 4. You typed: Good",
        "MON-09 is not asked here any more, so this was not kept: Once asked; Here",
    ]
    assert page.soup.select_one("#MON-01-value")["value"] == "100"
    page = director.open(f"{at}/sections/ECO")
    assert page.soup.select_one("[name='ECO-02.value'][value=yes]").has_attr("checked"), "it moved here"
    page = director.send(f"{at}/sections/GONE", old | {"MON-09.value": "", "MON-09.note": ""})
    assert page.heading == "Section MON", "a section that is gone: where its first question is now"
    director.send(f"{at}/sections/GONE", {"csrf_token": old["csrf_token"]}, expect=404)


def test_somebody_elses_assessment_is_not_found_and_takes_nothing(
    signed_in: Enter, engine: Engine, at: str
) -> None:
    page = signed_in("director").open(f"{at}/sections/MON")
    other = signed_in("other_director")
    token = other.open("/account").soup.select_one("[name=csrf_token]")["value"]
    sent = {"csrf_token": token, "MON-01.value": "1", "MON-01.revision": "0."}
    for address in (page.address, f"{page.address}/MON-01"):
        found = other.send(address, sent, expect=404)
        assert "ask whoever sent you the link" in found.text
    with reading(engine) as session:
        assert not session.scalars(select(AnswerRow)).all()


def test_long_guidance_opens_in_place(signed_in: Enter, engine: Engine, council: SmallCouncil) -> None:
    asked = build.questionnaire(
        build.yes_no("A-01", help="Short."), build.yes_no("A-02", help="Count every post. " * 40)
    )
    at = f"/assessments/{opened(engine, council, asked).assessments['LIB']}/sections/A"
    page = signed_in("director").open(at)
    assert not page.soup.select("#A-01-hint details")
    (folded,) = page.soup.select("#A-02-hint details:not([open])")
    assert words(folded).startswith("Guidance A-02 Count every post.")


def test_the_script_is_told_what_follows_from_the_answers(
    signed_in: Enter, engine: Engine, council: SmallCouncil
) -> None:
    asked = build.questionnaire(
        build.section(
            "MON",
            build.question("MON-01", "money"),
            build.question("MON-02", "money"),
            build.question("MON-03", "money", derived=Operation(subtract=("MON-01", "MON-02"))),
        ),
        build.section("OUT", build.question("OUT-01", "money")),
        checks=(
            Check(key="net", must=NET_IN_GROSS, say="Net is above gross.", at="MON-02"),
            Check(
                key="out",
                must=Comparison(question="OUT-01", at_most=Ref(question="MON-01")),
                say="Outside is above gross.",
                at="OUT-01",
            ),
        ),
    )
    at = f"/assessments/{opened(engine, council, asked).assessments['LIB']}"
    director = signed_in("director")
    director.open(f"{at}/sections/OUT").submit("Save and continue", **{"OUT-01.value": "500"})
    page = director.open(f"{at}/sections/MON")
    sent = {
        "csrf_token": page.soup.select_one("[name=csrf_token]")["value"],
        "MON-01.value": "100", "MON-01.revision": "0.",
        "MON-02.value": "120", "MON-02.revision": "0.",
    }  # fmt: skip
    reply = director.client.post(page.address, data=sent, headers={"Accept": "application/json"}).json
    assert reply["failed"] == [["MON-02", "Net is above gross."]]
    assert reply["elsewhere"] == ["Outside is above gross."]
    assert reply["worked_out"] == {"MON-03": "-£20"}
    assert reply["ends_in"] == 36_000
