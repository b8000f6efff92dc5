"""How firm a ranking is, in a browser: the page, what leaves, and the ranking made again."""

import csv
import io
import json
from collections.abc import Callable

import openpyxl
import pytest
from sqlalchemy import Engine, event, text

from tests.client import Browser
from tests.council import SmallCouncil
from tests.rankable import publish, rankable
from vfm import cli
from vfm.prioritisation.firmness import read_firmness
from vfm.prioritisation.firmness_words import dethroned_words, standing_words
from vfm.prioritisation.record import read_record
from vfm.store.database import reading
from vfm.store.tables import PrioritisationRun

SignedIn = Callable[[str], Browser]


@pytest.fixture
def executive(engine: Engine, council: SmallCouncil, signed_in: SignedIn) -> Browser:
    rankable(engine, council)
    publish(engine, council)
    browser = signed_in("executive")
    page = browser.open("/priorities").follow("Set weights")
    page.submit("Rank the services", top="2")
    return browser


def test_the_page_opens_with_who_is_in_whatever_the_weights(executive: Browser, engine: Engine) -> None:
    board = executive.open("/priorities/1")
    assert "Who is in the top 2 whatever you choose" in board.text
    page = board.follow("How firm is this?")
    with reading(engine) as session:
        firm = read_firmness(session.get_one(PrioritisationRun, 1).robustness or {})
    assert page.heading == "How firm is this ranking?"
    assert "whatever weights you choose" in page.text
    assert {"places", "models", "rooms"} == {
        table.attributes["data-chart-table"] for table in page.tree.css("[data-chart-table]")
    }
    figure = json.loads(page.tree.css_first("[data-chart-figure=places]").text())
    assert len(figure["data"][0]["z"]) == firm.services
    assert "For another service to come first." in page.text
    assert "TOPSIS cannot be used here: it needs every value" in page.text
    assert "so that it would not be ranked" in page.text
    assert page.follow("what would have to be true").heading.startswith("What would have to be true")
    assert f"{firm.seed}, made from the values" in page.text
    other = page.follow("any weights")
    assert json.loads(other.tree.css_first("[data-chart-figure=places]").text()) != figure
    assert executive.open("/priorities/1/robustness?weights=odd").status == 200


