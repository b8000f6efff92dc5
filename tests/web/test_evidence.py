"""Evidence in a browser without scripts: the register, one piece, what supports an answer."""

import io
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page as Window
from playwright.sync_api import expect
from sqlalchemy import Engine, select

from tests import build
from tests.answered import answered, signed_off
from tests.client import Browser, Page, words
from tests.council import NOW, SmallCouncil
from tests.gateways import files
from tests.rounds import Round, opened
from vfm.store.database import reading, transaction
from vfm.store.tables import Event, Evidence, EvidenceUse

Enter = Callable[[str], Browser]
ASKED = build.questionnaire(
    build.section("A", build.scale_question("A-01"), build.question("A-02", "evidence", "What shows it?"))
)
GIVEN = {"A-01": build.answer(3, "verified"), "A-02": build.answer("The annual survey")}
on_one_database = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
"""For what asks the store nothing that another test here does not ask on both."""
REPORT = "https://www.wrenmouth.example/report.pdf"


@pytest.fixture
def made(engine: Engine, council: SmallCouncil) -> Round:
    return opened(engine, council, ASKED)


@pytest.fixture
def at(made: Round) -> str:
    """Where the evidence of the libraries' first answer is."""
    return f"/assessments/{made.assessments['LIB']}/questions/A-01/evidence"


def kept(
    engine: Engine, council: SmallCouncil, title: str = "Survey", service: str = "LIB", **more: object
) -> int:
    """One link in a register; its id."""
    values = {
        "kind": "link",
        "address": REPORT,
        "grade": "documented",
        "dated_on": date(2026, 5, 4),
        "by_id": council.people["director"],
        "at": NOW,
    }
    with transaction(engine) as session:
        row = Evidence(service_id=council.services[service], title=title, **(values | more))
        session.add(row)
        session.flush()
        return row.id


def used(engine: Engine, council: SmallCouncil, assessment_id: int, evidence_id: int) -> None:
    with transaction(engine) as session:
        session.add(
            EvidenceUse(
                assessment_id=assessment_id,
                question_key="A-01",
                evidence_id=evidence_id,
                by_id=council.people["director"],
                at=NOW,
            )
        )


def part(page: Page, heading: str) -> str:
    """The words between a heading and the next."""
    start = next(h2 for h2 in page.soup.select("main h2") if heading in words(h2))
    found = []
    for tag in start.find_next_siblings():
        if tag.name == "h2":
            break
        found.append(words(tag))
    return " ".join(found)


def titles(page: Page) -> list[str]:
    return [words(a) for a in page.soup.select("main tbody th a")]


# --- one question -------------------------------------------------------------------------------------------


def test_a_new_link_supports_an_answer_and_stands_in_the_register(
    signed_in: Enter, engine: Engine, at: str
) -> None:
    page = signed_in("director").open(at)
    assert "Nothing yet. Add a file or a link below." in page.text
    page = page.submit(
        "Add it",
        title="Survey 2026",
        address=REPORT,
        dated__day="4",
        dated__month="5",
        dated__year="2026",
        grade="verified",
    )
    assert "Survey 2026 Independently confirmed, from 4 May 2026" in part(page, "What supports it")
    link = page.soup.select_one(f'a[href="{REPORT}"]')
    assert link is not None
    assert link["rel"] == ["noopener", "noreferrer"]
    assert "at www.wrenmouth.example" in page.text
    page = page.follow("All evidence of Libraries")
    assert titles(page) == ["Survey 2026"]
    page = page.follow("Survey 2026")
    assert "A-01" in part(page, "Answers it supports")
    with reading(engine) as session:
        events = session.scalars(select(Event).order_by(Event.id)).all()
    assert [(event.verb, event.subject) for event in events] == [
        ("added", "evidence"),
        ("added evidence", "assessment"),
    ]
    assert events[0].after["address"] == REPORT


@on_one_database
def test_the_link_back_leads_to_the_question(signed_in: Enter, at: str) -> None:
    page = signed_in("director").open(at)
    back = page.soup.select_one(".govuk-back-link")
    assert back is not None
    assert str(back["href"]).endswith("/sections/A#A-01")


