"""What taking in the workbooks of a cycle costs, beside a plain pandas script that only reads and ranks.

    python bench/workbooks.py [--workbooks 300] [--postgresql] [--profile]

The template is the ready one for services, 61 questions. Every service has filled in its workbook; one more
file makes the fast reader end its process, and one was made for other wording. They lie in one zip (made once
and kept in the system's temporary folder). Timed, in CPU of this process and of those it starts: all of them
read in a bounded child, checked and stored, with their history; every assessment scored from what was stored;
the services ranked, with the usual 10,000 weights tried of each model. The pandas script, in a process of its
own and without the time its imports take, reads the sheet of questions of each good workbook, takes the mean
of the levels and ranks the services by it. Exit 1 unless the two bad files and they alone are refused, and
every other answer is in the database.
"""

import argparse
import cProfile
import io
import pstats
import resource
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import trial
from sqlalchemy import Engine, func, select

from vfm.commands import bulk
from vfm.commands.console import Progress
from vfm.gateways import workbook_folders
from vfm.gateways.ready_templates import text_of
from vfm.prioritisation.criteria import DEFAULT_CRITERIA
from vfm.prioritisation.facts import ServiceFacts
from vfm.prioritisation.provenance import known
from vfm.prioritisation.ranking import Ranking, rank
from vfm.questionnaires import document, merging, routing
from vfm.questionnaires.answers import Answer, State
from vfm.questionnaires.kinds import choices
from vfm.questionnaires.schema import Kind, Question, Questionnaire
from vfm.questionnaires.workbook_layout import Origin
from vfm.reports.assessment_workbook import Sheet, assessment_workbook
from vfm.roles import Actor, Role
from vfm.scoring.scorecard import Scorecard, score
from vfm.store import content, database
from vfm.store.queries import bulk_workbooks as queries
from vfm.store.tables import AnswerRow, Assessment, PersonRole
from vfm.workflows.bulk_workbooks import Became, Taken

NOW = datetime.now(UTC)
BUDGET = 6
PANDAS = """
import glob, resource, sys
import pandas
before = resource.getrusage(resource.RUSAGE_SELF)
means = {}
for path in glob.glob(sys.argv[1] + "/service-*.xlsx"):
    rows = pandas.read_excel(path, sheet_name="Questions", header=3)
    levels = rows["Answer"].astype(str).str.extract(r"^(\\\\d)(?::|$)")[0].astype(float)
    means[path] = levels.mean()
ranked = pandas.Series(means).rank(method="min")
after = resource.getrusage(resource.RUSAGE_SELF)
print(len(ranked), after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
"""


# --- what is sent -------------------------------------------------------------------------------------------


def asked() -> Questionnaire:
    """The ready template for services."""
    return document.parse(text_of("service-vfm.yaml"), name="service-vfm.yaml")


def given(questionnaire: Questionnaire, number: int) -> dict[str, Answer]:
    """What one service answers: everything on its route."""
    found: dict[str, Answer] = {}
    for place, question in enumerate(questionnaire.questions.values()):
        found[question.key] = Answer(State.ANSWERED, value(questionnaire, question, number * 7 + place))
    route = routing.on_route(questionnaire, found)
    return {key: answer for key, answer in found.items() if key in route}


def value(questionnaire: Questionnaire, question: Question, seed: int) -> Any:
    """An answer of the kind that a question takes."""
    match question.kind:
        case Kind.SCALE:
            levels = list(questionnaire.level_words(question))
            return levels[seed % len(levels)]
        case Kind.YES_NO | Kind.SINGLE_CHOICE:
            keys = list(choices(question))
            return keys[seed % len(keys)]
        case Kind.MULTI_CHOICE:
            return (question.options[seed % len(question.options)].key,)
        case Kind.DATE:
            return date(2021, 1, 1) + timedelta(days=seed % 1500)
        case Kind.NUMBER | Kind.MONEY | Kind.PERCENT:
            amount = Decimal(seed % 90 + 1)
            parts = questionnaire.parts_of(question)
            return dict.fromkeys(parts, amount) if parts else amount
        case _:
            return f"Two branches share a van since May, and the ledger of {seed} shows what each costs."


def workbook(questionnaire: Questionnaire, assessment_id: int, version: str) -> bytes:
    """The workbook of a service, filled in."""
    answers = given(questionnaire, assessment_id)
    keys = frozenset(questionnaire.questions)
    seen = dict.fromkeys(questionnaire.questions, merging.UNSEEN)
    origin = Origin(assessment_id, version, f"Service {assessment_id}", "Test", seen)
    return assessment_workbook(Sheet(questionnaire, origin, keys, answers, {}, NOW.date(), NOW.date()))


def hostile(good: bytes) -> bytes:
    """The same with one cell in the furthest corner: reading it takes more memory than there is."""
    made = io.BytesIO()
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"</sheetData>", far))
    return made.getvalue()


def sent(questionnaire: Questionnaire, ids: list[int], version: str) -> Path:
    """The folder of the workbooks and their zip, made unless it is there."""
    folder = Path(tempfile.gettempdir()) / f"vfm-bench-workbooks-{len(ids)}-{version[:16]}"
    if (folder / "all.zip").exists():
        return folder
    folder.mkdir(exist_ok=True)
    print(f"Making {len(ids)} workbooks in {folder} ...", file=sys.stderr)
    for number, assessment_id in enumerate(ids):
        raw = workbook(questionnaire, assessment_id, version)
        (folder / f"service-{assessment_id:03}.xlsx").write_bytes(raw)
        if number == len(ids) // 2:
            (folder / "service-100-hostile.bad").write_bytes(hostile(raw))
    old = sha256(b"another").hexdigest()
    (folder / "service-200-old.bad").write_bytes(workbook(questionnaire, ids[-1], old))
    with zipfile.ZipFile(folder / "making.zip", "w") as archive:
        for path in sorted(folder.glob("service-*")):
            archive.write(path, path.name.replace(".bad", ".xlsx"))
    (folder / "making.zip").rename(folder / "all.zip")
    return folder


