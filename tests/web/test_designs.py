"""The designer in a checking browser: outline, forms, rules, what is deleted, files in and out."""

import io
import re
from collections.abc import Callable

import openpyxl
import pytest

from tests import build
from tests.client import Browser, Page
from tests.generated import made
from vfm.questionnaires import document
from vfm.questionnaires.schema import Questionnaire
from vfm.reports.template_files import WRITERS

Enter = Callable[[str], Browser]


def small() -> Questionnaire:
    choice = build.question("A-02", "single_choice", options=build.options(a="First", b="Second"))
    routed = build.yes_no("B-01", text="Is it bought in?", show_if={"question": "A-02", "equals": "b"})
    return build.questionnaire(
        build.section("A", build.scale_question("A-01"), choice),
        build.section("B", routed, build.scale_question("B-02", text="How well is it bought?")),
    )


@pytest.fixture
def core(signed_in: Enter) -> Browser:
    return signed_in("core_team")


@pytest.fixture
def outline(core: Browser) -> Page:
    """The outline of a small draft, version 1 of its template."""
    text = document.dump(small()).encode()
    page = core.open("/templates/import").submit(
        "Import", {"file": upload(text, "small.yaml")}, ready="upload"
    )
    return page.browser.open("/versions/1/design")


def upload(content: bytes, name: str) -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name


def keys(page: Page) -> list[str]:
    return [str(item["id"]) for item in page.soup.select(".vfm-design-question")]


def press(page: Page, deed: str) -> Page:
    """Press one of the outline's buttons, as `up:A-02`."""
    token = page.soup.select_one("#_arrange input[name=csrf_token]")["value"]
    return page.browser.send(page.address, {"csrf_token": token, "do": deed})


def test_the_outline_tells_kind_weight_share_and_routing(outline: Page) -> None:
    assert keys(outline) == ["A-01", "A-02", "B-01", "B-02"]
    assert "50.0% of the overall" in outline.text
    assert 'Asked only when A-02 is "Second".' in outline.text
    assert "Nothing stands in the way of opening it." in outline.text


def test_the_time_to_complete_stands_in_the_first_sentence(outline: Page) -> None:
    lead = outline.soup.select_one(".govuk-body-l").get_text()
    assert re.search(r"4 questions in 2 sections, about \d+( to \d+)? minutes to complete\.", lead), lead
    read = outline.follow("Read it through").soup.select_one(".govuk-body-l").get_text()
    assert re.search(r"of them scored; about \d+( to \d+)? minutes to complete\.", read), read
    form = outline.browser.open(outline.address.replace("design", "sections"))
    faulty = form.submit("Add the section", title="Nothing yet")
    faulty = faulty.browser.open(outline.address)
    assert "minutes" not in faulty.soup.select_one(".govuk-body-l").get_text()


def test_faults_and_advice_stand_under_headings_of_their_own(outline: Page) -> None:
    form = outline.browser.open(outline.address.replace("design", "questions/A-02"))
    form = form.submit("Save", weight="1").browser.open(form.address)
    headings = [tag.get_text() for tag in form.soup.select(".govuk-inset-text h2")]
    assert headings == ["To mend before it can be opened", "Advice"]


def test_what_is_to_mend_links_to_its_form_in_words(core: Browser) -> None:
    unused = build.questionnaire(build.yes_no("A-01", weight=1), key="unused", title="Unused")
    file = {"file": upload(document.dump(unused).encode(), "unused.yaml")}
    page = core.open("/templates/import").submit("Import", file, ready="upload").follow("Design")
    assert "scales." not in page.text
    assert page.follow("Scale maturity").heading == "Scales and parts"


