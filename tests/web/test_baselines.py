"""The pages of a baseline; no page, command or statement moves one; one that was tampered with is refused."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from urllib.parse import parse_qsl

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import Connection, Engine, delete, select, text, update
from sqlalchemy.exc import IntegrityError

from tests import build
from tests.agreed import YEAR, agreed
from tests.client import Browser
from tests.council import NOW, SmallCouncil
from tests.rounds import Round
from tests.web import matrix_world
from tests.web.test_matrix import ROWS
from vfm import cli
from vfm.app import create_app
from vfm.errors import Conflict, Invalid
from vfm.scoring.baseline import content_hash
from vfm.settings import PROJECT, Settings
from vfm.store import database
from vfm.store.tables import Baseline, ScorecardRow
from vfm.workflows import sign_in

SignedIn = Callable[[str], Browser]
ASKED = build.questionnaire(
    build.section("GOV", build.scale_question("G-01", text="How well is it led?"), weight=3),
    build.section("DEM", build.scale_question("D-01"), build.question("D-02", "money", "What is spent?")),
    key="asked",
)
FIRST = {"G-01": build.answer(2, "documented", "The plan of May"), "D-01": build.answer(3)}
LATER = {"G-01": build.answer(4, "verified"), "D-01": build.answer(3)}
SENTENCE = "is not what was frozen: its content does not match its hash"


@pytest.fixture
def first(engine: Engine, council: SmallCouncil) -> Round:
    """Libraries and Highways agreed two years ago: two baselines."""
    return agreed(
        engine, council, ASKED, {"LIB": FIRST, "ROADS": FIRST}, name="Rollout 2024", at=NOW - 2 * YEAR
    )


@pytest.fixture
def second(engine: Engine, council: SmallCouncil, first: Round) -> Round:
    """The cycle of a year later, on the next version."""
    both = {"LIB": LATER, "ROADS": LATER}
    asked = ASKED.model_copy(update={"version": 2})
    return agreed(
        engine,
        council,
        asked,
        both,
        name="Rollout 2025",
        at=NOW - YEAR,
        template_id=first.template_id,
    )


def rows(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """Everything that is kept of baselines and results."""
    with engine.connect() as connection:
        return {
            table: [tuple(row) for row in connection.execute(text(f"SELECT * FROM {table} ORDER BY id"))]
            for table in ("baseline", "scorecard")
        }


def baseline_id(engine: Engine, council: SmallCouncil, key: str) -> int:
    with database.reading(engine) as session:
        return session.scalars(select(Baseline.id).where(Baseline.service_id == council.services[key])).one()


def tamper(engine: Engine, council: SmallCouncil, key: str = "LIB", *, with_hash: bool = False) -> None:
    """What somebody with the database in their hands can do: take the guard away, and write."""
    with engine.begin() as connection:
        unguarded(connection)
        row = connection.execute(
            select(Baseline.id, Baseline.content).where(Baseline.service_id == council.services[key])
        ).one()
        content = json.loads(json.dumps(row.content).replace('"value": 2', '"value": 1'))
        assert content != row.content
        changed: dict[str, object] = {"content": content}
        if with_hash:
            changed["content_hash"] = content_hash(content)
        connection.execute(update(Baseline).where(Baseline.id == row.id).values(changed))


def unguarded(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.execute(text("DROP TRIGGER frozen_baseline_update"))
    else:
        connection.execute(text("DROP TRIGGER frozen_baseline ON baseline"))


# --- the pages ----------------------------------------------------------------------------------------------


def test_a_baseline_shows_all_that_was_frozen(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn, second: Round
) -> None:
    page = signed_in("viewer").open("/baselines").follow("Libraries")
    assert page.heading == "Libraries: baseline"
    # G-01 at level 2 of 4 is 100/3, D-01 at level 3 is 200/3: (3 x 33.3 + 66.7) / 4 = 41.67.
    assert "42 of 100" in page.text
    assert "Frozen on 23 November 2024" in page.text
    assert "version 1" in page.text
    for told in ("How well is it led?", "2: Partly in place", "“The plan of May”", "33.3", "Director, 23 N"):
        assert told in page.text
    assert "No published figure was known" in page.text
    with database.reading(engine) as session:
        kept = session.get_one(Baseline, baseline_id(engine, council, "LIB"))
    assert kept.content_hash in page.text


def test_the_list_is_searched_and_says_why_it_is_empty(signed_in: SignedIn, second: Round) -> None:
    page = signed_in("core_team").open("/baselines")
    assert "2 baselines" in page.text
    found = page.submit("Show", q="lib")
    assert "Libraries" in found.text
    assert "Highways" not in found.text
    assert "No baseline matches “park”" in page.submit("Show", q="park").text
    own = signed_in("other_director").open("/baselines")
    assert "Highways" in own.text
    assert "Libraries" not in own.text


def test_an_empty_list_says_what_will_come(signed_in: SignedIn) -> None:
    assert "There is no baseline yet" in signed_in("core_team").open("/baselines").text


@pytest.mark.parametrize("tool", ["sha256sum", "python"])
def test_an_auditor_can_work_the_hash_out_as_the_page_and_the_guide_say(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn, second: Round, tmp_path: Path, tool: str
) -> None:
    page = signed_in("viewer").open(f"/baselines/{baseline_id(engine, council, 'LIB')}")
    told = page.follow("Download as JSON")
    (tmp_path / "baseline.json").write_bytes(told.data)  # type: ignore[attr-defined]
    line = next(str(pre.string) for pre in page.soup.select("pre") if str(pre.string).startswith(tool))
    assert line in (PROJECT / "docs" / "baselines.md").read_text(encoding="utf-8")
    line = line.replace("FILE", "baseline.json").replace("python3", sys.executable)
    done = subprocess.run(["/bin/sh", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.split()[0] in page.text
    kept = json.loads(told.data)  # type: ignore[attr-defined]
    assert kept["answers"]["G-01"]["value"] == 2
    assert sha256(told.data).hexdigest() == content_hash(kept)  # type: ignore[attr-defined]


# --- nothing moves it ---------------------------------------------------------------------------------------


def test_no_page_moves_a_baseline(engine: Engine, tmp_path: Path) -> None:
    """Every address that takes a form, by core team and administrator, with a baseline's own names in it."""
    world = matrix_world.made(engine)
    address = engine.url.render_as_string(hide_password=False)
    app = create_app(Settings(database=address, secret="t", files=str(tmp_path / "files")))
    app.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=False, WTF_CSRF_ENABLED=False, NOW=lambda: NOW)
    posted = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert {row.endpoint for row in ROWS if row.method == "POST"} == posted
    before = rows(engine)
    assert len(before["baseline"]) == 1
    hostile = {"baseline": world.places["baseline"], "baseline_id": world.places["baseline"]}
    hostile |= {"content": "{}", "content_hash": "0" * 64, "frozen_at": "2020-01-01", "delete": "yes"}
    for who in ("co", "ad"):
        for row in ROWS:
            if row.method != "POST" or row.endpoint == "sign_in.leave":
                continue
            client = _client(app, engine, world.people[who])
            path, _, fields = row.address.format(**world.places).partition("#")
            client.post(path, data=dict(parse_qsl(fields)) | {k: str(v) for k, v in hostile.items()})
        for verb in ("post", "put", "patch", "delete"):
            for path in (f"/baselines/{world.places['baseline']}", "/baselines"):
                with getattr(_client(app, engine, world.people[who]), verb)(path, data=hostile) as answer:
                    assert answer.status_code == 405
    app.extensions["vfm"].engine.dispose()
    after = rows(engine)
    assert after["baseline"] == before["baseline"]
    assert after["scorecard"][: len(before["scorecard"])] == before["scorecard"]


