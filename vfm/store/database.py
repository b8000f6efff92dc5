"""Reaching the database: one engine, two kinds of transaction, and the steps that bring it up to date.

SQLite runs in WAL with `synchronous=FULL`: an answer that was acknowledged survives a power cut, at the
price of one disk flush a save. A writing transaction takes the write lock at its start (`BEGIN IMMEDIATE`),
so that what it has read cannot change before it writes.

On PostgreSQL each statement that reads sees what was committed when it began, in a transaction or not. So who
only reads goes without one, and is spared its beginning and its end: two of three trips on a short page.
"""

import select
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DisconnectionError,
    IntegrityError,
    InvalidatePoolError,
    OperationalError,
)
from sqlalchemy.orm import Session

from vfm.errors import Conflict, Invalid, Problem, Unavailable

if TYPE_CHECKING:
    from alembic.config import Config

__all__ = [
    "Engine",
    "Session",
    "answers",
    "check",
    "connect",
    "migrations",
    "opened",
    "reading",
    "transaction",
    "upgrade",
]

MIGRATIONS = Path(__file__).parent / "migrations"
QUIET = 1.0
"""Seconds for which a connection may lie idle before it is tried with a statement of its own."""


def connect(address: str) -> Engine:
    """An engine for `sqlite:///PATH` or `postgresql+psycopg://...`; nothing is opened yet.

    Raises:
        Invalid: the address cannot be read or names another kind of database.
    """
    try:
        url = make_url(address)
    except ArgumentError as error:
        raise _unusable(
            address, "is not a database address. Use sqlite:///PATH or postgresql://..."
        ) from error
    match url.get_backend_name():
        case "sqlite":
            return _sqlite(address)
        case "postgresql":
            return _postgresql(url.set(drivername="postgresql+psycopg"))
    raise _unusable(address, "names a database vfm does not know. Use SQLite or PostgreSQL.")


@contextmanager
def opened(address: str) -> Iterator[Engine]:
    """An engine for as long as the block lasts; every connection is closed at its end, whatever happened.

    Raises:
        Invalid: as `connect`.
    """
    engine = connect(address)
    try:
        yield engine
    finally:
        engine.dispose()


def _sqlite(address: str) -> Engine:
    """An engine on a file that is watched: what is saved into a file that was removed would be lost.

    An open connection goes on writing into a removed file. So each use of one looks whether its file is
    still the file at this path: another one there (a restored backup) is opened anew; none is an error,
    where SQLite would make an empty one.
    """
    engine = create_engine(address, connect_args={"timeout": 30})
    path = engine.url.database or ""
    has_been_there = _file_at(path) is not None

    @event.listens_for(engine, "do_connect")
    def find(*_: object) -> None:
        if has_been_there and _file_at(path) is None:
            raise sqlite3.OperationalError("the file was removed")

    @event.listens_for(engine, "checkout")
    def compare(_connection: object, record: Any, _fairy: object) -> None:
        if _file_at(path) != record.info["file"]:
            raise DisconnectionError

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        nonlocal has_been_there
        record.info["file"] = _file_at(path)
        has_been_there = record.info["file"] is not None
        connection.isolation_level = None  # transactions are begun by `_begin` below, not by the driver
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
            connection.execute(f"PRAGMA {pragma}")

    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    if connection.get_execution_options().get("writes", True):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:  # it waits for nobody, so that nothing can go wrong here
        connection.connection.cursor().execute("BEGIN")


def _postgresql(url: URL) -> Engine:
    """An engine whose connections are looked at before each use: a server that restarted fails nobody.

    A server that goes away says so, or closes the connection: either can be heard without asking it. Only one
    that lay idle longer, or has something to be heard, is asked.
    """
    # PgBouncer in transaction mode knows no prepared statements.
    engine = create_engine(url, connect_args={"prepare_threshold": None})

    @event.listens_for(engine, "checkin")
    def note(_connection: object, record: Any) -> None:
        record.info["left_at"] = monotonic()

    @event.listens_for(engine, "checkout")
    def look(connection: Any, record: Any, _fairy: object) -> None:
        left_at = record.info.get("left_at")
        if left_at is None or (monotonic() - left_at < QUIET and not _has_news(connection)):
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error

    return engine


def _has_news(connection: Any) -> bool:
    """True when the other end has sent something unasked, or closed; also where that cannot be told."""
    if connection.closed or not hasattr(select, "poll"):
        return True
    ear = select.poll()
    ear.register(connection.fileno(), select.POLLIN)
    return bool(ear.poll(0))


def _file_at(path: str) -> tuple[int, int] | None:
    """What tells a file from every other while it is open, None when there is none (or it is in memory)."""
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


