"""A real browser on the served app, for what only a browser can show."""

import logging
from collections.abc import Callable, Iterator
from contextlib import closing
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine
from werkzeug.serving import make_server

from tests.council import NOW, SmallCouncil
from vfm.store.database import transaction
from vfm.workflows import sign_in

expect.set_options(timeout=20_000)  # milliseconds: other tests may keep the machine busy


@pytest.fixture
def cookie_of(app: Flask, engine: Engine, council: SmallCouncil) -> Callable[[str], str]:
    """`cookie_of("director")`: what a browser holds in which that person has just signed in."""

    def cookie(who: str) -> str:
        with transaction(engine) as session:
            token = sign_in.start(session, council.people[who], now=NOW)
        client = app.test_client()
        with client.session_transaction() as held:
            held["token"] = token
        kept = client.get_cookie("vfm")
        assert kept is not None
        return kept.value

    return cookie


def read_whole(app: Flask) -> Callable[..., list[bytes]]:
    """The app with each reply read to its end: this server leaves a file open whose browser went away."""

    def reply(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        with closing(app(environ, start)) as parts:
            return [b"".join(parts)]

    return reply


@pytest.fixture
def served(app: Flask) -> Iterator[str]:
    """The address at which the app is served for the length of the test."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, read_whole(app), threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["vfm"].engine.dispose()


@pytest.fixture
def window(
    served: str, cookie_of: Callable[[str], str], chromium: Browser
) -> Iterator[Callable[[str, str], Page]]:
    """`window("director", "/account")`: Chromium at an address, that person signed in."""
    contexts = []

    def opened(who: str, path: str) -> Page:
        contexts.append(context := chromium.new_context())
        context.add_cookies([{"name": "vfm", "value": cookie_of(who), "url": served}])
        page = context.new_page()
        page.goto(f"{served}{path}")
        return page

    yield opened
    for context in contexts:
        context.close()
