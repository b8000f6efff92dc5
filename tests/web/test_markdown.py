"""Guidance in Markdown: formatted, and never a way into the page."""

import pytest

from vfm.web.markdown import render


def test_lists_and_emphasis_get_the_design_systems_classes() -> None:
    html = render("Say **what** you saw\n\n- first\n- second")
    assert '<p class="govuk-body">Say <strong>what</strong> you saw</p>' in html
    assert '<ul class="govuk-list govuk-list--bullet">' in html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[a](javascript:alert(1))",
        "<img src=x onerror=alert(1)>",
        "![p](http://x/y.png)",
    ],
)
def test_what_could_change_the_page_stays_text(text: str) -> None:
    html = render(text)
    for sign in ("<script", "<img", 'href="javascript'):
        assert sign not in html


def test_nothing_gives_nothing() -> None:
    assert render("  ") == ""
