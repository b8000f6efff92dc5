"""What completing an assessment of 50 questions in 8 sections costs the server, from task list to sending.

    python bench/complete.py [--database sqlite|postgresql|both] [--rounds 20] [--directors 50] [--profile]

Each round a signed-in director opens the task list, opens and saves section after section with the button
of its form (no script, no autosave), checks and sends, and reads what was sent; every question is answered,
and some are asked only because of an earlier answer. The requests are asked of the application in this
process: CPU is this process's own, reading HTTP from the socket left out. It prints each request's CPU in
its best round and in the middle one, its SQL statements, and their sums over the whole way. The statements
are counted before that, by another copy of the application: counting makes each of them dearer.

Then that many directors, each with an assessment of their own, do all of this at once on a real server
(gunicorn, as `vfm serve` starts it, on loopback): p95 of a request by the clock, and how many of the
answers that were sent are not in the database afterwards. `--profile` prints where the CPU of the rounds
goes instead. Exit 1 when an answer is lost.
"""

import argparse
import cProfile
import http.client
import pstats
import re
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from statistics import median
from urllib.parse import urlencode, urlsplit

import trial
from sqlalchemy import event, select
from trial import PATIENCE, Ready
from werkzeug.test import EnvironBuilder, run_wsgi_app

from vfm.app import create_app
from vfm.questionnaires.answers import State
from vfm.questionnaires.schema import (
    SCHEMA,
    Check,
    Comparison,
    Kind,
    Option,
    Question,
    Questionnaire,
    Ref,
    Scale,
    Section,
)
from vfm.settings import Settings
from vfm.store import database
from vfm.store.tables import AnswerRow, Assessment

SIZES = (7, 6, 6, 6, 6, 6, 6, 7)
"""Questions of each section: 50 in all."""
KINDS = (
    Kind.YES_NO,
    Kind.MONEY,
    Kind.MONEY,
    Kind.NUMBER,
    Kind.PERCENT,
    Kind.SINGLE_CHOICE,
    Kind.MULTI_CHOICE,
    Kind.DATE,
    Kind.TEXT,
    Kind.TEXT,
    Kind.EVIDENCE,
)
"""What every second question is, in turn; the others are scored on a scale."""
WORDS = "Two branches share a van since May, and the ledger shows what each of them costs by the month. " * 3
DECIDES = "S1-02"
"""The yes or no by which three later questions are asked."""
LEVELS = {1: "Not in place", 2: "Partly in place", 3: "In place", 4: "Embedded and improving"}
OK, MOVED = 200, (302, 303)


# --- what is asked, and answered ----------------------------------------------------------------------------


def asked() -> Questionnaire:
    """Fifty questions in eight sections: half of them scored, the rest of every kind; routing and a check."""
    sections, turn = [], 0
    for number, size in enumerate(SIZES, 1):
        questions = []
        for place in range(1, size + 1):
            key = f"S{number}-{place:02}"
            kind, turn = (Kind.SCALE, turn) if place % 2 else (KINDS[turn % len(KINDS)], turn + 1)
            questions.append(question(key, kind, is_routed=place == size and number in (3, 5, 7)))
        sections.append(
            Section(key=f"S{number}", title=f"Matter {number}", weight=1, questions=tuple(questions))
        )
    within = Comparison(question="S1-06", at_most=Ref(question="S1-04"))
    return Questionnaire(
        schema=SCHEMA,
        key="complete",
        title="Fifty questions",
        scales={"maturity": Scale(levels=LEVELS)},
        sections=tuple(sections),
        checks=(Check(key="net", must=within, say="Net is above gross. Check both.", at="S1-06"),),
    )


def question(key: str, kind: Kind, *, is_routed: bool) -> Question:
    """One question with guidance, as a council would write it."""
    options = (
        Option(key="a", label="Each month"),
        Option(key="b", label="Each year"),
        Option(key="c", label="Never"),
    )
    return Question(
        key=key,
        kind=kind,
        text=f"How well does the service know what {key} is about, and what it costs?",
        help="Include staff time, premises, IT and central charges. *One sentence is enough.*",
        required=True,
        weight=1 if kind is Kind.SCALE else None,
        unit={Kind.MONEY: "GBP", Kind.NUMBER: "posts"}.get(kind, ""),
        options=options if kind in (Kind.SINGLE_CHOICE, Kind.MULTI_CHOICE) else (),
        show_if=Comparison(question=DECIDES, equals="yes") if is_routed else None,
        becomes="improvement_action" if key == "S8-04" else None,
    )


def typed(one: Question) -> dict[str, str]:
    """What stands in a question's fields when its form is sent, the empty ones too."""
    values: dict[Kind, dict[str, str]] = {
        Kind.SCALE: {"value": "3", "evidence": "documented", "note": "Seen in the register of May"},
        Kind.YES_NO: {"value": "yes"},
        Kind.SINGLE_CHOICE: {"value": "a"},
        Kind.MULTI_CHOICE: {"value": "b"},
        Kind.DATE: {"value.day": "27", "value.month": "3", "value.year": "2027"},
        Kind.TEXT: {"value": WORDS},
        Kind.EVIDENCE: {"value": "The ledger, May 2026\nhttps://papers.example/plan"},
    }
    given = values.get(one.kind, {"value": "1,234"})
    return (
        ({"reason": ""} if one.allows_na else {}) | ({} if one.kind is Kind.SCALE else {"state": ""}) | given
    )


