"""The history of an answer in a browser without scripts: who said what when, and putting it back."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine

from tests import build
from tests.answered import answered, signed_off
from tests.client import Browser, Page, words
from tests.council import NOW, SmallCouncil
from tests.rounds import opened
from vfm.questionnaires.schema import Comparison

ASKED = build.questionnaire(
    build.section(
        "A",
        build.scale_question("A-01"),
        build.question("A-02", "text", "What it does"),
        build.yes_no("A-03"),
        build.question("A-04", "money", "Which cost", show_if=Comparison(question="A-03", equals="yes")),
    )
)
Enter = Callable[[str], Browser]


@pytest.fixture
def at(engine: Engine, council: SmallCouncil) -> str:
    """The address of the libraries' assessment."""
    return f"/assessments/{opened(engine, council, ASKED).assessments['LIB']}"


@pytest.fixture
def clock(app: Flask) -> Callable[[datetime], None]:
    """`clock(instant)` sets the app's clock."""

    def set_to(at: datetime) -> None:
        app.config["NOW"] = lambda: at

    return set_to


def save(browser: Browser, at: str, **values: str) -> None:
    """Open the section, type, and save."""
    fields = {name.replace("_", "-").replace("--", "."): value for name, value in values.items()}
    browser.open(f"{at}/sections/A").submit("Save and return later", **fields)


def revisions(page: Page) -> list[str]:
    """The words of each revision, as they stand on the page."""
    return [words(item) for item in page.soup.select(".vfm-revisions > li")]


def test_every_revision_is_there_newest_first_with_what_changed(
    signed_in: Enter, at: str, clock: Callable[[datetime], None]
) -> None:
    director, contributor = signed_in("director"), signed_in("contributor")
    save(director, at, A_01__value="2", A_01__evidence="assertion")
    clock(NOW + timedelta(hours=2))
    save(contributor, at, A_01__value="3", A_01__note="Checked with finance")
    page = signed_in("core_team").open(f"{at}/questions/A-01/history")
    newer, older = revisions(page)
    assert newer == (
        "Revision 2 Stands now Contributor, 23 November 2026 at 16:02 "
        "taken out: 2: Partly in place new: 3: In place "
        "Evidence: Opinion or verbal only Note: new: Checked with finance"
    )
    assert older == (
        "Revision 1 Director, 23 November 2026 at 14:02 2: Partly in place Evidence: Opinion or verbal only"
    )
    assert "Put this one back" not in page.text, "those who only read change nothing"


def test_an_answer_is_put_back_as_a_revision_of_its_own(signed_in: Enter, at: str) -> None:
    director, contributor = signed_in("director"), signed_in("contributor")
    save(director, at, A_02__value="Lends books.\nIn 14 places.")
    save(contributor, at, A_02__value="")
    page = director.open(f"{at}/questions/A-02/history").follow("Put this one back revision 1")
    assert "Not answered" in words(page.soup.select_one("[aria-labelledby=now]"))
    assert "Lends books. In 14 places." in words(page.soup.select_one("[aria-labelledby=wanted]"))
    page = page.submit("Put it back")
    assert "Revision 1 of A-02 stands again." in page.text
    assert [one.split(" Director")[0].split(" Contributor")[0] for one in revisions(page)] == [
        "Revision 3 Stands now",
        "Revision 2",
        "Revision 1",
    ]
    assert "put back" in revisions(page)[0]
    section = director.open(f"{at}/sections/A")
    assert words(section.soup.select_one("[name='A-02.value']")) == "Lends books. In 14 places."
    assert "1 of 3 answered" in section.text
    page = director.open(f"{at}/questions/A-02/history/1")
    assert "Both say the same" in page.text
    assert not page.soup.select("main form")


def test_putting_back_over_what_nobody_saw_shows_both(signed_in: Enter, at: str) -> None:
    director, contributor = signed_in("director"), signed_in("contributor")
    save(director, at, A_01__value="1")
    save(director, at, A_01__value="2")
    page = director.open(f"{at}/questions/A-01/history/1")
    save(contributor, at, A_01__value="4")
    page = page.submit("Put it back")
    assert page.status == 409
    assert page.problems == [
        "Contributor changed this answer after you opened the page. You see below what stands now."
    ]
    assert "4: Embedded and improving" in words(page.soup.select_one("[aria-labelledby=now]"))
    assert "1: Not in place" in words(page.soup.select_one("[aria-labelledby=wanted]"))
    assert page.submit("Put it back").status == 200
    assert director.open(f"{at}/sections/A").soup.select_one("#A-01 [value='1'][checked]")


