"""What ranking costs: lists of 500 and 30,000 services on 8 criteria, beside two libraries that rank.

    python bench/ranking.py [--services 500] [--many 30000] [--draws 10000] [--rounds 7] [--part NAME ...]

The values are drawn once: every twentieth is a gap, services stand in five families, one in ten was reviewed
or has a weak section. What is timed here is everything `rank` does: it checks, freezes, fills gaps, ranks,
explains and proposes an outcome for each. The libraries (pymcdm without its validation, scikit-criteria) get
a whole matrix, checked and scaled, and give one number for each row; the last part gives the same matrix to
the same arithmetic here. CPU and wall clock are the middle of the rounds; both threads count as CPU.
"""

import argparse
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from statistics import median
from typing import Any

import numpy as np
import pymcdm.methods as pymcdm
import skcriteria
from pymcdm import normalizations
from skcriteria.agg.simple import WeightedSumModel
from skcriteria.agg.topsis import TOPSIS

from vfm.prioritisation import methods
from vfm.prioritisation.criteria import DEFAULT_CRITERIA
from vfm.prioritisation.facts import ServiceFacts
from vfm.prioritisation.index import capacity, contributions
from vfm.prioritisation.outcome import DEFAULT_RULES
from vfm.prioritisation.ranking import Ranking, rank
from vfm.prioritisation.record import as_record
from vfm.prioritisation.reweighing import measured, reweighed
from vfm.prioritisation.robustness import weight_intervals
from vfm.prioritisation.service_table import ServiceTable
from vfm.prioritisation.simulation import MODELS, Trial, simulated, tally

ON = date(2026, 11, 27)
LIMITS = {"list": 5, "many": 50, "slider": 10, "one model": 400, "three": 1_200}
"""Milliseconds of wall clock that a line of 500 services (30,000 for `many`) may take."""
INTERVALS = 20
"""Milliseconds for the exact intervals of all weights, whatever the capacity."""
SPANS = (100.0, 5e7, 30.0, 10.0, 1.0, 1.0, 20.0, 100.0)
"""The largest value of each criterion."""


def drawn(services: int) -> list[ServiceFacts]:
    """Services by chance, the order of their keys mixed."""
    chance = np.random.default_rng(20261127)
    values = chance.random((services, len(SPANS))) * SPANS
    gaps = chance.random(values.shape) < 0.05
    some = chance.random((services, 3)) < 0.1
    return [
        ServiceFacts(
            key=f"service-{number:06}",
            name=f"Service {number}",
            values={
                c.key: None if gaps[at, j] else float(values[at, j]) for j, c in enumerate(DEFAULT_CRITERIA)
            },
            family=f"family-{number % 5}",
            gross=float(values[at, 1]),
            weak_sections=("Outcomes",) if some[at, 0] else (),
            reviewed_on=ON - timedelta(days=300) if some[at, 1] else None,
            last_outcome="deep_dive" if some[at, 2] else None,
            spread=4.0,
        )
        for at, number in enumerate(chance.permutation(services).tolist())
    ]


class Clock:
    """Times of the middle round, in milliseconds."""

    def __init__(self, rounds: int) -> None:
        self.rounds = rounds

    def __call__(self, work: Callable[[], object]) -> tuple[float, float]:
        """CPU and wall clock."""
        spent, passed = [], []
        work()
        for _ in range(self.rounds):
            cpu, wall = time.process_time(), time.perf_counter()
            work()
            spent.append(1000 * (time.process_time() - cpu))
            passed.append(1000 * (time.perf_counter() - wall))
        return median(spent), median(passed)

    def line(self, name: str, work: Callable[[], object], limit: float | None = None) -> None:
        """Time some work and print it."""
        spent, passed = self(work)
        allowed = f" (limit {limit:g})" if limit else ""
        print(f"{name:<58}{spent:9.2f} ms CPU {passed:9.2f} ms{allowed}", flush=True)


def ranked(services: Sequence[ServiceFacts], **how: Any) -> Ranking:
    return rank(services, DEFAULT_CRITERIA, on=ON, **{"draws": 0, **how})


def table(services: Sequence[ServiceFacts]) -> ServiceTable:
    """The same services as columns, the way a file of them is read."""
    names = ("weak_sections", "reviewed_on", "last_outcome")
    known = ({name: value for name in names if (value := getattr(s, name))} for s in services)
    return ServiceTable(
        keys=[s.key for s in services],
        criteria=[c.key for c in DEFAULT_CRITERIA],
        values=np.array([[s.values[c.key] for c in DEFAULT_CRITERIA] for s in services], dtype=float),
        names=[s.name for s in services],
        families=[s.family for s in services],
        gross=np.array([s.gross for s in services]),
        spread=np.array([s.spread for s in services]),
        more={at: one for at, one in enumerate(known) if one},
    )


def lists(clock: Clock, services: int, many: int) -> None:
    """The list itself, and all of its lines read."""
    for count, limit in ((services, LIMITS["list"]), (many, LIMITS["many"])):
        given = drawn(count)
        columns = table(given)
        clock.line(f"rank {count:,} services, as columns", lambda columns=columns: ranked(columns), limit)
        clock.line("  one by one", lambda given=given: ranked(given))
        clock.line(
            "  and every line read",
            lambda given=given: list(ranked(given).services),
            limit if count == services else None,
        )
        clock.line("  and as JSON values", lambda given=given: ranked(given).as_json())


