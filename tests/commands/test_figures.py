"""`vfm figures`: files taken in, looked at, refused; what is kept; the list of councils."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from tests.council import SmallCouncil
from vfm import cli
from vfm.settings import DATA
from vfm.store.database import reading
from vfm.store.tables import AreaFigure, FigureImport, Person

FIGURES = DATA / "figures"
PLAIN = "authority_code,measure,year,amount\n"


@pytest.fixture
def command(
    engine: Engine, council: SmallCouncil, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """`command("list")`: exit status, standard output, standard error."""
    monkeypatch.setenv("VFM_DATABASE", engine.url.render_as_string(hide_password=False))

    def run(*words: str) -> tuple[int, str, str]:
        status = cli.main(["figures", *words])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def test_councils_definitions_and_figures_in_one_go(command, engine: Engine, council: SmallCouncil):
    assert command("councils") == (0, "", "457 councils and regions added.\n")
    assert command("councils")[2] == "0 councils and regions added.\n"
    files = [str(FIGURES / f"comparator_{name}.csv") for name in ("definitions", "children")]
    status, out, said = command("import", *files, "--by", "core_team@wrenmouth.example")
    assert (status, out) == (0, "")
    assert "comparator_definitions.csv (children_definitions): 19 new" in said
    assert "comparator_children.csv (children): 5,472 new, 0 changed" in said
    status, out, said = command("list")
    assert "LACFinance\tLooked after children - S251/Outturn weekly unit costs\t2021-22 to 2024-25\t" in out
    assert said == "19 measures, 457 councils and regions.\n"
    with reading(engine) as session:
        names = session.scalars(select(Person.name).join(FigureImport, FigureImport.by_id == Person.id)).all()
    assert names == ["Core Team", "Core Team"]


def test_looking_changes_nothing_and_faults_are_on_standard_output(command, engine: Engine, tmp_path: Path):
    command("councils")
    file = tmp_path / "waste.csv"
    file.write_text(f"{PLAIN}E06000015,waste,2024-25,5\nE06000015,waste,2023-24,five\n", encoding="utf-8")
    source = ("--title", "T", "--publisher", "P", "--licence", "L", "--basis", "cash")
    status, out, said = command("import", str(file), "--look", *source)
    assert (status, "waste.csv:3: amount: " in out, "1 new" in said) == (1, True, True)
    with reading(engine) as session:
        assert session.scalars(select(FigureImport.id)).all() == []
    status, out, _ = command("import", str(file))
    assert (status, "title: Say the source’s name" in out) == (1, True)
    assert command("import", str(file), *source)[0] == 1
    with reading(engine) as session:
        assert len(session.scalars(select(AreaFigure.id)).all()) == 1


def test_what_cannot_be_done_says_why(command, tmp_path: Path):
    assert command("import", str(tmp_path / "none.csv"))[0] == 2
    status, _, said = command("import", "x.csv", "--layout", "odd")
    assert (status, "There are: outturn_lines" in said) == (2, True)
    file = tmp_path / "odd.csv"
    file.write_text("name,price\nApples,3\n", encoding="utf-8")
    status, out, _ = command("import", str(file))
    assert (status, "odd.csv:1: The layout is not known." in out) == (1, True)
    status, _, said = command("import", str(file), "--by", "nobody@wrenmouth.example")
    assert status == 1
    assert "nobody@wrenmouth.example" in said
