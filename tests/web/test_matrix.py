"""The matrix of roles and ownership: every address, tried by somebody in every position.

The table is matrix.txt: a row an address and method, a column a position, each cell the answer that has to
come. Nothing that is sent is kept, so that rows do not depend on one another.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from jinja2 import FileSystemBytecodeCache
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from tests.client import filled
from tests.council import NOW
from tests.web import matrix_world
from tests.web.matrix_world import WHO, World
from vfm.app import create_app
from vfm.settings import Settings
from vfm.store import database
from vfm.web.access import ACCESS
from vfm.web.access import VISITOR as EVERYBODY
from vfm.workflows import sign_in

Transaction = Callable[[Engine], AbstractContextManager[Session]]
TABLE = Path(__file__).parent / "matrix.txt"
MEANS = {
    "o": "opens, or is done",
    ".": "is not there (404)",
    "s": "asks to sign in",
    "f": "is refused with words (403)",
    "w": "says what is wrong with the empty form (422)",
    "c": "says what stands in the way (409)",
    "b": "cannot be understood (400)",
}
SIGNS = {404: ".", 401: "s", 403: "f", 422: "w", 409: "c", 400: "b"}


@dataclass(frozen=True)
class Row:
    """One line of the table: `cells` has a sign of `MEANS` for each column.

    The form that an address is sent stands behind a `#`; the token is added to it.
    """

    endpoint: str
    method: str
    address: str
    cells: dict[str, str]


def table() -> tuple[tuple[str, ...], tuple[Row, ...]]:
    """The columns and the rows; a line that begins with `#` is for the reader."""
    text = TABLE.read_text(encoding="utf-8").splitlines()
    lines = [line.split() for line in text if not line.startswith("#")]
    head, *rows = [line for line in lines if line]
    columns = tuple(head[:-3])
    return columns, tuple(Row(*row[-3:], dict(zip(columns, row[:-3], strict=True))) for row in rows)


COLUMNS, ROWS = table()


@dataclass
class Trial:
    """The app on the world, with what each person's browser sends."""

    app: Flask
    client: FlaskClient
    world: World
    cookies: dict[str, str]
    csrf: str

    def sign(self, row: Row, column: str) -> str:
        """What comes when the person of a column sends a row's request, as a sign."""
        headers = {"Cookie": self.cookies[column]}
        address, _, fields = row.address.format(**self.world.places).partition("#")
        form = {"csrf_token": self.csrf} | dict(parse_qsl(fields)) if row.method == "POST" else None
        with self.client.open(address, method=row.method, headers=headers, data=form) as response:
            is_sent_off = response.headers.get("Location", "").startswith("/sign-in")
            if is_sent_off and ACCESS[row.endpoint] is not EVERYBODY:
                return "s"
            return SIGNS.get(response.status_code, "o" if response.status_code < 400 else "?")


@pytest.fixture(scope="module")
def trial(
    sqlite_master: Path, compiled: FileSystemBytecodeCache, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Trial]:
    """The world, made once; whatever a page writes is taken back when its transaction ends."""
    folder = tmp_path_factory.mktemp("matrix")
    shutil.copy(sqlite_master, folder / "vfm.sqlite")
    engine = database.connect(f"sqlite:///{folder / 'vfm.sqlite'}")
    world = matrix_world.made(engine)
    app = create_app(
        Settings(database=f"sqlite:///{folder / 'vfm.sqlite'}", secret="matrix", files=str(folder / "files"))
    )
    app.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=False, NOW=lambda: NOW)
    app.jinja_env.bytecode_cache = compiled
    matrix_world.add_file(engine, app.extensions["vfm"].files, world)
    cookies = {"vi": _cookie(app, None)}
    for column, person_id in world.people.items():
        with database.transaction(engine) as session:
            token = sign_in.start(session, person_id, now=NOW)
        cookies[column] = _cookie(app, token)
    csrf = URLSafeTimedSerializer("matrix", salt="wtf-csrf-token").dumps("0" * 40)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "transaction", _taken_back(database.transaction))
        yield Trial(app, app.test_client(use_cookies=False), world, cookies, csrf)
    app.extensions["vfm"].engine.dispose()
    engine.dispose()


def _cookie(app: Flask, token: str | None) -> str:
    client = app.test_client()
    with client.session_transaction() as session:
        session["csrf_token"] = "0" * 40
        session |= {"token": token} if token else {}
    kept = client.get_cookie("vfm")
    assert kept is not None
    return f"vfm={kept.value}"


def _taken_back(transaction: Transaction) -> Transaction:
    """A transaction that keeps nothing of what it did."""

    @contextmanager
    def tried(engine: Engine) -> Iterator[Session]:
        with transaction(engine) as session:
            yield session
            session.flush()
            session.rollback()

    return tried