def test_a_weight_that_is_no_number_has_no_share(outline: Page) -> None:
    for place, typed, words in (
        ("questions/A-01", "2x", "Write a number to see its share."),
        ("questions/A-01", "", "Not scored."),
        ("questions/A-01", "1", "With this weight: 50.0% of the overall."),
        ("sections/A", "2x", "Write a number to see its share."),
        ("sections/A", "1", "With this weight: 50.0% of the overall."),
    ):
        form = outline.browser.open(outline.address.replace("design", place))
        token = form.soup.select_one("form[data-designer] input[name=csrf_token]")["value"]
        page = form.browser.send(form.address, {"csrf_token": token, "do": "show", "weight": typed})
        assert page.soup.select_one("#share").get_text().strip() == words
    page = outline.follow("Weights").submit("Work out the shares", weight__A="2x")
    assert page.soup.select_one("#share-A").get_text(strip=True) == "Write a number."
    assert page.soup.select_one("#share-B").get_text(strip=True) == "–"


def test_what_is_to_mend_stands_before_the_questions_with_a_way_past_it(outline: Page) -> None:
    main = outline.soup.select_one("#_outline")
    assert main.find_all_previous("a", string="Settings and scoring")
    assert main.find_all_previous("h2", string="Latest edits")
    assert (
        outline.soup.select_one('.vfm-design-side a[href="#_outline"]').get_text() == "Skip to the questions"
    )


def test_a_section_may_bear_any_key_without_two_places_of_one_name(core: Browser) -> None:
    names = ("checks", "edits", "outline", "whole", "jump", "arrange", "to-mend")
    parts = (build.section(name, build.yes_no(f"{name}-1", weight=1)) for name in names)
    text = document.dump(build.questionnaire(*parts, key="names", title="Names")).encode()
    core.open("/templates/import").submit("Import", {"file": upload(text, "names.yaml")}, ready="upload")
    page = core.open("/versions/1/design")
    found = [str(item["id"]) for item in page.soup.select("[id]")]
    assert sorted(found) == sorted(set(found))
    assert set(names) <= set(found)


def test_a_long_template_shows_one_section_at_a_time(core: Browser) -> None:
    sections = (
        build.section(
            key,
            *(build.yes_no(f"{key}-{i:02d}", weight=1, text=f"Is it {i} of {key}?") for i in range(1, 42)),
        )
        for key in ("A", "B", "C")
    )
    long = build.questionnaire(*sections, key="long", title="Long")
    file = {"file": upload(document.dump(long).encode(), "long.yaml")}
    core.open("/templates/import").submit("Import", file, ready="upload")
    page = core.open("/versions/1/design")
    assert keys(page) == [f"A-{i:02d}" for i in range(1, 42)]
    assert len(page.soup.select(".vfm-design-section h2")) == 4  # the sections, and the checks
    page = page.follow("Show 41 questions of B")
    assert keys(page)[0] == "B-01"
    page = press(page, "down:B-41")  # into the next section, which opens with it
    assert keys(page)[0] == "B-41"
    page = press(page, "undo")
    assert keys(page)[0] == "B-01"  # where it came from
    page = page.browser.open(page.address.partition("?")[0].replace("design", "questions/B-02"))
    assert keys(page.submit("Save", text="Reworded?"))[0] == "B-01"
    page = core.open("/versions/1/design?open=nowhere")
    assert keys(page)[0] == "A-01"
    page = page.follow("Show all 123 questions")
    assert len(keys(page)) == 123
    assert len(keys(press(page, "double:C-01"))) == 124
    assert len(keys(page.follow("Show one at a time"))) == 41


def test_questions_move_double_and_go_and_come_back(outline: Page) -> None:
    page = press(outline, "down:A-01")
    assert keys(page) == ["A-02", "A-01", "B-01", "B-02"]
    page = press(page, "double:B-02")
    assert keys(page) == ["A-02", "A-01", "B-01", "B-02", "B-03"]
    page = press(page, "delete:A-01")
    assert "A-01 was deleted. You can undo this." in page.text
    for left in (5, 4, 4):
        page = press(page, "undo")
        assert len(keys(page)) == left
    assert keys(page) == ["A-01", "A-02", "B-01", "B-02"]
    assert keys(press(page, "redo")) == ["A-02", "A-01", "B-01", "B-02"]


