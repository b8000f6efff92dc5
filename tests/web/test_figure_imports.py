"""The pages of published figures: a file sent, looked at, taken in, discarded; what is wrong with it."""

import csv
import io
from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from tests.client import Browser, Page
from vfm.scoring.figure_files import Area
from vfm.store.database import transaction
from vfm.workflows import figure_imports

SignedIn = Callable[[str], Browser]
HEADING = "authority_code,authority_name,measure,year,amount,title,unit,basis\n"
GOOD = f"{HEADING}E06000015,Derby,waste,2024-25,41.20,Cost of waste,GBP per household,cash\n"
SOURCE = {"title": "Waste statistics", "publisher": "A department", "licence": "OGL v3.0"}


@pytest.fixture
def core(signed_in: SignedIn, engine: Engine) -> Browser:
    with transaction(engine) as session:
        figure_imports.know_councils(session, [Area("E06000015", "831", "Derby", "Unitary authority")])
    return signed_in("core_team")


def send(browser: Browser, content: bytes | str, name: str = "waste.csv", **fields: str) -> Page:
    raw = content if isinstance(content, bytes) else content.encode()
    page = browser.open("/figures/import")
    return page.submit("Show what would change", file=(io.BytesIO(raw), name), **fields)


def test_an_empty_page_says_what_to_do_first(signed_in: SignedIn):
    page = signed_in("administrator").open("/figures/")
    assert "nothing to compare with yet" in page.text
    assert "Take in the list of councils first" in page.text
    assert "No file was sent yet." in page.text


def test_a_file_is_looked_at_accepted_and_listed(core: Browser):
    page = send(core, GOOD)
    assert page.heading == "What the file would change"
    assert "1 new figure, none changed, 0 as before." in page.text
    assert "Plain: authority_code" in page.text
    assert "recognised by its headings" in page.text
    assert "2024-25 (1)" in page.text
    page = page.submit("Take in what can be taken")
    assert page.status == 422
    assert "Say the source’s name: it is shown beside each figure." in page.text
    page = page.submit("Take in what can be taken", **SOURCE)
    assert "Taken in: 1 new, 0 changed." in page.text
    assert "Waste statistics, A department; OGL v3.0" in page.text
    listed = core.open("/figures/")
    assert "1 measure of 1 council and region" in listed.text
    assert "Cost of waste" in listed.text
    assert "2024-25" in listed.text


def test_faults_are_listed_and_downloaded(core: Browser):
    page = send(core, f"{GOOD}E06000015,Derby,waste,2023-24,12%,Cost of waste,GBP per household,cash\n")
    assert "Rows with faults" in page.text
    assert "is not a number" in page.text
    link = page.soup.find("a", string="Download the list as CSV")["href"]
    sent = core.client.get(link).data.decode("utf-8-sig")
    (row,) = list(csv.DictReader(io.StringIO(sent)))
    assert (row["File"], row["Line"], row["Column"]) == ("waste.csv", "3", "amount")


def test_a_file_that_cannot_be_read_comes_back_with_its_reason(core: Browser):
    page = send(core, "name,price\nApples,3\n", more="RO3_x_net_cur_exp")
    assert page.status == 422
    assert "Line 1: The layout is not known." in page.text
    assert page.soup.find(id="more")["value"] == "RO3_x_net_cur_exp"
    assert "Choose a file." in core.open("/figures/import").submit("Show what would change").text
    assert send(core, GOOD, layout="children").status == 422


def test_somebody_else_was_quicker(core: Browser):
    mine = send(core, GOOD)
    send(core, GOOD.replace("41.20", "40")).submit("Take in what can be taken", **SOURCE)
    page = mine.submit("Take in what can be taken", **SOURCE)
    assert page.status == 409
    assert "Other figures were taken in since you looked." in page.text
    assert "0 new figures, 1 changed" in page.text
    assert page.soup.find(id="title")["value"] == "Waste statistics"
    page = page.submit("Take in what can be taken", **SOURCE)
    assert "Taken in: 0 new, 1 changed." in page.text


def test_a_file_is_discarded(core: Browser):
    page = send(core, GOOD)
    address = page.address
    assert "Discarded. Nothing was taken in." in page.submit("Discard the file").text
    assert "Discarded" in core.open(address).text


def test_councils_nobody_knows_can_be_added(core: Browser):
    page = send(core, f"{GOOD}E08000035,Leeds,waste,2024-25,39,Cost of waste,GBP per household,cash\n")
    assert "Councils nobody knows" in page.text
    page = page.submit("Take in what can be taken", add_unknown="1", **SOURCE)
    assert "Taken in: 2 new, 0 changed." in page.text
