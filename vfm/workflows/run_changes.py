"""One ranking beside an earlier one: who moved, and why."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from vfm.errors import NotFound
from vfm.prioritisation.run_changes import Kept, RunChanges, compared
from vfm.store.queries import priorities as queries
from vfm.store.queries.priorities import RunRow


@dataclass(frozen=True, slots=True)
class View:
    """A ranking and what it is held against.

    Attributes:
        since: the earlier run; None where there is none, and `changes` with it.
        earlier: every run made before this one, the newest first.
        ids: service key -> its id.
    """

    run: RunRow
    since: RunRow | None
    earlier: tuple[RunRow, ...]
    changes: RunChanges | None
    ids: dict[str, int]


def show(session: Session, run_id: int, since_id: int | None = None) -> View:
    """What changed since another run; by itself, the one before of the same cycle, else the one before.

    Raises:
        NotFound: there is no such run, or no such earlier one.
    """
    runs = queries.runs(session)
    run = next((one for one in runs if one.id == run_id), None)
    if run is None:
        raise NotFound(f"run {run_id}")
    earlier = tuple(one for one in runs if (one.at, one.id) < (run.at, run.id))
    if since_id is None:
        since = next((one for one in earlier if one.cycle_id == run.cycle_id), next(iter(earlier), None))
    else:
        since = next((one for one in earlier if one.id == since_id), None)
        if since is None:
            raise NotFound(f"run {since_id} before run {run_id}")
    inputs, result = queries.whole(session, run_id)
    ids = {one["key"]: one["id"] for one in inputs["services"]}
    if since is None:
        return View(run, None, (), None, ids)
    old_inputs, old_result = queries.whole(session, since.id)
    changes = compared(Kept(old_result, old_inputs), Kept(result, inputs))
    return View(run, since, earlier, changes, ids)