def test_every_address_has_its_row(trial: Trial) -> None:
    wanted = {
        (rule.endpoint, method): rule.rule
        for rule in trial.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    there = {(row.endpoint, row.method) for row in ROWS}
    signs = ", ".join(f"{sign} {means}" for sign, means in MEANS.items())
    told = [
        f"tests/web/{TABLE.name} has no row for {endpoint}. Add a line that ends in "
        f"`{endpoint} {method} {rule}`, a name of World.places (such as {{open}}) in place of each argument, "
        f"and that begins with a sign for each of {', '.join(WHO.values())}: {signs}"
        for (endpoint, method), rule in wanted.items()
        if (endpoint, method) not in there
    ]
    assert not told, "\n".join(told)
    assert there <= set(wanted), f"{TABLE.name} has rows without an address: {there - set(wanted)}"


def test_every_cell_is_as_the_table_says(trial: Trial) -> None:
    odd = []
    for row in ROWS:
        for column in COLUMNS:
            found = trial.sign(row, column)
            if found != row.cells[column]:
                does, ought = MEANS.get(found, "fails"), MEANS[row.cells[column]]
                what = f"{row.endpoint} {row.method} {row.address}"
                odd.append(f"{what}: for {WHO[column]} it {does}; the table says that it {ought}")
    assert not odd, "\n".join(odd)


def test_the_table_is_of_everybody_and_leads_to_its_addresses(trial: Trial) -> None:
    assert set(COLUMNS) == set(WHO) == {"vi", *trial.world.people}
    adapter = trial.app.url_map.bind("localhost")
    for row in ROWS:
        endpoint, _ = adapter.match(
            row.address.format(**trial.world.places).partition("?")[0].partition("#")[0], row.method
        )
        assert endpoint == row.endpoint, row


def test_a_number_beyond_every_id_names_nothing(trial: Trial) -> None:
    beyond = 10**20
    places = {name: beyond if isinstance(one, int) else one for name, one in trial.world.places.items()}
    asked = ("/priorities/new?like=", "/reviews/new?decision=", "/criteria/unit_cost?cycle=")
    wanted = [(row.method, row.address.format(**places).partition("#")[0]) for row in ROWS]
    wanted += [("GET", f"{address}{beyond}") for address in asked]
    odd = []
    for method, address in wanted:
        if str(beyond) in address:
            form = {"csrf_token": trial.csrf} if method == "POST" else None
            headers = {"Cookie": trial.cookies["co"]}
            with trial.client.open(address, method=method, headers=headers, data=form) as response:
                if response.status_code >= 500:
                    odd.append(f"{method} {address}")
    assert not odd, "\n".join(odd)


def test_no_field_of_prioritisation_fails_on_what_nobody_types(trial: Trial) -> None:
    """Each field of each form on its own: far too long a number, and a character that PostgreSQL refuses."""
    kept: list[str] = []

    def note(_: object, __: object, statement: str, parameters: object, *___: object) -> None:
        if "\\x00" in repr(parameters) or "u0000" in repr(parameters):
            kept.append(statement[:60])

    event.listen(trial.app.extensions["vfm"].engine, "before_cursor_execute", note)
    odd, tried = [], set()
    for address, name, values in _forms(trial):
        for ugly in ("9" * 5000, "a\x00b"):
            kept.clear()
            headers, form = {"Cookie": trial.cookies["co"]}, {**values, name: ugly, "csrf_token": trial.csrf}
            with trial.client.post(address, headers=headers, data=form) as response:
                if response.status_code >= 500 or kept:
                    odd.append(f"{address}: {name}={ugly[:5]!r}: {response.status_code} {kept}")
        tried.add(address)
    event.remove(trial.app.extensions["vfm"].engine, "before_cursor_execute", note)
    assert len(tried) > 30
    assert not odd, "\n".join(odd)


PRIORITISATION = (
    *("criteria", "criteria_feeds", "criteria_imports", "data_quality", "decisions", "outcomes", "plans"),
    *(
        "plan_changes",
        "priorities",
        "review_work",
        "reviews",
        "robustness",
        "run_changes",
        "scenarios",
        "weights",
    ),
)


def _forms(trial: Trial) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(address, field, all fields as they stand) of every form that writes, each kind of address once."""
    seen = set()
    for row in ROWS:
        if row.method != "GET" or row.endpoint.split(".")[0] not in PRIORITISATION:
            continue
        path = row.address.format(**trial.world.places)
        with trial.client.get(path, headers={"Cookie": trial.cookies["co"]}) as response:
            if response.mimetype != "text/html" or response.status_code != 200:
                continue
            tree = LexborHTMLParser(response.text)
        for form in tree.css("form[method=post]"):
            address, values = form.attributes.get("action") or path, filled(form)
            for name in sorted(set(values) - {"csrf_token"}):
                if (kind := (re.sub(r"[0-9]+", "0", address), name)) not in seen:
                    seen.add(kind)
                    yield address, name, values


def test_who_is_switched_off_is_a_visitor_and_who_was_there_once_is_a_stranger() -> None:
    for row in ROWS:
        assert row.cells["of"] == row.cells["vi"], row
        assert row.cells["wd"] == row.cells["fo"], row