WHOLE = "Give the whole web address, from https:// on, as your browser shows it."
RIGHT = {"title": "Survey", "address": REPORT, "dated.day": "4", "dated.month": "5", "dated.year": "2026"}
WRONG: tuple[tuple[dict[str, str], str], ...] = (
    ({"title": " "}, "Say what this is, in a few words that others will recognise."),
    ({"title": "x" * 201}, "This has 201 characters; the most is 200. Shorten it."),
    ({"address": ""}, "Choose a file, or give a web address."),
    ({"address": "javascript:alert(1)"}, WHOLE),
    ({"address": "www.gov.uk"}, WHOLE),
    ({"address": "ftp://a.b/c"}, WHOLE),
    ({"address": "https://"}, WHOLE),
    ({"address": "http://[a"}, WHOLE),
    ({"address": "https://a.b/c d"}, WHOLE),
    (
        {"address": "https://me:secret@a.example/"},
        "Leave the name and password out of the address: everybody here would see them.",
    ),
    ({"dated.year": "2027"}, "This day is still to come. Give the day the evidence is from."),
    (
        {"dated.day": "31", "dated.month": "2"},
        "31 February 2026 is not in the calendar. Check the day and the month.",
    ),
    (
        {"expires.day": "1", "expires.month": "1", "expires.year": "2026"},
        "It would have expired before it was made. Check both dates.",
    ),
)


@on_one_database
def test_what_is_wrong_is_said_and_what_was_typed_stays(signed_in: Enter, engine: Engine, at: str) -> None:
    form = signed_in("director").open(at)
    for typed, problem in WRONG:
        page = form.submit("Add it", **(RIGHT | typed))
        assert (page.status, page.problems) == (422, [problem])
        for name, value in (RIGHT | typed).items():
            field = page.soup.select_one(f'[name="{name}"]')
            assert field is not None
            assert field["value"] == value
    with reading(engine) as session:
        assert session.scalars(select(Evidence)).all() == []


def test_several_are_chosen_from_the_register_and_one_is_removed(
    signed_in: Enter, engine: Engine, council: SmallCouncil, at: str
) -> None:
    ids = [kept(engine, council, title) for title in ("Audit", "Survey", "Plan")]
    page = signed_in("director").open(at)
    page = page.submit("Use what is ticked")
    assert (page.status, page.problems) == (422, ["Choose what supports this answer."])
    page = page.submit("Use what is ticked", evidence=[str(ids[0]), str(ids[1])])
    assert "2 pieces of evidence added to this answer." in page.text
    assert "Plan" in part(page, "From the register")
    assert "Audit" not in part(page, "From the register")
    page = page.submit("Remove Audit")
    assert "Audit" in part(page, "From the register")
    assert "Survey" in part(page, "What supports it")
    with reading(engine) as session:
        events = session.scalars(select(Event).order_by(Event.id)).all()
    assert [(event.verb, event.after) for event in events] == [
        ("added evidence", {"question": "A-01", "evidence": ids[:2]}),
        ("removed evidence", {"question": "A-01", "evidence": ids[:1]}),
    ]


def test_a_long_register_is_searched_beside_the_question(
    signed_in: Enter, engine: Engine, council: SmallCouncil, made: Round, at: str
) -> None:
    ids = [kept(engine, council, f"Minutes {number:02}") for number in range(25)]
    used(engine, council, made.assessments["ROADS"], ids[24])
    page = signed_in("director").open(at)
    assert "20 of 25 shown, those used most" in part(page, "From the register")
    labels = [words(label) for label in page.soup.select(".govuk-checkboxes__label")]
    assert labels == ["Minutes 24", *(f"Minutes {number:02}" for number in range(19))]
    page = page.submit("Search", words="minutes 2")
    assert len(page.soup.select(".govuk-checkboxes__label")) == 7
    page = page.submit("Use what is ticked", evidence=[str(ids[23])])
    assert "Minutes 23" in part(page, "What supports it")
    page = page.submit("Search", words="nothing")
    assert "Nothing in the register fits “nothing”." in page.text
    assert page.follow("Show what is used most").soup.select(".govuk-checkboxes__label")


@on_one_database
def test_choosing_twice_adds_once_and_removing_twice_is_not_found(
    signed_in: Enter, engine: Engine, council: SmallCouncil, at: str
) -> None:
    found = str(kept(engine, council))
    first = signed_in("director").open(at)
    first.submit("Use what is ticked", evidence=[found])
    page = first.submit("Use what is ticked", evidence=[found])
    assert "0 pieces of evidence added" in page.text
    page.submit("Remove Survey")
    assert page.submit("Remove Survey").status == 404