def test_what_others_depend_on_is_deleted_only_when_they_are_named(outline: Page) -> None:
    page = press(outline, "delete:A-02")
    assert page.heading == "Delete A-02?"
    assert page.soup.select_one(".govuk-inset-text").get_text() == small().questions["A-02"].text
    assert 'The routing of B-01: A-02 is "Second"' in page.text
    page = page.submit("Delete it with these rules")
    assert keys(page) == ["A-01", "B-01", "B-02"]
    assert "Asked only when" not in page.text


def test_a_section_to_be_deleted_is_named_with_its_questions(outline: Page) -> None:
    page = press(outline, "delete:A")
    assert page.heading == "Delete section A?"
    title = small().all_sections["A"].title
    assert page.soup.select_one(".govuk-inset-text").get_text() == f"{title}: 2 questions"


def test_a_rule_is_built_row_by_row_without_a_script(outline: Page) -> None:
    form = outline.browser.open(outline.address.replace("design", "questions/B-02"))
    page = form.submit("Show the next row", show_if__0__0__question="A-01")
    assert page.heading == "Change B-02"
    assert page.soup.select_one('select[name="show_if.0.0.operator"]') is not None
    page = page.submit("Show the next row", show_if__0__0__operator="at_most", show_if__0__0__value="2")
    assert "It is asked only when A-01 is at most level 2" in page.text
    page = page.submit("Save")
    assert "B-02 was changed" in page.text
    assert "Asked only when A-01 is at most level 2." in page.text


def test_a_row_half_filled_in_is_named_and_nothing_is_lost(outline: Page) -> None:
    form = outline.browser.open(outline.address.replace("design", "questions/B-02"))
    page = form.submit("Save", text="Reworded?", show_if__0__0__question="A-01")
    assert page.status == 422
    assert "Choose how the answer to A-01 is compared." in page.text
    assert "Reworded?" in page.soup.select_one("#text").get_text()


def test_every_kind_is_added_and_filled_in(outline: Page) -> None:
    page = outline
    for kind in ("yes_no", "single_choice", "multi_choice", "number", "money", "percent", "date", "text"):
        form = page.follow("Add a question to A")
        page = form.submit(
            "Add the question", text=f"A {kind} question?", kind=kind, answers="One\nTwo\nNone"
        )
        assert page.heading.startswith("Change A-")
        page = page.submit("Save", unit="items") if kind == "number" else page.submit("Save")
        assert page.heading.startswith("Design")
    assert len(keys(page)) == 12
    assert "Nothing stands in the way" in page.text


def test_a_wrong_new_question_says_everything_at_once(outline: Page) -> None:
    form = outline.follow("Add a question to A")
    page = form.submit("Add the question", kind="single_choice", answers="One", key="A-01")
    assert page.status == 422
    summary = page.soup.select_one(".govuk-error-summary").get_text()
    for words in ("taken already", "has no words", "at least two answers"):
        assert words in summary


def test_shares_are_worked_out_before_anything_is_saved(outline: Page) -> None:
    form = outline.follow("Weights")
    page = form.submit("Work out the shares", weight__A="3")
    assert page.soup.select_one("#share-A").get_text(strip=True) == "75.0%"
    assert "50.0% of the overall" in outline.browser.open(outline.address).text
    page = page.submit("Save")
    assert "75.0% of the overall" in page.text


def test_whole_template_forms_keep_what_was_typed_and_name_the_field(outline: Page) -> None:
    for link, wrong, words in (
        ("Settings and scoring", {"title": ""}, "has no words"),
        ("Scales and parts", {"scale__0__levels": "One"}, "at least two levels"),
        ("Rating bands", {"band__0__name": "Weak", "band__0__minimum": "low"}, "not a number of points"),
        ("Questions about the pilot", {"pilot__0__text": "How long?", "pilot__0__key": "A-01"}, "taken"),
    ):
        page = outline.follow(link).submit("Save", **wrong)
        assert page.status == 422
        assert words in page.soup.select_one(".govuk-error-summary").get_text()
    page = outline.follow("Rating bands").submit(
        "Save", band__0__name="Weak", band__0__minimum="0", band__1__name="Sound", band__1__minimum="60"
    )
    assert "The rating bands were changed" in page.text


