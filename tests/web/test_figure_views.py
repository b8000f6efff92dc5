"""What a service says of a published figure, in a browser without scripts."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, select

from tests import build
from tests.client import Browser, Page, words
from tests.council import SmallCouncil
from tests.rounds import opened, publish
from vfm.store.database import reading
from vfm.store.tables import Figure

ASKED = build.questionnaire(
    build.question("MON-01", "money", "Gross spending", feeds="expenditure_level"),
    build.question("MON-02", "text", "What it does"),
)
GROSS = "gross expenditure, 2024-25, beside MON-01"
Enter = Callable[[str], Browser]


@pytest.fixture
def at(engine: Engine, council: SmallCouncil) -> str:
    """The address of the libraries' assessment."""
    publish(engine, council)
    return f"/assessments/{opened(engine, council, ASKED).assessments['LIB']}"


def beside(page: Page) -> list[str]:
    """What each published figure of a page says."""
    return [words(figure) for figure in page.soup.select(".vfm-figure p")]


def test_accepted_with_one_button_and_what_was_typed_is_saved(signed_in: Enter, at: str) -> None:
    page = signed_in("contributor").open(f"{at}/sections/A")
    assert "says" not in " ".join(beside(page))
    page = page.submit(f"Accept : {GROSS}", **{"MON-02.value": "Lends books"})
    assert page.address == f"{at}/sections/A"
    assert "Accepted by Contributor, 23 November 2026." in beside(page)
    assert page.soup.select_one("#MON-02-value").text.strip() == "Lends books"
    core = signed_in("core_team").open(f"{at}/sections/A")
    assert "Accepted by Contributor, 23 November 2026." in beside(core)
    assert not core.soup.select(".vfm-figure button")


def test_corrected_with_an_amount_and_a_reason_and_taken_back(
    signed_in: Enter, engine: Engine, at: str
) -> None:
    page = signed_in("director").open(f"{at}/sections/A").submit(f"Correct it : {GROSS}")
    assert page.heading == "gross expenditure, 2024-25"
    page = page.submit("Save", verdict="corrected", amount="4.3m", reason=" ")
    assert page.status == 422
    assert [problem.split(".")[0] for problem in page.problems] == [
        '"4',
        "Say why it should be different, so that others can follow it",
    ]
    assert page.soup.select_one("#amount")["value"] == "4.3m"
    page = page.submit("Save", amount="£4,300,000", reason="The archive moved to Highways.")
    assert "MON-01" in page.text
    said = "Should be £4,300,000 , says Director, 23 November 2026: The archive moved to Highways."
    assert said in beside(page)
    assert any("£4,321,000" in line for line in beside(page)), "the published one stays"
    with reading(engine) as session:
        assert "4321000" in {str(amount) for amount in session.scalars(select(Figure.amount))}
    page = page.submit(f"Change what is said : {GROSS}").submit("Take back")
    assert "nothing is said of this figure now" in page.text
    assert said not in beside(page)


def test_used_as_the_answer_corrected_or_not(signed_in: Enter, at: str) -> None:
    page = signed_in("director").open(f"{at}/sections/A").submit(f"Use this figure : {GROSS}")
    assert page.soup.select_one("#MON-01-value")["value"] == "4,321,000"
    page = page.submit(f"Correct it : {GROSS}").submit("Save", verdict="corrected", amount="1", reason="New.")
    page = page.submit(f"Use this figure : {GROSS}", **{"MON-01.state": "dont_know", "MON-01.value": ""})
    assert page.soup.select_one("#MON-01-value")["value"] == "1"
    assert not page.soup.select("#MON-01-state option[selected]")


def test_two_who_say_different_things_see_both(signed_in: Enter, at: str) -> None:
    first, second = (signed_in(who).open(f"{at}/sections/A") for who in ("director", "contributor"))
    form = second.submit(f"Correct it : {GROSS}")
    first.submit(f"Accept : {GROSS}")
    page = form.submit("Save", verdict="corrected", amount="5", reason="Read from the ledger.")
    assert page.status == 409
    assert "Kept now, by Director" in page.text
    assert page.soup.select_one("#reason").text.strip() == "Read from the ledger."
    form = page.submit("Save")
    assert any("Should be £5 , says Contributor" in line for line in beside(form))
    page = first.submit(f"Accept : {GROSS}")
    assert "Somebody else said something of this figure" in page.text
    assert any("Should be £5" in line for line in beside(page))


def test_what_is_not_there_or_not_yours_is_not_found(signed_in: Enter, at: str) -> None:
    figure = f"{at}/figures/gross_expenditure/2024-25"
    assert signed_in("director").status(figure) == 200
    for who in ("other_director", "core_team", "viewer"):
        assert signed_in(who).status(figure) == 404
    assert signed_in("director").status(f"{at}/figures/gross_expenditure/2023-24") == 404
    page = signed_in("director").open(f"{at}/sections/A")
    token = page.soup.select_one("[name=csrf_token]")["value"]
    for packed in ({"aside": "nowhere|A"}, {"aside": "figure|A"}, {"accept": "A"}):
        page.browser.send(f"{at}/sections/A", {"csrf_token": token, **packed}, expect=404)
