"""How firm a kept ranking is: what is shown of it, the whole of it recomputed, and the run made again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from vfm.errors import NotFound
from vfm.prioritisation import rerun as rerunning
from vfm.prioritisation.criteria import Criterion
from vfm.prioritisation.firmness import Firmness, read_firmness
from vfm.prioritisation.outline import Line
from vfm.prioritisation.ranking import Ranking
from vfm.prioritisation.record import read_criteria
from vfm.store.queries import priorities as queries
from vfm.store.queries.priorities import RunRow


@dataclass(frozen=True, slots=True)
class View:
    """How firm a run is.

    Attributes:
        firm: what was kept of it; None for a run kept before it was.
        ranked: the services with a place in display order, as `firm` counts them.
        not_ranked: names of those without.
        criteria: key -> criterion, those with a weight and those without.
        engine: what made the run: version of the rules and of the libraries.
    """

    run: RunRow
    firm: Firmness | None
    ranked: tuple[Line, ...]
    not_ranked: tuple[str, ...]
    criteria: Mapping[str, Criterion]
    engine: str

    @property
    def names(self) -> list[str]:
        """Of the ranked services, in display order."""
        return [line.name for line in self.ranked]

    @property
    def words(self) -> dict[str, str]:
        """Criterion -> its words."""
        return {key: criterion.name for key, criterion in self.criteria.items()}


def view(session: Session, run_id: int) -> View:
    """How firm a run is, from what was kept with it.

    Raises:
        NotFound: there is no such run.
    """
    found = queries.run(session, run_id)
    if found is None:
        raise NotFound(f"run {run_id}")
    run, outline = found
    engine, kept = queries.firmness(session, run_id)
    lines = [Line(*values) for values in outline["lines"]]
    return View(
        run=run,
        firm=read_firmness(kept) if kept else None,
        ranked=tuple(line for line in lines if line.rank is not None),
        not_ranked=tuple(line.name for line in lines if line.rank is None),
        criteria={criterion.key: criterion for criterion in read_criteria(outline["criteria"])},
        engine=engine,
    )


def whole(session: Session, run_id: int) -> Ranking:
    """The ranking of a run with every count of its simulation, made again from what is stored.

    Raises:
        NotFound: there is no such run.
    """
    run = _stored(session, run_id)
    return rerunning.ranking_of(run.settings, run.inputs)


def _stored(session: Session, run_id: int) -> queries.StoredRun:
    run = queries.stored(session, run_id)
    if run is None:
        raise NotFound(f"run {run_id}")
    return run


# --- the same again? ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rerun:
    """A run made again from what is stored of it.

    Attributes:
        is_same: whether result and firmness are the same to the byte.
        differs: what is not: `result`, `robustness`.
        made_with, made_now: versions of the rules and libraries, then and now.
        without: whether the run was kept before firmness was, so that only its result is held against it.
    """

    run_id: int
    name: str
    is_same: bool
    differs: tuple[str, ...]
    made_with: str
    made_now: str
    without: bool


def ids(session: Session) -> list[int]:
    """Every run, the oldest first."""
    return queries.run_ids(session)


def rerun(session: Session, run_id: int) -> Rerun:
    """Make a run again from its settings and inputs, and hold it against what was kept; nothing is written.

    Raises:
        NotFound: there is no such run.
    """
    run = _stored(session, run_id)
    result, robustness = rerunning.ranked_and_tested(run.settings, run.inputs)
    differs = []
    if _bytes(result) != _bytes(run.result):
        differs.append("result")
    if run.robustness is not None and _bytes(robustness) != _bytes(run.robustness):
        differs.append("robustness")
    return Rerun(
        run_id,
        run.name,
        not differs,
        tuple(differs),
        run.engine,
        rerunning.MADE_BY,
        run.robustness is None,
    )


def _bytes(value: Mapping[str, Any]) -> str:
    return json.dumps(value)


def rerun_words(found: Rerun) -> str:
    """What making a run again has shown."""
    if found.is_same:
        more = (
            " It was kept before firmness was, so that only its list was compared." if found.without else ""
        )
        return f"Made again from what is stored, “{found.name}” is the same to the last digit.{more}"
    what = " and ".join("the list" if one == "result" else "how firm it is" for one in found.differs)
    if found.made_with != found.made_now:
        why = f"It was made with {found.made_with}, and here is {found.made_now}."
    else:
        why = "The versions are the same, so that what is stored must have been changed."
    return f"Made again from what is stored, “{found.name}” differs in {what}. {why}"