# --- a director, whatever carries the requests --------------------------------------------------------------


@dataclass(frozen=True)
class Reply:
    """What came back: where it leads is empty unless it leads on."""

    status: int
    text: str
    leads_to: str


Ask = Callable[[str, str, str | None], Reply]
"""(method, path, body) -> what came back."""


def completed(
    ask: Ask, assessment: int, questionnaire: Questionnaire, done: Callable[[str], None]
) -> set[str]:
    """All of one director's requests, each told to `done` by name; the keys that were acknowledged."""
    base, acknowledged = f"/assessments/{assessment}", set()
    opened(ask, base)
    done("task list")
    for section in questionnaire.sections:
        page = opened(ask, f"{base}/sections/{section.key}")
        done(f"open section {section.key}")
        marks = dict(re.findall(r'name="([\w-]+)\.revision" value="([^"]+)"', page))
        fields = {"csrf_token": token_of(page)}
        for one in section.questions:
            if one.key in marks:
                fields |= {f"{one.key}.{name}": words for name, words in typed(one).items()}
                fields[f"{one.key}.revision"] = marks[one.key]
        sent(ask, f"{base}/sections/{section.key}", fields)
        done(f"save section {section.key}")
        acknowledged |= marks.keys()
    page = opened(ask, f"{base}/check")
    done("check answers")
    led_to = sent(ask, f"{base}/submit", {"csrf_token": token_of(page)})
    done("send for sign-off")
    opened(ask, led_to)
    done("what was sent")
    return acknowledged


def opened(ask: Ask, path: str) -> str:
    """A page that is there."""
    reply = ask("GET", path, None)
    if reply.status != OK:
        raise SystemExit(f"{path}: {reply.status}")
    return reply.text


def sent(ask: Ask, path: str, fields: dict[str, str]) -> str:
    """Where a form leads that was taken."""
    reply = ask("POST", path, urlencode(fields))
    if reply.status not in MOVED:
        raise SystemExit(
            f"{path}: {reply.status} {' '.join(re.findall(r'error-message.*', reply.text)[:3])[:600]}"
        )
    return urlsplit(reply.leads_to).path


