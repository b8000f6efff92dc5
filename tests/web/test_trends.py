"""Trends: a service over its cycles, and the changes of all services of a cycle."""

import csv
import io
from collections.abc import Callable

import openpyxl
import pytest
from sqlalchemy import Engine

from tests.agreed import YEAR, agreed
from tests.client import Browser, Page, words
from tests.council import NOW, SmallCouncil
from tests.rounds import Round, opened
from tests.web.test_baselines import tamper
from tests.web.test_changes import AFTER, BEFORE, asked, cells, levels
from vfm.store.database import transaction
from vfm.workflows import targets

SignedIn = Callable[[str], Browser]
MOVED = levels(2, 2, 2, 2, 2, 2)


@pytest.fixture
def years(engine: Engine, council: SmallCouncil) -> list[Round]:
    """Four rollouts; the third, whose questionnaire changed, left Libraries out; Highways came in late."""
    given = (
        {"LIB": BEFORE, "WASTE": MOVED, "HOME": AFTER},
        {"LIB": AFTER, "WASTE": MOVED, "HOME": AFTER},
        {"WASTE": MOVED, "HOME": BEFORE},
        {"LIB": AFTER, "WASTE": AFTER, "HOME": levels(1, 1, 1, 1, 1, 1), "ROADS": MOVED},
    )
    made: list[Round] = []
    for number, answers in enumerate(given):
        version = asked(version=number + 1, **({"B1": "How well is it led?"} if number > 1 else {}))
        made.append(
            agreed(
                engine,
                council,
                version,
                answers,
                name=f"Rollout {2023 + number}",
                at=NOW - (3 - number) * YEAR,
                template_id=made[0].template_id if made else None,
            )
        )
    return made


def page_of(council: SmallCouncil, browser: Browser, key: str = "LIB") -> Page:
    return browser.open(f"/services/{council.services[key]}/trend")


def test_a_service_over_its_cycles(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn, years: list[Round]
) -> None:
    with transaction(engine) as session:
        typed = targets.Typed("overall", "60", ("1", "4", "2028"), "The plan says so.")
        by = council.actor("director")
        targets.put(session, council.services["LIB"], years[0].template_id, typed, by=by, now=NOW)
    page = page_of(council, signed_in("director"))
    # Without B1 the last: A + 50 / 2 and B from 33.3 to (2 x 33.3 + 0) / 3 = 22.2: 25 - 5.6 = 19.4 of 35.
    rows = cells(page, "Like for like, up 19.4 points since Rollout 2023")
    assert [row[0] for row in rows] == [
        *(f"Rollout {n}" for n in range(2023, 2027)),
        "Target by 1 April 2028",
    ]
    assert [row[2] for row in rows] == ["25.0", "45.8", "–", "45.8", "60.0"]
    assert [row[4] for row in rows] == ["baseline", "+20.8", "–", "+19.4", "–"]
    assert rows[2][1] == "not asked"
    assert rows[3][1] == "version 4, changed"
    # The last step is between two results of the same answers.
    assert [row[6] for row in rows] == ["–", "+20.8", "–", "0.0", "–"]
    assert "56% of the way" in page.text
    aims = cells(page, "Score of each section")[0]
    assert aims == ["Aims", "16.7", "66.7 (+50.0)", "–", "66.7 (+50.0)"]
    assert page.follow("change since the baseline in Rollout 2026").heading.endswith("since the baseline")


def test_the_trend_is_taken_away(council: SmallCouncil, signed_in: SignedIn, years: list[Round]) -> None:
    page = page_of(council, signed_in("viewer"))
    text = page.follow("CSV").data.decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["State"] for row in rows][:3] == ["version 1", "version 2, changed", "not asked"]
    assert float(rows[1]["Like-for-like since the baseline"]) == pytest.approx(125 / 6)
    book = openpyxl.load_workbook(io.BytesIO(page.follow("Excel workbook").data))  # type: ignore[attr-defined]
    assert book.sheetnames == ["Cycles", "Sections"]
    assert book["Sections"].max_row == 1 + 2 * 4


def test_one_cycle_none_and_a_stranger(engine: Engine, council: SmallCouncil, signed_in: SignedIn) -> None:
    browser = signed_in("director")
    assert "No cycle has asked this service" in page_of(council, browser).text
    first = opened(engine, council, asked(), services=("LIB",), given=())
    assert "No cycle has a result of this service yet" in page_of(council, browser).text
    more = {"name": "Rollout 2027", "template_id": first.template_id}
    agreed(engine, council, asked(version=2), {"LIB": BEFORE}, **more)  # type: ignore[arg-type]
    assert "One cycle is measured so far: Rollout 2027, the baseline" in page_of(council, browser).text
    assert signed_in("other_director").status(f"/services/{council.services['LIB']}/trend") == 404


