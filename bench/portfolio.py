"""What scoring a whole portfolio costs: 30,000 assessments of 60 questions, beside a plain pandas mean.

    python bench/portfolio.py [--assessments 30000] [--questions 60] [--rounds 7]
    python bench/portfolio.py --store [--stored 5000] [--database sqlite|postgresql|both]

The answers are drawn once and held as columns: levels with a grade of evidence, some don't know, not
applicable and unanswered, two critical questions, a cap and a routed question. Scoring gives every figure of
every section with its bounds, confidence and status; the pandas script gives nothing but each section's mean
of the plain scores, by groupby, from a frame it finds ready. CPU is this process's own, the middle of the
rounds. A sample is compared with one assessment scored alone, digit for digit.

With `--store` so many assessments stand in a database, a third of their answers with a note; a process of
its own loads and scores them, and its CPU and peak of memory are printed, without what the database spends.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from statistics import median

import numpy as np
import pandas
import trial
from sqlalchemy import insert, select, update

from vfm.questionnaires.answers import UNANSWERED, State, answer_to_json
from vfm.questionnaires.schema import (
    SCHEMA,
    Cap,
    Comparison,
    Kind,
    Question,
    Questionnaire,
    Scale,
    Section,
)
from vfm.scoring.cards import scorecard_of
from vfm.scoring.columns import Column, Columns, offered
from vfm.scoring.portfolio import Portfolio, score_all
from vfm.scoring.scorecard import score
from vfm.store import database
from vfm.store.tables import AnswerRow, Assessment, Person

LIMIT = 150
"""Milliseconds that 30,000 assessments of 60 questions may take in memory."""
SECTIONS = 10
SAMPLE = 200


def asked(questions: int) -> Questionnaire:
    """A questionnaire of so many scored questions in ten sections of different weights."""
    sections = []
    for place in range(SECTIONS):
        keys = [f"S{place}-{n:02}" for n in range(place, questions, SECTIONS)]
        sections.append(
            Section(
                key=f"S{place}",
                title=f"Section {place}",
                weight=1 + place % 3,
                critical=place == 1,
                caps=_caps(keys[0]) if place == 2 else (),
                questions=tuple(_question(key, place, n) for n, key in enumerate(keys)),
            )
        )
    levels = {1: "Not in place", 2: "Partly in place", 3: "In place", 4: "Embedded"}
    return Questionnaire(
        schema=SCHEMA,
        key="bench",
        title="A portfolio",
        scales={"maturity": Scale(levels=levels)},
        sections=tuple(sections),
    )


def _question(key: str, place: int, number: int) -> Question:
    routed = Comparison(question="S0-00", at_least=2) if place and number == 1 else None
    is_critical = number == 2 and place in (1, 4)
    weight = 1 + number % 3
    return Question(key=key, text=key, kind=Kind.SCALE, weight=weight, critical=is_critical, show_if=routed)


def _caps(key: str) -> tuple[Cap, ...]:
    return (Cap(key="cap", when=Comparison(question=key, equals=1), limit=50, reason="Need is not known"),)


def drawn(questionnaire: Questionnaire, assessments: int) -> Columns:
    """Answers drawn by chance: 6 % not applicable where that is allowed, 5 % don't know, 7 % unanswered."""
    chance = np.random.default_rng(20261127)
    given = {}
    for key, question in questionnaire.questions.items():
        book = offered(questionnaire, question)
        weights = np.array(
            [0.07, 0.05, 0.06 if question.allows_na else 0.0, *[0.82 / (len(book) - 3)] * (len(book) - 3)]
        )
        codes = chance.choice(len(book), assessments, p=weights / weights.sum()).astype(np.uint8)
        given[key] = Column(book, codes)
    return Columns(questionnaire, tuple(range(assessments)), given, {})


def plain(columns: Columns) -> pandas.DataFrame:
    """The plain scores as a frame: an assessment a row and question, blanks left blank."""
    questionnaire = columns.questionnaire
    frames = []
    for key, column in columns.given.items():
        points = questionnaire.points_of(questionnaire.questions[key])
        worth = np.array([points.get(answer.value, np.nan) for answer in column.answers])
        section = questionnaire.section_of[key]
        frames.append(
            pandas.DataFrame({"assessment": columns.names, "section": section, "points": worth[column.codes]})
        )
    frame = pandas.concat(frames, ignore_index=True)
    return frame.astype({"section": "category"})