def test_a_form_that_was_open_before_an_answer_was_put_back_asks(signed_in: Enter, at: str) -> None:
    director, contributor = signed_in("director"), signed_in("contributor")
    save(director, at, A_01__value="1")
    save(director, at, A_01__value="2")
    form = contributor.open(f"{at}/sections/A")
    director.open(f"{at}/questions/A-01/history/1").submit("Put it back")
    page = form.submit("Save and continue", **{"A-01.value": "3"})
    assert page.status == 409
    assert "1: Not in place" in page.text
    # What was not touched in the open form is left alone, though it shows the answer of before.
    page = form.submit("Save and continue", **{"A-03.value": "no"})
    assert page.status == 200
    assert director.open(f"{at}/sections/A").soup.select_one("#A-01 [value='1'][checked]")


def test_nothing_is_put_back_once_it_was_sent(
    signed_in: Enter, engine: Engine, council: SmallCouncil, at: str
) -> None:
    director = signed_in("director")
    save(director, at, A_01__value="1")
    save(director, at, A_01__value="2")
    page = director.open(f"{at}/questions/A-01/history/1")
    signed_off(engine, council, int(at.rpartition("/")[2]), ASKED, {})
    page = page.submit("Put it back")
    assert page.status == 409
    assert page.problems == [
        "This assessment is signed off. You can change an answer only while it is open for answers."
    ]
    assert "none can be put back" in page.text
    page = director.open(f"{at}/questions/A-01/history")
    assert "These answers are signed off" in page.text
    assert "Put this one back" not in page.text
    assert len(revisions(page)) == 2


def test_what_somebody_typed_on_is_one_entry_until_every_save_is_wanted(
    signed_in: Enter, at: str, clock: Callable[[datetime], None]
) -> None:
    director = signed_in("director")
    for minute, text in enumerate(("Lends", "Lends books", "Lends books and", "Reads books and")):
        clock(NOW + timedelta(minutes=minute))
        save(director, at, A_02__value=text)
    clock(NOW + timedelta(minutes=20))
    save(director, at, A_02__value="Reads books and papers")
    page = director.open(f"{at}/questions/A-02/history")
    headings = [words(h) for h in page.soup.select(".vfm-revisions h2")]
    assert headings == ["Revision 5 Stands now", "Revision 4", "Revisions 1 to 3"]
    assert "2 saves made while somebody went on typing are shown as part" in page.text
    page = page.follow("Show every save")
    assert len(revisions(page)) == 5
    page = page.follow("Show those of one sitting as one")
    assert len(revisions(page)) == 3


def test_an_unanswered_question_and_one_off_the_route_have_a_history(signed_in: Enter, at: str) -> None:
    director = signed_in("director")
    page = director.open(f"{at}/questions/A-04/history")
    assert "Nobody has answered this question yet." in page.text
    save(director, at, A_03__value="yes")
    save(director, at, A_04__value="1,250")
    save(director, at, A_03__value="no")
    assert "£1,250" in director.open(f"{at}/questions/A-04/history").text


def test_an_answer_that_was_there_from_the_start_can_be_put_back(
    signed_in: Enter, engine: Engine, council: SmallCouncil, at: str
) -> None:
    answered(engine, council, int(at.rpartition("/")[2]), ASKED, {"A-01": build.answer(2, note="Café & co")})
    director = signed_in("director")
    assert "Here from the start" in director.open(f"{at}/questions/A-01/history").text
    save(director, at, A_01__value="4")
    page = director.open(f"{at}/questions/A-01/history").follow("Put this one back revision 1")
    assert "Note: Café & co" in page.submit("Put it back").text


def test_only_its_own_people_and_those_who_read_all_see_it(signed_in: Enter, at: str) -> None:
    save(signed_in("director"), at, A_01__value="1")
    for who in ("other_director", "viewer", "administrator"):
        assert signed_in(who).status(f"{at}/questions/A-01/history") == 404
        assert signed_in(who).status(f"{at}/questions/A-01/history/1") == 404
    core = signed_in("core_team")
    assert core.status(f"{at}/questions/NONE-01/history") == 404
    assert core.status(f"{at}/questions/A-01/history/7") == 404
    page = core.open(f"{at}/questions/A-01/history/1")
    assert not page.soup.select("main form")


def test_a_contributor_sees_and_puts_back_what_they_were_given(
    signed_in: Enter, engine: Engine, council: SmallCouncil
) -> None:
    made = opened(engine, council, ASKED, given=(("question", "A-02"),))
    at = f"/assessments/{made.assessments['LIB']}"
    director, contributor = signed_in("director"), signed_in("contributor")
    save(director, at, A_01__value="1", A_02__value="Lends books")
    save(director, at, A_02__value="Lends")
    assert contributor.status(f"{at}/questions/A-01/history") == 404
    page = contributor.open(f"{at}/questions/A-02/history").follow("Put this one back").submit("Put it back")
    assert "Revision 1 of A-02 stands again." in page.text