def _client(app: Flask, engine: Engine, person_id: int) -> object:
    with database.transaction(engine) as session:
        token = sign_in.start(session, person_id, now=NOW)
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["token"] = token
    return client


PURE = {"score", "change", "rank", "plan", "translations"}
"""Commands that never open a database."""
APART = {"serve", "demo"}
"""What serves pages (tried above), and what makes a database of its own."""
BY = ("--by", "core_team@wrenmouth.example")
COMMANDS = {
    "init": ["init", "--council", "Other", "--name", "A", "--email", "a@b.example", "--link"],
    "upgrade": ["upgrade"],
    "work": ["work", "--once"],
    "baselines": ["baselines", "check"],
    "runs": ["runs", "check"],
    "figures": ["figures", "councils", *BY],
    "criteria": ["criteria", "list"],
    "template": ["template", "import", str(PROJECT / "data" / "templates" / "service-vfm.yaml"), *BY],
}
WORKBOOKS = (
    ["workbooks", "make", "{cycle}", "{place}.zip", *BY],
    ["workbooks", "take-in", "{cycle}", "{place}.zip", *BY],
)


def test_every_command_that_writes_is_tried() -> None:
    known = set(cli.parser()._subparsers._group_actions[0].choices)  # type: ignore[union-attr,arg-type]
    assert known == PURE | APART | set(COMMANDS) | {"workbooks"}


