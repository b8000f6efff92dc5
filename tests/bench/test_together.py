"""Many people write into one assessment at once, the server is killed: nothing is lost, no clash silent."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy.engine import make_url

BENCH = Path(__file__).resolve().parents[2] / "bench"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The script as a module, gone afterwards."""
    monkeypatch.syspath_prepend(BENCH)
    import together

    yield together
    for name in ("together", "trial"):
        sys.modules.pop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database that is there for the server and for the test."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/together.sqlite"
    server = request.getfixturevalue("postgresql")
    name = f"vfm_together_{uuid4().hex[:8]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def test_every_acknowledged_answer_is_there_and_every_clash_was_told(
    script: ModuleType, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--database", address, "--writers", "6", "--saves", "60", "--kill"]
    assert script.main(arguments) == 0, capsys.readouterr().out
    printed = capsys.readouterr().out
    assert "6 writers on one assessment, the server killed in the middle" in printed
    figures = {
        words.strip(): int(figure.replace(",", ""))
        for figure, _, words in (line.strip().partition("  ") for line in printed.splitlines()[1:])
    }
    assert figures["answers acknowledged"] == figures["of them present"] > 0
    assert figures["clashes expected"] == figures["clashes surfaced"] > 0
    with pytest.raises(SystemExit, match="already holds a council"):
        script.main(arguments)


def test_what_is_lost_or_silent_is_found(script: ModuleType) -> None:
    written = script.Sent(3, "ALL-00", "Mine", 0, "", "written", 2)
    kept = {"ALL-00": {1: "Theirs", 2: "Mine"}}
    silent = script.replayed([written], kept, kept, {"ALL-00": "Mine"})
    assert silent.silent == [
        "ALL-00, revision 2 of writer 3 took the place of 'Theirs'; its writer had seen ''"
    ]
    assert (silent.expected, silent.surfaced, silent.is_well) == (1, 0, False)
    gone = {"ALL-00": {1: "Theirs", 2: "Another"}}
    lost = script.replayed([written], gone, gone, {"ALL-00": "Theirs"})
    assert lost.lost == [
        "ALL-00, revision 2 of writer 3: not in the trail",
        "ALL-00: its newest revision is not what stands on the page",
    ]
    unread = script.replayed([written], {"ALL-00": {1: "", 2: "Mine"}}, {}, {"ALL-00": "Mine"})
    assert unread.lost == ["ALL-00, revision 2 of writer 3: not in the history"]
    clash = script.Sent(3, "ALL-00", "Mine", 1, "Theirs", "clash", 1, "Theirs")
    assert len(script.replayed([clash], kept, kept, {"ALL-00": "Mine"}).odd) == 1, (
        "a clash with what was seen"
    )


def test_a_gap_in_the_revisions_is_found(script: ModuleType) -> None:
    kept = {"ALL-00": {1: "One", 3: "Three"}}
    assert script.replayed([], kept, kept, {"ALL-00": "Three"}).odd == ["ALL-00: its revisions have a gap"]
