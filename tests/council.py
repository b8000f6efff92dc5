"""A small council in the store: five services, one person a role, the clock standing at a known instant."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine

from vfm.roles import Actor, Role
from vfm.store.database import transaction
from vfm.store.tables import Council, Directorate, Division, Person, PersonRole, Service

NOW = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)
SERVICES = {
    "LIB": ("Libraries", "Communities", "Culture"),
    "WASTE": ("Waste collection", "Place", "Environment"),
    "ROADS": ("Highways", "Place", "Transport"),
    "HOME": ("Home care", "Adults", "Care"),
    "SEND": ("Special educational needs", "Children", "Education"),
}


@dataclass(frozen=True)
class SmallCouncil:
    """Ids of what was made.

    Attributes:
        services: key -> id.
        people: role value -> id. The director directs LIB and WASTE, `other_director` ROADS, HOME and SEND;
            the contributor helps with LIB, the executive director signs for LIB and WASTE.
    """

    services: dict[str, int]
    people: dict[str, int]

    def actor(self, who: str) -> Actor:
        """The person as a workflow knows them."""
        role = Role("director" if who == "other_director" else who)
        oversees = ("LIB", "WASTE") if who == "executive_director" else ()
        directs = {"director": ("LIB", "WASTE"), "other_director": ("ROADS", "HOME", "SEND")}.get(who, ())
        helps = ("LIB",) if who == "contributor" else ()
        return Actor(
            id=self.people[who],
            name=who.replace("_", " ").title(),
            roles=frozenset({role}),
            directs=frozenset(self.services[key] for key in directs),
            contributes_to=frozenset(self.services[key] for key in helps),
            oversees=frozenset(self.services[key] for key in oversees),
        )


def small_council(engine: Engine) -> SmallCouncil:
    """Fill an empty, upgraded database."""
    with transaction(engine) as session:
        session.add(Council(name="Wrenmouth Test Council", financial_year="2026-27"))
        places: dict[str, Directorate] = {}
        services = {}
        for key, (name, directorate, division) in SERVICES.items():
            if directorate not in places:
                places[directorate] = Directorate(name=directorate)
                session.add(places[directorate])
                session.flush()
            part = Division(name=division, directorate_id=places[directorate].id)
            session.add(part)
            session.flush()
            services[key] = Service(key=key, name=name, division_id=part.id)
            session.add(services[key])
            session.flush()
        people = {}
        for who in (*Role, "other_director"):
            person = Person(
                name=str(who).replace("_", " ").title(), email=f"{who}@wrenmouth.example", created_at=NOW
            )
            session.add(person)
            session.flush()
            people[str(who)] = person.id
        made = SmallCouncil({key: row.id for key, row in services.items()}, people)
        for who, person_id in people.items():
            actor = made.actor(who)
            (role,) = actor.roles
            for service_id in sorted(actor.directs | actor.contributes_to | actor.oversees) or [None]:
                session.add(PersonRole(person_id=person_id, role=role.value, service_id=service_id))
    return made