def test_a_check_is_added_and_deleted(outline: Page) -> None:
    form = outline.follow("Add a check").submit("Show the next row", must__0__0__question="A-01")
    page = form.submit(
        "Save",
        must__0__0__operator="at_least",
        must__0__0__value="2",
        say="Look at A-01 again.",
        at="A-01",
    )
    assert "check-1" in page.text
    page = page.follow("check-1").submit("Delete this check")
    assert "Check check-1 was deleted" in page.text


def test_a_section_takes_a_cap(outline: Page) -> None:
    form = outline.browser.open(outline.address.replace("design", "sections/A"))
    assert form.soup.select_one('[name^="cap."]') is None
    form = form.submit("Add a cap").submit(
        "Show the next row", cap__0__when__0__0__question="A-01", cap__0__reason="Unknown cost"
    )
    page = form.submit(
        "Save", cap__0__limit="100/3", cap__0__when__0__0__operator="equals", cap__0__when__0__0__value="1"
    )
    assert "At most 33.33 points when A-01 is level 1." in page.text


def test_caps_move_and_a_new_one_stays_while_its_rule_is_built(outline: Page) -> None:
    form = outline.browser.open(outline.address.replace("design", "sections/A")).submit("Add a cap")
    form = form.submit("Show the next row", cap__0__when__0__0__question="A-01")
    assert len(form.soup.select('[name$=".limit"]')) == 1  # though neither limit nor reason is typed yet
    form = form.submit(
        "Add another cap",
        cap__0__when__0__0__operator="answered",
        cap__0__limit="50",
        cap__0__reason="First",
        cap__0__key="one",
    )
    form = form.submit("Show the next row", cap__1__when__0__0__question="A-02", cap__1__key="two")
    form = form.submit(
        "Up cap 2", cap__1__when__0__0__operator="answered", cap__1__limit="20", cap__1__reason="Second"
    )
    assert [tag["value"] for tag in form.soup.select('[name$=".limit"]')] == ["20", "50"]
    page = form.submit("Save")
    assert page.text.index("At most 20 points when A-02") < page.text.index("At most 50 points when A-01")


def test_answers_are_put_in_order_and_nothing_is_saved_until_save(outline: Page) -> None:
    form = outline.browser.open(outline.address.replace("design", "questions/A-02"))
    moved = form.submit("Up answer 2", option__1__label="Reworded", text="Which?")
    assert [moved.soup.select_one(f'[name="option.{i}.key"]')["value"] for i in (0, 1)] == ["b", "a"]
    assert moved.soup.select_one('[name="option.0.label"]')["value"] == "Reworded"
    assert [tag["value"] for tag in moved.soup.select("[autofocus]")] == ["down:option.0"]
    assert "Reworded" not in outline.browser.open(form.address).html
    assert "A-02 was changed" in moved.submit("Save").text
    saved = outline.browser.open(form.address)
    assert [saved.soup.select_one(f'[name="option.{i}.label"]')["value"] for i in (0, 1)] == [
        "Reworded",
        "First",
    ]
    again = saved.submit("Down answer 1")
    assert [tag["value"] for tag in again.soup.select("[autofocus]")] == ["down:option.1"]


def test_the_pilots_questions_are_put_in_order(outline: Page) -> None:
    form = outline.follow("Questions about the pilot")
    form = form.submit("Show more rows", pilot__0__text="How long did it take?")
    form = form.submit("Up question 2", pilot__1__text="Who helped?", pilot__1__kind="yes_no")
    assert form.soup.select_one('[name="pilot.0.kind"] [selected]')["value"] == "yes_no"
    assert "were changed" in form.submit("Save").text
    asked = outline.follow("Questions about the pilot").soup.select('textarea[name^="pilot."]')
    assert [words.get_text(strip=True) for words in asked] == ["Who helped?", "How long did it take?", ""]