def draws(clock: Clock, services: int, count: int) -> None:
    """The simulation, one weight model and all three; weights alone vary, then values too."""
    chance = np.random.default_rng(1)
    u, weights = chance.random((services, len(SPANS))), np.array([20, 20, 15, 10, 10, 10, 10, 5]) / 100
    u = u[np.argsort(-(u @ weights))]
    trial = Trial("additive", (u,), weights, 50.0, (), seed=5)
    for number, model in enumerate(MODELS):
        clock.line(
            f"{count:,} draws of {services:,} services, {model} weights",
            lambda number=number: tally(trial, number, count),
            LIMITS["one model"],
        )
    clock.line("  all three, with confidence", lambda: simulated(trial, count), LIMITS["three"])
    given = drawn(services)
    clock.line("  the whole of rank, gaps and scores drawn too", lambda: ranked(given, draws=count))


def slider(clock: Clock, services: int) -> None:
    """Other weights on what was measured once."""
    given = drawn(services)
    ranking = as_record(ranked(given))
    settings = {"criteria": [asdict(c) for c in DEFAULT_CRITERIA], "rules": asdict(DEFAULT_RULES)}
    one = measured(settings, ranking, {s.key: float(s.gross or 0) for s in given})
    points = {criterion.key: criterion.weight + 1 for criterion in DEFAULT_CRITERIA}

    def listed() -> object:
        found = reweighed(one, points)
        return found.places, found.index_of(), contributions(one.u, found.weights).tolist()

    clock.line(f"other weights for {services:,} services", listed, LIMITS["slider"])


def intervals(clock: Clock, services: int) -> None:
    """How far each weight can move, for several capacities."""
    chance = np.random.default_rng(2)
    u, weights = chance.random((services, len(SPANS))), np.array([20, 20, 15, 10, 10, 10, 10, 5]) / 100
    u = u[np.argsort(-(u @ weights))]
    for top in (1, capacity(services), services // 2):
        name = f"weight intervals, top {top}"
        clock.line(name, lambda top=top: weight_intervals(u, weights, top), INTERVALS)


def beside(clock: Clock, services: int) -> None:
    """The arithmetic alone: a matrix without gaps, one number a row."""
    chance = np.random.default_rng(3)
    matrix, m = chance.uniform(1, 90, (services, len(SPANS))), len(SPANS)
    weights, signs = np.full(m, 1 / m), np.where(np.arange(m) % 3 == 0, -1, 1)
    signed = matrix * signs
    u = (signed - signed.min(axis=0)) / np.ptp(signed, axis=0)
    ones = np.ones(m)
    libraries: dict[str, dict[str, Callable[[], Any]]] = {
        "additive": {
            "pymcdm": lambda: pymcdm.WSM(as_it_is)(u, weights, ones, validation=False),
            "scikit-criteria": lambda: WeightedSumModel().evaluate(decision(u)),
        },
        "topsis": {
            "pymcdm": lambda: TOPSIS_OF_PYMCDM(matrix, weights, signs, validation=False),
            "scikit-criteria": lambda: TOPSIS().evaluate(decision(signed)),
        },
        "promethee2": {
            "pymcdm": lambda: pymcdm.PROMETHEE_II("usual")(matrix, weights, signs, validation=False)
        },
    }

    def decision(values: Any) -> Any:
        return skcriteria.mkdm(values, objectives=[max] * m, weights=weights)

    for name, others in libraries.items():
        given = u if name == "additive" else matrix
        here = clock(lambda name=name, given=given: methods.index(name, given, signed, weights))
        print(f"{name:<26}{'here':<32}{here[0]:9.2f} ms CPU {here[1]:9.2f} ms")
        for library, work in others.items():
            there = clock(work)
            words = f"{there[0]:9.2f} ms CPU {there[1]:9.2f} ms, {there[0] / here[0]:.1f} times as much CPU"
            print(f"{'':<26}{library:<32}{words}", flush=True)


def as_it_is(column: Any, **_: Any) -> Any:
    """The values need no scaling."""
    return column


TOPSIS_OF_PYMCDM = pymcdm.TOPSIS(normalizations.vector_normalization)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parts = ("lists", "intervals", "beside", "draws")
    parser.add_argument("--services", type=int, default=500)
    parser.add_argument("--many", type=int, default=30_000)
    parser.add_argument("--draws", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--part", choices=parts, nargs="+", default=parts)
    wanted = parser.parse_args(arguments)
    clock = Clock(wanted.rounds)
    warnings.simplefilter("ignore")
    if "lists" in wanted.part:
        lists(clock, wanted.services, wanted.many)
    if "intervals" in wanted.part:
        slider(clock, wanted.services)
        intervals(clock, wanted.services)
    if "beside" in wanted.part:
        beside(clock, wanted.services)
    if "draws" in wanted.part:
        draws(clock, wanted.services, wanted.draws)
    return 0


if __name__ == "__main__":
    sys.exit(main())
