"""What a forward plan costs, how good it is, and how much better than one made review by review.

    python bench/plan.py [--services 500] [--periods 8] [--cases 9] [--first 0] [--moves 5]

Makes so many random cases, from a fixed seed: deep dives of 60 and service reviews of 160 team days or near
it, twelve directorates, a blackout, windows and deadlines, mandatory reviews; days for a twentieth of the
work up to a third of it, and directorate limits that bind or do not. Each is planned twice, in two orders:
for CPU, this process's own, and that it says the same both times. Every limit is checked from the reviews and
periods as they were made. Then single reviews are moved by hand in a plan of 100 services. Prints a line a
case, the medians and how many are proven within 0.1 %; exit 1 where a limit is broken, a plan is worse than
the greedy one, is not proven within 0.1 %, depends on the order or takes over 15 s of CPU.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Mapping
from statistics import median
from typing import NamedTuple

from vfm.prioritisation.plan import Mode, Period, Plan, Review, planned
from vfm.prioritisation.plan_board import board
from vfm.prioritisation.plan_greedy import greedy
from vfm.prioritisation.plan_moves import moved

MOST_SECONDS, WIDEST_GAP = 15.0, 1e-3
SHARES, LIMITS = (0.05, 0.15, 0.33), (2, 5, 50)
"""Days there are, as a share of all the work; most reviews of one directorate in one period."""


class Case(NamedTuple):
    name: str
    reviews: list[Review]
    periods: list[Period]
    limit: int


def case(services: int, periods: int, seed: int) -> Case:
    """A council's reviews and quarters; the kind goes round with the seed."""
    dice = random.Random(seed)
    share, limit = SHARES[seed % len(SHARES)], LIMITS[seed // len(SHARES) % len(LIMITS)]
    decimals = seed % 2
    reviews = [review(dice, i, periods, decimals=bool(decimals)) for i in range(services)]
    work = sum(r.effort for r in reviews)
    shut = dice.randrange(1, periods) if periods > 1 else -1
    days = round(work * share / periods)
    quarters = [
        Period(f"q{t}", round(days * dice.uniform(0.8, 1.2)), blackout=t == shut) for t in range(periods)
    ]
    return Case(f"{share:.0%} of the days, limit {limit}", reviews, quarters, limit)


def review(dice: random.Random, i: int, periods: int, *, decimals: bool) -> Review:
    mode: Mode = "deep_dive" if dice.random() < 0.6 else "service_review"
    usual = {"deep_dive": 60, "service_review": 160}[mode]
    first, last = sorted(dice.randrange(periods) for _ in range(2))
    return Review(
        f"s{i:04}",
        round(dice.uniform(5, 85), 4),
        mode,
        round(usual * dice.uniform(0.5, 1.3), 2) if decimals else usual * dice.choice([0.5, 0.75, 1, 1.25]),
        f"D{dice.randrange(12):02}",
        earliest=f"q{first}" if dice.random() < 0.15 else None,
        latest=f"q{max(last, periods // 2)}" if dice.random() < 0.2 else None,
        mandatory=dice.random() < 0.01,
    )


def broken(given: Case, placements: Mapping[str, str]) -> list[str]:
    """Every limit the placements break."""
    at = {period.key: t for t, period in enumerate(given.periods)}
    used, crowd, found = Counter[str](), Counter[tuple[str, str | None]](), []
    for r in given.reviews:
        place = placements.get(r.key)
        if place is None:
            found += [f"{r.key} is mandatory"] if r.mandatory else []
            continue
        used[place] += r.effort  # type: ignore[assignment]
        crowd[place, r.directorate] += 1
        if at[place] < at[r.earliest or "q0"] or at[place] > at[r.latest or given.periods[-1].key]:
            found.append(f"window of {r.key}")
    found += [f"days of {p.key}" for p in given.periods if used[p.key] > p.days + 1e-6]
    found += [f"blackout {p.key}" for p in given.periods if p.blackout and used[p.key]]
    return found + [f"limit {place} {name}" for (place, name), n in crowd.items() if n > given.limit]


def tried(given: Case) -> tuple[float, float, float, list[str]]:
    """Seconds of CPU, gap, share above the greedy plan, and what is wrong."""
    plans: list[Plan] = []
    seconds = []
    for reviews in (given.reviews, given.reviews[::-1]):
        start = time.process_time()
        plans.append(planned(reviews, given.periods, directorate_limit=given.limit))
        seconds.append(time.process_time() - start)
    plan = plans[0]
    if plan.infeasible:
        return max(seconds), 0.0, 0.0, []
    on = board(given.reviews, given.periods, directorate_limit=given.limit)
    by_hand = greedy(on)
    least = on.objective(by_hand) if by_hand else 0.0
    wrong = broken(given, plan.placements)
    wrong += ["another plan of the same in another order"] if plans[0] != plans[1] else []
    wrong += ["worse than greedy"] if plan.objective < least else []
    wrong += ["not proven within 0.1 %"] if plan.gap > WIDEST_GAP else []
    wrong += ["over 15 s"] if max(seconds) > MOST_SECONDS else []
    return max(seconds), plan.gap, plan.objective / least - 1 if least else float("nan"), wrong


def moves(count: int) -> list[float]:
    """Seconds of CPU of single moves in a plan of 100 services and 12 quarters."""
    given = case(100, 12, 4)
    plan = planned(given.reviews, given.periods, directorate_limit=given.limit)
    dice = random.Random(0)
    found = []
    for key in dice.sample(sorted(plan.placements), count):
        start = time.process_time()
        to = dice.choice([p.key for p in given.periods if not p.blackout])
        move = moved(
            given.reviews, given.periods, plan.placements, key, to, directorate_limit=given.limit, firm=2
        )
        found.append(time.process_time() - start)
        print(f"  {key} to {to}: {'fits' if move.fits else f'{len(move.gives)} give'}, {found[-1]:.2f} s")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--services", type=int, default=500)
    parser.add_argument("--periods", type=int, default=8)
    parser.add_argument("--cases", type=int, default=9)
    parser.add_argument("--first", type=int, default=0, help="the seed of the first case")
    parser.add_argument("--moves", type=int, default=5)
    arguments = parser.parse_args()
    rows = []
    for seed in range(arguments.first, arguments.first + arguments.cases):
        given = case(arguments.services, arguments.periods, seed)
        rows.append(tried(given))
        seconds, gap, above, wrong = rows[-1]
        print(
            f"{given.name}: {seconds:.2f} s CPU, gap {gap:.4%}, {above:+.2%} on greedy"
            + (f"; WRONG: {', '.join(wrong)}" if wrong else ""),
            flush=True,
        )
    cpu, gaps, better, faults = zip(*rows, strict=True)
    print(
        f"{arguments.services} services x {arguments.periods} periods, {len(rows)} cases: "
        f"median {median(cpu):.2f} s CPU, most {max(cpu):.2f} s; median gap {median(gaps):.4%}, "
        f"widest {max(gaps):.4%}, within 0.1 % {sum(gap <= WIDEST_GAP for gap in gaps)}; "
        f"median {median(better):+.2%} on greedy"
    )
    found = moves(arguments.moves) if arguments.moves else []
    if found:
        print(
            f"a move by hand in a plan of 100 x 12: median {median(found):.2f} s CPU, most {max(found):.2f} s"
        )
    return 1 if any(faults) else 0


if __name__ == "__main__":
    sys.exit(main())
