"""Change: any two rounds of a service compared, down to each question, or the reason why they are not.

The room's rule: every figure comes from `vfm.scoring.change`; what was frozen is read as it was frozen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from vfm.errors import Invalid, NotFound, Problem
from vfm.questionnaires.changes import Changes, compare
from vfm.roles import Actor
from vfm.scoring.change import Change
from vfm.scoring.rounds import Round, ServiceHead, Side
from vfm.scoring.targets import Towards, towards
from vfm.store import rounds, targets
from vfm.store.queries import changes as queries


@dataclass(frozen=True, slots=True)
class Said:
    """The core team's word that a reworded question means the same: why, by whom, when."""

    reason: str
    by: str
    at: datetime


@dataclass(frozen=True)
class View:
    """Two rounds of a service side by side.

    Attributes:
        rounds: every round with a result, the oldest first: what may be chosen.
        baseline_id: of the template of the later round; None where it has none.
        starts: assessments whose result became a baseline.
        pair: the assessments chosen, the earlier first; None where there are no two.
        before, after: both sides; None where nothing is compared.
        change: None where the two cannot be compared at all, which `refusal` says.
        wording: what changed in the questionnaire in between.
        marks: question key -> the words of the core team by which it means the same; of those compared.
        targets: those that stand and how far the service had come; none unless it is since the baseline.
        kept: the change as it was kept when the later result was agreed, where it is since the baseline; None
            otherwise.
    """

    service: ServiceHead
    rounds: tuple[Round, ...]
    starts: frozenset[int]
    baseline_id: int | None = None
    pair: tuple[int, int] | None = None
    before: Side | None = None
    after: Side | None = None
    change: Change | None = None
    refusal: str = ""
    wording: Changes | None = None
    marks: Mapping[str, tuple[Said, ...]] = field(default_factory=dict)
    targets: tuple[Towards, ...] = ()
    kept: Mapping[str, Any] | None = None

    @property
    def is_since_baseline(self) -> bool:
        """True where the earlier side is the baseline as it was frozen."""
        return self.before is not None and self.before.is_frozen


def show(
    session: Session, service_id: int, before_id: int | None = None, after_id: int | None = None, *, by: Actor
) -> View:
    """Two rounds of a service compared: the baseline and the newest, unless others are asked for.

    Whichever was opened first is the earlier side. Rounds of two templates, and a round with itself, are
    refused in words; so is a baseline that is not what was frozen.

    Raises:
        NotFound: there is no such service or round of it, no result of a round asked for, or it is not this
            person's business.
    """
    about = rounds.service(session, service_id)
    if about is None or not by.sees(service_id):
        raise NotFound
    found = tuple(one for one in rounds.of_service(session, service_id) if one.has_result)
    known = {one.assessment_id: one for one in found}
    if not {before_id, after_id} <= {None, *known}:
        raise NotFound
    starts = queries.starts(session, service_id)
    view = View(about, found, frozenset(starts.values()))
    pair = _chosen(found, starts, before_id, after_id)
    if pair is None:
        return view
    view = replace(view, pair=(pair[0].assessment_id, pair[1].assessment_id))
    return _compared(session, view, *pair)


def _chosen(
    found: Sequence[Round], starts: Mapping[int, int], before_id: int | None, after_id: int | None
) -> tuple[Round, Round] | None:
    """The two rounds meant, the earlier first; None where there are no two to compare."""
    known = {one.assessment_id: one for one in found}
    if before_id is not None and after_id is not None:
        one, other = sorted((known[before_id], known[after_id]), key=found.index)
        return one, other
    if before_id is not None:
        later = [one for one in found if one.template_id == known[before_id].template_id]
        return (known[before_id], later[-1]) if later[-1].assessment_id != before_id else None
    after = known[after_id] if after_id is not None else _newest_after_a_start(found, starts)
    if after is None:
        return None
    alike = [one for one in found if one.template_id == after.template_id]
    earlier = alike[: alike.index(after)]
    start = next((one for one in earlier if one.assessment_id == starts.get(after.template_id)), None)
    return (start or earlier[-1], after) if earlier else None


def _newest_after_a_start(found: Sequence[Round], starts: Mapping[int, int]) -> Round | None:
    """The newest round that has another of its template before it, those that have a baseline first."""
    templates = [one.template_id for one in found]
    later = [one for place, one in enumerate(found) if one.template_id in templates[:place]]
    measured = [one for one in later if one.template_id in starts]
    return measured[-1] if measured else later[-1] if later else None


def _compared(session: Session, view: View, before: Round, after: Round) -> View:
    if before.assessment_id == after.assessment_id:
        return replace(view, refusal="That is one cycle twice. Choose two different cycles to compare.")
    if before.template_id != after.template_id:
        words = f"{before.cycle} asked “{before.template}” and {after.cycle} asked “{after.template}”."
        return replace(
            view,
            refusal=f"{words} Two templates ask different things, so their results are not compared. "
            "Choose two cycles of one template.",
        )
    start = rounds.baseline(session, view.service.id, after.template_id)
    try:
        found = rounds.sides(session, (before, after), start)
    except Invalid as error:
        return replace(view, refusal=error.problems[0].message)
    then, now = found[before.assessment_id], found[after.assessment_id]
    made, marks = rounds.between(session, then, now)
    used = {one.key for one in made.questions} & marks.keys()
    kept = queries.kept_change(session, after.assessment_id) if then.is_frozen else None
    return replace(
        view,
        baseline_id=start.id if start is not None else None,
        before=then,
        after=now,
        change=made,
        wording=compare(then.questionnaire, now.questionnaire, same_meaning=marks.keys()),
        marks={key: tuple(Said(one.reason, one.by, one.at) for one in marks[key]) for key in sorted(used)},
        targets=targets_of(session, then, made) if then.is_frozen else (),
        kept=kept,
    )


def targets_of(session: Session, then: Side, since: Change) -> tuple[Towards, ...]:
    """Every target that stands, and how far the service had come."""
    standing = targets.standing(targets.of_service(session, then.round.service_id, then.round.template_id))
    return towards(then.card, since, standing.values())


def comparable(view: View) -> tuple[Side, Side, Change]:
    """Both sides and the change between them, to be handed on.

    Raises:
        Invalid: there is none, and why.
    """
    if view.before is None or view.after is None or view.change is None:
        words = view.refusal or "This service has no two results of one template yet, so there is no change."
        raise Invalid([Problem("change", words)])
    return view.before, view.after, view.change
