"""Targets: set by a service's director or the core team, changed by a newer one, withdrawn with a reason.

The room's rule: a target is never overwritten. How far the service has come is `vfm.scoring.targets`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import update
from sqlalchemy.orm import Session

from vfm.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from vfm.questionnaires import figures
from vfm.questionnaires.figures import london_day
from vfm.questionnaires.schema import Questionnaire
from vfm.roles import Actor, Role
from vfm.scoring.change import Change
from vfm.scoring.methods import METHODS
from vfm.scoring.results import Scorecard
from vfm.scoring.rounds import Round, ServiceHead
from vfm.scoring.targets import Target, Way, is_met, score_of, time_gone, way
from vfm.store import content, events, rounds, targets
from vfm.store.baselines import Kept as Start
from vfm.store.tables import Target as TargetRow

LONGEST = 2_000
"""Characters of a reason."""
OVERALL = "overall"
"""How the overall is named in a form; sections by their keys."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A target as typed; `due` is day, month and year, `seen` the newest target its reader saw."""

    place: str = ""
    points: str = ""
    due: tuple[str, str, str] = ("", "", "")
    reason: str = ""
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A target that stands, and how far the service has come towards it.

    Attributes:
        title: of the section, "Overall" for the overall.
        score: the newest reported score of the place; None where it is withheld.
        is_met: whether that score has come to the target; None without one.
        time_gone: share of the time from the baseline to its day that is over.
        is_late: its day is over.
    """

    target: Target
    title: str
    way: Way
    score: float | None
    is_met: bool | None
    time_gone: float | None
    is_late: bool


@dataclass(frozen=True)
class View:
    """The targets of a service for one template.

    Attributes:
        templates: (id, title) of every template the service was asked, the newest first.
        places: (name in the form, title) of what a target can be set for; none under a table of rules.
        lines: what stands; history: every target there ever was, the newest first.
        titles: section key -> title, over every version; "" is the overall.
        cycle: name of the round the standing is of; "" where nothing later than the baseline has a result.
        start_cycle: name of the baseline's; "" without a baseline. `refusal`: why it cannot be used.
        may_set: whether this person sets and withdraws.
    """

    service: ServiceHead
    template_id: int
    template: str
    templates: tuple[tuple[int, str], ...]
    places: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    history: tuple[Target, ...]
    titles: Mapping[str, str]
    cycle: str
    start_cycle: str
    refusal: str
    may_set: bool

    @property
    def newest(self) -> str:
        """What its reader has seen of them, for `Typed.seen`."""
        return str(self.history[0].id) if self.history else "0"

    def state_of(self, target: Target) -> str:
        """`stands`, `withdrawn` or `replaced`."""
        if target.withdrawn_at is not None:
            return "withdrawn"
        return "stands" if any(line.target.id == target.id for line in self.lines) else "replaced"


def show(
    session: Session, service_id: int, template_id: int | None = None, *, by: Actor, now: datetime
) -> View:
    """A service's targets, for the template asked for or the one it was asked last.

    Raises:
        NotFound: there is no such service, it was not asked that template, or it is not theirs to read.
    """
    about = rounds.service(session, service_id)
    if about is None or not by.sees(service_id):
        raise NotFound
    found = rounds.of_service(session, service_id)
    known = {one.template_id: one for one in reversed(found)}
    titles = tuple(dict.fromkeys((one.template_id, one.template) for one in reversed(found)))
    chosen = _template(template_id, found, known)
    if chosen is None:
        return View(about, 0, "", (), (), (), (), {}, "", "", "", _may_set(by, service_id))
    asked = [one for one in found if one.template_id == chosen]
    questionnaires = [content.questionnaire(session, one.version_id, one.content_hash) for one in asked]
    history = targets.of_service(session, service_id, chosen)
    named = {"": "Overall"} | {k: s.title for q in questionnaires for k, s in q.all_sections.items()}
    start = rounds.baseline(session, service_id, chosen)
    since = rounds.since_start(session, found, start) if start and start.found else None
    today = london_day(now)
    standing = targets.standing(history).values()
    return View(
        about,
        chosen,
        asked[-1].template,
        titles,
        tuple(_places(questionnaires[-1])),
        tuple(_line(one, named, start, since[0].card if since else None, since[1] if since else None, today)
              for one in standing),
        history,
        named,
        since[0].round.cycle if since else "",
        start.cycle if start else "",
        start.refusal if start else "",
        _may_set(by, service_id),
    )  # fmt: skip


def _template(wanted: int | None, found: tuple[Round, ...], known: Mapping[int, Round]) -> int | None:
    if wanted is not None and wanted not in known:
        raise NotFound
    if wanted is not None:
        return wanted
    scored = [one for one in found if one.has_result] or list(found)
    return scored[-1].template_id if scored else None


def _line(
    one: Target,
    named: Mapping[str, str],
    start: Start | None,
    card: Scorecard | None,
    since: Change | None,
    today: date,
) -> Line:
    frozen = start.found if start else None
    score = None if card is None else score_of(card, one.place)
    return Line(
        one,
        named.get(one.place, one.place),
        way(frozen.scorecard if frozen else None, since, one.place, float(one.points)),
        score,
        is_met(score, float(one.points)),
        time_gone(frozen.agreed_on, one.due_on, today) if frozen else None,
        one.due_on < today,
    )


def _places(questionnaire: Questionnaire) -> list[tuple[str, str]]:
    """What can have a target: the overall unless it is off, and every section with points."""
    if not METHODS[questionnaire.scoring.method].has_score:
        return []
    scored = [
        (section.key, section.title)
        for section in questionnaire.all_sections.values()
        if any(question.is_scored for inner in section.walk() for question in inner.questions)
    ]
    return ([(OVERALL, "Overall")] if questionnaire.scoring.has_overall else []) + scored


def _may_set(by: Actor, service_id: int) -> bool:
    return by.has(Role.CORE_TEAM) or service_id in by.directs


def put(
    session: Session, service_id: int, template_id: int, typed: Typed, *, by: Actor, now: datetime
) -> int:
    """Set a target, in the place of one that stands for the same thing; its id.

    Raises:
        NotFound: as `show`.
        Forbidden: only the director and the core team set targets.
        Invalid: every field that cannot be used.
        Conflict: somebody set another one for the same thing since the form was opened.
    """
    view = show(session, service_id, template_id, by=by, now=now)
    if not view.may_set:
        raise Forbidden("Only the service's director and the core team set its targets.")
    place, points, due, reason = _read(typed, view, london_day(now))
    newer = [one for one in view.history if one.place == place and one.id > _number(typed.seen)]
    if newer:
        given = f"{newer[0].points.normalize():f} points"
        raise Conflict(
            f"{newer[0].by} has set a target for the same in the meantime: {given}. Look at it, and set "
            "yours again if it still holds."
        )
    row = TargetRow(
        service_id=service_id,
        template_id=template_id,
        place=place,
        points=points,
        due_on=due,
        reason=reason,
        by_id=by.id,
        at=now,
    )
    session.add(row)
    session.flush()
    after = {"place": place, "points": str(points), "due_on": due.isoformat(), "reason": reason}
    before = next((one for one in view.lines if one.target.place == place), None)
    events.record(
        session,
        "set",
        "target",
        row.id,
        by_id=by.id,
        now=now,
        before={"target": before.target.id} if before else None,
        after=after,
    )
    return row.id


def _number(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdecimal() else 0


def _read(typed: Typed, view: View, today: date) -> tuple[str, Decimal, date, str]:
    problems: list[Problem] = []
    if typed.place not in dict(view.places):
        problems.append(Problem("place", "Choose what the target is for: the overall score or one section."))
    points, due = Decimal(0), today
    try:
        points = _points(typed.points)
    except ValueError as error:
        problems.append(Problem("points", str(error)))
    try:
        due = _due(typed.due, today)
    except ValueError as error:
        problems.append(Problem("due", str(error)))
    try:
        reason = reason_of(typed.reason, "Say why this target, in a sentence. It stands beside it.")
    except ValueError as error:
        problems.append(Problem("reason", str(error)))
    if problems:
        raise Invalid(problems)
    return "" if typed.place == OVERALL else typed.place, points, due, reason


def _points(typed: str) -> Decimal:
    if not typed.strip():
        raise ValueError("Give the score to reach, from 0 to 100.")
    points = figures.number(typed, places=1, cure="Give a score from 0 to 100, such as 62.5.")
    if not 0 <= points <= 100:
        raise ValueError(f"{typed.strip()} is off the scale. Give a score from 0 to 100.")
    return points


def _due(typed: tuple[str, str, str], today: date) -> date:
    due = figures.day_of(*typed)
    if due <= today:
        raise ValueError("That day is over. Give a day to come.")
    return due


def reason_of(typed: str, missing: str) -> str:
    """A reason as it is kept.

    Raises:
        ValueError: it is blank (`missing` says what to do) or too long.
    """
    reason = typed.strip()
    if not reason:
        raise ValueError(missing)
    if len(reason) > LONGEST:
        raise ValueError(f"This has {len(reason):,} characters; the most is {LONGEST:,}.")
    return reason


def place_of(session: Session, target_id: int, *, by: Actor) -> tuple[int, int]:
    """(Service, template) of a target.

    Raises:
        NotFound: there is no such target, or its service is not this person's business.
    """
    row = session.get(TargetRow, target_id)
    if row is None or not by.sees(row.service_id):
        raise NotFound
    return row.service_id, row.template_id


def withdraw(session: Session, target_id: int, reason: str, *, by: Actor, now: datetime) -> None:
    """End a target without another in its place.

    Raises:
        NotFound: as `place_of`.
        Forbidden: only the director and the core team withdraw targets.
        Invalid: there is no reason.
        Conflict: it does not stand any more.
    """
    service_id, template_id = place_of(session, target_id, by=by)
    if not _may_set(by, service_id):
        raise Forbidden("Only the service's director and the core team withdraw its targets.")
    standing = targets.standing(targets.of_service(session, service_id, template_id))
    if target_id not in {one.id for one in standing.values()}:
        raise Conflict("This target does not stand any more: it was withdrawn, or another took its place.")
    try:
        why = reason_of(reason, "Say why it is withdrawn, in a sentence. It stands in the history.")
    except ValueError as error:
        raise Invalid([Problem(f"why.{target_id}", str(error))]) from None
    session.execute(
        update(TargetRow).where(TargetRow.id == target_id).values(withdrawn_at=now, withdrawn_by_id=by.id)
    )
    events.record(session, "withdrawn", "target", target_id, by_id=by.id, now=now, after={"reason": why})
