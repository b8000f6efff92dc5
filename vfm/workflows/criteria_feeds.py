"""Feeding a criterion from published figures: those of the council beside those of its comparators.

What it would do to every service's value is looked at first; nothing is kept before somebody says so.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy.orm import Session

from vfm.errors import Conflict, Invalid, NotFound, Problem
from vfm.prioritisation.comparator_feeds import Take, figure_key, is_own, taken, takes_shares
from vfm.prioritisation.criteria import VFM_RESULT, Criterion
from vfm.prioritisation.figure_changes import (
    Effect,
    FigureChange,
    FigureSource,
    ServiceFigure,
    feeding_nothing,
)
from vfm.prioritisation.provenance import gives_value
from vfm.roles import Actor
from vfm.scoring.comparison import quotient
from vfm.store import comparing, figure_changes
from vfm.store import criteria as kept
from vfm.store.comparing import Compared, Councils, Figures, Group
from vfm.store.queries import comparators as queries
from vfm.store.queries import criteria as criteria_queries
from vfm.store.queries.rankings import Rankable
from vfm.store.queries.results import AnyRow

Mode = Literal["gaps", "beside", "instead"]
MODES: tuple[Mode, ...] = ("gaps", "beside", "instead")
OTHERS_CAME = "Figures changed since you looked. Look at what would change now, and confirm it if it holds."


@dataclass(frozen=True, slots=True)
class Choice:
    """What a criterion is fed from.

    Attributes:
        measures: keys; None: all that it can be fed from.
        group: id of a comparator group, as a form sends it; empty: each measure's usual one.
        mode: `gaps`: where no figure feeds it yet; `beside`: beside those that do; `instead` of those.
    """

    measures: tuple[str, ...] | None = None
    group: str = ""
    mode: str = "gaps"


@dataclass(frozen=True, slots=True)
class Offered:
    """A measure that a criterion can be fed from; `services` that have a figure of it, in these years."""

    key: str
    title: str
    unit: str
    services: int
    years: tuple[str, ...]
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Without:
    """A service that gets no value from a measure, and why; `measure` is empty where it has none."""

    service_id: int
    service: str
    measure: str
    why: str


@dataclass(frozen=True, slots=True)
class Comparators:
    """With whom one measure of one service is compared; `missing` names those without a figure."""

    service: str
    measure: str
    group: str
    year: str
    counted: int
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What feeding a criterion from published figures would do.

    Attributes:
        takes_shares: whether it takes shares of a group, not figures themselves.
        own: the council's name in published figures; empty while it has not said its code.
        choice: what was chosen, its measures named.
        effects: on every service of the cycle.
        figures: how many figures would be kept.
        stopped: how many would feed it no longer.
        elsewhere: names of services with a new figure that are not in the cycle.
        comparators: of each figure that is compared.
        without: services without a value from here, and why.
        problems: what of the choice cannot be used.
        seen: marks what was looked at, for `feed`.
    """

    criterion: Criterion
    takes_shares: bool
    own: str
    cycles: tuple[Rankable, ...]
    cycle: Rankable
    choice: Choice
    measures: tuple[Offered, ...]
    groups: tuple[Group, ...]
    effects: tuple[Effect, ...]
    figures: int
    stopped: int
    elsewhere: tuple[str, ...]
    comparators: tuple[Comparators, ...]
    without: tuple[Without, ...]
    problems: tuple[Problem, ...]
    seen: str


def preview(session: Session, key: str, choice: Choice, cycle_id: int | None, *, now: datetime) -> Preview:
    """What feeding a criterion would do to the values of a cycle; the newest by default.

    Raises:
        NotFound: the list has no such criterion, or nothing but scorecards feed it.
    """
    criterion = _criterion(session, key)
    cycles, cycle = figure_changes.looked_at_in(session, cycle_id)
    found = _Found(session, criterion, choice)
    effects = figure_changes.effects(session, cycle, (key,), found.changes, now.date())
    inside = {one.service_id for one in effects}
    fed = [one.after for one in found.changes if one.after is not None and one.after.feeds]
    return Preview(
        criterion=criterion,
        takes_shares=takes_shares(criterion),
        own="" if found.councils.own is None else found.councils.own[0],
        cycles=cycles,
        cycle=cycle,
        choice=replace(choice, measures=tuple(found.chosen)),
        measures=tuple(found.offered),
        groups=tuple(found.councils.groups.values()),
        effects=effects,
        figures=len(fed),
        stopped=len(found.changes) - len(fed),
        elsewhere=tuple(sorted(found.names[one] for one in {f.service_id for f in fed} - inside)),
        comparators=tuple(found.comparators),
        without=tuple(found.without),
        problems=tuple(found.problems),
        seen=found.seen,
    )