def test_before_a_baseline_there_are_points_and_no_line(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    agreed(engine, council, asked(), {"LIB": BEFORE}, name="Pilot", kind="pilot")
    page = page_of(council, signed_in("viewer"))
    assert "there is no baseline yet to compare like for like with" in page.text
    assert "version 1, pilot" in page.text


def test_a_tampered_baseline_leaves_the_reported_points(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    first = agreed(engine, council, asked(), {"LIB": MOVED}, name="Rollout 2025", at=NOW - YEAR)
    more = {"name": "Rollout 2026", "template_id": first.template_id}
    agreed(engine, council, asked(version=2), {"LIB": AFTER}, **more)  # type: ignore[arg-type]
    tamper(engine, council)
    page = page_of(council, signed_in("viewer"))
    assert page.text.count("is not what was frozen") == 1
    assert "45.8" in page.text
    listed = signed_in("viewer").open(f"/cycles/{first.cycle_id}/changes")
    assert "Libraries" in listed.text


# --- a cycle ------------------------------------------------------------------------------------------------


def test_all_services_of_a_cycle_with_their_verdicts(
    council: SmallCouncil, signed_in: SignedIn, years: list[Round]
) -> None:
    page = signed_in("executive").open(f"/cycles/{years[3].cycle_id}/changes")
    rows = cells(page, "Change of each service since its baseline")
    # Sorted by the change, the largest first; who has nothing to compare with comes last.
    assert [row[0] for row in rows] == ["Libraries", "Waste collection", "Home care", "Highways"]
    verdicts = [row[8] for row in rows]
    assert verdicts[0] == "Up, material"
    assert verdicts[2] == "Down, material"
    assert verdicts[3] == "Nothing to compare with This cycle is the baseline"
    assert "2 rose and one fell by more than the doubt in the evidence; none of 3 within it" in page.text
    for row in rows[:3]:
        then, *parts, now = (round(10 * float(cell.replace("−", "-"))) for cell in row[2:7])
        assert then + sum(parts) == now
    assert "Show all" not in page.text


def test_the_list_is_filtered_sorted_and_handed_out_as_it_stands(
    council: SmallCouncil, signed_in: SignedIn, years: list[Round]
) -> None:
    browser = signed_in("core_team")
    page = browser.open(f"/cycles/{years[3].cycle_id}/changes?sort=service")
    assert [row[0] for row in cells(page, "Change of each")] == [
        "Highways", "Home care", "Libraries", "Waste collection"
    ]  # fmt: skip
    down = page.submit("Show", verdict="down")
    assert [row[0] for row in cells(down, "Change of each")] == ["Home care"]
    assert "1 service of 4" in words(down.soup.select_one("#list"))
    text = down.follow("CSV").data.decode("utf-8-sig")  # type: ignore[attr-defined]
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["Service"], row["Verdict"]) == ("Home care", "Down, material")
    none = page.submit("Show", q="park")
    assert "No service is like that. Show all 4" in none.text
    own = signed_in("other_director").open(f"/cycles/{years[3].cycle_id}/changes")
    assert "Libraries" not in own.text
    other = page.submit("Show", cycle=str(years[0].cycle_id))
    assert other.heading == "Changes since the baselines, Rollout 2023"
    assert "No service shown here has a like-for-like change." in other.text


def test_what_is_not_agreed_or_not_comparable_says_why(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    first = agreed(engine, council, asked(), {"LIB": BEFORE}, name="Rollout 2025", at=NOW - YEAR)
    apart = asked(version=2, A1="Another?", A2="A third?")
    second = agreed(
        engine, council, apart, {"LIB": AFTER}, name="Rollout 2026", template_id=first.template_id
    )
    third = opened(
        engine,
        council,
        asked(version=3),
        services=("LIB",),
        name="Now",
        template_id=first.template_id,
        given=(),
    )
    browser = signed_in("viewer")
    page = browser.open(f"/cycles/{second.cycle_id}/changes")
    assert "Not comparable Only 50% of the weight then and 50% now is comparable" in page.text
    page = browser.open(f"/cycles/{third.cycle_id}/changes")
    assert "Not agreed yet A change is listed once the result is agreed" in page.text