def test_what_supported_it_last_cycle_comes_first(
    signed_in: Enter, engine: Engine, council: SmallCouncil
) -> None:
    before = opened(engine, council, ASKED, at=NOW - timedelta(days=380), name="Rollout 2025")
    later = opened(engine, council, ASKED, template_id=before.template_id)
    for title in ("Audit", "Withdrawn since"):
        withdrawn_at = NOW if title == "Withdrawn since" else None
        found = kept(engine, council, title, withdrawn_at=withdrawn_at)
        used(engine, council, before.assessments["LIB"], found)
    kept(engine, council, "Plan")
    page = signed_in("director").open(f"/assessments/{later.assessments['LIB']}/questions/A-01/evidence")
    offered = part(page, "What supported it before: does it still hold?")
    assert "Audit" in offered
    assert "Used in Rollout 2025" in offered
    assert "Withdrawn since" not in page.text
    assert "Plan" in part(page, "From the register")
    page = page.submit("Yes, it still holds")
    assert "Audit" in part(page, "What supports it")
    assert "does it still hold?" not in page.text
    other = page.browser.open(f"/assessments/{later.assessments['LIB']}/questions/A-02/evidence")
    assert "does it still hold?" not in other.text


@on_one_database
def test_a_past_answer_keeps_what_was_withdrawn_and_nothing_is_added_to_it(
    signed_in: Enter, engine: Engine, council: SmallCouncil, made: Round, at: str
) -> None:
    found = kept(engine, council)
    used(engine, council, made.assessments["LIB"], found)
    signed_off(engine, council, made.assessments["LIB"], ASKED, GIVEN)
    director = signed_in("director")
    director.open(f"/evidence/{found}").submit("Withdraw it")
    page = director.open(at)
    assert "Survey Withdrawn" in part(page, "What supports it")
    assert "can no longer be changed here" in page.text
    assert not page.soup.select("main form")


@on_one_database
def test_evidence_for_an_assessment_sent_on_meanwhile_is_refused(
    signed_in: Enter, engine: Engine, council: SmallCouncil, made: Round, at: str
) -> None:
    kept(engine, council)
    page = signed_in("director").open(at)
    signed_off(engine, council, made.assessments["LIB"], ASKED, GIVEN)
    assert page.submit("Add it", title="Late", address=REPORT).status == 409
    with reading(engine) as session:
        assert [row.title for row in session.scalars(select(Evidence))] == ["Survey"]


@on_one_database
def test_it_is_said_where_the_register_disagrees(
    signed_in: Enter, engine: Engine, council: SmallCouncil, made: Round, at: str
) -> None:
    answered(engine, council, made.assessments["LIB"], ASKED, GIVEN)
    used(engine, council, made.assessments["LIB"], kept(engine, council))
    page = signed_in("director").open(at)
    assert "Evidence, as answered: Independently confirmed" in page.text
    assert "the register holds only “Documented” from 2026." in page.text


# --- the register -------------------------------------------------------------------------------------------


@on_one_database
def test_an_empty_register_says_why_and_what_to_do(signed_in: Enter, council: SmallCouncil) -> None:
    page = signed_in("director").open(f"/services/{council.services['LIB']}/evidence")
    assert "There is no evidence in the register of Libraries yet." in page.text
    page = page.follow("Add evidence").submit(title="Plan", address=REPORT)
    assert page.heading == "Plan"
    assert "It is in the register." in page.text