def test_the_library_copies_a_question_into_a_section(outline: Page) -> None:
    other = build.questionnaire(
        build.yes_no("Z-01", weight=1, text="Is there a contract?"), key="other", title="Contracts"
    )
    page = outline.browser.open("/templates/import").submit(
        "Import", {"file": upload(WRITERS[".xlsx"](other), "other.xlsx")}, ready="upload"
    )
    library = outline.browser.open(outline.address.replace("design", "library?q=contract&section=B"))
    assert "Is there a contract?" in library.text
    copy = library.soup.select_one('button[name="copy"]')["value"]
    token = library.soup.select_one('form[method="post"] input[name=csrf_token]')["value"]
    address = library.address.partition("?")[0]
    page = library.browser.send(address, {"csrf_token": token, "section": "B", "copy": copy})
    assert keys(page) == ["A-01", "A-02", "B-01", "B-02", "Z-01"]


def test_a_draft_goes_out_as_a_workbook_and_comes_back(outline: Page) -> None:
    version = outline.address.replace("/design", "")
    reply = outline.browser.client.get(f"{version}/download.xlsx")
    assert reply.headers["Content-Disposition"] == 'attachment; filename="test-v1.xlsx"'
    workbook = reply.data
    page = outline.browser.open(f"{version}/replace")
    page = page.submit("Replace the draft", {"file": upload(workbook, "test-v1.xlsx")})
    assert "The draft now says what the file says: 4 same." in page.text
    broken = page.browser.open(f"{version}/replace").submit(
        "Replace the draft", {"file": upload(b"not a workbook", "test.xlsx")}
    )
    assert "There is 1 problem in test.xlsx. Nothing was imported." in broken.text


def test_a_template_starts_from_nothing_and_a_copy_remembers(outline: Page) -> None:
    core = outline.browser
    page = core.open("/templates").follow("Start one from nothing")
    page = page.submit("Start the template", title="Markets", section="Knowing the market")
    assert page.heading == "Design: Markets"
    assert "things to mend" in page.text or "thing to mend" in page.text
    page = core.open(outline.address.replace("/design", "")).follow("Copy it as a new template")
    page = page.submit("Make the copy", title="Small, for schools")
    assert page.heading == "Design: Small, for schools"
    assert "Copied from version 1 of A test template" in page.follow("Read it through").text


def test_nobody_else_finds_the_designer(outline: Page, signed_in: Enter) -> None:
    for who in ("director", "executive", "challenger", "viewer", "contributor"):
        signed_in(who).open(outline.address, expect=404)


def test_words_of_a_template_are_shown_as_text(outline: Page) -> None:
    form = outline.browser.open(outline.address.replace("design", "questions/A-01"))
    page = form.submit("Save", text="<script>alert(1)</script> & <b>bold</b>?", help="<img src=x onerror=y>")
    assert "<script>alert(1)</script> & <b>bold</b>?" in page.text
    assert page.soup.select("main script, main b") == []
    read = page.follow("Read it through")
    assert read.soup.select("main img, main b") == []


def test_what_somebody_deleted_meanwhile_keeps_what_was_typed(outline: Page) -> None:
    form = outline.browser.open(outline.address.replace("design", "questions/B-02"))
    press(outline, "delete:B-02")
    page = form.submit("Save", text="An hour's work?")
    assert (page.status, page.heading) == (409, "B-02 is no longer in this draft")
    assert "Core Team, 23 November 2026 at 14:02: B-02 was deleted." in page.text
    assert "An hour's work?" in page.text