class _Begun(Session):
    """A session on a connection that somebody else begins, ends and gives back."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection, expire_on_commit=False)
        self._begun = connection

    def connection(self, *_: object, **__: object) -> Connection:
        """What statements are run on without the ORM; there is nothing to find out about it."""
        return self._begun

    def rollback(self) -> None:
        """Take everything back, also what was done without the ORM."""
        super().rollback()
        if self._begun.in_transaction():
            self._begun.rollback()


class _Reading(_Begun):
    """A session that refuses to write what was changed in it."""

    def flush(self, objects: Any = None) -> None:
        """Nothing, unless something was changed.

        Raises:
            RuntimeError: it was.
        """
        if self.new or self.dirty or self.deleted:
            raise RuntimeError("a reading session was given something to write")


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """A session that writes: committed when the block ends, rolled back when it raises.

    Raises:
        Conflict: something tried to change what the database keeps for ever.
        Unavailable: the database cannot be used at the moment; nothing was written.
    """
    try:
        with (
            _in_use(engine),
            engine.connect() as connection,
            connection.begin(),
            _Begun(connection) as session,
        ):
            yield session
            session.flush()
    except IntegrityError as error:
        if "frozen:" not in str(error.orig):
            raise
        words = str(error.orig).split("frozen:")[1].splitlines()[0].strip().capitalize()
        raise Conflict(f"{words}. Start a new version, or record a new result beside it.") from error


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that only reads; it never waits for a writer on SQLite.

    Raises:
        Unavailable: the database cannot be used at the moment.
    """
    with _in_use(engine), engine.connect() as connection:
        connection.execution_options(writes=False)
        driver: Any = connection.connection.dbapi_connection if engine.name == "postgresql" else None
        if driver:
            driver.autocommit = True
        connection.begin()
        try:
            with _Reading(connection) as session:
                yield session
        finally:
            if driver and not driver.closed:
                driver.autocommit = False


def answers(engine: Engine) -> None:
    """Ask the database for next to nothing, to hear that it answers and is one of ours.

    Raises:
        Unavailable: it does not.
    """
    with reading(engine) as session:
        session.execute(text("SELECT version_num FROM alembic_version"))


@contextmanager
def _in_use(engine: Engine) -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        # The other kinds are faults of this program: a wrong statement, a broken rule of the tables.
        if isinstance(error, OperationalError) or type(error) is DatabaseError:
            raise Unavailable(f"{_shown(engine)} cannot be used ({_first_line(error)})") from error
        raise


def migrations(engine: Engine) -> "Config":
    """Alembic's settings for this engine."""
    from alembic.config import Config  # alembic takes a while to load and is wanted only for a step

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = engine
    return config


def newest() -> str:
    """The number of the last step there is."""
    return max(step.name.split("_")[0] for step in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def _found(engine: Engine) -> str | None:
    """The number of the last step that was done; None in an empty database."""
    with engine.execution_options(writes=False).connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.scalar(text("SELECT version_num FROM alembic_version"))


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest version, making it when it is not there.

    Raises:
        Invalid: it cannot be reached, the file is not a database, or a newer program has made it.
    """
    if engine.url.get_backend_name() == "sqlite" and engine.url.database:
        Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)
    with _clear_words(engine):
        if _found(engine) != newest():
            _take_steps(engine)


def _take_steps(engine: Engine) -> None:
    from alembic import command
    from alembic.util import CommandError

    try:
        command.upgrade(migrations(engine), "head")
    except CommandError as error:
        words = "is of a version this program does not know, so of a newer one. Use the newer program."
        raise _unusable(_shown(engine), words) from error


def check(engine: Engine) -> None:
    """Make sure that the database can be reached and is of this version.

    Raises:
        Invalid: missing, damaged, unreachable, or of another version; one line with the cure.
    """
    path = engine.url.database
    if engine.url.get_backend_name() == "sqlite" and path and not Path(path).exists():
        raise _unusable(
            _shown(engine), "is not there. Make it with `vfm init`, or name another with VFM_DATABASE."
        )
    with _clear_words(engine):
        found = _found(engine)
    if found != newest():
        words = f"is at version {found or 'none'}, this program needs {newest()}. Run `vfm upgrade`."
        raise _unusable(_shown(engine), words)


@contextmanager
def _clear_words(engine: Engine) -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        cure = "cannot be reached. Check that it runs and that the address, name and password are right"
        raise _unusable(_shown(engine), f"{cure} ({_first_line(error)}).") from error
    except DatabaseError as error:
        cure = "is damaged or not a database. Restore it from a backup, or name another with VFM_DATABASE"
        raise _unusable(_shown(engine), f"{cure} ({_first_line(error)}).") from error


def _first_line(error: DatabaseError) -> str:
    return str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__


def _shown(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=True)


def _unusable(address: str, words: str) -> Invalid:
    return Invalid([Problem(f"database {address}", words)])
