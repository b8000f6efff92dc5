"""The layer contract holds, and each kind of breach of it is seen."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
NAMES = {contract["id"]: contract["name"] for contract in CONTRACTS}

# contract: the files planted, each with its text. Every planted module bears a name of its own.
BREACHES = [
    pytest.param("layers", {"questionnaires/planted.py": "import vfm.web"}, id="upwards"),
    pytest.param("layers", {"reports/planted.py": "import vfm.gateways"}, id="sideways"),
    pytest.param("layers", {"app.py": "import vfm.commands"}, id="app-commands"),
    pytest.param("layers", {"web/planted.py": "import vfm.demo"}, id="page-demo"),
    pytest.param("layers", {"demo/planted.py": "import vfm.web"}, id="demo-page"),
    pytest.param("layers", {"errors.py": "import vfm.settings"}, id="foundation-sideways"),
    pytest.param("layers", {"planted/__init__.py": ""}, id="unlisted-room"),
    pytest.param("layers", {"planted.py": ""}, id="unlisted-module"),
    pytest.param("pure", {"questionnaires/planted.py": "from flask import request"}, id="pure-flask"),
    pytest.param("pure", {"scoring/planted.py": "import pandas"}, id="pure-pandas"),
    pytest.param("pure", {"prioritisation/planted.py": "import sqlalchemy"}, id="pure-database"),
    pytest.param("deeds", {"workflows/planted.py": "import flask"}, id="workflow-flask"),
    pytest.param("deeds", {"store/planted.py": "import jinja2"}, id="store-jinja"),
    pytest.param("reports", {"reports/planted.py": "from vfm.store import tables"}, id="report-store"),
    pytest.param("reports", {"reports/planted.py": "import flask"}, id="report-flask"),
    pytest.param("gateways", {"gateways/planted.py": "from vfm.store import database"}, id="gateway-store"),
    pytest.param("pages", {"web/planted.py": "from vfm.store.tables import Base"}, id="page-tables"),
    pytest.param("pages", {"web/planted.py": "from vfm.store import queries"}, id="page-queries"),
    pytest.param(
        "pages", {"web/planted.py": "def read():\n    import sqlalchemy"}, id="page-sql-in-function"
    ),
    pytest.param(
        "workflows",
        {"workflows/planted.py": "", "workflows/planting.py": "from vfm.workflows import planted"},
        id="workflow-workflow",
    ),
    pytest.param(
        "acyclic",
        {
            "reports/planted.py": "import vfm.reports.planting",
            "reports/planting.py": "import vfm.reports.planted",
        },
        id="cycle",
    ),
]


def checked(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """What import-linter says of the package in this folder."""
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [program, "--no-logo", "--no-cache", *options],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package and its contract, to plant things in."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    unread = shutil.ignore_patterns("__pycache__", "static", "templates")
    shutil.copytree(ROOT / "vfm", tmp_path / "vfm", ignore=unread)
    return tmp_path


def test_contract_holds(copy: Path) -> None:
    said = checked(copy)

    assert said.returncode == 0, said.stdout
    assert f"{len(CONTRACTS)} kept, 0 broken" in said.stdout


@pytest.mark.parametrize(("contract", "planted"), BREACHES)
def test_planted_breach_is_seen(copy: Path, contract: str, planted: dict[str, str]) -> None:
    for name, text in planted.items():
        path = copy / "vfm" / name
        path.parent.mkdir(exist_ok=True)
        before = path.read_text("utf-8") if path.exists() else ""
        path.write_text(f"{before}\n{text}\n", "utf-8")

    said = checked(copy, "--contract", contract)

    assert said.returncode == 1, said.stdout
    assert f"{NAMES[contract]} BROKEN" in said.stdout


def test_every_contract_has_a_breach() -> None:
    assert {breach.values[0] for breach in BREACHES} == set(NAMES)