def assert_alike(portfolio: Portfolio) -> None:
    """A sample, scored one by one, has the same digits."""
    columns = portfolio.columns
    for index in range(0, len(columns), max(1, len(columns) // SAMPLE)):
        alone = score(columns.questionnaire, columns.answers(index))
        if scorecard_of(portfolio, index) != alone:
            raise SystemExit(f"Assessment {index} comes out otherwise than alone.")


def cpu(work: Callable[[], object], rounds: int) -> float:
    """Milliseconds of CPU, the middle of the rounds."""
    spent = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        spent.append(1000 * (time.process_time() - start))
    return median(spent)


def in_memory(assessments: int, questions: int, rounds: int) -> None:
    questionnaire = asked(questions)
    columns = drawn(questionnaire, assessments)
    frame = plain(columns)
    portfolio = score_all(columns)
    assert_alike(portfolio)
    ours = cpu(lambda: score_all(columns), rounds)
    theirs = cpu(lambda: frame.groupby(["assessment", "section"], observed=True)["points"].mean(), rounds)
    published = int(np.count_nonzero(~np.isnan(portfolio.overall.score)))
    print(f"{assessments:,} assessments of {questions} questions, {published:,} published")
    print(f"every figure of every section: {ours:6.1f} ms CPU (limit {LIMIT})")
    print(f"a plain pandas groupby mean:   {theirs:6.1f} ms CPU, {theirs / ours:.1f} times as much")


# --- from the database --------------------------------------------------------------------------------------

CPU_LIMIT, MEMORY_LIMIT = 3.0, 400
"""Seconds and megabytes that loading and scoring 5,000 assessments of 60 questions may take."""
NOTE = "Checked with finance in the spring; the figures are those of the last full year. " * 3


def fill(address: str, assessments: int, questions: int) -> None:
    """So many signed-off assessments in an empty database, every third answer with a note."""
    columns = drawn(asked(questions), assessments)
    questionnaire = columns.questionnaire
    trial.filled(address, questionnaire, [1] + [0] * (assessments - 1))
    now = datetime.now(UTC)
    with trial.reached(address) as engine, database.transaction(engine) as session:
        ids = list(session.scalars(select(Assessment.id).order_by(Assessment.id)))
        by_id = session.scalars(select(Person.id)).first()
        session.execute(update(Assessment).values(status="signed_off"))
        for key, column in columns.given.items():
            question = questionnaire.questions[key]
            rows = []
            for place, (assessment_id, code) in enumerate(zip(ids, column.codes.tolist(), strict=True)):
                answer = column.answers[code]
                if answer == UNANSWERED:
                    continue
                reason = "There is no such duty" if answer.state is State.NOT_APPLICABLE else ""
                note = "" if place % 3 else f"{NOTE}{place}"
                content = answer_to_json(question, replace(answer, reason=reason, note=note))
                rows.append(
                    {"assessment_id": assessment_id, "question_key": key, "content": content, "by_id": by_id}
                )
            session.execute(insert(AnswerRow).values(at=now), rows)


LOADED = """
import json, resource, sys, time
import numpy as np
from sqlalchemy import select
from vfm.roles import Actor, Role
from vfm.scoring.portfolio import score_all
from vfm.store import database
from vfm.store.tables import Cycle
from vfm.workflows import portfolio

begun = time.process_time()
by = Actor(0, "Bench", frozenset({Role.CORE_TEAM}))
with database.opened(sys.argv[1]) as engine, database.reading(engine) as session:
    found = portfolio.load(session, list(session.scalars(select(Cycle.id))), by=by)
read = time.process_time()
scored = score_all(found.columns)
done = time.process_time()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
mean = float(np.nanmean(scored.overall.mean))
spent = {"start": begun, "load": read - begun, "score": done - read}
print(json.dumps({"count": len(scored), "mean": mean, "peak": peak, **spent}))
"""
"""Loads and scores everything there is, and prints what it cost: for a process of its own."""


def from_store(kind: str, assessments: int, questions: int) -> None:
    places: dict[str, Callable[[], AbstractContextManager[str]]] = {
        "sqlite": trial.sqlite,
        "postgresql": trial.postgresql,
    }
    with places[kind]() as address:
        fill(address, assessments, questions)
        command = [sys.executable, "-c", LOADED, address]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    figures = json.loads(done.stdout)
    total = figures["load"] + figures["score"]
    parts = ", ".join(f"{part} {figures[part]:.2f} s" for part in ("load", "score"))
    memory = f"{figures['peak']:.0f} MB (limit {MEMORY_LIMIT})"
    print(f"{kind}: {figures['count']:,} assessments of {questions} questions")
    print(f"{parts} of CPU, after {figures['start']:.2f} s to start up")
    print(f"load and score {total:.2f} s CPU (limit {CPU_LIMIT:g}), peak {memory}")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--assessments", type=int, default=30_000)
    parser.add_argument("--questions", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--store", action="store_true")
    parser.add_argument("--stored", type=int, default=5_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    wanted = parser.parse_args(arguments)
    if wanted.store:
        for kind in ("sqlite", "postgresql") if wanted.database == "both" else (wanted.database,):
            from_store(kind, wanted.stored, wanted.questions)
    else:
        in_memory(wanted.assessments, wanted.questions, wanted.rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
