"""What pages say of a form that is too old, and while the database cannot be used."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from tests.client import Browser


@pytest.fixture
def lose(app: Flask, engine: Engine, request: pytest.FixtureRequest) -> Iterator[Callable[[], None]]:
    """Take the database away from the running app, as it is served and not as it is tested."""
    app.config["TESTING"] = False
    taken: list[tuple[str, str]] = []
    address, name = engine.url, engine.url.database or ""

    def away() -> None:
        if engine.name == "sqlite":
            Path(name).unlink()
            return
        engine.dispose()
        other = f"vfm_away_{uuid4().hex[:8]}"
        taken.append((name, other))
        _rename(request.getfixturevalue("postgresql"), name, other)

    yield away
    app.extensions["vfm"].engine.dispose()
    for was, other in taken:
        _rename(address.set(drivername="postgresql", database="postgres").render_as_string(False), other, was)


def _rename(server: str, old: str, new: str) -> None:
    with psycopg.connect(make_url(server).render_as_string(False), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (old,)
        )
        connection.execute(f"ALTER DATABASE {old} RENAME TO {new}".encode())


def test_without_its_database_every_page_says_so_in_words(
    lose: Callable[[], None], signed_in: Callable[[str], Browser], caplog: pytest.LogCaptureFixture
) -> None:
    administrator = signed_in("administrator")
    adding = administrator.open("/directory/directorate/add")
    assert administrator.open("/healthz").data == b"ok\n"  # type: ignore[attr-defined]
    lose()
    caplog.set_level(logging.ERROR)
    for page in (
        Browser(administrator.app).open("/", expect=503),
        Browser(administrator.app).open("/nothing-here", expect=503),
        administrator.open("/people/", expect=503),
        administrator.open("/nothing-here", expect=503),
        adding.submit(name="Lost"),
    ):
        assert page.status == 503
        assert page.heading == "The database cannot be reached"
        assert "what you sent is not saved" in page.text
    assert len(caplog.records) == 5
    assert not any("Traceback" in record.getMessage() or record.exc_info for record in caplog.records)
    health = administrator.app.test_client().get("/healthz")
    assert (health.status_code, health.mimetype) == (503, "text/plain")
    assert "cannot be reached" in health.text


def test_a_form_from_an_earlier_sign_in_says_how_to_keep_what_was_typed(
    signed_in: Callable[[str], Browser],
) -> None:
    page = signed_in("administrator").send("/directory/directorate/add", {"name": "Growth"}, expect=400)
    assert "Nothing was saved. Go back and copy what you typed, then reload the page" in page.text
    assert "still there" not in page.text
