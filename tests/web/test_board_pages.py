"""The board on one page: who is first, why, what is not firm, and that it stays one sheet of paper."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page as BrowserPage
from sqlalchemy import Engine

from tests.client import Browser, words
from tests.council import SmallCouncil
from tests.rankable import publish, rankable
from vfm.web.board_pages import MOST_NAMED, MOST_ROWS, _some

SignedIn = Callable[[str], Browser]


def _ranked(engine: Engine, council: SmallCouncil, signed_in: SignedIn) -> Browser:
    rankable(engine, council)
    publish(engine, council)
    executive = signed_in("executive")
    executive.open("/priorities/new").submit("Rank the services", top="2")
    return executive


def test_the_page_names_who_is_first_why_and_what_is_not_firm(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    executive = _ranked(engine, council, signed_in)
    executive.open("/priorities/1/decisions").submit(
        "Save the decisions", **{f"outcome.{council.services['HOME']}": "deep_dive"}
    )
    page = executive.open("/priorities/1").follow("On one page")
    rows = [words(row) for row in page.tree.css(".vfm-one-page tbody tr")]
    assert rows[0].startswith("1 Home care 64.7 Firm: ")
    assert rows[0].endswith("Deep dive (decided)")
    assert rows[1].endswith("Deep dive (suggested)")
    assert rows[2] == "The top 2 end here"
    why = page.tree.css_first("ol")
    assert words(why).startswith("Home care. Compared with a typical service, ")
    assert page.tree.css_first("svg[role=img]") is not None
    bar = page.tree.css(".vfm-one-page tbody svg rect")
    assert bar[0].attributes["fill"] == "url(#group-0)"
    assert page.tree.css_first("#group-0") is not None


def test_without_scores_there_is_a_list_and_no_quadrant(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    publish(engine, council)
    executive = signed_in("executive")
    executive.open("/priorities/new").submit("Rank the services")
    page = executive.open("/priorities/1/one-page")
    assert page.tree.css_first("svg[role=img]") is None
    assert "Home care" in page.text
    assert "Not ranked, because too much of what they are ranked on has no value" in page.text


def test_many_names_are_cut_to_what_a_page_holds() -> None:
    names = [f"S{number}" for number in range(20)]
    assert _some(names) == [*names[:MOST_NAMED], "12 others"]
    assert _some(names[:MOST_NAMED]) == names[:MOST_NAMED]


@pytest.mark.browser
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_it_prints_on_one_sheet_also_where_the_page_is_full(
    engine: Engine,
    council: SmallCouncil,
    signed_in: SignedIn,
    window: Callable[[str, str], BrowserPage],
) -> None:
    _ranked(engine, council, signed_in)
    page = window("executive", "/priorities/1/one-page")
    page.evaluate(FILL, MOST_ROWS)
    assert page.locator(".vfm-one-page tbody th").count() == MOST_ROWS
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type /Page\b", printed)) == 1
    assert re.findall(rb"/MediaBox \[0 0 (\d+)\.\d* (\d+)", printed) == [(b"841", b"594")]  # A4 on its side


FILL = """rows => {
  const body = document.querySelector(".vfm-one-page tbody"), row = body.querySelector("tr");
  while (body.querySelectorAll("th").length < rows) body.append(row.cloneNode(true));
  for (const name of body.querySelectorAll('th')) name.textContent = 'A service with a name of two lines';
}"""
"""A list as long as it gets, in names that take two lines."""
