"""Reaching the database, what it refuses to change, and what it says when it cannot be used."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, delete, select, text, update
from sqlalchemy.exc import ProgrammingError

from tests.council import NOW, SmallCouncil
from vfm.errors import Conflict, Invalid, Unavailable
from vfm.store import database, events
from vfm.store.tables import Delegation, Event, Table, Template, Version


def test_the_steps_make_exactly_the_tables(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Table.metadata) == []


def test_an_upgrade_of_the_newest_changes_nothing(engine: Engine) -> None:
    database.upgrade(engine)
    database.check(engine)


@pytest.fixture
def opened_version(engine: Engine) -> int:
    """A version that was opened."""
    with database.transaction(engine) as session:
        template = Template(key="t", title="T", created_at=NOW)
        session.add(template)
        session.flush()
        version = Version(
            template_id=template.id,
            number=1,
            content={"sections": [{"b": 1, "a": 2}]},
            content_hash="x",
            created_at=NOW,
            opened_at=NOW,
        )
        session.add(version)
        session.flush()
        return version.id


def test_an_opened_version_is_frozen(engine: Engine, opened_version: int) -> None:
    with pytest.raises(Conflict, match="version never changes"), database.transaction(engine) as session:
        session.execute(update(Version).where(Version.id == opened_version).values(content={"sections": []}))
    with pytest.raises(Conflict), database.transaction(engine) as session:
        session.execute(delete(Version).where(Version.id == opened_version))
    with database.transaction(engine) as session:
        session.execute(update(Version).where(Version.id == opened_version).values(status="retired"))
    with database.reading(engine) as session:
        version = session.get_one(Version, opened_version)
        assert (version.status, version.content) == ("retired", {"sections": [{"b": 1, "a": 2}]})


def test_content_keeps_the_order_of_its_fields(engine: Engine, opened_version: int) -> None:
    with database.reading(engine) as session:
        content = session.get_one(Version, opened_version).content
    assert list(content["sections"][0]) == ["b", "a"]


def test_an_event_is_never_changed_nor_removed(engine: Engine) -> None:
    with database.transaction(engine) as session:
        events.record(session, "opened", "cycle", 1, by_id=None, now=NOW, after={"name": "Pilot"})
    for statement in (update(Event).values(verb="closed"), delete(Event)):
        with pytest.raises(Conflict), database.transaction(engine) as session:
            session.execute(statement)
    with database.reading(engine) as session:
        assert session.get_one(Event, 1).at == NOW


def test_a_raising_block_leaves_nothing(engine: Engine, council: SmallCouncil) -> None:
    def half_done() -> None:
        with database.transaction(engine) as session:
            events.record(session, "opened", "cycle", 1, by_id=None, now=NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half_done()
    with database.reading(engine) as session:
        assert session.query(Event).count() == 0


def test_a_missing_file_names_the_cure(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"is not there.*vfm init"):
        database.check(database.connect(f"sqlite:///{tmp_path / 'none.sqlite'}"))
    assert not (tmp_path / "none.sqlite").exists()


def test_a_damaged_file_is_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "broken.sqlite"
    path.write_bytes(b"this is no database, only words" * 200)
    with pytest.raises(Invalid, match="damaged or not a database"):
        database.check(database.connect(f"sqlite:///{path}"))


def test_an_old_database_asks_for_the_upgrade(tmp_path: Path) -> None:
    engine = database.connect(f"sqlite:///{tmp_path / 'old.sqlite'}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('0001')"))
    with pytest.raises(Invalid, match="vfm upgrade"):
        database.check(engine)
    engine.dispose()


def test_an_unreachable_server_is_named_without_its_password() -> None:
    with pytest.raises(Invalid) as caught:
        database.check(database.connect("postgresql://officer:secret@127.0.0.1:1/vfm"))
    words = str(caught.value)
    assert "cannot be reached" in words
    assert "secret" not in words


@pytest.mark.parametrize("address", ["mysql://127.0.0.1/vfm", "no address at all"])
def test_an_address_that_cannot_be_used_says_so(address: str) -> None:
    with pytest.raises(Invalid, match="database"):
        database.connect(address)


def test_a_database_that_stopped_answering_is_told_apart_from_a_fault(engine: Engine) -> None:
    refused = ProgrammingError if engine.name == "postgresql" else Unavailable
    with pytest.raises(refused, match="nowhere"), database.reading(engine) as session:
        session.execute(text("SELECT 1 FROM nowhere"))
    away = database.connect("postgresql://officer:secret@127.0.0.1:1/vfm")
    with pytest.raises(Unavailable) as caught:
        database.answers(away)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_server_that_closed_a_connection_fails_nobody(engine: Engine, council: SmallCouncil) -> None:
    for use in (database.reading, database.transaction):
        with use(engine) as session:
            number = session.scalar(text("SELECT pg_backend_pid()"))
        with database.opened(engine.url.render_as_string(hide_password=False)) as another:
            with database.reading(another) as session:
                assert session.scalar(text(f"SELECT pg_terminate_backend({number})"))
            while _is_there(another, number):
                pass
        with use(engine) as session:
            assert session.scalar(text("SELECT pg_backend_pid()")) != number


def _is_there(engine: Engine, number: int) -> bool:
    with database.reading(engine) as session:
        return bool(session.scalar(text(f"SELECT count(*) FROM pg_stat_activity WHERE pid = {number}")))


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_connection_that_lay_idle_is_tried_before_it_is_used(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[object] = []
    do_ping = engine.dialect.do_ping
    monkeypatch.setattr(engine.dialect, "do_ping", lambda one: tried.append(one) or do_ping(one))
    for quiet, times in ((database.QUIET, 0), (0.0, 1)):
        monkeypatch.setattr(database, "QUIET", quiet)
        database.answers(engine)
        database.answers(engine)
        assert len(tried) == 2 * times


def test_reading_leaves_a_connection_that_writes_all_or_nothing(engine: Engine, opened_version: int) -> None:
    with pytest.raises(ZeroDivisionError), database.reading(engine):
        raise ZeroDivisionError
    with engine.connect() as connection:
        connection.execute(update(Version).values(status="retired"))
    with database.reading(engine) as session:
        assert session.get_one(Version, opened_version).status == "draft"


def test_what_is_changed_while_reading_is_refused(engine: Engine, opened_version: int) -> None:
    with database.reading(engine) as session:
        session.get_one(Version, opened_version).status = "retired"
        with pytest.raises(RuntimeError, match="to write"):
            session.scalars(select(Template)).all()
    with database.reading(engine) as session:
        session.add(Template(key="u", title="U", created_at=NOW))
        with pytest.raises(RuntimeError, match="to write"):
            session.flush()
    with database.reading(engine) as session, pytest.raises(AssertionError, match="writes"):
        session.execute(update(Version).values(status="retired"))
    with database.reading(engine) as session:
        assert session.get_one(Version, opened_version).status == "draft"


@pytest.fixture
def in_use(sqlite_master: Path, tmp_path: Path) -> Iterator[tuple[Path, Engine]]:
    """A database file and an engine that has used it."""
    path = tmp_path / "used.sqlite"
    shutil.copy(sqlite_master, path)
    with database.opened(f"sqlite:///{path}") as engine:
        database.answers(engine)
        yield path, engine


def test_a_removed_file_takes_no_save_and_is_not_made_again(in_use: tuple[Path, Engine]) -> None:
    path, engine = in_use
    path.unlink()
    for _ in range(2):
        with pytest.raises(Unavailable, match="removed"), database.transaction(engine) as session:
            events.record(session, "opened", "cycle", 1, by_id=None, now=NOW)
    assert not path.exists()


def test_a_removed_file_is_not_made_again_by_the_first_who_opens_it(
    sqlite_master: Path, tmp_path: Path
) -> None:
    path = tmp_path / "unused.sqlite"
    shutil.copy(sqlite_master, path)
    with database.opened(f"sqlite:///{path}") as engine:
        path.unlink()
        with pytest.raises(Unavailable, match="removed"):
            database.answers(engine)
    assert not path.exists()


def test_a_file_put_in_the_place_of_another_is_used_from_then_on(
    in_use: tuple[Path, Engine], sqlite_master: Path, tmp_path: Path
) -> None:
    path, engine = in_use
    with database.transaction(engine) as session:
        events.record(session, "opened", "cycle", 1, by_id=None, now=NOW)
    for left in (f"{path}-wal", f"{path}-shm"):  # as for every restored backup
        Path(left).unlink()
    shutil.copy(sqlite_master, tmp_path / "backup.sqlite")
    (tmp_path / "backup.sqlite").rename(path)
    with database.transaction(engine) as session:
        assert session.query(Event).count() == 0
        events.record(session, "closed", "cycle", 2, by_id=None, now=NOW)
    with database.opened(f"sqlite:///{path}") as another, database.reading(another) as session:
        assert [event.verb for event in session.query(Event)] == ["closed"]


def test_who_helped_with_an_assessment_before_parts_came_has_the_whole_of_it(tmp_path: Path) -> None:
    engine = database.connect(f"sqlite:///{tmp_path / 'older.sqlite'}")
    command.upgrade(database.migrations(engine), "0003")
    with engine.begin() as connection:
        for statement in BEFORE_PARTS:
            connection.execute(text(statement))
    database.upgrade(engine)
    with database.reading(engine) as session:
        found = session.scalars(select(Delegation)).all()
    engine.dispose()
    assert [(one.assessment_id, one.person_id, one.scope, one.given_by_id) for one in found] == [
        (1, 2, "whole", 1),
        (2, 3, "whole", 3),
    ], "the agreed one is left alone; without a director they have it from themselves"
    assert all(one.given_at.tzinfo and not one.handed_back_at for one in found)


NOW_WORDS = "'2026-11-23 14:02:00.000000'"
BEFORE_PARTS = (
    "INSERT INTO directorate (id, name) VALUES (1, 'Place')",
    "INSERT INTO division (id, directorate_id, name) VALUES (1, 1, 'Roads')",
    (
        "INSERT INTO service (id, key, name, division_id, family, note) "
        "VALUES (1, 'A', 'A', 1, '', ''), (2, 'B', 'B', 1, '', '')"
    ),
    (
        "INSERT INTO person (id, name, email, is_active, created_at) "
        f"VALUES (1, 'Di', 'di@x.example', 1, {NOW_WORDS}), (2, 'Co', 'co@x.example', 1, {NOW_WORDS}), "
        f"(3, 'Cy', 'cy@x.example', 1, {NOW_WORDS})"
    ),
    (
        "INSERT INTO person_role (person_id, role, service_id) "
        "VALUES (1, 'director', 1), (2, 'contributor', 1), (3, 'contributor', 2), (3, 'contributor', NULL)"
    ),
    f"INSERT INTO template (id, key, title, created_at) VALUES (1, 't', 'T', {NOW_WORDS})",
    (
        "INSERT INTO version (id, template_id, number, status, content, content_hash, revision, created_at) "
        f"VALUES (1, 1, 1, 'live', '{{}}', 'x', 1, {NOW_WORDS})"
    ),
    (
        "INSERT INTO cycle (id, name, kind, version_id, opens_on, due_on, opened_at) "
        f"VALUES (1, 'Now', 'rollout', 1, '2026-11-01', '2026-12-18', {NOW_WORDS}), "
        f"(2, 'Then', 'rollout', 1, '2025-11-01', '2025-12-18', {NOW_WORDS})"
    ),
    (
        "INSERT INTO assessment (id, cycle_id, service_id, version_id, status, answered_count, route_count) "
        "VALUES (1, 1, 1, 1, 'submitted', 0, 0), (2, 1, 2, 1, 'open', 0, 0), (3, 2, 1, 1, 'agreed', 0, 0)"
    ),
)
"""A council of two services as it was kept before step 0004: one sent, one open, one agreed long ago."""
