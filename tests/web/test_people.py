"""People: added, invited by one-time link, given services, switched off and on, their work handed over."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, select, update

from tests.client import Browser, Page
from tests.council import NOW, SmallCouncil
from vfm.store import credentials
from vfm.store.database import reading, transaction
from vfm.store.tables import ImprovementAction, Invitation, Person, PersonRole, Review

SignedIn = Callable[[str], Browser]
PASSWORD = "purple tractor lagoon"


def link_on(page: Page) -> str:
    field = page.soup.select_one("#link")
    assert field is not None, page.text
    return str(field["value"])


def give_password(engine: Engine, person_id: int) -> None:
    kept = credentials.password_hash(PASSWORD)
    with transaction(engine) as session:
        session.execute(update(Person).where(Person.id == person_id).values(password_hash=kept))


def test_the_list_is_searched_and_filtered(signed_in: SignedIn) -> None:
    administrator = signed_in("administrator")
    page = administrator.open("/people/")
    assert "9 people" in page.text
    assert "Director (2 services)" in page.text
    found = page.submit("Show", words="DIRECTOR", role="director")
    assert "2 people found" in found.text
    assert "Nobody has “zebra”" in page.submit("Show", words="zebra").text


def test_an_executive_director_is_given_a_directorate_at_once(
    signed_in: SignedIn, council: SmallCouncil
) -> None:
    path = f"/people/{council.people['executive_director']}"
    page = signed_in("administrator").open(path).follow("Choose services")
    assert page.heading == "Executive director: services of Executive Director"
    place = next(
        str(box["value"])
        for box in page.soup.select('input[name="directorates"]')
        if "Children" in page.soup.select_one(f'label[for="{box["id"]}"]').get_text()
    )
    saved = page.submit("Save services", directorates=[place])
    assert "Executive director of 3 services." in saved.text
    assert "Special educational needs" in saved.text


def test_a_new_person_is_invited_and_signs_in(signed_in: SignedIn, app: Flask, engine: Engine) -> None:
    form = signed_in("administrator").open("/people/").follow("Add a person")
    page = form.submit(
        "Add person", name=" Nora  New ", email="Nora@Wrenmouth.example", roles=["viewer", "director"]
    )
    assert page.heading == "Nora New Invited"
    assert "No services yet" in page.text
    link = link_on(page)
    assert "/invitations/" in link
    assert "One-time link" not in page.browser.open(page.address).text
    with reading(engine) as session:
        assert link.rsplit("/", 1)[1] not in str(session.execute(select(Invitation)).scalars().one().__dict__)

    browser = Browser(app)
    welcome = browser.open(link)
    assert welcome.heading == "Welcome, Nora New"
    wrong = welcome.submit("Set password", password="short", again="short")
    assert (wrong.status, len(wrong.problems)) == (422, 1)
    sign_in = wrong.submit("Set password", password=PASSWORD, again=PASSWORD)
    assert "Your password is set" in sign_in.text
    sign_in.submit("Sign in", email="nora@wrenmouth.example", password=PASSWORD)
    assert "Director, Viewer" in browser.open("/account").text

    again = Browser(app).open(link)
    assert "It was used already" in again.text
    history = page.browser.open(page.address).text
    assert "Chose a password" in history
    assert "Added" in history


def test_what_is_missing_is_listed_and_what_was_typed_stays(signed_in: SignedIn) -> None:
    form = signed_in("administrator").open("/people/add")
    page = form.submit("Add person", name="", email="nobody")
    assert [problem.split(",")[0] for problem in page.problems] == [
        "Type the person's name.",
        "Type an e-mail address",
        "Choose at least one role.",
    ]
    assert page.soup.select_one("#email")["value"] == "nobody"  # type: ignore[index]
    taken = page.submit("Add person", name="N", email="VIEWER@wrenmouth.example", roles=["viewer"])
    assert "is there already" in taken.problems[0]


def test_a_link_runs_out_and_only_the_newest_works(
    signed_in: SignedIn, app: Flask, council: SmallCouncil
) -> None:
    administrator = signed_in("administrator")
    page = administrator.open(f"/people/{council.people['viewer']}")
    first = link_on(page.submit("Make a new invitation link"))
    second = link_on(administrator.open(page.address).submit("Make a new invitation link"))
    assert "run out" in Browser(app).open(first).text
    form = Browser(app).open(second)
    app.config["NOW"] = lambda: NOW + timedelta(days=7, minutes=1)
    late = form.submit("Set password", password=PASSWORD, again=PASSWORD)
    assert (late.status, late.heading) == (409, "This link no longer works")
    assert Browser(app).open("/invitations/made-up", expect=404).heading == "Page not found"


def test_services_are_chosen_one_by_one_or_by_directorate(
    signed_in: SignedIn, council: SmallCouncil, engine: Engine
) -> None:
    contributor = council.people["contributor"]
    page = signed_in("administrator").open(f"/people/{contributor}").follow("Choose services")
    with reading(engine) as session:
        directorates = {part.text.split()[-1]: part for part in page.soup.select("legend")}
        assert set(directorates) == {"Adults", "Children", "Communities", "Place"}
        place = session.execute(select(PersonRole)).first()
        assert place is not None
    box = page.soup.find("legend", string="Place").find_parent("fieldset").select_one("[name=directorates]")  # type: ignore[union-attr]
    done = page.submit("Save services", services=[str(council.services["HOME"])], directorates=[box["value"]])
    assert "Contributor of 3 services" in done.text
    assert "Highways, Home care, Waste collection" in done.text
    assert "taken away: Contributor of Libraries" in done.text
    none = done.follow("Choose services").submit("Save services", services=None)
    assert "No services yet" in none.text
    again = none.follow("Choose services").submit("Save services", services=[str(council.services["LIB"])])
    told = [
        part
        for part in again.soup.select("main tbody tr")[0].get_text("|").split("|")
        if "Contributor" in part
    ]
    assert told == ["given: Contributor of Libraries"]


def test_roles_change_and_history_tells(signed_in: SignedIn, council: SmallCouncil) -> None:
    person = f"/people/{council.people['director']}"
    page = signed_in("administrator").open(f"{person}/edit")
    done = page.submit("Save", name="Dee Director", roles=["viewer"])
    assert done.heading == "Dee Director Invited"
    assert "roles: Director of Libraries, Director of Waste collection → Viewer" in done.text


def test_who_changes_a_person_second_sees_both_sides(signed_in: SignedIn, council: SmallCouncil) -> None:
    person = f"/people/{council.people['contributor']}"
    administrator = signed_in("administrator")
    first, second = (administrator.open(f"{person}/edit") for _ in range(2))
    first.submit("Save", name="Con Tributor", roles=["contributor", "viewer"])
    stale = second.submit("Save", name="Carol Contributor")
    assert stale.status == 409
    assert "Administrator changed Con Tributor after you opened the page" in stale.problems[0]
    assert "Name Con Tributor Roles Contributor, Viewer" in stale.text
    assert stale.soup.select_one("#name")["value"] == "Carol Contributor"  # type: ignore[index]
    assert administrator.open(person).heading == "Con Tributor Invited"
    assert stale.submit("Save").heading == "Carol Contributor Invited"


def test_who_chooses_services_second_sees_both_choices(signed_in: SignedIn, council: SmallCouncil) -> None:
    address = f"/people/{council.people['contributor']}/services/contributor"
    administrator = signed_in("administrator")
    first, second = (administrator.open(address) for _ in range(2))
    first.submit("Save services", services=[str(council.services["HOME"])])
    stale = second.submit("Save services", services=[str(council.services["ROADS"])])
    assert stale.status == 409
    assert "Administrator chose other services" in stale.problems[0]
    assert "Services Home care What you typed" in stale.text
    assert [box["value"] for box in stale.soup.select("[name=services][checked]")] == [
        str(council.services["ROADS"])
    ]
    assert "Contributor Highways" in stale.submit("Save services").text


def test_switching_off_ends_sessions_and_can_be_undone(signed_in: SignedIn, council: SmallCouncil) -> None:
    director, administrator = signed_in("director"), signed_in("administrator")
    page = administrator.open(f"/people/{council.people['director']}").submit("Switch off")
    assert page.heading == "Director Switched off"
    assert page.follow("Hand over 2 things").heading == "Hand over the work of Director"
    library = administrator.open(f"/directory/service/{council.services['LIB']}")
    assert "Director: Director (switched off), Contributor: Contributor" in library.text
    assert "It has no director who can sign in" in library.text
    assert "Give a director to 2 services without one" in administrator.open("/").text
    assert director.open("/account").heading == "Sign in"
    assert page.submit("Switch on").heading == "Director Invited"
    assert director.open("/account").heading == "Sign in"


def test_the_last_administrator_stays(signed_in: SignedIn, council: SmallCouncil, engine: Engine) -> None:
    own = f"/people/{council.people['administrator']}"
    administrator = signed_in("administrator")
    refused = administrator.open(own).submit("Switch off")
    assert refused.status == 422
    assert "is the only administrator who can sign in" in refused.problems[0]
    refused = administrator.open(f"{own}/edit").submit("Save", roles=["viewer"])
    assert "is the only administrator who can sign in" in refused.problems[0]
    other = council.people["core_team"]
    give_password(engine, other)
    administrator.open(f"/people/{other}/edit").submit("Save", roles=["core_team", "administrator"])
    assert administrator.open(own).submit("Switch off").heading == "Sign in"


def test_work_goes_to_somebody_else(signed_in: SignedIn, council: SmallCouncil, engine: Engine) -> None:
    giver, taker = council.people["director"], council.people["other_director"]
    waste = council.services["WASTE"]
    with transaction(engine) as session:
        session.add(
            ImprovementAction(service_id=waste, text="Renew the contract", owner_id=giver, created_at=NOW)
        )
        session.add(
            Review(
                service_id=waste,
                mode="service_review",
                starts_on=NOW.date(),
                lead_id=giver,
                by_id=giver,
                at=NOW,
            )
        )
    page = signed_in("administrator").open(f"/people/{giver}").follow("Hand over")
    assert "Choose who takes over." in page.submit("Hand over").problems
    assert "Tick at least one thing" in page.submit("Hand over", to=str(taker), work=None).problems[0]
    done = page.submit("Hand over", to=str(taker))
    assert "4 things handed over to Other Director" in done.text
    assert "No services yet" in done.text
    with reading(engine) as session:
        assert session.scalars(select(ImprovementAction.owner_id)).all() == [taker]
        assert session.scalars(select(Review.lead_id)).all() == [taker]
        held = select(PersonRole.service_id).where(
            PersonRole.person_id == taker, PersonRole.role == "director"
        )
        assert set(session.scalars(held)) == set(council.services.values())
    assert "Took over from Director" in page.browser.open(f"/people/{taker}").text


@pytest.mark.parametrize("rest", ["", "/edit", "/hand-over", "/services/director", "/services/viewer"])
def test_nobody_there_is_not_found(signed_in: SignedIn, rest: str) -> None:
    signed_in("administrator").open(f"/people/999{rest}", expect=404)
