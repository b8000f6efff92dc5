"""The council's page: what every page shows, the contrast of its colour, its logo."""

import io
from collections.abc import Callable

import pytest
from playwright.sync_api import Page as BrowserPage

from tests.client import Browser
from vfm.errors import Invalid
from vfm.gateways.logos import LARGEST, media_type
from vfm.workflows.council import contrast_with_white

SignedIn = Callable[[str], Browser]
Window = Callable[[str, str], BrowserPage]
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 30 + b"IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 30 + b"\xff\xd9"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><rect width="1" height="1"/></svg>'


def test_name_colour_and_year_show_on_every_page(signed_in: SignedIn) -> None:
    page = signed_in("administrator").open("/council/")
    done = page.submit("Save", name="Wrenmouth  City Council", colour="#1F5F5B", financial_year="2027-28")
    assert "Saved" in done.text
    html = Browser(done.browser.app).open("/").html
    assert "Wrenmouth City Council" in html
    assert "--council: #1f5f5b" in html
    assert "financial year: 2026-27 → 2027-28" in done.text


def test_every_problem_is_listed_at_once(signed_in: SignedIn) -> None:
    page = signed_in("administrator").open("/council/")
    wrong = page.submit(
        "Save",
        files={"logo": (io.BytesIO(b"GIF89a"), "logo.png")},
        name=" ",
        colour="#ffdd00",
        financial_year="2026-28",
    )
    assert wrong.status == 422
    assert len(wrong.problems) == 4
    assert "their contrast is 1.3 to 1, and it has to be at least 4.5 to 1" in wrong.problems[2]
    assert wrong.soup.select_one("#colour")["value"] == "#ffdd00"  # type: ignore[index]


def test_who_comes_second_is_told(signed_in: SignedIn) -> None:
    first, second = signed_in("administrator").open("/council/"), signed_in("administrator").open("/council/")
    first.submit("Save", name="First")
    stale = second.submit(
        "Save", files={"logo": (io.BytesIO(PNG), "x.png")}, name="Second", financial_year="2027-28"
    )
    assert stale.status == 409
    assert "Administrator changed the council after you opened the page" in stale.problems[0]
    assert "Choose the logo again" in stale.problems[1]
    assert "Kept now, by Administrator: Name First Financial year 2026-27" in stale.text
    assert stale.soup.select_one("#name")["value"] == "Second"  # type: ignore[index]
    assert stale.browser.open("/council/").soup.select_one("#name")["value"] == "First"  # type: ignore[index]
    assert "name: First → Second" in stale.submit("Save").text


def test_who_sends_the_same_a_second_time_is_not_troubled(signed_in: SignedIn) -> None:
    page = signed_in("administrator").open("/council/")
    page.submit("Save", name="First")
    assert page.submit("Save", name="First").status == 200


@pytest.mark.parametrize(
    ("content", "kind"), [(PNG, "image/png"), (JPEG, "image/jpeg"), (SVG, "image/svg+xml")]
)
def test_a_logo_is_served_so_that_it_can_do_nothing(signed_in: SignedIn, content: bytes, kind: str) -> None:
    administrator = signed_in("administrator")
    administrator.open("/council/logo", expect=404)
    done = administrator.open("/council/").submit("Save", files={"logo": (io.BytesIO(content), "x.gif")})
    (image,) = done.soup.select("header img")
    visitor = Browser(administrator.app)
    served = visitor.open(str(image["src"])).response
    assert (served.data, served.mimetype) == (content, kind)
    assert "default-src 'none'" in served.headers["Content-Security-Policy"]
    assert "sandbox" in served.headers["Content-Security-Policy"]
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    done.submit("Save", without_logo="1")
    visitor.open("/council/logo", expect=404)


@pytest.mark.browser
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("size", ["", ' width="200" height="60"'], ids=["without a size", "with its size"])
def test_a_logo_leaves_the_name_its_line(signed_in: SignedIn, window: Window, size: str) -> None:
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg"{size} viewBox="0 0 200 60"><path d="M0 0h200v60z"/></svg>'
    )
    form = signed_in("administrator").open("/council/")
    form.submit(
        "Save", files={"logo": (io.BytesIO(drawing.encode()), "x.svg")}, name="Wrenmouth City Council"
    )
    page = window("administrator", "/")
    page.set_viewport_size({"width": 1280, "height": 600})
    page.wait_for_load_state("networkidle")
    link = page.locator(".govuk-generic-header__homepage-link").bounding_box()
    logo = page.locator(".vfm-header__logo").bounding_box()
    assert link is not None
    assert logo is not None
    assert logo["width"] > 3 * logo["height"]
    assert link["height"] == pytest.approx(logo["height"])  # the name beside it stands on one line
    assert link["width"] > 350


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"plain words",
        PNG[:40],
        b"\x89PNG\r\n\x1a\n",
        b"<svg",
        b"<html><svg/></html>",
        PNG + b"\0" * LARGEST,
        SVG.replace(b"<rect", b"<script>1</script><rect"),
        SVG.replace(b"<rect", b'<rect onload="x()"'),
        SVG.replace(b"<rect", b'<image href="https://elsewhere.example/x.png"/><rect'),
        b"<!DOCTYPE svg [<!ENTITY a 'b'>]>" + SVG,
    ],
)
def test_what_is_no_harmless_picture_is_refused_with_a_cure(content: bytes) -> None:
    with pytest.raises(Invalid) as raised:
        media_type(content)
    (problem,) = raised.value.problems
    assert problem.place == "logo"
    assert "use" in problem.message.lower() or "choose" in problem.message.lower()


def test_contrast_is_that_of_wcag() -> None:
    # #767676 is the lightest grey that reads on white, the example every guide to the criterion gives.
    assert contrast_with_white("#767676") == pytest.approx(4.54, abs=0.005)
    assert contrast_with_white("#777777") < 4.5
    assert contrast_with_white("#ffffff") == 1
