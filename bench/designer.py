"""What designing a large template costs: server CPU of opening it, and of saving each kind of edit.

    python bench/designer.py [--questions 500] [--rounds 15]

Imports the ready service template, repeated until it has so many questions, into an empty SQLite database and
asks the app for its pages in one process, the way `bench/web.py` does. CPU is this process's own, the best of
the rounds and their middle, in milliseconds. Nothing is asserted.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from bench.checks import copies
from vfm.app import create_app
from vfm.questionnaires import document
from vfm.questionnaires.document import Parsed
from vfm.roles import Actor, Role
from vfm.settings import Settings
from vfm.store import database
from vfm.store.tables import Council, Person, PersonRole
from vfm.workflows import sign_in, versions


def prepared(folder: str, questions: int) -> tuple[FlaskClient, int]:
    """A signed-in core-team member's browser, and the id of the large draft."""
    engine = database.connect(f"sqlite:///{Path(folder) / 'bench.sqlite'}")
    database.upgrade(engine)
    now = datetime.now(UTC)
    with database.transaction(engine) as session:
        session.add(Council(name="Bench", financial_year="2026-27"))
        person = Person(name="Core", email="core@bench.example", created_at=now)
        session.add(person)
        session.flush()
        session.add(PersonRole(person_id=person.id, role=Role.CORE_TEAM.value))
        token = sign_in.start(session, person.id, now=now)
        core = Actor(person.id, "Core", frozenset({Role.CORE_TEAM}))
    with database.transaction(engine) as session:
        parsed = Parsed(document.from_json(copies(questions)))
        draft = versions.take_in_parsed(session, parsed, "bench", by=core, now=now).version_id
    address = engine.url.render_as_string(hide_password=False)
    engine.dispose()
    client = create_app(Settings(database=address, secret="bench")).test_client()
    with client.session_transaction() as cookie:
        cookie["token"] = token
    return client, draft


def form_of(client: FlaskClient, address: str) -> dict[str, list[str]]:
    """The fields of the designer's form on a page, as they stand."""
    fields: dict[str, list[str]] = {}
    for tag in BeautifulSoup(client.get(address).text, "html5lib").select(
        "form[data-designer] [name], #_arrange [name]"
    ):
        name = str(tag["name"])
        if tag.name == "button" or (tag.get("type") in ("checkbox", "radio") and not tag.has_attr("checked")):
            continue
        if tag.name == "select":
            chosen = tag.select_one("option[selected]") or tag.select_one("option")
            fields.setdefault(name, []).append(str(chosen["value"]) if chosen else "")
        else:
            value = tag.get_text() if tag.name == "textarea" else str(tag.get("value", ""))
            fields.setdefault(name, []).append(value)
    return fields


def cpu(work: Callable[[], object], rounds: int, before: Callable[[], object] = lambda: None) -> str:
    """`best   middle` of the rounds; what comes before each is not counted."""
    spent = []
    for _ in range(rounds):
        before()
        start = time.process_time()
        work()
        spent.append(1000 * (time.process_time() - start))
    return f"{min(spent):>8.1f} {median(spent):>8.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--questions", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=15)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vfm-bench-") as folder:
        client, draft = prepared(folder, args.questions)
        outline = f"/versions/{draft}/design"
        whole = f"{outline}?open=all"
        page, folded = client.get(whole).text, client.get(outline).text
        keys = [str(item["id"]) for item in BeautifulSoup(page, "html5lib").select(".vfm-design-question")]
        middle = keys[len(keys) // 2]
        question = f"/versions/{draft}/questions/{middle}"
        sizes = f"{len(folded) / 1024:.0f} kB, all sections open {len(page) / 1024:.0f} kB"
        print(f"{len(keys)} questions, outline of {sizes}")
        print(f"{'CPU, ms':<40} {'best':>8} {'middle':>8}")
        print(f"{'open the designer':<40} {cpu(lambda: client.get(outline), args.rounds)}")
        print(f"{'open the designer, all sections':<40} {cpu(lambda: client.get(whole), args.rounds)}")
        print(f"{'open one question':<40} {cpu(lambda: client.get(question), args.rounds)}")
        sending: dict[str, list[str]] = {}

        def reworded() -> None:
            sending.clear()
            sending.update(form_of(client, question))
            sending["text"] = [f"{sending['text'][0]} again"]

        def sent(address: str, fields: dict[str, list[str]]) -> None:
            reply = client.post(address, data=fields)
            if reply.status_code != 303:
                raise SystemExit(f"{address}: {reply.status_code} {reply.text[:300]}")

        print(
            f"{'save a reworded question':<40} {cpu(lambda: sent(question, sending), args.rounds, reworded)}"
        )
        token = {"csrf_token": form_of(client, outline)["csrf_token"]}
        for deed in (f"down:{middle}", f"double:{middle}", "undo", "redo", f"delete:{keys[-1]}"):
            work = cpu(
                lambda deed=deed: sent(outline, token | {"do": [deed]}),
                1 if "delete" in deed else args.rounds,
            )
            print(f"{deed.partition(':')[0]:<40} {work}")


if __name__ == "__main__":
    main()
