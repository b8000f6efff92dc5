"""Whole cycles of a database as pandas frames: for analysts at a prompt or in a notebook.

`docs/analysts.md` shows how. Nothing of a page loads this.
"""

from dataclasses import asdict, dataclass

import pandas

from vfm.errors import Invalid, Problem
from vfm.reports import frames
from vfm.roles import Actor, Role
from vfm.scoring.portfolio import Portfolio, score_all
from vfm.store import database
from vfm.store.queries import portfolio as queries
from vfm.workflows import portfolio as workflow
from vfm.workflows.portfolio import Answered

ANALYST = Actor(0, "Analyst", frozenset({Role.VIEWER}))
"""Whoever may read the database's file may read all services of it."""


@dataclass(frozen=True, eq=False)
class Frames:
    """The results of some cycles.

    Attributes:
        scores: a row for each assessment: who was assessed (cycle, service_key, service, family, division,
            directorate, step), then `frames.COLUMNS["scores"]`. The index of it is the assessment's number.
        sections, questions: as `frames.COLUMNS` describes them; `assessment` is that number.
        portfolio: what they were made from.
    """

    scores: pandas.DataFrame
    sections: pandas.DataFrame
    questions: pandas.DataFrame
    portfolio: Portfolio


def of_cycles(
    address: str, *names: str, answered: Answered = Answered.COUNTS, with_open: bool = False
) -> Frames:
    """Load and score every assessment of some cycles.

    Args:
        address: of the database, as in `VFM_DATABASE`.
        names: of cycles that ask the same version.
        answered: those that count (once a result is agreed, agreed ones laid over) or the services' own.
        with_open: also assessments that were not sent yet.

    Raises:
        Invalid: the database cannot be used, there is no such cycle, or the cycles ask different versions.
    """
    with database.opened(address) as engine:
        database.check(engine)
        with database.reading(engine) as session:
            known = queries.cycle_ids(session)
            missing = [name for name in names if name not in known]
            if missing or not names:
                words = f"There is no cycle {missing[0]!r}." if missing else "No cycle was named."
                raise Invalid([Problem("cycles", f"{words} There are: {', '.join(known) or 'none'}.")])
            loaded = workflow.load(
                session, [known[name] for name in names], by=ANALYST, answered=answered, with_open=with_open
            )
    portfolio = score_all(loaded.columns)
    about = pandas.DataFrame(
        [asdict(one) for one in loaded.assessments],
        columns=["id", "cycle", "service_key", "service", "family", "division", "directorate", "status"],
    )
    about = about.rename(columns={"status": "step"}).set_index("id").rename_axis("assessment")
    return Frames(
        scores=about.join(frames.overall(portfolio)),
        sections=frames.sections(portfolio),
        questions=frames.questions(portfolio),
        portfolio=portfolio,
    )
