"""`vfm init`, `vfm upgrade` and `vfm serve`: a council begins, and what cannot work is told in one line."""

import io
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, select, text
from sqlalchemy.pool import Pool

from tests.client import Browser
from vfm import cli
from vfm.app import create_app
from vfm.settings import PROJECT, Settings
from vfm.store.database import reading
from vfm.store.tables import Council, Person

INIT = ["init", "--council", "Wrenmouth", "--name", "Ada Administrator", "--email", "Ada@wrenmouth.example"]
PASSWORD = "purple tractor lagoon"


@pytest.fixture
def database(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty, upgraded database that the commands find in their environment."""
    address = engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("VFM_DATABASE", address)
    return address


def test_init_with_a_link_leads_to_the_first_administrators_password(
    database: str, engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([*INIT, "--financial-year", "2026-27", "--link"]) == 0
    path = capsys.readouterr().out.strip()
    assert re.fullmatch(r"/invitations/[\w-]{43}", path)
    app = create_app(Settings(database=database))
    app.config["TESTING"] = True
    browser = Browser(app)
    sign_in = browser.open(path).submit("Set password", password=PASSWORD, again=PASSWORD)
    sign_in.submit("Sign in", email="ada@wrenmouth.example", password=PASSWORD)
    assert "There are no services yet" in browser.open("/directory/").text
    app.extensions["vfm"].engine.dispose()
    assert cli.main([*INIT, "--link"]) == 1
    assert capsys.readouterr().err.startswith("vfm: There is a council in this database already.")


def test_init_takes_a_password_that_is_piped_in(
    database: str, engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("short\n"))
    assert cli.main(INIT) == 1
    assert capsys.readouterr().out.startswith("password: Use at least 12 characters")
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{PASSWORD}\n"))
    assert cli.main(INIT) == 0
    with reading(engine) as session:
        kept = session.scalars(select(Person)).one()
        assert kept.email == "ada@wrenmouth.example"
        assert kept.password_hash is not None
        assert kept.password_hash.startswith("$argon2id$")
        assert PASSWORD not in kept.password_hash
        assert re.fullmatch(r"20\d\d-\d\d", session.scalars(select(Council.financial_year)).one())


def test_init_lists_everything_that_cannot_be_used(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = [
        "init",
        "--council",
        " ",
        "--name",
        " ",
        "--email",
        "nobody",
        "--financial-year",
        "2026",
        "--link",
    ]
    assert cli.main(wrong) == 1
    places = [line.split(":")[0] for line in capsys.readouterr().out.splitlines()]
    assert places == ["name", "financial_year", "administrator", "email"]
    assert cli.main(["init", "--council", "Wrenmouth"]) == 2


def test_upgrade_makes_a_database_and_may_be_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "folder" / "vfm.sqlite"
    monkeypatch.setenv("VFM_DATABASE", f"sqlite:///{path}")
    assert [cli.main(["upgrade"]), cli.main(["upgrade"])] == [0, 0]
    assert path.exists()


@pytest.mark.parametrize("command", ["serve", "upgrade"])
@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("sqlite:///{folder}/damaged.sqlite", "is damaged or not a database"),
        ("postgresql://nobody@127.0.0.1:1/none", "cannot be reached"),
        ("mysql://somewhere/db", "names a database vfm does not know"),
    ],
)
def test_a_database_that_cannot_be_used_is_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
    address: str,
    words: str,
) -> None:
    (tmp_path / "damaged.sqlite").write_bytes(b"no database at all" * 100)
    monkeypatch.setenv("VFM_DATABASE", address.format(folder=tmp_path))
    assert cli.main([command]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert words in said.err


@pytest.mark.parametrize("command", [["serve"], ["upgrade"], [*INIT, "--link"]])
def test_a_database_of_another_version_is_refused_and_let_go(
    database: str, engine: Engine, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'later'"))
    held: list[object] = []

    def opens(connection: object, _: object) -> None:
        held.append(connection)

    def closes(connection: object, _: object) -> None:
        held.remove(connection)

    event.listen(Pool, "connect", opens)
    event.listen(Pool, "close", closes)
    try:
        assert cli.main(command) == 1
    finally:
        event.remove(Pool, "connect", opens)
        event.remove(Pool, "close", closes)
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert held == []


def test_serve_wants_a_database_that_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VFM_DATABASE", f"sqlite:///{tmp_path}/none.sqlite")
    assert cli.main(["serve"]) == 1
    assert "Make it with `vfm init`" in capsys.readouterr().err
    assert not (tmp_path / "none.sqlite").exists()


def test_a_busy_port_is_one_line(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        assert cli.main(["serve", "--port", str(busy.getsockname()[1])]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "choose another with --port" in line


def test_a_setting_that_is_no_number_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VFM_SESSION_HOURS", "ten")
    assert cli.main(["serve"]) == 1
    assert capsys.readouterr().err == (
        "vfm: VFM_SESSION_HOURS is 'ten'. Set it to a whole number, or leave it out for 10.\n"
    )


def test_serve_answers_until_it_is_stopped(tmp_path: Path) -> None:
    environment = os.environ | {"VFM_DATABASE": f"sqlite:///{tmp_path}/vfm.sqlite"}
    vfm = [sys.executable, "-m", "vfm.cli"]
    subprocess.run([*vfm, *INIT, "--link"], check=True, cwd=PROJECT, env=environment, capture_output=True)
    served = subprocess.Popen(
        [*vfm, "serve", "--port", "0"], cwd=PROJECT, env=environment, stderr=subprocess.PIPE, text=True
    )
    assert served.stderr is not None
    with served.stderr:
        found = re.search(r"http://127\.0\.0\.1:\d+/", served.stderr.readline())
        assert found is not None
        with urllib.request.urlopen(f"{found[0]}sign-in", timeout=30) as answer:
            assert answer.status == 200
            assert "Sign in" in answer.read().decode()
        served.send_signal(signal.SIGTERM)
        assert served.wait(timeout=30) == 0