def test_the_register_is_searched_filtered_and_sorted(
    signed_in: Enter, engine: Engine, council: SmallCouncil, made: Round
) -> None:
    rows = {
        "Audit": {"grade": "verified", "dated_on": date(2026, 2, 1)},
        "Hearsay": {"grade": "assertion", "dated_on": None, "expires_on": date(2027, 1, 1)},
        "Licence": {"expires_on": date(2026, 11, 1), "address": "https://licence.example/"},
        "Old plan": {"dated_on": date(2020, 1, 1)},
        "Withdrawn plan": {"withdrawn_at": NOW},
    }
    ids = {title: kept(engine, council, title, **more) for title, more in rows.items()}
    used(engine, council, made.assessments["LIB"], ids["Licence"])
    kept(engine, council, "Another service’s", service="ROADS")
    browser = signed_in("executive")
    address = f"/services/{council.services['LIB']}/evidence"
    page = browser.open(address)
    assert not page.soup.select('a[href$="/evidence/new"]')

    def shown(**asked: str) -> list[str]:
        return titles(page.submit("Show", **asked))

    assert titles(page) == ["Audit", "Hearsay", "Licence", "Old plan"]
    assert shown(show="expired") == ["Licence", "Old plan"]
    assert shown(show="weak") == ["Hearsay"]
    assert shown(show="unused") == ["Audit", "Hearsay", "Old plan"]
    assert shown(show="withdrawn") == ["Withdrawn plan"]
    assert shown(words="licence.EXAMPLE") == ["Licence"]
    assert "Nothing here fits “nothing”" in page.submit("Show", words="nothing").text
    for sort, expected in {
        "dated": ["Licence", "Audit", "Old plan", "Hearsay"],
        "expires": ["Licence", "Hearsay", "Audit", "Old plan"],
        "grade": ["Audit", "Licence", "Old plan", "Hearsay"],
        "uses": ["Licence", "Audit", "Hearsay", "Old plan"],
    }.items():
        sorted_page = browser.open(f"{address}?sort={sort}")
        assert titles(sorted_page) == expected, sort
        assert len(sorted_page.soup.select("th[aria-sort]")) == 1


@on_one_database
def test_who_reads_and_who_does_not(
    signed_in: Enter, engine: Engine, council: SmallCouncil, made: Round, at: str
) -> None:
    found = kept(engine, council)
    addresses = (f"/services/{council.services['LIB']}/evidence", f"/evidence/{found}", at)
    for who in ("director", "core_team", "challenger", "executive"):
        browser = signed_in(who)
        assert [browser.status(address) for address in addresses] == [200] * 3, who
    for who in ("other_director", "viewer", "administrator"):
        browser = signed_in(who)
        assert [browser.status(address) for address in addresses] == [404] * 3, who


def test_who_was_given_a_question_sees_what_supports_it_and_no_register(
    signed_in: Enter, engine: Engine, council: SmallCouncil, made: Round, at: str
) -> None:
    other, here = kept(engine, council, "Another"), kept(engine, council, "Survey")
    used(engine, council, made.assessments["LIB"], here)
    page = signed_in("contributor").open(at)
    assert "Survey" in part(page, "What supports it")
    assert "Another" not in page.text
    assert "All evidence of" not in page.text
    token = str(page.soup.select_one("main [name=csrf_token]")["value"])  # type: ignore[index]
    assert page.browser.send(f"{at}/use", {"csrf_token": token, "evidence": str(other)}).status == 404
    page = page.submit("Add it", title="My own", address=REPORT)
    theirs = page.follow("Survey")
    assert "Change what is said of it" not in theirs.text
    own = page.follow("My own").submit("Save the changes", title="What I found")
    assert own.heading == "What I found"
    assert words(own.soup.select_one(".govuk-back-link")) == "Back to A-01"  # type: ignore[arg-type]
    own.browser.open(at).submit("Remove What I found")
    assert "What I found" in own.browser.open(at).submit("Use what is ticked").text
    browser = own.browser
    assert browser.status(f"/evidence/{other}") == 404
    assert browser.status(f"/services/{council.services['LIB']}/evidence") == 404
    assert browser.status(f"/services/{council.services['LIB']}/evidence/new") == 404
    assert "Evidence of the service" not in browser.open(f"/assessments/{made.assessments['LIB']}").text
    change = {"csrf_token": token, "title": "Mine now", "address": REPORT, "grade": "verified"}
    assert browser.send(f"/evidence/{here}", change).status == 403


@on_one_database
def test_another_services_people_can_do_nothing_to_it(
    signed_in: Enter, engine: Engine, council: SmallCouncil, made: Round, at: str
) -> None:
    found = kept(engine, council)
    roads = f"/assessments/{made.assessments['ROADS']}/questions/A-01/evidence"
    page = signed_in("other_director").open(roads)
    token = str(page.soup.select_one("main [name=csrf_token]")["value"])  # type: ignore[index]
    sent = {
        "csrf_token": token,
        "title": "Mine",
        "address": REPORT,
        "evidence": str(found),
        "grade": "verified",
    }
    library = f"/services/{council.services['LIB']}/evidence/new"
    for address in (
        at, f"{at}/use", f"{at}/{found}/remove", f"/evidence/{found}", f"/evidence/{found}/withdraw",
        f"/evidence/{found}/bring-back", library, f"{roads}/use",
    ):  # fmt: skip
        assert page.browser.send(address, sent).status == 404, address
    with reading(engine) as session:
        assert session.scalars(select(Event)).all() == []