def feed(session: Session, key: str, choice: Choice, seen: str, *, by: Actor, now: datetime) -> int:
    """Keep the figures that feed a criterion; how many.

    Raises:
        NotFound: the list has no such criterion.
        Invalid: what of the choice cannot be used, or that nothing would change.
        Conflict: the figures are others than those that were looked at.
    """
    criterion = _criterion(session, key)
    found = _Found(session, criterion, choice)
    if found.problems:
        raise Invalid(found.problems)
    if not found.changes:
        words = "Nothing would change. Choose other measures, or take in figures first."
        raise Invalid([Problem("measure", words)])
    if seen != found.seen:
        raise Conflict(OTHERS_CAME)
    titles = sorted({one.after.title for one in found.changes if one.after is not None and one.after.feeds})
    words = "; ".join(titles) or "measures no longer chosen"
    figure_changes.make(
        session,
        found.changes,
        kind="comparators",
        title=f"Published figures: {words}",
        criteria=(key,),
        by_id=by.id,
        now=now,
    )
    return sum(one.after is not None and bool(one.after.feeds) for one in found.changes)


def _criterion(session: Session, key: str) -> Criterion:
    found = next((one for one, _ in kept.listed(session) if one.key == key), None)
    if found is None or key == VFM_RESULT:
        raise NotFound(f"criterion {key}")
    return found


