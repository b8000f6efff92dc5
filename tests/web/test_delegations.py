"""Parts given to colleagues: who sees what, what is handed back, what is taken back, who is told."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, select

from tests import build
from tests.answered import answered
from tests.client import Browser, Page, words
from tests.council import NOW, SmallCouncil
from tests.rounds import Round, give, opened
from vfm.questionnaires.translations import with_words
from vfm.store.database import reading, transaction
from vfm.store.tables import Assessment, Delegation, Invitation, Message, Person, PersonRole
from vfm.workflows import cycles, people

Enter = Callable[[str], Browser]
ASKED = build.questionnaire(
    build.section(
        "ECO",
        build.question("ECO-01", "text", "What does it cost?", required=True),
        build.question("ECO-02", "text", "Who pays?"),
        title="Economy",
        weight=0,
    ),
    build.section("DEM", build.question("DEM-01", "text", "Who needs it?"), title="Demand", weight=0),
    build.section("GOV", build.question("GOV-01", "text", "Who decides?"), title="Governance", weight=0),
)


@pytest.fixture
def cycle(engine: Engine, council: SmallCouncil) -> Round:
    """The director of Libraries has given nothing yet; they have answered two questions."""
    made = opened(engine, council, ASKED, given=())
    given = {"ECO-02": build.answer("The residents"), "GOV-01": build.answer("A secret board")}
    answered(engine, council, made.assessments["LIB"], ASKED, given)
    return made


@pytest.fixture
def at(cycle: Round) -> str:
    return f"/assessments/{cycle.assessments['LIB']}"


@pytest.fixture
def given(signed_in: Enter, council: SmallCouncil, at: str) -> Page:
    """Economy, given to the contributor by the director."""
    page = signed_in("director").open(f"{at}/give?place=ECO")
    contributor = str(council.people["contributor"])
    return page.submit("Give it", people=contributor, message="By Friday, please.")


@pytest.mark.parametrize(
    ("director", "contributor", "named"), [("cy", "en", "- Economy\n"), ("en", "cy", "- Economi\n")]
)
def test_the_e_mail_names_a_part_in_the_language_of_who_reads_it(
    signed_in: Enter, engine: Engine, council: SmallCouncil, director: str, contributor: str, named: str
) -> None:
    asked = with_words(ASKED, "cy", {"section.ECO.title": "Economi"})
    made = opened(engine, council, asked, given=())
    with transaction(engine) as session:
        session.get_one(Person, council.people["director"]).language = director
        session.get_one(Person, council.people["contributor"]).language = contributor
    page = signed_in("director").open(f"/assessments/{made.assessments['LIB']}/give?place=ECO")
    give_it = words(page.soup.select_one("main button:not(.govuk-button--secondary)"))  # type: ignore[arg-type]
    page.submit(give_it, people=str(council.people["contributor"]))
    with reading(engine) as session:
        assert named in session.scalars(select(Message.body)).one()


def test_a_contributor_sees_and_answers_exactly_their_part(signed_in: Enter, given: Page, at: str) -> None:
    assert "Given to Contributor." in given.text
    mine = signed_in("contributor").open("/assessments").follow("Libraries")
    assert "Economy : given to you by Director on 23 November 2026. 1 question left." in mine.text
    assert "By Friday, please." in mine.text
    for other in ("Demand", "Governance", "DEM-01", "secret board"):
        for page in ("", "/questions", "/check", "/sections/ECO"):
            assert other not in mine.browser.open(f"{at}{page}").html, (other, page)
    assert "The residents" in mine.browser.open(f"{at}/check").text
    assert [mine.browser.status(f"{at}/sections/{key}") for key in ("ECO", "DEM", "GOV")] == [200, 404, 404]
    saved = mine.browser.open(f"{at}/sections/ECO").submit(
        "Save and continue", **{"ECO-01.value": "Too much"}
    )
    assert saved.status == 200


def test_a_single_question_is_a_part(
    engine: Engine, council: SmallCouncil, signed_in: Enter, cycle: Round, at: str
) -> None:
    page = signed_in("director").open(f"{at}/give?place=ECO-02")
    assert page.soup.select_one("[name=place][checked]")["value"] == "ECO-02"
    page.submit("Give it", people=str(council.people["contributor"]))
    section = signed_in("contributor").open(f"{at}/sections/ECO")
    assert "Who pays?" in section.text
    assert "What does it cost?" not in section.html
    token = section.soup.select_one("[name=csrf_token]")["value"]
    fields = {"csrf_token": token, "ECO-01.value": "Mine now", "ECO-01.revision": "0."}
    section.browser.send(section.address, fields)
    director = signed_in("director").open(f"{at}/sections/ECO")
    assert "Mine now" not in director.html


def test_a_part_is_handed_back_with_a_note_and_taken_up_again(signed_in: Enter, given: Page, at: str) -> None:
    mine = signed_in("contributor").open(at).follow("Hand it back")
    assert mine.submit("Hand it back").problems == ["Say whether it is done, or cannot be answered by you."]
    page = mine.submit("Hand it back", said="cannot")
    assert page.problems == ["Say why, and who could answer it, so that the director can go on."]
    page = page.submit("Hand it back", note="Ask the finance partner.")
    assert "You handed it back on 23 November 2026, as you cannot answer it." in page.text
    assert not page.browser.open(f"{at}/sections/ECO").soup.select("main form")
    director = signed_in("director").open(at)
    assert "Cannot answer Economy by Contributor" in director.text
    assert "Ask the finance partner." in director.text
    assert "With Contributor: cannot answer it, 23 November 2026" in director.text
    page.browser.open(at).submit("Take it up again")
    assert page.browser.open(f"{at}/sections/ECO").soup.select("main form")


def test_what_is_taken_back_is_gone_for_them_and_kept_for_the_director(
    signed_in: Enter, given: Page, at: str
) -> None:
    contributor = signed_in("contributor")
    contributor.open(f"{at}/sections/ECO").submit("Save and continue", **{"ECO-01.value": "Two million"})
    page = signed_in("director").open(f"{at}/give")
    assert "Taken back from Contributor" in page.submit("Take back").text
    assert contributor.status(at) == 404
    assert "Two million" in page.browser.open(f"{at}/check").text


def test_somebody_nobody_knows_is_invited_and_told(engine: Engine, signed_in: Enter, at: str) -> None:
    page = signed_in("director").open(f"{at}/give?place=DEM")
    page = page.submit("Give it", emails="ines.newly@wrenmouth.example\ncontributor@wrenmouth.example")
    assert "Given to Contributor, Ines Newly." in page.text
    with reading(engine) as session:
        person = session.scalars(select(Person).filter_by(email="ines.newly@wrenmouth.example")).one()
        roles = session.scalars(select(PersonRole.role).filter_by(person_id=person.id)).all()
        invited = session.scalars(select(Invitation).filter_by(person_id=person.id)).all()
        letters = session.scalars(select(Message).order_by(Message.address)).all()
    assert (person.name, roles, len(invited)) == ("Ines Newly", ["contributor"], 1)
    assert [one.address.partition("@")[0] for one in letters] == ["contributor", "ines.newly"]
    assert "choose a password" in letters[1].body
    assert "choose a password" not in letters[0].body
    assert "- Demand" in letters[0].body


def test_giving_says_what_is_missing_and_keeps_what_was_typed(
    engine: Engine, council: SmallCouncil, signed_in: Enter, at: str
) -> None:
    with transaction(engine) as session:
        session.get_one(Person, council.people["viewer"]).is_active = False
    page = signed_in("director").open(f"{at}/give").submit("Give it", message="Have a look")
    assert page.problems == [
        "Tick what you give: a section, or all of it.",
        "Tick somebody, or type the e-mail address of somebody else.",
    ]
    page = page.submit("Give it", place=["GOV"], emails="nobody\nviewer@wrenmouth.example")
    assert page.problems == [
        "nobody is no e-mail address. Type one a line, like name@example.org.",
        "Viewer (viewer@wrenmouth.example) is switched off. Ask an administrator.",
    ]
    assert page.soup.select_one("[name=message]").get_text(strip=True) == "Have a look"
    assert page.soup.select_one("[name=place][checked]")["value"] == "GOV"


def test_people_are_found_by_name_and_what_was_typed_stays(signed_in: Enter, at: str) -> None:
    page = signed_in("director").open(f"{at}/give?place=GOV")
    page = page.submit("Find people", search="EXEC", message="For you")
    assert "Executive, executive@wrenmouth.example" in page.text
    assert page.soup.select_one("[name=message]").get_text(strip=True) == "For you"
    assert "Nobody else with “zzz”" in page.submit("Find people", search="zzz").text


def test_only_the_director_gives_and_only_while_it_is_open(
    engine: Engine, council: SmallCouncil, signed_in: Enter, cycle: Round, at: str
) -> None:
    with transaction(engine) as session:
        part = give(session, council, cycle.assessments["LIB"], "section", "ECO").id
    for who in ("contributor", "other_director", "core_team", "executive"):
        assert signed_in(who).status(f"{at}/give") == 404
    assert signed_in("director").status(f"{at}/give?place=NOPE") == 404
    assert signed_in("director").status(f"{at}/parts/{part}/hand-back") == 404
    director = signed_in("director")
    director.open(f"{at}/sections/ECO").submit("Save and continue", **{"ECO-01.value": "Enough"})
    director.open(f"{at}/check").submit("Send for sign-off")
    assert director.status(f"{at}/give") == 409


def test_rules_and_checks_do_not_tell_of_other_peoples_answers(
    engine: Engine, council: SmallCouncil, signed_in: Enter
) -> None:
    asked = build.questionnaire(
        build.section("A", build.question("A-01", "number", "How many visitors came?")),
        build.section(
            "B",
            build.question("B-01", "number", "How many staff?", show_if={"question": "A-01", "greater": 3}),
        ),
    )
    made = opened(engine, council, asked, given=(("section", "B"),))
    at, whole = f"/assessments/{made.assessments['LIB']}", {"A-01": build.answer(7.0)}
    answered(engine, council, made.assessments["LIB"], asked, whole)
    questions = signed_in("contributor").open(f"{at}/questions")
    assert "How many staff?" in questions.text
    assert "A-01" not in questions.html
    assert "A-01" in signed_in("director").open(f"{at}/questions").text


def test_parts_come_along_to_the_next_cycle_where_they_still_exist(
    engine: Engine, council: SmallCouncil, cycle: Round
) -> None:
    with transaction(engine) as session:
        for scope, place in (("section", "ECO"), ("question", "DEM-01"), ("question", "GONE-01")):
            give(session, council, cycle.assessments["LIB"], scope, place)
    typed = cycles.Typed(
        name="Next year",
        kind="rollout",
        version=str(cycle.version_id),
        opens_on=("23", "11", "2026"),
        due_on=("23", "12", "2026"),
        services=tuple(str(council.services[key]) for key in ("LIB", "ROADS")),
    )
    with transaction(engine) as session:
        core = council.actor("core_team")
        revision = cycles.dry_run(session, typed, now=NOW).revision
        later = cycles.open_cycle(session, typed, revision=revision, by=core, now=NOW)
    with reading(engine) as session:
        rows = session.execute(
            select(Delegation.scope, Delegation.place, Delegation.person_id)
            .join(Assessment, Assessment.id == Delegation.assessment_id)
            .where(Assessment.cycle_id == later)
            .order_by(Delegation.id)
        ).all()
    person = council.people["contributor"]
    assert [tuple(row) for row in rows] == [("section", "ECO", person), ("question", "DEM-01", person)]


def test_who_takes_over_a_contributors_place_has_their_parts(
    engine: Engine, council: SmallCouncil, signed_in: Enter, given: Page, at: str
) -> None:
    with transaction(engine) as session:
        people.hand_over(
            session,
            council.people["contributor"],
            council.people["viewer"],
            [f"contributor-{council.services['LIB']}"],
            by=council.actor("administrator"),
            now=NOW,
        )
    assert signed_in("contributor").status(f"{at}/sections/ECO") == 404
    found = signed_in("viewer")
    assert [found.status(f"{at}/sections/{key}") for key in ("ECO", "DEM")] == [200, 404]


def test_a_contributor_without_a_part_is_told_whom_to_ask(signed_in: Enter, cycle: Round) -> None:
    page = signed_in("contributor").open("/assessments")
    assert "Libraries: ask Director" in page.text
    assert not page.soup.select("main table")