def test_pictures_hold_the_first_and_the_least_settled_where_all_would_be_too_many(
    executive: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vfm.web.robustness.MOST_ROWS", 2)
    page = executive.open("/priorities/1/robustness")
    figures = [
        json.loads(page.tree.css_first(f"[data-chart-figure={key}]").text()) for key in ("places", "models")
    ]
    assert figures[0]["data"][0]["y"] == figures[1]["data"][0]["y"]
    assert len(figures[0]["data"][0]["y"]) == 2
    assert figures[0]["data"][0]["y"][0].startswith("1. ")
    assert "more settled are left out" in page.text


def test_the_page_asks_little_of_the_store(executive: Browser) -> None:
    asked: list[str] = []
    event.listen(
        executive.app.extensions["vfm"].engine,
        "before_cursor_execute",
        lambda _c, _cursor, statement, *_: asked.append(statement),
    )
    executive.open("/priorities/1/robustness")
    assert sum(statement.startswith("SELECT") for statement in asked) <= 5


def test_what_leaves_is_every_place_of_every_service(executive: Browser, engine: Engine) -> None:
    page = executive.open("/priorities/1/robustness")
    rows = list(csv.reader(io.StringIO(page.follow("Download every place as CSV").data.decode("utf-8-sig"))))
    assert rows[0] == ["Weights", "Place", "Key", "Service", "1", "2", "3", "4"]
    assert len(rows) == 1 + 3 * 4
    for row in rows[1:]:
        assert sum(map(float, row[4:])) == pytest.approx(1)
    with reading(engine) as session:
        firm = read_firmness(session.get_one(PrioritisationRun, 1).robustness or {})
    assert float(rows[1][4]) == firm.places("agreed", 0)[0] / firm.draws
    book = openpyxl.load_workbook(io.BytesIO(page.follow("Download as Excel").data))
    assert book.sheetnames == [
        "Shares", "Places, near", "Places, same order", "Places, any", "Weights", "Who puts whom first",
        "What would have to be true", "Other methods", "About",
    ]  # fmt: skip
    assert [row[3].value for row in book["Shares"].iter_rows(min_row=2)] == [
        firm.share("agreed", at) for at in range(4)
    ]


def test_a_service_says_why_it_stands_there_and_how_firmly(executive: Browser, engine: Engine) -> None:
    page = executive.open("/priorities/1").follow("Highways")
    assert "Why below the one above." in page.text
    assert "How firm its place is" in page.text
    with reading(engine) as session:
        run = session.get_one(PrioritisationRun, 1)
        ranking, firm = read_record(run.result), read_firmness(run.robustness or {})
    names = [service.name for service in ranking.ranked]
    assert standing_words(firm, names.index("Highways")) in page.text
    bar = page.tree.css_first("svg.vfm-bounds")
    assert "on 0 to 100" in (bar.attributes["aria-label"] or "")
    first = executive.open("/priorities/1").follow(names[0])
    assert "Why below the one above." not in first.text
    assert dethroned_words(firm, names, ranking.names) in first.text


def test_two_clicks_lead_from_the_board_to_the_answer_and_to_the_published_figure(executive: Browser) -> None:
    """The first to the service with the figure, its year and publication; the second to the answer."""
    page = executive.open("/priorities/1").follow("Home care")
    assert "Gross, 2024-25: £30,000,000. Revenue outturn: Home" in page.text
    assert page.follow("Its published figures").status == 200
    answer = page.follow("OUT-05")
    assert answer.status == 200
    assert answer.tree.css_first("#OUT-05") is not None


def test_made_again_it_is_the_same(executive: Browser, signed_in: SignedIn) -> None:
    page = executive.open("/priorities/1/robustness").submit("Make it again and compare")
    assert "is the same to the last digit" in page.text
    reader = signed_in("viewer").open("/priorities/1/robustness")
    assert not reader.tree.css("main form")


def test_a_ranking_from_before_says_so_and_is_ranked_again(executive: Browser, engine: Engine) -> None:
    _unprotected(engine, "UPDATE prioritisation_run SET robustness = NULL")
    page = executive.open("/priorities/1/robustness")
    assert "This ranking was kept before its firmness was." in page.text
    board = executive.open("/priorities/1")
    assert "whatever you choose" not in board.text
    assert "How firm the whole ranking is" not in board.follow("Home care").text
    assert "only its list was compared" in page.submit("Make it again and compare").text
    again = page.follow("Rank again with these weights").submit("Rank the services")
    assert "whatever weights you choose" in again.follow("How firm is this?").text


def _unprotected(engine: Engine, statement: str) -> None:
    """Run a statement on what is frozen, as somebody can who has the database in their hands."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            of_runs = (
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'prioritisation_run'"
            )
            for (name,) in connection.execute(text(of_runs)).all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(text("ALTER TABLE prioritisation_run DISABLE TRIGGER USER"))
        connection.execute(text(statement))


@pytest.mark.usefixtures("executive")
def test_the_command_makes_every_ranking_again(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VFM_DATABASE", engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("VFM_SECRET_KEY", "k" * 40)
    assert cli.main(["runs", "check"]) == 0
    assert "1 ranking is the same again." in capsys.readouterr().err
    assert cli.main(["runs", "check", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["is_same"] is True
    assert cli.main(["runs", "check", "9"]) == 1
    assert "There is no ranking 9." in capsys.readouterr().err
    _unprotected(engine, "UPDATE prioritisation_run SET result = '{}'")
    assert cli.main(["runs", "check"]) == 1
    told = capsys.readouterr()
    assert "differs in the list. The versions are the same, so that what is stored must have been" in told.out
    assert "1 of 1 rankings is not the same again." in told.err
