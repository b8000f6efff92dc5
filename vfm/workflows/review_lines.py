"""Lines of enquiry from a template, which the team of the review answers like an assessment.

The answers stand in a cycle of their own, of kind `review`, that asks this one service. It is none of the
rounds in which services assess themselves: no list, result or ranking of those shows it.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from vfm.errors import Conflict, Invalid, Problem
from vfm.questionnaires import checks, routing
from vfm.questionnaires.enquiry import Enquiry, enquiries
from vfm.roles import Actor
from vfm.store import content, events, review_reach, review_teams
from vfm.store.queries import review_work as queries
from vfm.store.queries.review_work import Head, OpenVersion
from vfm.store.tables import Assessment, Cycle, Review, ReviewHypothesis, ReviewLine, Version

USUAL = timedelta(weeks=8)
"""How long a team has for its answers where no end of the review is given."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What lines can be taken from, and what that gives.

    Attributes:
        chosen: the version looked at, None before one is; lines: what it gives.
        answered: the template that the team answers already, in words; empty where it answers none.
        already: how many lines the review has.
    """

    head: Head
    versions: tuple[OpenVersion, ...]
    chosen: OpenVersion | None
    lines: tuple[Enquiry, ...]
    answered: str
    already: int


def choices(session: Session, review_id: int, version: str = "", *, by: Actor) -> Choices:
    """The templates that can be used, and the lines that the one chosen gives.

    Raises:
        NotFound, Forbidden, Conflict: as `review_reach.to_change` says.
    """
    head = review_reach.to_change(session, review_id, by, lock=False)
    return _choices(session, head, version)


def _choices(session: Session, head: Head, version: str) -> Choices:
    versions = queries.usable_versions(session)
    chosen = next((one for one in versions if str(one.id) == version), None)
    lines: tuple[Enquiry, ...] = ()
    if chosen is not None:
        lines = enquiries(content.questionnaire(session, chosen.id, chosen.content_hash))
    answered = ""
    if head.assessment_id is not None:
        now = queries.template_of(session, head.assessment_id)
        answered = f"{now.template}, version {now.number}"
    already = len(queries.lines(session, head.id))
    return Choices(head, tuple(versions), chosen, lines, answered, already)


def take(session: Session, review_id: int, version: str, *, by: Actor, now: datetime) -> int:
    """Add the lines of a template with their hypotheses, and let the team answer it; how many were added.

    A version that was open to nobody yet is opened by this: its words do not change afterwards.

    Raises:
        NotFound, Forbidden: as `review_reach.to_change` says.
        Invalid: no such template, or it has faults that have to be mended first.
        Conflict: the review is closed, or its team answers a template already.
    """
    head = review_reach.to_change(session, review_id, by)
    found = _choices(session, head, version)
    if found.answered:
        raise Conflict(f"The team answers {found.answered} already. Write further lines by hand.")
    chosen = found.chosen
    if chosen is None:
        raise Invalid([Problem("version", "Choose the template to take the lines from.")])
    questionnaire = content.questionnaire(session, chosen.id, chosen.content_hash)
    if questionnaire.is_group_response:
        words = "This template is answered by a group whose members answer alone. Choose another."
        raise Invalid([Problem("version", words)])
    if checks.problems(questionnaire):
        words = "This draft has mistakes that have to be mended first: open it under Templates."
        raise Invalid([Problem("version", words)])
    _open_version(session, chosen, now)
    _add_lines(session, head, found)
    assessment_id = _ask(session, head, chosen, routing.progress(questionnaire, {}).asked, now)
    session.execute(
        update(Review)
        .where(Review.id == review_id)
        .values(assessment_id=assessment_id, revision=Review.revision + 1)
    )
    after = {"template": f"{chosen.template}, version {chosen.number}", "lines": len(found.lines)}
    events.record(
        session, "took lines from a template", "review", review_id, by_id=by.id, now=now, after=after
    )
    return len(found.lines)


def _open_version(session: Session, chosen: OpenVersion, now: datetime) -> None:
    session.execute(
        update(Version)
        .where(Version.id == chosen.id, Version.status == "draft")
        .values(status="live", opened_at=now)
    )


def _add_lines(session: Session, head: Head, found: Choices) -> None:
    for position, one in enumerate(found.lines, found.already + 1):
        made = insert(ReviewLine).values(
            review_id=head.id, position=position, text=one.text, question_key=one.key
        )
        line_id = session.scalars(made.returning(ReviewLine.id)).one()
        rows = [
            {"line_id": line_id, "position": place, "text": supposed.text, "test": supposed.test}
            for place, supposed in enumerate(one.supposed, 1)
        ]
        if rows:
            session.execute(insert(ReviewHypothesis), rows)


def _ask(session: Session, head: Head, chosen: OpenVersion, asked: int, now: datetime) -> int:
    """A cycle of its own with the one assessment of the service; the id of that."""
    cycle = Cycle(
        name=_name(session, head),
        kind=review_teams.KIND,
        version_id=chosen.id,
        opens_on=now.date(),
        due_on=_due(head, now.date()),
        opened_at=now,
    )
    session.add(cycle)
    session.flush()
    row = Assessment(cycle_id=cycle.id, service_id=head.service_id, version_id=chosen.id, route_count=asked)
    session.add(row)
    session.flush()
    return row.id


def _due(head: Head, today: date) -> date:
    return head.ends_on or max(head.starts_on, today) + USUAL


def _name(session: Session, head: Head) -> str:
    """A name that no cycle has: the review's number is its own, but names are typed by people as well."""
    name = f"Review {head.id}: {head.service}"
    taken = queries.cycle_names(session, name)
    return next(one for one in (name, *(f"{name} ({n})" for n in range(2, 1000))) if one not in taken)
