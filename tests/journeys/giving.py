"""How a director gives work away: before that, a contributor sees nothing of an assessment."""

from tests.journeys.person import Person


def give_all(director: Person, service: str, cycle: str, who: str) -> None:
    """The director gives the whole to a colleague, who sees nothing of it before; later cycles repeat it."""
    director.open("/").follow_row(service, cycle).click("Give to colleagues").tick("All of it")
    director.tick(who, exact=False).press("Give it to them").sees(f"Given to {who}")
