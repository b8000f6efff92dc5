"""Plans on two hundred made-up cases, held against a checker and a search of their own.

Nothing here uses how plans are made: limits are checked from the reviews and periods as given, the best plan
and every clash are found by trying.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import pytest

from vfm.prioritisation.plan import Mode, Period, Plan, Review, Shortfall, planned
from vfm.prioritisation.plan_board import board
from vfm.prioritisation.plan_greedy import greedy
from vfm.prioritisation.plan_moves import Clash, checked, moved

GAMMA = 0.9
TRIFLE = 1e-6


class Case(NamedTuple):
    reviews: list[Review]
    periods: list[Period]
    limit: int

    def planned(self) -> Plan:
        return planned(self.reviews, self.periods, gamma=GAMMA, directorate_limit=self.limit)


def case(seed: int) -> Case:
    """A small case: windows, blackouts, overloads, directorates, mandatory reviews; some are impossible."""
    dice = random.Random(seed)
    count = dice.randint(1, 4)
    coarse, pressed = dice.random() < 0.7, dice.random() < 0.5
    periods = [
        Period(
            f"q{t}",
            float(dice.choice([0, 60, 90, 120, 160])) if coarse else dice.uniform(0, 200),
            blackout=dice.random() < 0.15,
            overload=float(dice.choice([0, 0, 20, 60])) if pressed else 0.0,
        )
        for t in range(count)
    ]
    return Case(
        [review(dice, i, count, coarse, pressed) for i in range(dice.randint(1, 6))],
        periods,
        dice.randint(1, 2),
    )


def review(dice: random.Random, i: int, count: int, coarse: bool, pressed: bool) -> Review:
    first, last = sorted((dice.randrange(count), dice.randrange(count)))
    mode: Mode = dice.choice(["deep_dive", "service_review"])
    days = dice.choice([None, 20.0, 30.0, 60.0]) if coarse else dice.uniform(10, 120)
    return Review(
        f"s{i}",
        float(dice.choice([0, 10, 20, 35, 50, 80])) if coarse else dice.uniform(0, 100),
        mode,
        days,
        dice.choice([None, "Place", "People"]),
        earliest=f"q{first}" if dice.random() < 0.3 else None,
        latest=f"q{last}" if dice.random() < 0.3 else None,
        mandatory=dice.random() < (0.7 if pressed else 0.2),
    )


def broken(
    given: Case, placements: Mapping[str, str], *, overload: bool = True, mandatory: bool = True
) -> list[str]:
    """Every rule that placements break."""
    keys = [p.key for p in given.periods]
    by_key = {r.key: r for r in given.reviews}
    found = []
    for period in given.periods:
        there = [by_key[key] for key, place in placements.items() if place == period.key]
        most = period.days + (period.overload if overload else 0)
        if sum(r.effort for r in there) > most + TRIFLE:
            found.append(f"days of {period.key}")
        if period.blackout and there:
            found.append(f"blackout of {period.key}")
        counts = Counter(r.directorate for r in there if r.directorate)
        found += [f"{name} in {period.key}" for name, count in counts.items() if count > given.limit]
    for r in given.reviews:
        if r.key in placements:
            t = keys.index(placements[r.key])
            early = r.earliest is not None and t < keys.index(r.earliest)
            if early or (r.latest is not None and t > keys.index(r.latest)):
                found.append(f"window of {r.key}")
        elif r.mandatory and mandatory:
            found.append(f"{r.key} is mandatory")
    return found


def ways(given: Case, chosen: Sequence[Review], *, overload: bool = False) -> Iterator[dict[str, str]]:
    """Every way to place reviews, each or all but the mandatory ones left out, that breaks nothing."""

    def further(left: Sequence[Review], placed: dict[str, str]) -> Iterator[dict[str, str]]:
        if not left:
            yield placed
            return
        for period in given.periods:
            more = {**placed, left[0].key: period.key}
            if not broken(given, more, overload=overload, mandatory=False):
                yield from further(left[1:], more)
        if not left[0].mandatory:
            yield from further(left[1:], placed)

    return further(chosen, {})


def possible(given: Case, chosen: Sequence[Review], *, overload: bool = True) -> bool:
    return (
        next(ways(given, [replace(r, mandatory=True) for r in chosen], overload=overload), None) is not None
    )


def worth(given: Case, placements: Mapping[str, str]) -> float:
    keys = [p.key for p in given.periods]
    return sum(
        r.priority * GAMMA ** keys.index(placements[r.key]) for r in given.reviews if r.key in placements
    )


def over(given: Case, placements: Mapping[str, str]) -> float:
    """Days beyond those of the periods, overloads included."""
    efforts = {r.key: r.effort for r in given.reviews}
    used = {p.key: sum(efforts[k] for k, at in placements.items() if at == p.key) for p in given.periods}
    return sum(max(0.0, used[p.key] - p.days) for p in given.periods)


@pytest.mark.parametrize("seed", range(200))
def test_a_plan_is_the_best_there_is_or_names_what_clashes(seed: int) -> None:
    given = case(seed)
    must = [r for r in given.reviews if r.mandatory]
    plan = given.planned()
    assert Case(given.reviews[::-1], given.periods, given.limit).planned() == plan
    if plan.infeasible:
        assert not possible(given, must)
        assert_names_the_clash(given, must, plan.infeasible)
        return
    placements = plan.placements
    assert not broken(given, placements)
    assert plan.objective == pytest.approx(worth(given, placements))
    assert {*placements, *plan.left_out} == {r.key for r in given.reviews}
    first = greedy(board(given.reviews, given.periods, gamma=GAMMA, directorate_limit=given.limit))
    if first is not None:
        by_hand = {r.key: given.periods[t].key for r, t in _paired(given, first) if t is not None}
        assert not broken(given, by_hand)
        assert plan.objective >= worth(given, by_hand) - TRIFLE
    if possible(given, must, overload=False):
        assert not broken(given, placements, overload=False)
        best = max(worth(given, way) for way in ways(given, given.reviews))
        assert plan.objective == pytest.approx(best, rel=1e-6, abs=1e-6)
        assert plan.overloaded == ()
    else:
        least = min(over(given, way) for way in ways(given, must, overload=True))
        assert over(given, placements) == pytest.approx(least, abs=1e-5)
        assert sum(o.days for o in plan.overloaded) == pytest.approx(least, abs=1e-5)
    assert plan.gap <= 1e-5


def _paired(given: Case, places: Sequence[int | None]) -> Iterator[tuple[Review, int | None]]:
    return zip(sorted(given.reviews, key=lambda r: r.key), places, strict=True)


def assert_names_the_clash(given: Case, must: list[Review], found: Sequence[Shortfall]) -> None:
    """Each clash is one by itself, needs every review it names, and is mended by the days it says."""
    by_key = {r.key: r for r in must}
    longer, aside = given, set[str]()
    for shortfall in found:
        named = [by_key[key] for key in shortfall.keys]
        assert not possible(given, named)
        assert shortfall.period in {p.key for p in given.periods}
        if shortfall.of == "open_period":
            aside |= {r.key for r in named}
            continue
        if shortfall.of == "directorate":
            assert {r.directorate for r in named} == {shortfall.directorate}
            endless = replaced(given, lambda p: replace(p, days=1e5))
            assert not possible(endless, named)
            most = most_possible(endless, named)
            for (
                r
            ) in named:  # without any of them, as many would be possible, so that fewer are above the limit
                assert most_possible(endless, [other for other in named if other != r]) == most
            aside |= {r.key for r in named}
            assert shortfall.short_by_days == 0
            continue
        assert shortfall.short_by_days > 0
        longer = lengthened(longer, [shortfall])
    days = [s for s in found if s.of == "days"]
    if days and len({s.keys for s in days}) == 1:
        named = [by_key[key] for key in days[0].keys]
        assert possible(lengthened(given, days), named)
        assert sum(s.short_by_days for s in days) == pytest.approx(fewest(given, named), abs=1e-5)
        for r in named:
            assert fewest(given, [other for other in named if other != r]) < fewest(given, named) - TRIFLE
    if not any(s.of == "directorate" for s in found):
        assert possible(longer, [r for r in must if r.key not in aside])


def lengthened(given: Case, found: Sequence[Shortfall]) -> Case:
    """With the days that are missing given to the periods that miss them."""

    def longer(period: Period) -> Period:
        missing = sum(s.short_by_days for s in found if s.period == period.key)
        return replace(period, days=period.days + missing)

    return replaced(given, longer)


def replaced(given: Case, how: Callable[[Period], Period]) -> Case:
    return given._replace(periods=[how(period) for period in given.periods])


def most_possible(given: Case, named: Sequence[Review]) -> int:
    return max(len(way) for way in ways(given, [replace(r, mandatory=False) for r in named]))


def fewest(given: Case, named: Sequence[Review]) -> float:
    """The fewest days, beyond days and overloads, with which the named fit; found by trying all places."""
    endless = replaced(given, lambda p: replace(p, days=1e5, overload=0.0))
    whole = replaced(given, lambda p: replace(p, days=p.days + p.overload, overload=0.0))
    must = [replace(r, mandatory=True) for r in named]
    return min(over(whole, way) for way in ways(endless, must))


def test_the_cases_are_of_every_kind() -> None:
    plans = [case(seed).planned() for seed in range(200)]
    kinds = Counter(s.of for plan in plans for s in plan.infeasible)
    assert min(kinds["days"], kinds["open_period"], kinds["directorate"]) >= 5
    assert sum(not plan.infeasible for plan in plans) >= 100
    assert sum(bool(plan.overloaded) for plan in plans) >= 5
    assert sum(bool(plan.left_out) for plan in plans) >= 50


def disturbance(was: Mapping[str, str], now: Mapping[str, str]) -> float:
    """1 for each review in another period, 3 for each that falls out or comes in."""
    changed = [key for key in {*was, *now} if was.get(key) != now.get(key)]
    return sum(1 if key in was and key in now else 3 for key in changed)


@pytest.mark.parametrize("seed", range(200))
def test_a_move_by_hand_breaks_what_it_says_and_disturbs_least(seed: int) -> None:
    given = case(seed)
    if given.planned().infeasible:
        given = given._replace(reviews=[replace(r, mandatory=False) for r in given.reviews])
    plan = given.planned()
    dice = random.Random(f"move {seed}")
    mover = dice.choice(given.reviews)
    to = dice.choice([None, *[p.key for p in given.periods]])
    move = moved(
        given.reviews,
        given.periods,
        plan.placements,
        mover.key,
        to,
        gamma=GAMMA,
        directorate_limit=given.limit,
    )
    hand = {key: place for key, place in plan.placements.items() if key != mover.key}
    hand |= {mover.key: to} if to else {}
    assert move.fits == (not broken(given, hand))
    assert move.before == pytest.approx(plan.objective)
    if move.infeasible:
        assert move.placements == hand
        rest = [replace(r, mandatory=True) for r in given.reviews if r.mandatory and r.key != mover.key]
        settled = {mover.key: to} if to else {}
        assert all(broken(given, {**way, **settled}) for way in ways(given, rest, overload=True))
        return
    assert move.after == pytest.approx(worth(given, move.placements))
    assert move.placements.get(mover.key) == to
    stays = [r for r in given.reviews if r.key != mover.key]
    if move.fits or to is None:
        assert (move.gives, move.placements) == ((), hand)
    elif not any(p.overload for p in given.periods) and not broken(given, {mover.key: to}, mandatory=False):
        possible_ways = [
            {**way, mover.key: to} for way in ways(given, stays) if not broken(given, {**way, mover.key: to})
        ]
        least = min(disturbance(hand, way) for way in possible_ways)
        assert disturbance(hand, move.placements) == least
        nearest = [worth(given, way) for way in possible_ways if disturbance(hand, way) == least]
        assert move.after == pytest.approx(max(nearest), abs=1e-5)
        assert move.remaining == ()
    for change in move.openings:
        assert change.now is not None
        assert (
            not broken(given, {**move.placements, change.key: change.now}, mandatory=False) or move.remaining
        )


@pytest.mark.parametrize("seed", range(200))
def test_every_broken_limit_of_any_placements_is_found(seed: int) -> None:
    given = case(seed)
    dice = random.Random(f"placements {seed}")
    anywhere = {r.key: dice.choice(given.periods).key for r in given.reviews if dice.random() < 0.8}
    found = checked(given.reviews, given.periods, anywhere, directorate_limit=given.limit)
    assert {_rule(clash) for clash in found if clash.kind != "overload"} == set(broken(given, anywhere))


def _rule(clash: Clash) -> str:
    match clash.kind:
        case "directorate":
            return f"{clash.directorate} in {clash.period}"
        case "early" | "late":
            return f"window of {clash.keys[0]}"
        case "missing":
            return f"{clash.keys[0]} is mandatory"
        case kind:
            return f"{kind} of {clash.period}"
