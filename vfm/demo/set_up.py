"""The demo council before any question is asked: its places, its people, its published figures."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from vfm.gateways import figures as published
from vfm.gateways.figures import PublishedCouncil, PublishedService
from vfm.roles import Actor, Role
from vfm.store.credentials import password_hash
from vfm.store.tables import Council, Directorate, Division, Person, PersonRole, Service
from vfm.workflows import figures

PASSWORD = "Wrenmouth-2026-demo"  # noqa: S105  # nosec B105  # invented people in a local demonstration
"""Every demo person's password, printed when the demo starts; the council is invented and local."""
YEAR = "2024-25"
"""The year of the money figures that a service's profile is worked out from."""
PROFILE = [
    "service_key",
    "story",
    "is_pilot",
    "stage",
    "PRO",
    "FIT",
    "ECO",
    "EFF",
    "OUT",
    "EQU",
    "DEM",
    "CON",
    "DIG",
    "WFD",
    "GOV",
    "change_since_last_cycle",
    "evidence_none",
    "evidence_assertion",
    "evidence_documented",
    "evidence_verified",
    "dont_know",
    "not_applicable",
    "is_challenged",
    "buys_from_third_parties",
    "variance_percent",
    "demand_volume",
    "demand_change_percent",
    "demand_forecast_percent",
    "saving_low_percent",
    "saving_high_percent",
    "eco_03",
    "out_03",
    "out_05",
    "last_reviewed_on",
]
"""The columns of profiles.csv."""
ENDINGS = {
    "_neighbour_median": "median",
    "_neighbours_counted": "counted",
    "_neighbours_cheaper": "cheaper",
    "_neighbours_better": "better",
    "_share_cheaper": "share_cheaper",
    "_share_better": "share_better",
    "_england": "england",
}
"""A measure that ends so is what its own measure is compared with, under this name."""


@dataclass(frozen=True, slots=True)
class Source:
    """Everything in data/demo, read and checked.

    Attributes:
        council: services, figures, sources and measures.
        profiles: service key -> its line of profiles.csv.
        people, about: lines of people.csv, and the one line of council.csv.
    """

    council: PublishedCouncil
    profiles: Mapping[str, Mapping[str, str]]
    people: tuple[Mapping[str, str], ...]
    about: Mapping[str, str]


def read() -> Source:
    """The demo's files.

    Raises:
        Invalid: a file is missing or has a wrong line; every problem with file, line and column.
    """
    folder = published.demo_folder()
    lines = {
        name: tuple(line.cells for line in published.read_lines(folder / f"{name}.csv", columns))
        for name, columns in (
            ("profiles", PROFILE),
            ("people", ("email", "name", "job_title", "roles", "directorates", "services")),
            ("council", ("name", "colour", "financial_year")),
        )
    }
    profiles = {line["service_key"]: line for line in lines["profiles"]}
    return Source(published.read_council(folder), profiles, lines["people"], lines["council"][0])


def repeated(source: Source, at_least: int) -> Source:
    """The same council with its services repeated under new keys until there are enough; for measuring."""
    services, figure_rows, profiles = (
        list(source.council.services),
        list(source.council.figures),
        dict(source.profiles),
    )
    copies = 1
    while len(services) < at_least:
        copies += 1
        for service in source.council.services:
            key = f"{service.key}-{copies}"
            services.append(replace(service, key=key, name=f"{service.name} {copies}"))
            profiles[key] = {**source.profiles[service.key], "service_key": key, "is_pilot": "no"}
        figure_rows += [
            replace(row, service_key=f"{row.service_key}-{copies}") for row in source.council.figures
        ]
    council = replace(source.council, services=tuple(services), figures=tuple(figure_rows))
    return replace(source, council=council, profiles=profiles)


def spending(source: Source) -> dict[str, tuple[Decimal, Decimal]]:
    """Service key -> published (gross, net) spending in pounds."""
    amounts = {
        (row.service_key, row.measure): row.amount for row in source.council.figures if row.year == YEAR
    }
    return {
        service.key: (amounts[service.key, "gross_expenditure"], amounts[service.key, "net_expenditure"])
        for service in source.council.services
    }


