"""The first page."""

from collections.abc import Callable

from tests.client import Browser


def test_a_visitor_reads_what_it_is_for(browser: Browser) -> None:
    assert browser.open("/").heading == "Value for money self-assessment"


def test_an_address_that_is_not_there_says_so(browser: Browser) -> None:
    assert browser.open("/nothing-here", expect=404).heading == "Page not found"


def test_signing_out_ends_the_session(signed_in: Callable[[str], Browser]) -> None:
    director = signed_in("director")
    assert "Sign out" in director.open("/").html
    director.open("/").follow("Sign out")
    assert "Sign out" not in director.open("/").html