# --- what is measured ---------------------------------------------------------------------------------------


def cpu() -> tuple[float, float]:
    """Seconds of this process, and of those it started that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    own, others = (one.ru_utime + one.ru_stime for one in used)
    return own, others


def timed(what: str, do: Callable[[], Any]) -> tuple[Any, float]:
    """What it gives, and the CPU it took, which is printed."""
    before = cpu()
    found = do()
    own, others = (after - then for after, then in zip(cpu(), before, strict=True))
    beside = f", {others:.2f} of it in the child" if others else ""
    print(f"{what:<28} {own + others:6.2f} s{beside}")
    return found, own + others


def scored(engine: Engine, questionnaire: Questionnaire, ids: list[int]) -> dict[int, Scorecard]:
    """Every assessment from the answers in the store."""
    with database.reading(engine) as session:
        kept = queries.answers(session, ids)
    return {
        number: score(
            questionnaire,
            content.answers(questionnaire, ((key, one.content) for key, one in answers.items())),
        )
        for number, answers in kept.items()
    }


def ranked(questionnaire: Questionnaire, cards: dict[int, Scorecard]) -> Ranking:
    """The services by what their scorecards say, on the usual criteria."""
    facts = []
    for number, card in cards.items():
        answers = given(questionnaire, number)
        values = {key: one.value for key, one in answers.items()}
        found = known(questionnaire, values, card.overall, (), DEFAULT_CRITERIA)
        figures = {key: one.value for key, one in found.values.items()}
        facts.append(ServiceFacts(key=f"S{number}", values=figures, gross=found.gross))
    return rank(facts, DEFAULT_CRITERIA, on=NOW.date())


def right(engine: Engine, questionnaire: Questionnaire, ids: list[int], files: list[Taken]) -> bool:
    """True when the two bad files alone were refused, and every answer of the others is stored."""
    refused = sorted(one.name for one in files if one.became is Became.REFUSED)
    for one in files:
        if one.became is not Became.TAKEN:
            print(f"{one.became}: {one.name}: {'; '.join(problem.message for problem in one.problems)}")
    wanted = sum(len(given(questionnaire, number)) for number in ids)
    with database.reading(engine) as session:
        there = session.scalar(select(func.count()).select_from(AnswerRow))
    print(f"{there:,} of {wanted:,} answers are in the database.")
    bad = ["service-100-hostile.xlsx", "service-200-old.xlsx"]
    return refused == bad and there == wanted


def measured(address: str, questionnaire: Questionnaire, count: int) -> tuple[bool, float, Path]:
    """One run on an empty database: whether all came right, its CPU, and where the workbooks lie."""
    trial.filled(address, questionnaire, [1] * count)
    with trial.reached(address) as engine:
        with database.transaction(engine) as session:
            ids = list(session.scalars(select(Assessment.id).order_by(Assessment.id)))
            cycle_id = session.scalars(select(Assessment.cycle_id)).first() or 0
            person = trial.person(session, "Core Team", NOW)
            session.add(PersonRole(person_id=person, role=Role.CORE_TEAM))
        by = Actor(person, "Core Team", frozenset({Role.CORE_TEAM}))
        folder = sent(questionnaire, ids, content.digest(document.to_json(questionnaire)))
        with (folder / "all.zip").open("rb") as stream:
            files, taking = timed(
                "read, checked and stored",
                lambda: bulk.take_in(
                    engine,
                    cycle_id,
                    workbook_folders.in_zip(stream, "all.zip"),
                    by=by,
                    clock=lambda: NOW,
                    progress=Progress("workbooks"),
                ),
            )
        cards, scoring = timed("scored", lambda: scored(engine, questionnaire, ids))
        ranking, placing = timed("ranked", lambda: ranked(questionnaire, cards))
        is_right = right(engine, questionnaire, ids, files) and len(ranking.services) == count
    return is_right, taking + scoring + placing, folder


def by_pandas(folder: Path) -> float:
    """CPU of the plain script."""
    command = [sys.executable, "-c", PANDAS, str(folder)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(said[1])


def main(argv: list[str] | None = None) -> int:
    """Measure and print; exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--workbooks", type=int, default=300)
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL instead of SQLite")
    parser.add_argument("--profile", action="store_true")
    arguments = parser.parse_args(argv)
    questionnaire = asked()
    name = "postgresql" if arguments.postgresql else "sqlite"
    asks = len(questionnaire.questions)
    print(f"{name}: {arguments.workbooks} workbooks of {asks} questions, and two bad files")
    profile = cProfile.Profile()
    with (trial.postgresql if arguments.postgresql else trial.sqlite)() as address:
        if arguments.profile:
            profile.enable()
        is_right, total, folder = measured(address, questionnaire, arguments.workbooks)
        profile.disable()
    print(f"{'in all':<28} {total:6.2f} s; the budget for 300 is {BUDGET} s")
    plain = by_pandas(folder)
    print(f"{'the plain pandas script':<28} {plain:6.2f} s, {plain / total:.1f} times as much")
    if arguments.profile:
        pstats.Stats(profile).sort_stats("tottime").print_stats(45)
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
