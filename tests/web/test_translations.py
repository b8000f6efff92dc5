"""A draft's Welsh beside its English, filled in by the core team without scripts."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from tests import build
from tests.client import Browser
from tests.council import NOW, SmallCouncil
from vfm.questionnaires import document
from vfm.questionnaires.translations import texts, with_words
from vfm.store.content import digest
from vfm.store.database import reading, transaction
from vfm.store.tables import Template, Version

DRAFT = build.questionnaire(
    build.section("A", build.yes_no("A-01", text="Is it?", weight=1), title="First"),
    build.section("B", build.yes_no("B-01", text="Was it?", weight=1), title="Second"),
    title="Both",
    scales={},
)
Enter = Callable[[str], Browser]


@pytest.fixture
def version(engine: Engine, council: SmallCouncil) -> int:
    """A draft with words for a question that is gone."""
    content = document.to_json(with_words(DRAFT, "cy", {"question.GONE.text": "Ar goll"}))
    with transaction(engine) as session:
        template = Template(key="both", title="Both", created_at=NOW)
        session.add(template)
        session.flush()
        made = Version(
            template_id=template.id,
            number=1,
            content=content,
            content_hash=digest(content),
            created_by_id=council.people["core_team"],
            created_at=NOW,
        )
        session.add(made)
        session.flush()
        return made.id


def welsh(engine: Engine, version: int) -> dict[str, str]:
    with reading(engine) as session:
        return dict(session.get_one(Version, version).content["translations"]["cy"])


def test_part_by_part_until_nothing_is_missing(signed_in: Enter, version: int, engine: Engine) -> None:
    page = signed_in("core_team").open(f"/versions/{version}/design").follow("English and Welsh")
    assert "5 texts have no Welsh yet" in page.text
    assert "Ar goll" in page.text
    page = page.follow("The whole template")
    assert page.soup.select_one("textarea")["lang"] == "cy"
    page = page.submit("Save and continue", **{"words.title": "Y ddau"})
    assert page.heading == "First"
    page = page.submit(
        "Save and continue", **{"words.section.A.title": "Cyntaf", "words.question.A-01.text": "Ydy e?"}
    )
    page = page.submit("Save", **{"words.section.B.title": "Ail", "words.question.B-01.text": "Oedd e?"})
    assert "Every text has its Welsh" in page.text
    assert welsh(engine, version) == {
        "title": "Y ddau",
        "section.A.title": "Cyntaf",
        "question.A-01.text": "Ydy e?",
        "section.B.title": "Ail",
        "question.B-01.text": "Oedd e?",
        "question.GONE.text": "Ar goll",
    }
    page = page.browser.open(f"/versions/{version}/design")
    undo = page.soup.select_one('button[value^="undo:"]')["value"]
    token = page.soup.select_one("#_arrange input[name=csrf_token]")["value"]
    page.browser.send(page.address, {"csrf_token": token, "do": undo})
    assert "section.B.title" not in welsh(engine, version), "an edit of words is taken back like any other"


def test_two_translators_of_one_text_see_both(signed_in: Enter, version: int, engine: Engine) -> None:
    address = f"/versions/{version}/translations/cy/A"
    first, second = (signed_in("core_team").open(address) for _ in range(2))
    first.submit("Save and continue", **{"words.section.A.title": "Cyntaf"})
    page = second.submit(
        "Save and continue", **{"words.section.A.title": "Yn gyntaf", "words.question.A-01.text": "Ydy e?"}
    )
    assert page.status == 409
    assert page.problems == [
        'section.A.title: Somebody else wrote "Cyntaf" meanwhile. Save again to put yours in its place.'
    ]
    assert welsh(engine, version)["question.A-01.text"] == "Ydy e?", "the rest is kept"
    page.submit("Save and continue")
    assert welsh(engine, version)["section.A.title"] == "Yn gyntaf"


def test_what_cannot_be_kept_stays_as_typed(signed_in: Enter, version: int) -> None:
    page = signed_in("core_team").open(f"/versions/{version}/translations/cy/A")
    page = page.submit("Save and continue", **{"words.section.A.title": "Cyn\x07taf"})
    assert "cannot be kept" in page.problems[0]
    assert "Cyn" in page.soup.select_one("textarea").get_text()


def test_no_other_language_part_or_person(signed_in: Enter, version: int) -> None:
    browser = signed_in("core_team")
    for address in ("translations/fr", "translations/cy/NOPE"):
        browser.open(f"/versions/{version}/{address}", expect=404)
    signed_in("director").open(f"/versions/{version}/translations/cy", expect=404)


def test_every_text_stands_on_exactly_one_page(signed_in: Enter, version: int) -> None:
    browser = signed_in("core_team")
    boxes = [
        str(box["name"]).removeprefix("words.")
        for part in ("template", "A", "B")
        for box in browser.open(f"/versions/{version}/translations/cy/{part}").soup.select("textarea")
    ]
    assert boxes == [text.place for text in texts(DRAFT)]
