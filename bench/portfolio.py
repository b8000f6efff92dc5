"""What scoring a whole portfolio costs: 30,000 assessments of 60 questions, beside a plain pandas mean.

    python bench/portfolio.py [--assessments 30000] [--questions 60] [--rounds 7]

The answers are drawn once and held as columns: levels with a grade of evidence, some don't know, not
applicable and unanswered, two critical questions, a cap and a routed question. Scoring gives every figure of
every section with its bounds, confidence and status; the pandas script gives nothing but each section's mean
of the plain scores, by groupby, from a frame it finds ready. CPU is this process's own, the middle of the
rounds. A sample is compared with one assessment scored alone, digit for digit.
"""

import argparse
import time
from collections.abc import Callable
from statistics import median

import numpy as np
import pandas

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


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--assessments", type=int, default=30_000)
    parser.add_argument("--questions", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    in_memory(arguments.assessments, arguments.questions, arguments.rounds)


if __name__ == "__main__":
    main()