def test_no_command_moves_a_baseline(
    engine: Engine, council: SmallCouncil, second: Round, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VFM_DATABASE", engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("VFM_FILES", str(tmp_path / "files"))
    before = rows(engine)
    for arguments in COMMANDS.values():
        assert cli.main(arguments) in (0, 1)
    for arguments in WORKBOOKS:
        filled = [part.format(cycle=second.cycle_id, place=tmp_path / "books") for part in arguments]
        assert cli.main(filled) in (0, 1)
    assert rows(engine) == before


STATEMENTS = (
    "UPDATE {table} SET id = id + 1000",
    "UPDATE {table} SET {stamp} = {stamp}",
    "UPDATE {table} SET content = '{{}}'",
    "DELETE FROM {table}",
    "DELETE FROM {table} WHERE id = (SELECT min(id) FROM {table})",
)
ON_SQLITE = (
    "UPDATE OR REPLACE {table} SET content = '{{}}'",
    "REPLACE INTO {table} SELECT * FROM {table}",
    "INSERT OR REPLACE INTO {table} ({columns}) SELECT {columns} FROM {table}",
)
ON_POSTGRESQL = (
    "TRUNCATE {table}",
    "TRUNCATE {table} CASCADE",
    "INSERT INTO {table} SELECT * FROM {table} ON CONFLICT (id) DO UPDATE SET content = '{{}}'",
)
TABLES = {
    "baseline": ("frozen_at", "service_id, template_id, assessment_id, content, content_hash, frozen_at"),
    "scorecard": ("created_at", "assessment_id, kind, number, engine, content, outline, change, created_at"),
}
"""Table -> (a column of an instant, its columns without the id)."""


@pytest.mark.parametrize("table", TABLES)
def test_no_statement_moves_a_baseline_or_a_result(engine: Engine, second: Round, table: str) -> None:
    before = rows(engine)
    stamp, columns = TABLES[table]
    own = ON_SQLITE if engine.dialect.name == "sqlite" else ON_POSTGRESQL
    for statement in STATEMENTS + own:
        sql = statement.format(table=table, stamp=stamp, columns=columns)
        with pytest.raises(IntegrityError, match="frozen"), engine.begin() as connection:
            connection.execute(text(sql))
        with pytest.raises(Conflict, match="never changes"), database.transaction(engine) as session:
            session.execute(text(sql))
    assert rows(engine) == before


@pytest.mark.parametrize("kept", [Baseline, ScorecardRow])
def test_no_mapped_row_moves(engine: Engine, second: Round, kept: type[Baseline | ScorecardRow]) -> None:
    before = rows(engine)
    with pytest.raises(Conflict), database.transaction(engine) as session:
        session.scalars(select(kept).limit(1)).one().content = {"answers": {}}
    with pytest.raises(Conflict), database.transaction(engine) as session:
        session.delete(session.scalars(select(kept)).first())
    for statement in (update(kept).values(content={}), delete(kept)):
        with pytest.raises(Conflict), database.transaction(engine) as session:
            session.execute(statement)
    assert rows(engine) == before


# --- one that was tampered with is refused ------------------------------------------------------------------


@pytest.mark.parametrize("with_hash", [False, True])
def test_a_tampered_baseline_is_refused_everywhere_and_stops_nothing_else(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn, second: Round, with_hash: bool
) -> None:
    tamper(engine, council, with_hash=with_hash)
    browser = signed_in("core_team")
    own, other = (second.assessments[key] for key in ("LIB", "ROADS"))
    tampered = baseline_id(engine, council, "LIB")
    page = browser.open(f"/baselines/{tampered}", expect=422)
    assert page.text.count(SENTENCE) == 1
    assert "Restore it from a backup." in page.text
    assert SENTENCE in browser.open(f"/baselines/{tampered}.json", expect=422).text
    result = browser.open(f"/assessments/{own}/result")  # the result itself is as sound as ever
    assert SENTENCE in result.text
    assert "92 of 100" in result.text
    for path in (
        f"/cycles/{second.cycle_id}/results",
        f"/cycles/{second.cycle_id}/results.csv",
        f"/assessments/{own}/result.json",
        f"/assessments/{own}/result.xlsx",
        f"/assessments/{other}/result",
        f"/services/{council.services['LIB']}",
        f"/services/{council.services['ROADS']}",
        f"/baselines/{baseline_id(engine, council, 'ROADS')}",
        "/baselines",
    ):
        assert SENTENCE not in browser.open(path).text


def test_the_workbook_of_a_result_says_that_its_baseline_is_refused(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn, second: Round
) -> None:
    tamper(engine, council)
    made = signed_in("core_team").open(f"/assessments/{second.assessments['LIB']}/result.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(made.data))  # type: ignore[attr-defined]
    told = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert sum(SENTENCE in str(cell) for cell in told) == 1


def test_nothing_is_agreed_against_a_tampered_baseline(
    engine: Engine, council: SmallCouncil, second: Round
) -> None:
    tamper(engine, council)
    third = ASKED.model_copy(update={"version": 3})

    def agree(key: str, name: str) -> None:
        agreed(engine, council, third, {key: LATER}, name=name, template_id=second.template_id)

    with pytest.raises(Invalid, match=SENTENCE):
        agree("LIB", "Rollout 2026")
    agree("ROADS", "Rollout 2027")


def test_the_command_names_each_that_does_not_match(
    engine: Engine,
    council: SmallCouncil,
    second: Round,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("VFM_DATABASE", engine.url.render_as_string(hide_password=False))
    assert cli.main(["baselines", "check"]) == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.endswith("2 baselines are what was frozen.\n")
    tamper(engine, council)
    assert cli.main(["baselines", "check"]) == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("Libraries, A test template (Rollout 2024): The baseline of Libraries")
    assert cli.main(["baselines", "check", "--json"]) == 1
    found = {one["service"]: one["faults"] for one in json.loads(capsys.readouterr().out)}
    assert found["Highways"] == []
    assert len(found["Libraries"]) == 1


def test_the_command_scores_again_and_says_when_the_engine_is_another(
    engine: Engine,
    council: SmallCouncil,
    first: Round,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("VFM_DATABASE", engine.url.render_as_string(hide_password=False))
    monkeypatch.setattr("vfm.scoring.scorecard.ENGINE", "9.9")
    assert cli.main(["baselines", "check"]) == 0
    assert "this program's engine 9.9 comes to the same figures" in capsys.readouterr().err