def token_of(page: str) -> str:
    """The token that the page's forms send along."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, "the page has its token"
    return found[1]


# --- what it costs ------------------------------------------------------------------------------------------


@dataclass
class Costs:
    """Per request its CPU in milliseconds and its SQL statements, round by round."""

    cpu: dict[str, list[float]] = field(default_factory=dict)
    statements: dict[str, int] = field(default_factory=dict)

    @property
    def rounds(self) -> list[float]:
        """Milliseconds of the whole way, round by round."""
        return [sum(each) for each in zip(*self.cpu.values(), strict=True)]

    def lines(self) -> Iterable[str]:
        """The table that is printed, its sums last."""
        yield f"{'':<28} {'CPU ms':>8} {'middle':>8} {'SQL':>5}"
        for name, spent in self.cpu.items():
            yield f"{name:<28} {min(spent):>8.2f} {median(spent):>8.2f} {self.statements[name]:>5}"
        whole = self.rounds
        yield f"{'all of it':<28} {min(whole):>8.2f} {median(whole):>8.2f} {sum(self.statements.values()):>5}"


class Inside:
    """The application in this process, asked by one director."""

    def __init__(self, address: str, *, counts: bool = False) -> None:
        self.app = create_app(Settings(database=address, secret=trial.SECRET))
        self.statements = 0
        if counts:
            event.listen(self.app.extensions["vfm"].engine, "before_cursor_execute", self._one_more)

    def _one_more(self, _connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
            self.statements += 1

    def ask_as(self, cookie: str, spent: list[float], profiler: cProfile.Profile | None) -> Ask:
        """Requests of one director; the CPU of each is appended to `spent`."""

        def ask(method: str, path: str, body: str | None) -> Reply:
            builder = EnvironBuilder(
                path, method=method, headers={"Cookie": f"vfm={cookie}"}, data=body,
                content_type="application/x-www-form-urlencoded" if body is not None else None,
            )  # fmt: skip
            environ = builder.get_environ()
            if profiler:
                profiler.enable()
            began = time.process_time()
            parts, status, headers = run_wsgi_app(self.app, environ, buffered=True)
            text = b"".join(parts).decode()
            spent.append(1000 * (time.process_time() - began))
            if profiler:
                profiler.disable()
            return Reply(int(status.split()[0]), text, headers.get("Location", ""))

        return ask

    def close(self) -> None:
        """Leave the database."""
        self.app.extensions["vfm"].engine.dispose()


def cost(address: str, ready: Ready, rounds: int, profiler: cProfile.Profile | None = None) -> Costs:
    """Complete an assessment that many times, after three to read the template, to count, and to warm up."""
    costs, questionnaire = Costs(), asked()
    counting, measuring = Inside(address, counts=True), Inside(address)
    for turn in range(rounds + 3):
        inside = measuring if turn > 1 else counting
        spent: list[float] = []

        def done(name: str, turn: int = turn, spent: list[float] = spent) -> None:
            if turn < 2:
                costs.statements[name] = counting.statements
                counting.statements = 0
            elif turn > 2:
                costs.cpu.setdefault(name, []).append(sum(spent))
            spent.clear()

        ask = inside.ask_as(ready.cookies[turn], spent, profiler if turn > 2 else None)
        completed(ask, ready.assessments[turn], questionnaire, done)
    counting.close()
    measuring.close()
    return costs


# --- many at once -------------------------------------------------------------------------------------------


@dataclass
class Director:
    """One person in a thread of their own, on a connection of their own."""

    port: int
    assessment: int
    cookie: str
    walls: list[float] = field(default_factory=list)
    acknowledged: set[str] = field(default_factory=set)
    stopped_by: str = ""

    def complete(self, questionnaire: Questionnaire, started: threading.Barrier) -> None:
        """All of it, from the task list to sending it."""
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        started.wait(PATIENCE)
        try:
            self.acknowledged = completed(self._ask, self.assessment, questionnaire, lambda _name: None)
        except (SystemExit, OSError, http.client.HTTPException) as problem:
            self.stopped_by = str(problem) or type(problem).__name__
        finally:
            self.connection.close()

    def _ask(self, method: str, path: str, body: str | None) -> Reply:
        headers = {"Cookie": f"vfm={self.cookie}"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.perf_counter()
        self.connection.request(method, path, body, headers)
        reply = self.connection.getresponse()
        text = reply.read().decode()
        self.walls.append(1000 * (time.perf_counter() - began))
        return Reply(reply.status, text, reply.getheader("Location") or "")


def at_once(address: str, ready: Ready, directors: int) -> list[Director]:
    """That many directors complete their assessments at the same time on a real server."""
    port, questionnaire = trial.free_port(), asked()
    people = [
        Director(port, assessment, cookie)
        for assessment, cookie in zip(ready.assessments[-directors:], ready.cookies[-directors:], strict=True)
    ]
    started = threading.Barrier(directors)
    threads = [threading.Thread(target=one.complete, args=(questionnaire, started)) for one in people]
    with trial.served(address, port):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return people


def lost(address: str, people: Iterable[Director]) -> list[str]:
    """Each answer that was acknowledged and is not there, and each assessment that did not get through."""
    faults = []
    with trial.reached(address) as engine, database.reading(engine) as session:
        for one in people:
            kept = session.execute(
                select(AnswerRow.question_key, AnswerRow.content).where(
                    AnswerRow.assessment_id == one.assessment
                )
            )
            answered = {key for key, content in kept if content["state"] == State.ANSWERED}
            faults += [f"{key} of assessment {one.assessment}" for key in sorted(one.acknowledged - answered)]
            status = session.scalar(select(Assessment.status).where(Assessment.id == one.assessment))
            if one.stopped_by or status == "open":
                faults.append(f"assessment {one.assessment} was not sent: {one.stopped_by or status}")
    return faults


# --- the command --------------------------------------------------------------------------------------------


def tried(address: str, kind: str, rounds: int, directors: int, *, is_profiled: bool) -> int:
    """Measure on one database and print; 1 when an answer is lost."""
    ready = trial.filled(address, asked(), [1] * (rounds + 3 + directors))
    if is_profiled:
        profiler = cProfile.Profile()
        cost(address, ready, rounds, profiler)
        for order in ("cumulative", "tottime"):
            pstats.Stats(profiler).sort_stats(order).print_stats(60)
        return 0
    print(f"{kind}: {sum(SIZES)} questions in {len(SIZES)} sections, {rounds} rounds")
    for line in cost(address, ready, rounds).lines():
        print(line, flush=True)
    people = at_once(address, ready, directors)
    walls = sorted(wall for one in people for wall in one.walls)
    p95 = walls[int(0.95 * len(walls))]
    faults = lost(address, people)
    print(
        f"{directors} directors at once: {len(walls):,} requests, p95 {p95:,.0f} ms; "
        f"{sum(len(one.acknowledged) for one in people):,} answers acknowledged, {len(faults)} lost"
    )
    for words in faults[:10]:
        print(f"lost: {words}")
    return 1 if faults else 0


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What completing an assessment costs the server.")
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--directors", type=int, default=50)
    parser.add_argument("--profile", action="store_true")
    wanted = parser.parse_args(arguments)
    places: dict[str, Callable[[], AbstractContextManager[str]]] = {
        "sqlite": trial.sqlite,
        "postgresql": trial.postgresql,
    }
    failed = 0
    for kind in places if wanted.database == "both" else (wanted.database,):
        with places[kind]() as address:
            failed |= tried(address, kind, wanted.rounds, wanted.directors, is_profiled=wanted.profile)
    return failed


if __name__ == "__main__":
    sys.exit(main())