def test_every_page_of_a_half_made_draft_opens(outline: Page) -> None:
    """Points left out, options taken out, a section emptied: each is to mend, none shuts the designer."""
    core, version = outline.browser, outline.address.replace("/design", "")
    form = core.open(f"{version}/questions/A-02")
    form.submit("Save", weight="1")
    core.open(f"{version}/questions/B-01").submit("Save", kind="multi_choice", show_if__0__0__question="")
    press(outline, "delete:A-01")
    for path in (
        "design",
        "questions/A-02",
        "questions/B-01",
        "sections/A",
        "sections/A/add",
        "sections",
        "checks",
        "library",
        "rehearsal",
        "replace",
        "fork",
        *(f"whole/{name}" for name in ("settings", "weights", "scales", "bands", "pilot")),
    ):
        core.open(f"{version}/{path}")
    assert core.client.get(f"{version}/reading-copy.docx").status_code == 200
    assert "to mend" in core.open(f"{version}/design").text
    core.open(version)


def xlsform() -> bytes:
    """A form of another tool, with a note and a place on the map that a template has no use for."""
    book = openpyxl.Workbook()
    survey = book.active
    survey.title = "survey"
    for row in (
        ("type", "name", "label"),
        ("text", "what", "What does it buy?"),
        ("select_one yes_no", "contract", "Is there a contract?"),
        ("geopoint", "where", "Where is it?"),
    ):
        survey.append(row)
    choices = book.create_sheet("choices")
    for row in (("list_name", "name", "label"), ("yes_no", "yes", "Yes"), ("yes_no", "no", "No")):
        choices.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_an_xlsform_comes_in_with_a_report_that_is_found_again(core: Browser) -> None:
    page = core.open("/templates/import").submit(
        "Import", {"file": upload(xlsform(), "market.xlsx")}, ready="upload"
    )
    assert page.heading == "What became of market.xlsx"
    assert "not in it as in the file" in page.text
    assert "survey!" in page.text
    design = page.follow("Go to Design")
    assert len(keys(design)) == 2
    again = design.follow("What became of the file it came from")
    assert again.heading == "What became of market.xlsx"
    core.open("/versions/99/imported", expect=404)


def test_a_draft_changed_meanwhile_is_shown_as_it_would_open_now(outline: Page) -> None:
    core = outline.browser
    form = core.open("/cycles/new?kind=pilot&version=1")
    check = form.submit("See who will be asked", name="Pilot one", services=["1", "2", "3"])
    press(outline, "double:B-02")
    page = check.submit("Open the pilot")
    assert (page.status, page.heading) == (409, "Who will be asked")
    assert page.problems == [
        "The draft was changed after you looked at who will be asked. Look at what opening does now."
    ]
    assert "3 services, 5 questions each" in page.text
    assert page.submit("Open the pilot").heading == "Pilot one"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ["service-vfm", "corporate-best-value", "transport-deep-dive"])
def test_a_ready_template_survives_every_form_of_the_designer(core: Browser, name: str) -> None:
    core.open("/templates/import").submit("Import", ready=f"{name}.yaml")
    assert_every_form_keeps_all(core)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("seed", range(50))
def test_a_generated_template_survives_every_form_of_the_designer(core: Browser, seed: int) -> None:
    file = upload(document.dump(made(seed)).encode(), "generated.yaml")
    core.open("/templates/import").submit("Import", {"file": file}, ready="upload")
    assert_every_form_keeps_all(core)


def assert_every_form_keeps_all(core: Browser) -> None:
    """Each page of version 1 opened and saved as it stands: nothing is different, to the byte."""
    before = core.client.get("/versions/1/download.yaml").data
    questionnaire = document.parse(before.decode(), name="download.yaml")
    paths = [f"questions/{key}" for key in questionnaire.questions]
    paths += [f"sections/{key}" for key in questionnaire.all_sections]
    paths += [f"checks/{check.key}" for check in questionnaire.checks]
    paths += [f"whole/{topic}" for topic in ("settings", "weights", "scales", "bands", "pilot")]
    for path in paths:
        page = core.open(f"/versions/1/{path}").submit("Save")
        assert "Nothing was different" in page.text, path
    assert core.client.get("/versions/1/download.yaml").data == before