@on_one_database
def test_those_who_only_read_change_nothing(
    signed_in: Enter, engine: Engine, council: SmallCouncil, at: str
) -> None:
    found = kept(engine, council)
    page = signed_in("core_team").open(f"/evidence/{found}")
    assert not page.soup.select("main form")
    assert not page.browser.open(at).soup.select("main form")
    assert page.browser.status(f"/services/{council.services['LIB']}/evidence/new") == 404


# --- one piece ----------------------------------------------------------------------------------------------


def test_it_is_changed_and_the_trail_says_how(
    signed_in: Enter, engine: Engine, council: SmallCouncil
) -> None:
    found = kept(engine, council)
    page = signed_in("director").open(f"/evidence/{found}")
    owner = str(council.people["contributor"])
    page = page.submit("Save the changes", title="Survey of users", grade="verified", owner=owner)
    assert page.heading == "Survey of users"
    assert "Independently confirmed" in page.text
    assert "Looked after by Contributor" in page.text
    page.submit("Save the changes")
    with reading(engine) as session:
        (event,) = session.scalars(select(Event)).all()
        row = session.get_one(Evidence, found)
    assert row.revision == 2
    assert "Changed title: Survey → Survey of users" in part(page, "History")
    assert "owner: Contributor" in part(page, "History")
    assert (event.before["grade"], event.after["grade"]) == ("documented", "verified")
    assert event.after["dated_on"] == "2026-05-04"


def test_two_who_change_it_see_both(signed_in: Enter, engine: Engine, council: SmallCouncil) -> None:
    found = kept(engine, council, by_id=council.people["contributor"])
    first, second = (signed_in(who).open(f"/evidence/{found}") for who in ("director", "contributor"))
    first.submit("Save the changes", title="Survey of users")
    page = second.submit("Save the changes", title="Survey of 2026")
    assert page.status == 409
    assert page.problems[0].startswith("Director changed this while you were writing.")
    assert "Survey of users" in page.text
    field = page.soup.select_one("#title")
    assert field is not None
    assert field["value"] == "Survey of 2026"
    assert page.submit("Save the changes").heading == "Survey of 2026"


@on_one_database
def test_withdrawing_is_undone(signed_in: Enter, engine: Engine, council: SmallCouncil) -> None:
    found = kept(engine, council)
    page = signed_in("director").open(f"/evidence/{found}").submit("Withdraw it")
    assert "Withdrawn. Answers that rely on it keep it; you can bring it back here." in page.text
    assert page.heading == "Survey Withdrawn"
    page = page.submit("Bring it back")
    assert page.heading == "Survey"
    with reading(engine) as session:
        assert session.get_one(Evidence, found).withdrawn_at is None
        verbs = session.scalars(select(Event.verb).order_by(Event.id)).all()
    assert verbs == ["withdrew", "brought back"]


@on_one_database
def test_a_link_that_a_sent_assessment_relies_on_leads_nowhere_else(
    signed_in: Enter, engine: Engine, council: SmallCouncil, made: Round
) -> None:
    found = kept(engine, council)
    used(engine, council, made.assessments["LIB"], found)
    page = signed_in("director").open(f"/evidence/{found}")
    signed_off(engine, council, made.assessments["LIB"], ASKED, GIVEN)
    page = page.submit("Save the changes", address="https://elsewhere.example/")
    assert page.status == 422
    assert "relies on this address" in page.problems[0]
    assert page.submit("Save the changes", title="Survey of users").heading == "Survey of users"
    with reading(engine) as session:
        assert session.get_one(Evidence, found).address == REPORT


# --- files --------------------------------------------------------------------------------------------------


def chosen(raw: bytes, name: str) -> dict[str, object]:
    """A file as a browser sends it."""
    return {"file": (io.BytesIO(raw), name)}