def places(session: Session, source: Source) -> dict[str, int]:
    """The council, its directorates, divisions and services; service key -> id."""
    about = source.about
    session.add(
        Council(
            name=about["name"], colour=about["colour"], financial_year=about["financial_year"], is_demo=True
        )
    )
    directorates: dict[str, int] = {}
    divisions: dict[tuple[str, str], int] = {}
    services: dict[str, int] = {}
    for service in source.council.services:
        if service.directorate not in directorates:
            directorates[service.directorate] = _kept(session, Directorate(name=service.directorate))
        place = service.directorate, service.division
        if place not in divisions:
            row = Division(directorate_id=directorates[service.directorate], name=service.division)
            divisions[place] = _kept(session, row)
        services[service.key] = _kept(session, _service(source, service, divisions[place]))
    return services


def _service(source: Source, service: PublishedService, division_id: int) -> Service:
    reviewed = source.profiles[service.key]["last_reviewed_on"]
    return Service(
        key=service.key,
        name=service.name,
        division_id=division_id,
        family=service.family,
        note=service.note,
        reviewed_on=date.fromisoformat(reviewed) if reviewed else None,
    )


def people(session: Session, source: Source, services: Mapping[str, int], *, now: datetime) -> list[Actor]:
    """Everybody with their roles, as the workflows know them."""
    kept, found = password_hash(PASSWORD), []
    for line in source.people:
        person = Person(name=line["name"], email=line["email"], password_hash=kept, created_at=now)
        person_id = _kept(session, person)
        held = _services_of(source, line, services)
        roles = [Role(role) for role in line["roles"].split(";")]
        for role in roles:
            of_service = role in (Role.DIRECTOR, Role.EXECUTIVE_DIRECTOR, Role.CONTRIBUTOR)
            for service_id in sorted(held) if of_service else [None]:
                session.add(PersonRole(person_id=person_id, role=role.value, service_id=service_id))
        directs = held if Role.DIRECTOR in roles else frozenset()
        helps = held if Role.CONTRIBUTOR in roles else frozenset()
        oversees = held if Role.EXECUTIVE_DIRECTOR in roles else frozenset()
        found.append(Actor(person_id, line["name"], frozenset(roles), directs, helps, oversees=oversees))
    return found


def _services_of(source: Source, line: Mapping[str, str], services: Mapping[str, int]) -> frozenset[int]:
    directorates, named = set(line["directorates"].split(";")), set(line["services"].split(";"))
    return frozenset(
        services[one.key]
        for one in source.council.services
        if one.directorate in directorates or one.key in named
    )


def take_in_figures(session: Session, source: Source, *, by: Actor | None, now: datetime) -> int:
    """The published figures; what a measure is compared with is kept beside it."""
    council = source.council
    sources = [
        figures.Source(one.source_key, one.title, one.publisher, one.licence) for one in council.sources
    ]
    measures = {one.measure: one for one in council.measures}
    compared = _comparisons(source)
    rows = [
        figures.PublishedFigure(
            service_key=row.service_key,
            measure=row.measure,
            title=measures[row.measure].title,
            year=row.year,
            amount=row.amount,
            unit=row.unit,
            basis=row.basis,
            source_key=row.source_key,
            line=f"{row.form}: {row.line}",
            feeds=_feeds(source, row.measure),
            comparison=compared.get((row.service_key, row.measure, row.year), {}),
        )
        for row in council.figures
        if not measures[row.measure].compares
    ]
    return figures.load(session, sources, rows, by=by, now=now)


def _comparisons(source: Source) -> dict[tuple[str, str, str], dict[str, Any]]:
    """(service, measure, year) -> what its comparators say."""
    titles = {one.source_key: one.title for one in source.council.sources}
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for row in source.council.figures:
        for ending, name in ENDINGS.items():
            if row.measure.endswith(ending):
                place = row.service_key, row.measure.removesuffix(ending), row.year
                held = found.setdefault(place, {"of": "statistical neighbours"})
                held[name] = str(row.amount)
                held["england_source" if name == "england" else "source"] = titles[row.source_key]
    return found


def _feeds(source: Source, measure: str) -> str:
    """The criterion a measure supplies, by itself or through the share of neighbours it is compared with."""
    feeding: Iterable[str] = (
        one.feeds
        for one in source.council.measures
        if one.feeds and (one.measure == measure or one.compares == measure)
    )
    return next(iter(feeding), "")


def _kept(session: Session, row: Any) -> int:
    session.add(row)
    session.flush()
    return int(row.id)
