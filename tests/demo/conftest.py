"""The demo council, filled once for every test of it."""

from pathlib import Path

import pytest

from tests.council import NOW
from vfm.demo import fill
from vfm.gateways.file_store import DiskStore
from vfm.store import database


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The filled demo on SQLite; a module that writes does so in a copy."""
    path = tmp_path_factory.mktemp("filled") / "demo.sqlite"
    with database.opened(f"sqlite:///{path}") as engine:
        database.upgrade(engine)
        fill.fill(engine, now=NOW, files=DiskStore(path.parent / "files"))
    return path