class _Found:
    """What the figures of everybody come to for one criterion."""

    def __init__(self, session: Session, criterion: Criterion, choice: Choice) -> None:
        self.criterion = criterion
        self.councils = Councils(session)
        self.problems: list[Problem] = []
        self.without: list[Without] = []
        self.comparators: list[Comparators] = []
        links = queries.service_measures(session, None)
        self._figures = Figures(session, comparing.latest(session, links, self.councils))
        group_id = self._group(choice.group)
        compared = [(link, comparing.one(link, self.councils, self._figures, group_id)) for link in links]
        fitting = [(link, one, take) for link, one in compared if (take := self._take(link, one))]
        self.offered = _offered([one for _, one, _ in fitting], choice.measures)
        self.chosen = [one.key for one in self.offered if one.is_chosen]
        if not self.chosen and self.offered:
            self.problems.append(Problem("measure", "Choose at least one measure."))
        if choice.mode not in MODES:
            self.problems.append(Problem("mode", "Say what becomes of the figures that feed it already."))
        self.names = {one.id: one.name for one in criteria_queries.open_services(session).values()}
        made = [
            figure
            for link, one, take in fitting
            if one.key in self.chosen and (figure := self._figure(link, one, take)) is not None
        ]
        self._tell_without({link.service_id for link in links})
        self.changes = [] if self.problems else self._changes(session, made, choice.mode)
        told = [[one and one.as_json() for one in (each.before, each.after)] for each in self.changes]
        self.seen = hashlib.blake2b(json.dumps(told).encode(), digest_size=8).hexdigest()

    def _group(self, typed: str) -> int | None:
        if not typed:
            return None
        for group_id in self.councils.groups:
            if str(group_id) == typed:
                return group_id
        self.problems.append(Problem("group", "That group was withdrawn. Choose another."))
        return None

    def _not_from(self, link: AnyRow, one: Compared, why: str) -> None:
        self.without.append(Without(link.service_id, link.service, one.title, why))

    def _take(self, link: AnyRow, one: Compared) -> Take | None:
        found = taken(self.criterion, one.unit, link.polarity)
        if isinstance(found, Take):
            return found
        self._not_from(link, one, found)
        return None

    def _figure(self, link: AnyRow, one: Compared, take: Take) -> ServiceFigure | None:
        """The figure to keep; None, and told why, where there is none."""
        comparison: dict[str, Any] = {}
        if one.own is None:
            self._not_from(link, one, one.why_not)
            return None
        if take.word and one.group is None:
            self._not_from(link, one, "There is no comparator group to compare it with.")
            return None
        if take.word and one.group is not None:
            comparison = self._comparison(link, one, one.group, take)
            if not comparison:
                self._not_from(link, one, f"No council of “{one.group.name}” has a figure for {one.year}.")
                return None
        source = one.own.source
        return ServiceFigure(
            link.service_id,
            figure_key(self.criterion.key, one.key),
            one.year,
            one.title,
            one.own.amount,
            one.unit,
            FigureSource(source.title, source.publisher, source.licence),
            basis=source.basis,
            feeds=self.criterion.key,
            comparison=comparison,
        )

    def _comparison(self, link: AnyRow, one: Compared, group: Group, take: Take) -> dict[str, Any]:
        """What is kept of the group beside a figure; empty where none of it has one."""
        beside = one.beside
        standing = beside.in_group if beside else None
        if beside is None or standing is None or not standing.counted:
            return {}
        ahead = standing.lower if take.lower_is_ahead else standing.higher
        missing = tuple(self.councils.names[area] for area in beside.missing)
        called = _called(group)
        self.comparators.append(
            Comparators(link.service, one.title, called, one.year, standing.counted, missing)
        )
        found: dict[str, Any] = {
            "of": f"councils in “{group.name}”" if group.kind == "own" else called[:1].lower() + called[1:],
            "group": called,
            "counted": str(standing.counted),
            "missing": list(missing),
            "median": f"{beside.median:f}",
            "source": one.sources(link, self._figures, beside.group),
            take.word: str(quotient(Decimal(ahead), Decimal(standing.counted))),
            "others": [
                [self.councils.names[area], f"{beside.figures[area]:f}"]
                for area in sorted(beside.group, key=lambda area: (beside.figures[area], area))
            ],
        }
        if beside.country is not None and self.councils.country is not None:
            found["england"] = f"{beside.country:f}"
            found["england_source"] = one.sources(link, self._figures, (self.councils.country,))
        return found

    def _tell_without(self, beside: set[int]) -> None:
        """The services that no measure stands beside."""
        why = "No measure of other councils stands beside this service."
        alone = [(name, one) for one, name in self.names.items() if one not in beside]
        self.without += [Without(one, name, "", why) for name, one in sorted(alone)]

    def _changes(self, session: Session, made: Sequence[ServiceFigure], mode: str) -> list[FigureChange]:
        """New and changed figures, and those that feed it no longer."""
        key = self.criterion.key
        here = figure_changes.feeding(session, (key,))
        others = [one for one in here if not is_own(key, one.measure)]
        filled = {one.service_id for one in others if gives_value(self.criterion, one.as_published)}
        wanted = [one for one in made if mode != "gaps" or one.service_id not in filled]
        before = {one.place: one for one in figure_changes.of_measures(session, {m.measure for m in wanted})}
        changes = [FigureChange(before.get(one.place), one) for one in wanted if before.get(one.place) != one]
        places, services = {one.place for one in wanted}, {one.service_id for one in wanted}
        ended = [one for one in here if is_own(key, one.measure) and one.place not in places]
        if mode == "instead":
            ended += [one for one in others if one.service_id in services]
        return [*changes, *feeding_nothing(ended)]


def _called(group: Group) -> str:
    return f"{group.name}, {group.year}" if group.year and group.year not in group.name else group.name


def _offered(fitting: Sequence[Compared], chosen: Sequence[str] | None) -> list[Offered]:
    by_key: dict[str, list[Compared]] = defaultdict(list)
    for one in fitting:
        by_key[one.key].append(one)
    found = []
    for key, ones in by_key.items():
        years = sorted({one.year for one in ones if one.own is not None})
        count = sum(one.own is not None for one in ones)
        is_chosen = key in chosen if chosen is not None else count > 0
        found.append(Offered(key, ones[0].title, ones[0].unit, count, tuple(years), is_chosen))
    return sorted(found, key=lambda one: (one.title.casefold(), one.key))
