"""Fill an empty database with the demo council."""

from collections.abc import Callable
from datetime import datetime

from vfm.demo import compared, set_up, story
from vfm.gateways.file_store import FileStore
from vfm.store.database import Engine, transaction


def fill(
    engine: Engine,
    *,
    now: datetime,
    files: FileStore,
    at_least: int = 0,
    tell: Callable[[story.Stage], None] = story.tell,
) -> None:
    """Make the council, its people and figures, and everything it has done before `now`.

    Args:
        engine: an upgraded database without a council.
        now: the day the story ends; dates count back from it.
        files: where the files of evidence go.
        at_least: repeat the services until there are so many, for measuring.
        tell: what has become of them; another story than the demo's, for measuring.

    Raises:
        Invalid: a file of data/demo is missing or wrong.
    """
    source = set_up.repeated(set_up.read(), at_least)
    begun = now.replace(year=now.year - 2, day=1)
    with transaction(engine) as session:
        services = set_up.places(session, source)
        people = set_up.people(session, source, services, now=begun)
        set_up.take_in_figures(session, source, by=None, now=begun)
        compared.take_in(session, services, now=begun)
    tell(story.Stage(engine, source, services, people, now, files))
