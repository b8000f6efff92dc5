"""Who may act: the roles, and the person on whose behalf a workflow runs. Pure values."""

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """What somebody does here; the value is the word used in files, addresses and the store."""

    ADMINISTRATOR = "administrator"
    CORE_TEAM = "core_team"
    DIRECTOR = "director"
    EXECUTIVE_DIRECTOR = "executive_director"
    CONTRIBUTOR = "contributor"
    CHALLENGER = "challenger"
    EXECUTIVE = "executive"
    VIEWER = "viewer"

    @property
    def words(self) -> str:
        """The role as it is shown on a page: `Core team`."""
        return self.value.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True)
class Actor:
    """The signed-in person a workflow acts for.

    Attributes:
        id: the person's row.
        name: as shown beside what they did.
        roles: every role held, anywhere in the council.
        directs: services this person directs, or stands in for who does.
        contributes_to: services this person is at hand to help answer for; what they may see of an
            assessment is what they were given of it (`vfm.store.reach`).
        oversees: services this person signs for as executive director, after their director.
        stands_in_for: of those directed, the ones as a deputy.
        language: in which they read, `en` or `cy`; what they are asked is shown in it where it can be.
    """

    id: int
    name: str
    roles: frozenset[Role] = frozenset()
    directs: frozenset[int] = field(default=frozenset())
    contributes_to: frozenset[int] = field(default=frozenset())
    stands_in_for: frozenset[int] = field(default=frozenset())
    oversees: frozenset[int] = field(default=frozenset())
    language: str = "en"

    def has(self, *roles: Role) -> bool:
        """True when at least one of `roles` is held."""
        return not self.roles.isdisjoint(roles)

    @property
    def sees_all_services(self) -> bool:
        """True for everyone whose work spans the council."""
        return self.has(Role.ADMINISTRATOR, Role.CORE_TEAM, Role.CHALLENGER, Role.EXECUTIVE, Role.VIEWER)

    def works_on(self, service_id: int) -> bool:
        """True for the director and the contributors of a service."""
        return service_id in self.directs or service_id in self.contributes_to

    def sees(self, service_id: int) -> bool:
        """True when this person may know how the service is doing: not who helps with parts alone."""
        return self.sees_all_services or service_id in self.answers_for

    @property
    def answers_for(self) -> frozenset[int]:
        """Services this person stands for as a whole: as director, deputy or executive director."""
        return self.directs | self.oversees