def test_a_file_is_added_and_comes_back_as_it_was(signed_in: Enter, engine: Engine, at: str) -> None:
    page = signed_in("director").open(at).submit("Add it", files=chosen(files.PDF, "Prüfung 2026.pdf"))
    assert "Prüfung 2026 Documented" in part(page, "What supports it")
    assert f"Prüfung 2026.pdf, {len(files.PDF)} bytes" in page.text
    with reading(engine) as session:
        row = session.scalars(select(Evidence)).one()
    assert (row.kind, row.title, row.media_type) == ("file", "Prüfung 2026", "application/pdf")
    with page.browser.client.get(f"/evidence/{row.id}/file") as reply:
        assert (reply.status_code, reply.data) == (200, files.PDF)
    assert reply.headers["Content-Disposition"].startswith("attachment; filename=")
    assert "filename*=UTF-8''Pr%C3%BCfung%202026.pdf" in reply.headers["Content-Disposition"]
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Content-Type"] == "application/pdf"
    assert reply.headers["Content-Length"] == str(len(files.PDF))
    assert reply.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert reply.headers["Cache-Control"] == "no-store"
    with signed_in("challenger").client.get(f"/evidence/{row.id}/file") as reply:
        assert reply.status_code == 200
    assert signed_in("other_director").status(f"/evidence/{row.id}/file") == 404
    assert signed_in("viewer").status(f"/evidence/{row.id}/file") == 404


@on_one_database
def test_the_same_file_twice_is_kept_once(
    signed_in: Enter, app: Flask, council: SmallCouncil, at: str
) -> None:
    page = signed_in("director").open(at)
    page.submit("Add it", title="One", files=chosen(files.PDF, "a.pdf"))
    page = page.submit("Add it", title="Two", files=chosen(files.PDF, "b.pdf"))
    assert part(page, "What supports it").count("Download") == 2
    folder = Path(app.extensions["vfm"].settings.files)
    assert len([path for path in folder.rglob("*") if path.is_file()]) == 1


PROGRAM = "is a Windows program. Programs are not taken; ask whoever sent it to you for the document itself."


@on_one_database
def test_a_file_that_is_not_what_its_name_says_is_refused_with_everything_else_at_once(
    signed_in: Enter, engine: Engine, app: Flask, at: str
) -> None:
    sent = {"title": "x" * 201, "dated.day": "4", "dated.month": "5", "dated.year": "2026"}
    page = signed_in("director").open(at)
    page = page.submit("Add it", files=chosen(b"MZ\x90\x00 program", "report.pdf"), **sent)
    assert page.status == 422
    assert page.problems == [
        "This has 201 characters; the most is 200. Shorten it.",
        f"“report.pdf” {PROGRAM}",
    ]
    field = page.soup.select_one('[name="dated.year"]')
    assert field is not None
    assert field["value"] == "2026"
    assert not Path(app.extensions["vfm"].settings.files).exists()
    page = page.submit("Add it", files=chosen(files.PDF, "report.pdf"))
    assert page.problems[-1] == "Choose the file again: a browser sends a file only once."
    page = page.submit("Add it", title="Report", address=REPORT, files=chosen(files.PDF, "report.pdf"))
    assert page.problems[0] == "Give either a file or a web address: add the other one by itself."
    with reading(engine) as session:
        assert session.scalars(select(Evidence)).all() == []


@on_one_database
def test_nothing_is_kept_of_those_who_may_not_add_it(
    signed_in: Enter, app: Flask, made: Round, at: str
) -> None:
    page = signed_in("other_director").open(
        f"/assessments/{made.assessments['ROADS']}/questions/A-01/evidence"
    )
    token = str(page.soup.select_one("main [name=csrf_token]")["value"])  # type: ignore[index]
    for address in (at, at.replace("A-01", "A-99"), "/services/1/evidence/new"):
        sent = {"csrf_token": token, "grade": "verified", **chosen(files.PDF, "a.pdf")}
        assert page.browser.send(address, sent).status == 404
    assert not Path(app.extensions["vfm"].settings.files).exists()


@on_one_database
def test_a_lost_file_and_a_store_that_is_away_are_said(
    signed_in: Enter, engine: Engine, app: Flask, at: str
) -> None:
    page = signed_in("director").open(at).submit("Add it", files=chosen(files.PDF, "a.pdf"))
    folder = Path(app.extensions["vfm"].settings.files)
    shutil.rmtree(folder)
    with reading(engine) as session:
        evidence_id = session.scalars(select(Evidence.id)).one()
    lost = page.browser.open(f"/evidence/{evidence_id}/file", expect=503)
    assert lost.heading == "This file cannot be fetched"
    folder.write_text("a file where the folder should be")
    page = page.submit("Add it", title="Two", files=chosen(files.PDF, "a.pdf"))
    assert (page.status, len(page.problems)) == (422, 1)
    assert page.problems[0].startswith(
        "The file could not be kept, because the file store cannot be reached."
    )
    field = page.soup.select_one("#title")
    assert field is not None
    assert field["value"] == "Two"


