"""Pages in English and in Welsh: the choice, the words, the marked fallback."""

import re
from collections.abc import Callable

from flask import Flask
from sqlalchemy import Engine

from tests import build
from tests.client import Browser
from tests.council import NOW, SmallCouncil
from tests.rounds import opened
from vfm.questionnaires.translations import with_words
from vfm.store.database import reading
from vfm.store.tables import Person
from vfm.web import languages
from vfm.web.filters import day, instant, plural
from vfm.web.marked import Sentence, sentences

PLACES = re.compile(r"%\((\w+)\)s")


def forms(message: Sentence) -> tuple[str, ...]:
    entry = languages.catalogue("cy").get(message)
    assert entry is not None, f"no Welsh for {message!r}: write it into vfm/translations"
    return (entry.string,) if isinstance(entry.string, str) else tuple(entry.string)


def is_finished(place: str) -> bool:
    """True for what stands in a finished folder, in its module, or around every page."""
    folder = re.split(r"[/.]", place)[1]
    return folder in languages.FINISHED | {"layout", "macros", "navigation", "filters", "fields", "access"}


def test_every_sentence_of_finished_pages_has_its_welsh_with_the_same_places_for_values() -> None:
    for message in (message for message, places in sentences().items() if any(map(is_finished, places))):
        wanted = set(PLACES.findall(message if isinstance(message, str) else message[1]))
        found = forms(message)
        assert len(found) == (1 if isinstance(message, str) else 4), message
        for words in found:
            assert words.strip(), message
            assert set(PLACES.findall(words)) == wanted, message


def test_a_visitor_chooses_welsh_and_english_again(browser: Browser) -> None:
    page = browser.open("/sign-in")
    assert page.soup.html["lang"] == "en"
    page = page.submit("Cymraeg")
    assert page.address == "/sign-in"
    assert page.soup.html["lang"] == "cy"
    assert page.heading == "Mewngofnodi"
    page = page.submit("Mewngofnodi")
    assert page.problems == ["Teipiwch eich e-bost.", "Teipiwch eich cyfrinair."]
    assert "English" not in page.html, "what was typed is not lost by changing the language"
    page = browser.open("/sign-in").submit("English")
    assert page.heading == "Sign in"


def test_the_choice_is_kept_with_the_person(
    signed_in: Callable[[str], Browser], engine: Engine, council: SmallCouncil
) -> None:
    page = signed_in("director").open("/").submit("Cymraeg")
    assert page.soup.html["lang"] == "cy"
    with reading(engine) as session:
        assert session.get_one(Person, council.people["director"]).language == "cy"
    assert signed_in("director").open("/account").heading == "Eich cyfrif", "in another browser too"
    assert signed_in("contributor").open("/account").heading == "Your account"


def test_another_language_or_another_site_is_not_there(browser: Browser) -> None:
    token = browser.open("/sign-in").soup.select_one("[name=csrf_token]")["value"]
    sent = {"csrf_token": token, "language": "fr", "next": "/sign-in"}
    assert browser.send("/language", sent).status == 404
    reply = browser.client.post("/language", data=sent | {"language": "cy", "next": "//elsewhere.example"})
    assert reply.headers["Location"] == "/"


def test_a_page_without_welsh_says_so_and_is_marked_as_english(signed_in: Callable[[str], Browser]) -> None:
    page = signed_in("core_team").open("/").submit("Cymraeg")
    assert "lang" not in page.soup.main.attrs
    page = page.browser.open("/cycles")
    assert page.soup.main["lang"] == "en"
    assert page.soup.select_one("main > p[lang=cy]").get_text().startswith("Nid yw'r dudalen hon")


def test_what_is_not_in_welsh_on_a_welsh_page_is_marked(signed_in: Callable[[str], Browser]) -> None:
    page = signed_in("administrator").open("/").submit("Cymraeg")
    assert page.soup.select(".govuk-task-list__link span[lang=en]") or "Does dim angen" in page.text


def test_dates_and_numbers(app: Flask) -> None:
    with app.test_request_context():
        assert (day(NOW), instant(NOW), plural(2, "service")) == (
            "23 November 2026",
            "23 November 2026 at 14:02",
            "2 services",
        )
        languages.use("cy")
        assert day(NOW) == "23 Tachwedd 2026"
        assert instant(NOW) == "23 Tachwedd 2026 am 14:02"
        things = languages.ngettext("%(count)s thing to do", "%(count)s things to do", 3)
        assert things == "%(count)s pheth i'w gwneud"
        languages.use("en")


def test_a_refusal_is_in_welsh(signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("director").open("/").submit("Cymraeg").browser
    assert browser.open("/nothing-here", expect=404).heading == "Heb ddod o hyd i'r dudalen"


def test_questions_are_asked_in_welsh_where_they_have_it_and_marked_where_not(
    signed_in: Callable[[str], Browser], engine: Engine, council: SmallCouncil
) -> None:
    asked = build.questionnaire(
        build.section(
            "A", build.yes_no("A-01", text="Is it?"), build.yes_no("A-02", text="Was it?"), title="First"
        )
    )
    words = {"section.A.title": "Cyntaf", "question.A-01.text": "Ydy e?"}
    made = opened(engine, council, with_words(asked, "cy", words))
    page = signed_in("director").open("/").submit("Cymraeg")
    page = page.browser.open(f"/assessments/{made.assessments['LIB']}/sections/A")
    assert page.heading == "Cyntaf"
    assert "Ydy e?" in page.text
    marked = [tag.get_text() for tag in page.soup.select("legend [lang=en]")]
    assert marked == ["Was it?"]
    page = page.submit(page.soup.select_one("form[data-autosave] button").get_text(), **{"A-01.value": "yes"})
    assert page.status == 200
