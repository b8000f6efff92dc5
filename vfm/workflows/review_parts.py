"""The parts of a review: places of its team, lines of enquiry, hypotheses, findings, recommendations.

All of them are added, changed, put in order and removed in the same way; what each holds is in
`vfm.prioritisation.review_forms`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from vfm.errors import Conflict, NotFound, clashes
from vfm.prioritisation import review_forms as forms
from vfm.prioritisation.review_forms import Typed
from vfm.roles import Actor
from vfm.store import events, review_reach
from vfm.store.queries import history
from vfm.store.queries import review_work as queries
from vfm.store.queries.review_work import Head
from vfm.store.tables import (
    ImprovementAction,
    Recommendation,
    ReviewFinding,
    ReviewHypothesis,
    ReviewLine,
    ReviewMember,
)

PARTS: Mapping[str, tuple[Any, str]] = {
    "team": (ReviewMember, "place in the team"),
    "lines": (ReviewLine, "line of enquiry"),
    "hypotheses": (ReviewHypothesis, "hypothesis"),
    "findings": (ReviewFinding, "finding"),
    "recommendations": (Recommendation, "recommendation"),
}
"""Part -> its table, and what one of it is called in the trail."""
SIGNED = ("findings", "recommendations")
"""Parts that say who wrote them, and when."""


@dataclass(frozen=True, slots=True)
class PartForm:
    """The form of one part.

    Attributes:
        part: a key of PARTS; part_id: None for a new one.
        line: the line of enquiry that a hypothesis belongs to; None elsewhere.
        offered: field -> the rows that can be chosen; seen: the mark of what was shown.
        goes_too: what else goes when it is removed, in words; empty for nothing.
    """

    head: Head
    part: str
    part_id: int | None
    line: queries.Line | None
    typed: Typed
    offered: forms.Offered
    seen: str
    goes_too: str = ""


def blank(session: Session, review_id: int, part: str, line_id: int | None = None, *, by: Actor) -> PartForm:
    """The form of a new part; a hypothesis needs the line it belongs to, a finding may name one.

    Raises:
        NotFound, Forbidden, Conflict: as `review_reach.to_change` says; or there is no such line.
    """
    head = review_reach.to_change(session, review_id, by, lock=False)
    typed = {"line_id": str(line_id)} if part == "findings" and line_id else {}
    return form(session, review_id, part, typed, line_id=line_id, head=head)


def form(
    session: Session,
    review_id: int,
    part: str,
    typed: Typed,
    *,
    part_id: int | None = None,
    line_id: int | None = None,
    seen: str = "",
    head: Head | None = None,
) -> PartForm:
    """The form with what is typed in it, after a refusal; `seen` stays what it was.

    Raises:
        NotFound: there is no such review or part.
    """
    _table(part)
    head = head or queries.head(session, review_id)
    if head is None:
        raise NotFound(f"review {review_id}")
    row = _row(session, review_id, part, part_id) if part_id else {}
    line = _line(session, review_id, row.get("line_id", line_id)) if part == "hypotheses" else None
    return PartForm(head, part, part_id, line, typed, _offered(session, head, part, row), seen)


def show(session: Session, review_id: int, part: str, part_id: int, *, by: Actor) -> PartForm:
    """The form of a part as it is kept.

    Raises:
        NotFound, Forbidden, Conflict: as `review_reach.to_change` says; or there is no such part.
    """
    head = review_reach.to_change(session, review_id, by, lock=False)
    row = _row(session, review_id, part, part_id)
    line = _line(session, review_id, row["line_id"]) if part == "hypotheses" else None
    return PartForm(
        head,
        part,
        part_id,
        line,
        forms.shown(part, row),
        _offered(session, head, part, row),
        forms.mark(part, row),
        _goes_too(session, part, part_id),
    )


def add(
    session: Session,
    review_id: int,
    part: str,
    typed: Typed,
    line_id: int | None = None,
    *,
    by: Actor,
    now: datetime,
) -> int:
    """Add a part at the end of its list; its id.

    Raises:
        NotFound, Forbidden, Conflict: as `review_reach.to_change` says; or there is no such line.
        Invalid: every field that cannot be used.
    """
    head = review_reach.to_change(session, review_id, by)
    table, noun = _table(part)
    values = forms.read(part, typed, _offered(session, head, part, {}))
    belongs = {"review_id": review_id}
    if part == "hypotheses":
        belongs = {"line_id": _line(session, review_id, line_id).id}
    signed = {"by_id": by.id, "at": now} if part in SIGNED else {}
    position = _last(session, table, belongs) + 1
    made = insert(table).values(**values, **belongs, **signed, position=position).returning(table.id)
    part_id: int = session.scalars(made).one()
    said = forms.told(part, values, _offered(session, head, part, {}))
    after = {name: words for name, words in said.items() if words}
    _tell(session, f"added a {noun}", review_id, None, after, by=by, now=now)
    return part_id


def change(
    session: Session,
    review_id: int,
    part: str,
    part_id: int,
    typed: Typed,
    seen: str,
    *,
    by: Actor,
    now: datetime,
) -> bool:
    """Change a part; True when something is different.

    Raises:
        NotFound, Forbidden: as `review_reach.to_change` says; or there is no such part.
        Invalid: every field that cannot be used.
        Conflict: the review is closed, or somebody changed the part since; both sides are told.
    """
    head = review_reach.to_change(session, review_id, by)
    table, noun = _table(part)
    row = _row(session, review_id, part, part_id)
    offered = _offered(session, head, part, row)
    values = forms.read(part, typed, offered)
    changed = {name: value for name, value in values.items() if row[name] != value}
    if not changed:
        return False
    if forms.mark(part, row) != seen:
        kept, sent = forms.in_words(part, row, offered), forms.in_words(part, values, offered)
        author = history.last_by(session, "review", review_id)
        raise Conflict(
            f"Somebody changed this {noun} after you opened the page.", clashes(kept, sent, author)
        )
    session.execute(update(table).where(table.id == part_id).values(**changed))
    before = forms.told(part, {name: row[name] for name in changed}, offered)
    after = forms.told(part, changed, offered)
    after = {"which": _name(part, row)} | after
    _tell(session, f"changed a {noun}", review_id, before, after, by=by, now=now)
    return True


def remove(session: Session, review_id: int, part: str, part_id: int, *, by: Actor, now: datetime) -> None:
    """Take a part out; what pointed to it stays, and points nowhere.

    Raises:
        NotFound, Forbidden, Conflict: as `review_reach.to_change` says; or there is no such part.
    """
    head = review_reach.to_change(session, review_id, by)
    table, noun = _table(part)
    row = _row(session, review_id, part, part_id)
    offered = _offered(session, head, part, row)
    if part == "lines":
        session.execute(delete(ReviewHypothesis).where(ReviewHypothesis.line_id == part_id))
        session.execute(update(ReviewFinding).where(ReviewFinding.line_id == part_id).values(line_id=None))
    elif part == "findings":
        session.execute(
            update(Recommendation).where(Recommendation.finding_id == part_id).values(finding_id=None)
        )
    session.execute(delete(table).where(table.id == part_id))
    kept = {name: words for name, words in forms.told(part, row, offered).items() if words}
    _tell(session, f"removed a {noun}", review_id, kept, None, by=by, now=now)


def shift(
    session: Session, review_id: int, part: str, part_id: int, *, is_up: bool, by: Actor, now: datetime
) -> None:
    """Let a part change places with its neighbour; the first stays first, the last last.

    Raises:
        NotFound, Forbidden, Conflict: as `review_reach.to_change` says; or there is no such part.
    """
    review_reach.to_change(session, review_id, by)
    table, noun = _table(part)
    row = _row(session, review_id, part, part_id)
    column = table.line_id if part == "hypotheses" else table.review_id
    of = row["line_id"] if part == "hypotheses" else review_id
    ids = list(session.scalars(select(table.id).where(column == of).order_by(table.position, table.id)))
    place = ids.index(part_id)
    other = place - 1 if is_up else place + 1
    if not 0 <= other < len(ids):
        return
    ids[place], ids[other] = ids[other], ids[place]
    for position, one in enumerate(ids, 1):
        session.execute(update(table).where(table.id == one).values(position=position))
    after = {"which": _name(part, row), "place": other + 1}
    _tell(session, f"moved a {noun}", review_id, {"place": place + 1}, after, by=by, now=now)


def act_on(session: Session, review_id: int, part_id: int, *, by: Actor, now: datetime) -> int:
    """Make the improvement action that carries out an accepted recommendation; the id of the action.

    It takes the recommendation's words, owner and day along, and is agreed from the start.

    Raises:
        NotFound, Forbidden, Conflict: as `review_reach.to_change` says; or there is no such recommendation,
            it is not accepted, or has its action already.
    """
    head = review_reach.to_change(session, review_id, by)
    row = _row(session, review_id, "recommendations", part_id)
    if row["status"] != "accepted":
        raise Conflict("Only an accepted recommendation is carried out. Accept it first.")
    if row["action_id"] is not None:
        raise Conflict("This recommendation has its improvement action already.")
    values = {
        "text": " ".join(row["text"].split()),
        "owner_id": row["owner_id"],
        "due_on": row["due_on"],
        "status": "agreed",
    }
    made = insert(ImprovementAction).values(service_id=head.service_id, created_at=now, **values)
    action_id = session.scalars(made.returning(ImprovementAction.id)).one()
    session.execute(update(Recommendation).where(Recommendation.id == part_id).values(action_id=action_id))
    after = forms.plain(values) | {"review": review_id}
    events.record(session, "added", "improvement_action", action_id, by_id=by.id, now=now, after=after)
    told = {"recommendation": row["text"], "action": action_id}
    _tell(session, "made an improvement action", review_id, None, told, by=by, now=now)
    return action_id


def _name(part: str, row: Mapping[str, Any]) -> str:
    return str(row["role"] if part == "team" else row["text"])


# --- rows ---------------------------------------------------------------------------------------------------


def _table(part: str) -> tuple[Any, str]:
    if part not in PARTS:
        raise NotFound
    return PARTS[part]


def _row(session: Session, review_id: int, part: str, part_id: int) -> dict[str, Any]:
    """The columns of a part of this very review."""
    table, noun = _table(part)
    question = select(table.__table__).where(table.id == part_id)
    if part == "hypotheses":
        question = question.join(ReviewLine, ReviewLine.id == table.line_id)
        question = question.where(ReviewLine.review_id == review_id)
    else:
        question = question.where(table.review_id == review_id)
    row = session.execute(question).mappings().first()
    if row is None:
        raise NotFound(f"{noun} {part_id}")
    return dict(row)


def _line(session: Session, review_id: int, line_id: int | None) -> queries.Line:
    found = next((line for line in queries.lines(session, review_id) if line.id == line_id), None)
    if found is None:
        raise NotFound(f"line of enquiry {line_id}")
    return found


def _last(session: Session, table: Any, belongs: Mapping[str, int]) -> int:
    ((name, of),) = belongs.items()
    return session.scalar(select(func.max(table.position)).where(getattr(table, name) == of)) or 0


def _offered(session: Session, head: Head, part: str, row: Mapping[str, Any]) -> forms.Offered:
    """The rows that the fields of a part choose from; whoever is chosen already stays among them."""
    names = [field.name for field in forms.FORMS[part] if field.form is forms.As.ONE_OF]
    offered: dict[str, Mapping[int, str]] = {}
    for name in names:
        if name == "line_id":
            found = enumerate(queries.lines(session, head.id), 1)
            offered[name] = {line.id: f"{number}. {line.text}" for number, line in found}
        elif name == "finding_id":
            some = enumerate(queries.findings(session, head.id), 1)
            offered[name] = {finding.id: f"{number}. {finding.text}" for number, finding in some}
        else:
            offered[name] = queries.people(session, [row[name]] if row.get(name) else [])
    return offered


def _goes_too(session: Session, part: str, part_id: int) -> str:
    """What else is lost or comes loose when a part is removed."""
    if part == "lines":
        under = session.scalar(
            select(func.count(ReviewHypothesis.id)).where(ReviewHypothesis.line_id == part_id)
        )
        return f"its {under} {'hypothesis' if under == 1 else 'hypotheses'}" if under else ""
    return ""


def _tell(
    session: Session,
    verb: str,
    review_id: int,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    *,
    by: Actor,
    now: datetime,
) -> None:
    old = forms.plain(before) if before is not None else None
    new = forms.plain(after) if after is not None else None
    events.record(session, verb, "review", review_id, by_id=by.id, now=now, before=old, after=new)
