"""`vfm criteria`: values taken in from a file, and the list."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from tests.council import SmallCouncil
from vfm import cli
from vfm.store.database import reading
from vfm.store.tables import Figure

ABOUT = ("--title", "Monitoring", "--publisher", "The council", "--licence", "internal", "--year", "2025-26")
BY = ("--by", "core_team@wrenmouth.example")


def test_values_are_looked_at_and_taken_in(
    engine: Engine,
    council: SmallCouncil,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("VFM_DATABASE", engine.url.render_as_string(hide_password=False))
    file = tmp_path / "values.csv"
    file.write_text("key,unit_cost\nLIB,0.5\nMOON,0.5\nROADS,x\n", encoding="utf-8")
    assert cli.main(["criteria", "import", str(file), *ABOUT, *BY, "--look"]) == 1
    with reading(engine) as session:
        assert session.scalars(select(Figure)).all() == []
    assert cli.main(["criteria", "import", str(file), *ABOUT, *BY]) == 1
    told = capsys.readouterr()
    assert "values.csv:3: MOON: There is no open service with this key." in told.out
    assert "values.csv:4: unit_cost:" in told.out
    assert "values.csv: 1 new, 0 changed, 0 unchanged, 1 unknown." in told.err + told.out
    with reading(engine) as session:
        assert [one.feeds for one in session.scalars(select(Figure))] == ["unit_cost"]
    assert cli.main(["criteria", "import", str(file)]) == 1
    assert cli.main(["criteria", "import", str(tmp_path / "none.csv"), *ABOUT]) == 2
    assert cli.main(["criteria", "list"]) == 0
    assert "unit_cost\tunit cost\tused\t10\thigher\tcost" in capsys.readouterr().out