FORM = "multipart/form-data; boundary=edge"


class Endless(io.RawIOBase):
    """A body of two gigabytes: what was typed, the beginning of a file, then nothing but zeros."""

    def __init__(self, beginning: bytes, size: int = 2 << 30) -> None:
        self.beginning, self.size, self.given = beginning, size, 0

    def seek(self, place: int, whence: int = io.SEEK_SET) -> int:
        self.given = place + (self.size if whence == io.SEEK_END else 0)
        return self.given

    def tell(self) -> int:
        return self.given

    def read(self, size: int = -1) -> bytes:
        assert size >= 0, "the whole of it was asked for"
        found = self.beginning[self.given : self.given + size].ljust(min(size, self.size - self.given), b"\0")
        self.given += len(found)
        return found


def multipart(fields: dict[str, str], name: str) -> bytes:
    """The beginning of a form with a file at its end."""
    parts = [
        f'--edge\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
        for field, value in fields.items()
    ]
    head = f'--edge\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    return ("".join(parts) + head).encode() + files.PDF


@on_one_database
def test_two_gigabytes_are_not_read_and_what_was_typed_comes_back(
    signed_in: Enter, engine: Engine, council: SmallCouncil, at: str
) -> None:
    typed = {"csrf_token": "any", "title": "Größe", "grade": "verified", "dated.year": "2026"}
    browser = signed_in("director")
    for address in (at, f"/services/{council.services['LIB']}/evidence/new"):
        body = Endless(multipart(typed, "film.mp4"))
        reply = browser.client.post(
            address,
            input_stream=body,
            content_length=body.size,
            content_type=FORM,
        )
        page = browser._page(reply, 413)
        (problem,) = page.problems
        assert problem.startswith("What you sent was not read: it has 2,048 MB; the most is 20 MB.")
        assert problem.endswith("Everything else you typed is still here.")
        title = page.soup.select_one("#title")
        assert title is not None
        assert title["value"] == "Größe"
        chosen_grade = page.soup.select_one("#grade option[selected]")
        assert chosen_grade is not None
        assert chosen_grade["value"] == "verified"
        assert body.given <= 1 << 20
    with reading(engine) as session:
        assert session.scalars(select(Evidence)).all() == []


@on_one_database
def test_too_much_from_somebody_whose_sign_in_ended_is_said(app: Flask, at: str) -> None:
    body = Endless(multipart({"title": "Size"}, "film.mp4"))
    page = Browser(app)._page(Browser(app).client.post(at, input_stream=body, content_type=FORM), None)
    assert page.status in (302, 413)
    assert "Size" not in page.html
    assert body.given <= 1 << 20


@on_one_database
def test_too_much_is_said_also_where_nothing_that_was_typed_can_be_found(
    signed_in: Enter, council: SmallCouncil, made: Round, at: str
) -> None:
    director = signed_in("director")
    roads = f"/assessments/{made.assessments['ROADS']}/questions/A-01/evidence"
    for address, kind, status in (
        (at, "multipart/form-data", 413),
        (at, "multipart/form-data; boundary=other", 413),
        (f"{at}/use", FORM, 413),
        (at.replace("A-01", "A-99"), FORM, 404),
        (roads, FORM, 404),
    ):
        body = Endless(multipart({"title": "Size"}, "film.mp4"))
        reply = director.client.post(address, input_stream=body, content_length=body.size, content_type=kind)
        assert director._page(reply, status).heading in (
            "That is more than this page can take",
            "Page not found",
        )
        assert body.given <= 1 << 20


