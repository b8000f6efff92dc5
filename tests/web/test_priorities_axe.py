"""Pages of the prioritisation in a narrow window: axe finds nothing, no page is wider than the window."""

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from jinja2 import FileSystemBytecodeCache
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from tests.council import NOW
from tests.journeys.person import AXE, RULES
from tests.web import matrix_world
from tests.web.test_matrix import ROWS
from vfm.app import create_app
from vfm.settings import Settings
from vfm.store import database
from vfm.workflows import sign_in

PARTS = (
    *(
        "weights",
        "priorities",
        "board_pages",
        "decisions",
        "run_changes",
        "robustness",
        "scenarios",
        "outcomes",
    ),
    *("criteria", "criteria_imports", "data_quality", "plans", "plan_changes", "reviews", "review_work"),
)
LEFT_OUT = (
    *("export", "calendar", "calendar_of_one", "word", "criteria_imports.template"),  # files
    *(
        "reviews.new",
        "reviews.edit",
        "reviews.remove",
        "review_work.about",
        "review_work.remove",
    ),  # like others
    *("criteria.new", "priorities.new", "review_work.template", "review_work.edit"),
)
NARROW = {"width": 390, "height": 844}  # a phone, in CSS pixels
UNFOLD = "document.querySelectorAll('details').forEach(one => one.open = true)"
TOO_WIDE = "document.documentElement.scrollWidth - window.innerWidth"


def addresses() -> tuple[str, ...]:
    """The pages of these parts that open for the core team, of the table of who may open what."""
    return tuple(
        row.address
        for row in ROWS
        for part, _, page in [row.endpoint.partition(".")]
        if row.method == "GET" and row.cells["co"] == "o" and part in PARTS
        if page not in LEFT_OUT and row.endpoint not in LEFT_OUT
    )


@pytest.fixture
def opened(
    sqlite_master: Path, compiled: FileSystemBytecodeCache, tmp_path: Path, chromium: Browser
) -> Iterator[tuple[Page, matrix_world.World]]:
    """Chromium, narrow, at the start page of the matrix's council, somebody of the core team signed in."""
    shutil.copy(sqlite_master, tmp_path / "vfm.sqlite")
    address = f"sqlite:///{tmp_path / 'vfm.sqlite'}"
    engine = database.connect(address)
    world = matrix_world.made(engine)
    with database.transaction(engine) as session:
        token = sign_in.start(session, world.people["co"], now=NOW)
    engine.dispose()
    app = create_app(Settings(database=address, secret="axe", files=str(tmp_path / "files")))
    app.config.update(TESTING=True, NOW=lambda: NOW)
    app.jinja_env.bytecode_cache = compiled
    client = app.test_client()
    with client.session_transaction() as held:
        held["token"] = token
    cookie = client.get_cookie("vfm")
    assert cookie is not None
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    site = f"http://127.0.0.1:{server.port}"
    context = chromium.new_context(viewport=NARROW, base_url=site)
    context.add_cookies([{"name": "vfm", "value": cookie.value, "url": site}])
    yield context.new_page(), world
    context.close()
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["vfm"].engine.dispose()


@pytest.mark.browser
def test_narrow_pages_fit_and_axe_finds_nothing(opened: tuple[Page, matrix_world.World]) -> None:
    page, world = opened
    pages = [address.format(**world.places) for address in addresses()]
    assert len(pages) > 30
    faults = [fault for path in pages for fault in _faults(page, path)]
    assert not faults, "\n".join(faults)


def _faults(page: Page, path: str) -> Iterator[str]:
    """What is wrong with a page once it stands, what is folded away on it unfolded."""
    came = page.goto(path)
    assert came is not None
    if came.status != 200:
        yield f"{path}: {came.status}"
        return
    page.locator("[data-chart][hidden]").first.wait_for(state="detached")  # every chart is drawn
    page.evaluate(UNFOLD)
    for one in AXE.run(page, options=RULES).response["violations"]:
        yield f"{path}: {one['id']}: {[node['html'][:160] for node in one['nodes'][:3]]}"
    too_wide = page.evaluate(TOO_WIDE)
    if too_wide > 0:
        yield f"{path}: {too_wide} pixels too wide"
