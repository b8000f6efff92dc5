"""Comments at a question: said, told, read, changed, settled."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, select

from tests import build
from tests.client import Browser
from tests.council import NOW, SmallCouncil
from tests.rounds import Round, opened
from vfm.store.database import reading, transaction
from vfm.store.tables import Comment, Delegation, Mention, Message

Enter = Callable[[str], Browser]
ASKED = build.questionnaire(
    build.section("ECO", build.question("ECO-01", "text", "What does it cost?")),
    build.section("DEM", build.question("DEM-01", "text", "Who needs it?")),
)


@pytest.fixture
def cycle(engine: Engine, council: SmallCouncil) -> Round:
    return opened(engine, council, ASKED, given=(("section", "ECO"),))


@pytest.fixture
def at(cycle: Round) -> str:
    return f"/assessments/{cycle.assessments['LIB']}/questions/ECO-01/comments"


def told(engine: Engine) -> list[tuple[int, bool]]:
    with reading(engine) as session:
        rows = session.execute(select(Mention.person_id, Mention.seen_at).order_by(Mention.id))
        return [(person, seen_at is not None) for person, seen_at in rows]


def test_who_is_ticked_is_told_and_reads_it(
    engine: Engine, council: SmallCouncil, signed_in: Enter, at: str
) -> None:
    page = signed_in("director").open(at)
    assert [box["value"] for box in page.soup.select("[name=tell]")] == [str(council.people["contributor"])]
    page = page.submit("Add the comment", text="Is that gross?", tell=str(council.people["contributor"]))
    assert "Told: Contributor" in page.text
    assert told(engine) == [(council.people["contributor"], False)]
    with reading(engine) as session:
        letter = session.scalars(select(Message)).one()
    assert (letter.address, letter.subject) == (
        "contributor@wrenmouth.example", "Libraries: Director asks you about ECO-01",
    )  # fmt: skip
    assert letter.body.rstrip().endswith(at)
    home = signed_in("contributor").open("/")
    assert "Is that gross?" in home.follow("Read what Director says to you about ECO-01 of Libraries").text
    assert told(engine) == [(council.people["contributor"], True)]
    assert "says to you" not in home.browser.open("/").text


def test_who_is_named_in_the_words_is_told(
    engine: Engine, council: SmallCouncil, signed_in: Enter, at: str
) -> None:
    signed_in("contributor").open(at).submit("Add the comment", text="@director and @Viewer, is it net?")
    assert told(engine) == [(council.people["director"], False)]


def test_only_who_may_see_the_question_reads_it_and_its_people_and_the_core_team_write(
    signed_in: Enter, at: str
) -> None:
    other = at.replace("ECO-01", "DEM-01")
    signed_in("director").open(at).submit("Add the comment", text="Ours alone")
    people = ("contributor", "director", "core_team", "challenger", "executive", "other_director", "viewer")
    seen = {who: (signed_in(who).status(at), signed_in(who).status(other)) for who in people}
    assert seen == {
        "contributor": (200, 404), "director": (200, 200), "core_team": (200, 200), "challenger": (200, 200),
        "executive": (200, 200), "other_director": (404, 404), "viewer": (404, 404),
    }  # fmt: skip
    assert not signed_in("challenger").open(at).soup.select("main form")
    assert "Ours too" in signed_in("core_team").open(at).submit("Add the comment", text="Ours too").text


def test_the_last_comment_is_changed_by_who_made_it_until_somebody_answers(
    engine: Engine, signed_in: Enter, at: str
) -> None:
    page = signed_in("director").open(at).submit("Add the comment", text="First")
    form = page.follow("Change")
    assert form.submit("Save", text="  ").problems == ["Type what you want to say."]
    page = form.submit("Save", text="First, put right")
    assert "First, put right" in page.text
    signed_in("contributor").open(at).submit("Add the comment", text="Second")
    assert form.submit("Save", text="Too late").status == 409
    with reading(engine) as session:
        assert session.scalars(select(Comment.text).order_by(Comment.id)).all() == [
            "First, put right", "Second",
        ]  # fmt: skip


def test_a_comment_is_settled_and_reopened(engine: Engine, signed_in: Enter, at: str) -> None:
    page = signed_in("director").open(at).submit("Add the comment", text="Is that gross?")
    page = signed_in("contributor").open(at).submit("Settle")
    assert "Settled by Contributor on 23 November 2026" in page.text
    with reading(engine) as session:
        assert session.scalars(select(Comment)).one().settled_at == NOW
    assert "Settled by" not in page.submit("Reopen").text


def test_what_was_typed_stays_and_words_are_never_markup(signed_in: Enter, at: str) -> None:
    page = signed_in("director").open(at)
    long = page.submit("Add the comment", text="x" * 5001)
    assert long.problems == ["This has 5,001 characters; the most is 5,000."]
    assert long.soup.select_one("[name=text]").get_text(strip=True) == "x" * 5001
    said = page.submit("Add the comment", text="<b>bold</b> & more")
    assert "<b>bold</b> & more" in said.text
    assert not said.soup.select("main b")


def test_a_comment_outlives_the_access_of_who_made_it(
    engine: Engine, council: SmallCouncil, signed_in: Enter, cycle: Round, at: str
) -> None:
    contributor = signed_in("contributor")
    contributor.open(at).submit("Add the comment", text="Mine")
    with transaction(engine) as session:
        session.delete(session.scalars(select(Delegation)).one())
    assert contributor.status(at) == 404
    assert "Mine" in signed_in("director").open(at).text