def test_a_form_that_is_sent_twice_adds_once(
    signed_in: Enter, engine: Engine, council: SmallCouncil, at: str
) -> None:
    director = signed_in("director")
    page = director.open(at)
    for _ in range(2):
        answer = page.submit("Add it", title="Report", files=chosen(files.PDF, "report.pdf"))
        assert part(answer, "What supports it").count("report.pdf") == 1
    form = director.open(f"/services/{council.services['LIB']}/evidence/new")
    for title in ("Plan", "Plan", "Another"):
        form.submit("Add to the register", title=title, address=REPORT)
    with reading(engine) as session:
        titles_kept = session.scalars(select(Evidence.title).order_by(Evidence.id)).all()
        uses = session.scalars(select(EvidenceUse.id)).all()
        verbs = session.scalars(select(Event.verb).order_by(Event.id)).all()
    assert titles_kept == ["Report", "Plan", "Another"]
    assert len(uses) == 1
    assert verbs == ["added", "added evidence", "added", "added"]


# --- beside answers -----------------------------------------------------------------------------------------


@pytest.fixture
def sent_on(engine: Engine, council: SmallCouncil, made: Round) -> int:
    """The libraries' assessment, signed off, with a survey behind its first answer."""
    assessment_id = made.assessments["LIB"]
    used(engine, council, assessment_id, kept(engine, council))
    signed_off(engine, council, assessment_id, ASKED, GIVEN)
    return assessment_id


@on_one_database
def test_a_challenger_sees_the_evidence_and_where_it_falls_short(signed_in: Enter, sent_on: int) -> None:
    page = signed_in("challenger").open(f"/challenge/{sent_on}/questions/A-01")
    assert "Survey Documented, from 4 May 2026; Open the page : Survey at www.wrenmouth.example" in page.text
    assert "the register holds only “Documented” from 2026." in page.text
    assert page.follow("Survey").heading == "Survey"


def test_a_result_shows_the_evidence_to_those_who_may_see_it(signed_in: Enter, sent_on: int) -> None:
    for who, is_shown in {"executive": True, "director": True, "viewer": False}.items():
        page = signed_in(who).open(f"/assessments/{sent_on}/result?open=all")
        assert ("Survey" in page.text) is is_shown, who


def test_a_question_that_asks_for_evidence_names_what_the_register_holds(
    signed_in: Enter, made: Round, at: str
) -> None:
    director = signed_in("director")
    other = at.replace("A-01", "A-02")
    for title, address in (("Annual survey", other), ("Audit", other), ("Plan", at)):
        director.open(address).submit("Add it", title=title, address=REPORT)
    page = director.open(f"/assessments/{made.assessments['LIB']}/sections/A")
    assert "From the register: Annual survey ; Audit" in page.text
    assert "Plan" not in page.text
    assert page.soup.select_one('[name="A-02.value"]') is not None


@on_one_database
def test_those_who_only_read_find_the_evidence_beside_the_answer(signed_in: Enter, sent_on: int) -> None:
    page = signed_in("core_team").open(f"/assessments/{sent_on}/sections/A").follow("1 piece of evidence")
    assert "Survey" in part(page, "What supports it")


@on_one_database
def test_the_register_is_found_from_the_service_and_the_task_list(
    signed_in: Enter, council: SmallCouncil, made: Round
) -> None:
    director = signed_in("director")
    page = director.open(f"/assessments/{made.assessments['LIB']}").follow("Evidence of the service")
    assert page.heading == "Evidence"
    page = director.open(f"/services/{council.services['LIB']}").follow("Evidence of Libraries")
    assert page.heading == "Evidence"
    assert (
        "Evidence of Libraries" not in signed_in("viewer").open(f"/services/{council.services['LIB']}").text
    )


@pytest.mark.browser
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_file_that_is_too_large_is_held_back_before_it_is_sent(
    window: Callable[[str, str], Window], engine: Engine, tmp_path: Path, at: str
) -> None:
    page = window("director", at)
    large, small = tmp_path / "film.pdf", tmp_path / "report.pdf"
    with large.open("wb") as stream:
        stream.truncate(21 << 20)
    small.write_bytes(files.PDF)
    said = page.locator("#file-too-large")
    page.set_input_files("#file", large)
    expect(said).to_have_text(
        "This file is larger than 20 MB. Choose a smaller one, or give a link to where it is."
    )
    page.get_by_role("button", name="Add it").click()
    expect(page.locator("#file")).to_be_focused()
    page.set_input_files("#file", small)
    expect(said).to_have_count(0)
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_text("report.pdf", exact=False).first).to_be_visible()
    with reading(engine) as session:
        assert session.scalars(select(Evidence.file_name)).all() == ["report.pdf"]
