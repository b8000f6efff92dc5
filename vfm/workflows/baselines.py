"""Baselines: listed, shown whole, handed out to be checked elsewhere, and checked here.

The room's rule: nothing here writes. A baseline is made when a challenge is closed, and never touched again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from vfm.errors import NotFound
from vfm.roles import Actor
from vfm.scoring.baseline import Baseline, recounted
from vfm.store import baselines
from vfm.store.baselines import Kept
from vfm.store.queries import baselines as queries


@dataclass(frozen=True, slots=True)
class Line:
    """One baseline in the list; `overall` is that of the agreed result it was made from."""

    id: int
    service_id: int
    service: str
    directorate: str
    template: str
    cycle: str
    assessment_id: int
    frozen_at: datetime
    content_hash: str
    overall: Mapping[str, Any]


@dataclass(frozen=True)
class View:
    """One baseline, whole.

    Attributes:
        content: every part of it as it was frozen.
    """

    kept: Kept
    found: Baseline
    directorate: str
    division: str

    @property
    def content(self) -> Mapping[str, Any]:
        """Weights, points, figures and the rest as they were frozen."""
        return self.kept.content


def index(session: Session, *, search: str = "", by: Actor) -> tuple[Line, ...]:
    """The baselines of every service this person reads results of, by service."""
    own = None if by.sees_all_services else by.answers_for
    words = search.casefold().split()
    return tuple(
        Line(**row._mapping)  # noqa: SLF001 its public name
        for row in queries.index(session, own)
        if all(word in f"{row.service} {row.directorate} {row.template}".casefold() for word in words)
    )


def show(session: Session, baseline_id: int, *, by: Actor) -> View:
    """One baseline.

    Raises:
        NotFound: there is no such baseline, or its service is not this person's business.
        Invalid: what is kept is not what was frozen.
    """
    kept = baselines.one(session, baseline_id)
    if kept is None or not by.sees(kept.service_id):
        raise NotFound
    directorate, division = queries.place(session, kept.service_id)
    return View(kept, kept.sound, directorate, division)


@dataclass(frozen=True, slots=True)
class Check:
    """What checking one baseline found.

    Attributes:
        faults: sentences, none where it is what was frozen and follows from its answers.
        notices: what a reader should know although it is no fault.
    """

    service: str
    template: str
    cycle: str
    content_hash: str
    faults: tuple[str, ...]
    notices: tuple[str, ...] = ()


def ids(session: Session) -> list[int]:
    """Every baseline there is, to be checked one by one."""
    return baselines.ids(session)


def check(session: Session, baseline_id: int) -> Check:
    """Read a baseline again, score its answers again, and hold it against the agreed result beside it."""
    kept = baselines.one(session, baseline_id)
    if kept is None:
        raise NotFound
    about = kept.service, kept.template, kept.cycle, kept.content_hash
    if kept.found is None:
        return Check(*about, (kept.refusal,))
    faults, notices = [], []
    if (count := recounted(kept.found)).differs:
        places = ", ".join(count.differs[:5]) + (" and more" if len(count.differs) > 5 else "")
        if count.is_same_engine:
            faults.append(f"Its frozen result does not follow from its frozen answers: {places} differ.")
        else:
            notices.append(
                f"It was scored by engine {count.kept_by}; this program's engine {count.counted_by} scores "
                f"{places} otherwise. The frozen result stands."
            )
    elif not count.is_same_engine:
        notices.append(
            f"It was scored by engine {count.kept_by}; this program's engine {count.counted_by} comes to "
            "the same figures."
        )
    if queries.agreed(session, kept.assessment_id) != kept.content["result"]:
        faults.append("The agreed result that is kept beside it is another.")
    return Check(*about, tuple(faults), tuple(notices))
