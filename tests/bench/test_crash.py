"""The server is killed while clients save, on each database: nothing acknowledged is lost."""

import sys
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy.engine import make_url

BENCH = Path(__file__).resolve().parents[2] / "bench"


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database that is there for the server and for the test."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/crash.sqlite"
    server = request.getfixturevalue("postgresql")
    name = f"vfm_crash_{uuid4().hex[:8]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def test_every_acknowledged_answer_survives(
    address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(BENCH)
    import crash

    assert crash.main(["--database", address, "--clients", "8", "--seconds", "1.5"]) == 0
    assert "with 8 clients saving" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="already holds a council"):
        crash.main(["--database", address])
    sys.modules.pop("crash")


def test_what_is_lost_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(BENCH)
    import crash

    address = f"sqlite:///{tmp_path}/crash.sqlite"
    ready = crash.filled(address, 2)
    made_up = crash.Acknowledged(ready.assessments[0], "EFF-01", 1, "never written")
    assert crash.lost(address, ready, [made_up]) == [
        "EFF-01 of assessment 1, revision 1: no trail",
        "EFF-01 of assessment 1, revision 1: not on the page",
    ]
    sys.modules.pop("crash")
