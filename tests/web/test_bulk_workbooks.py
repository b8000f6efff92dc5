"""All the workbooks of a cycle: one zip sent, worked through, reported; one zip made and downloaded."""

import csv
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from tests import build
from tests.client import Browser
from tests.council import NOW, SmallCouncil
from tests.rounds import Round, opened
from tests.workbooks import filled
from vfm import cli
from vfm.commands.jobs import do_next
from vfm.store.database import reading, transaction
from vfm.store.tables import AnswerRow, Person

ASKED = build.questionnaire(
    build.section("A", build.scale_question("A-01", required=True), build.question("A-02", "number", "Size?"))
)
Enter = Callable[[str], Browser]


@pytest.fixture
def made(engine: Engine, council: SmallCouncil) -> Round:
    return opened(engine, council, ASKED, services=("LIB", "ROADS"))


def work(engine: Engine, app: Flask) -> None:
    while do_next(engine, lambda: NOW, app.extensions["vfm"].files):
        pass


def zipped(files: dict[str, bytes]) -> io.BytesIO:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, raw in files.items():
            archive.writestr(name, raw)
    return io.BytesIO(made.getvalue())


def download(browser: Browser, engine: Engine, app: Flask, cycle_id: int) -> dict[str, bytes]:
    page = browser.open(f"/cycles/{cycle_id}/workbooks").submit("Make all workbooks")
    assert "It has not begun yet." in page.text
    work(engine, app)
    page = browser.open(page.address)
    assert "2 workbooks, with the answers as they stood on" in page.text
    with browser.client.get(f"{page.address}/workbooks.zip") as response:
        raw = response.data
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_all_workbooks_are_made_filled_in_sent_in_one_zip_and_reported(
    engine: Engine, signed_in: Enter, app: Flask, made: Round
) -> None:
    core = signed_in("core_team")
    assert f"/cycles/{made.cycle_id}/workbooks" in core.open(f"/cycles/{made.cycle_id}").html
    blank = download(core, engine, app, made.cycle_id)
    assert list(blank) == ["highways.xlsx", "libraries.xlsx"]
    files = {
        "good.xlsx": filled(blank["libraries.xlsx"], {"A-01": "3: In place", "A-02": 12}),
        "half.xlsx": filled(blank["highways.xlsx"], {"A-01": "2: Partly in place", "A-02": "some"}),
        "bad.xlsx": b"hello",
        "inner.zip": b"PK",
    }
    page = core.open(f"/cycles/{made.cycle_id}/workbooks")
    page = page.submit("Take in the workbooks", files={"file": (zipped(files), "all.zip")})
    assert "0 of 4 workbooks." in page.text
    told = core.client.get(page.address, headers={"Accept": "application/json"}).get_json()
    assert told == {"done": 0, "total": 4, "is_over": False}
    work(engine, app)
    page = core.open(page.address)
    for words in ("Refused: 2", "Waiting for a choice: 1", "Taken: 1", "3 answers taken."):
        assert words in page.text
    rows = list(
        csv.reader(io.StringIO(core.client.get(f"{page.address}/report.csv").data.decode("utf-8-sig")))
    )
    assert [row[0] for row in rows[1:]] == ["bad.xlsx", "inner.zip", "half.xlsx", "good.xlsx"]
    assert rows[3][5].startswith("A-02 Questions!D")
    with reading(engine) as session:
        found = session.execute(select(AnswerRow.question_key, AnswerRow.assessment_id)).all()
    assert len(found) == 3
    assert (
        "half.xlsx"
        in signed_in("other_director").open(f"/assessments/{made.assessments['ROADS']}/workbook").text
    )


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_is_no_zip_of_workbooks_is_said_so_and_nothing_is_queued(signed_in: Enter, made: Round) -> None:
    core = signed_in("core_team")
    for raw, words in ((b"hello", "This is not a zip."), (None, "Choose the zip of workbooks.")):
        files = {} if raw is None else {"file": (io.BytesIO(raw), "all.zip")}
        page = core.open(f"/cycles/{made.cycle_id}/workbooks").submit("Take in the workbooks", files=files)
        assert page.status == 422
        assert words in page.problems[0]
    assert "Nothing yet." in core.open(f"/cycles/{made.cycle_id}/workbooks").text


def test_whoever_left_meanwhile_has_nothing_taken_in(
    engine: Engine, signed_in: Enter, app: Flask, made: Round, council: SmallCouncil
) -> None:
    core = signed_in("core_team")
    page = core.open(f"/cycles/{made.cycle_id}/workbooks").submit("Make all workbooks")
    with transaction(engine) as session:
        session.get_one(Person, council.people["core_team"]).is_active = False
    work(engine, app)
    with transaction(engine) as session:
        session.get_one(Person, council.people["core_team"]).is_active = True
    assert "may not sign in any more" in signed_in("core_team").open(page.address).text


def test_the_command_makes_them_and_takes_them_in(
    engine: Engine, made: Round, council: SmallCouncil, tmp_path: Path, monkeypatch, capsys
) -> None:
    monkeypatch.setenv("VFM_DATABASE", engine.url.render_as_string(hide_password=False))
    with reading(engine) as session:
        email = session.get_one(Person, council.people["core_team"]).email
    out, folder = tmp_path / "all.zip", tmp_path / "back"
    assert cli.main(["workbooks", "make", "rollout 2026", str(out), "--by", email]) == 0
    assert capsys.readouterr().err == f"2 of 2 workbooks\n2 workbooks are in {out}.\n"
    folder.mkdir()
    with zipfile.ZipFile(out) as archive:
        raw = filled(archive.read("libraries.xlsx"), {"A-01": "3: In place"})
    (folder / "libraries.xlsx").write_bytes(raw)
    taken = ["workbooks", "take-in", str(made.cycle_id), str(folder), "--by", email]
    assert cli.main(taken) == 0
    assert "1 answers taken. 0 refused, 0 waiting, 1 taken, 0 unchanged." in capsys.readouterr().err
    (folder / "bad.xlsx").write_bytes(b"hello")
    assert cli.main(taken) == 1
    said = capsys.readouterr()
    assert said.out.startswith("refused: bad.xlsx: bad.xlsx: This is not a workbook.")
    assert "0 answers taken. 1 refused, 0 waiting, 0 taken, 1 unchanged." in said.err
    assert cli.main(["workbooks", "take-in", "1", str(tmp_path / "none"), "--by", email]) == 2
    assert cli.main(["workbooks", "take-in", "Nowhere", str(folder), "--by", email]) == 1
    assert cli.main(["workbooks", "take-in", "1", str(folder), "--by", "nobody@wrenmouth.example"]) == 1
    assert "There is no such cycle." in capsys.readouterr().err
