"""Evidence: a service's register of files and links, and the answers they support.

The room's rule: a file itself is never here, only what it is found by. Nothing in a register is deleted: what
is withdrawn is offered no more, and past answers keep it. The whole register is the director's to change, and
is read by those who read everything of the service. Whoever was given parts sees what supports their
questions, and what they put there themselves.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import PurePath
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from vfm.errors import Clash, Conflict, Forbidden, Invalid, NotFound, Problem, clashes
from vfm.questionnaires import figures, steps
from vfm.questionnaires.answers import GRADES, UNANSWERED, Answer, grade_words, in_words
from vfm.questionnaires.answers import Evidence as Grade
from vfm.questionnaires.evidence import weak_or_stale
from vfm.questionnaires.kinds import text_problem
from vfm.questionnaires.parts import Reach, keys_of
from vfm.questionnaires.schema import Question, Questionnaire
from vfm.questionnaires.steps import Step
from vfm.roles import Actor
from vfm.store import content, events, review_teams
from vfm.store import reach as reaching
from vfm.store.queries import assessments as asking
from vfm.store.queries import evidence as queries
from vfm.store.queries import history as trail
from vfm.store.queries.actions import owners
from vfm.store.queries.assessments import Head
from vfm.store.queries.evidence import EvidenceRow, Piece, Use, piece
from vfm.store.queries.history import Happening
from vfm.store.tables import Evidence, EvidenceUse

GRADES_OFFERED = tuple(grade for grade in Grade if grade is not Grade.NONE)
"""Grades a piece of evidence can have: what is there is at least somebody's word."""
SHOWS = ("", "expired", "weak", "unused", "withdrawn")
SORTS = ("title", "dated", "expires", "grade", "uses")
ADDED = "added"
ONE_BREATH = timedelta(minutes=1)
"""The same evidence from the same person within this time is one that was sent twice."""
MOST_OFFERED = 20
"""Pieces of the register offered at once beside a question; the others are found by searching."""
LONGEST_TITLE = 200
LONGEST_ADDRESS = 2000
THEIRS = "Only the service's director, and whoever added it, change what is said of a piece of evidence."
WHOLE_ADDRESS = "Give the whole web address, from https:// on, as your browser shows it."


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of a register, in what order: words searched for, one of `SHOWS`, one of `SORTS`."""

    words: str = ""
    show: str = ""
    sort: str = "title"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that the file store holds already, as its sender named it."""

    digest: str
    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Draft:
    """The form of a piece of evidence as typed.

    Attributes:
        dated, expires: day, month, year.
        revision: the one its reader saw, empty for a new one.
    """

    title: str = ""
    address: str = ""
    grade: str = Grade.DOCUMENTED.value
    dated: tuple[str, str, str] = ("", "", "")
    expires: tuple[str, str, str] = ("", "", "")
    owner: str = ""
    revision: str = ""


@dataclass(frozen=True, slots=True)
class Register:
    """A service's evidence as asked for; total: how much there is that was not withdrawn."""

    service_id: int
    service: str
    lines: tuple[Piece, ...]
    total: int
    may_add: bool


@dataclass(frozen=True, slots=True)
class FormView:
    """What the form of a new piece of evidence needs."""

    service_id: int
    service: str
    owners: tuple[tuple[int, str], ...]
    draft: Draft


@dataclass(frozen=True, slots=True)
class UseLine:
    """One answer that a piece of evidence supports, with the words of its question."""

    use: Use
    text: str


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """One piece of evidence, where it is used, and its form.

    Attributes:
        sees_register: may go from here to all the service holds.
        is_fixed: a link that an assessment sent on relies on, so that it can no longer lead elsewhere.
        history: what was done with it, newest first.
    """

    line: Piece
    service: str
    uses: tuple[UseLine, ...]
    owners: tuple[tuple[int, str], ...]
    draft: Draft
    sees_register: bool
    may_change: bool
    is_fixed: bool
    history: tuple[Happening, ...]


@dataclass(frozen=True, slots=True)
class QuestionView:
    """What supports one answer, and what else the register holds.

    Attributes:
        answer: in words; grade: what it says of its evidence, in words, empty where none is asked for.
        doubts: where the register disagrees with that, a sentence each.
        before: what supported the question in an earlier cycle and is not used yet.
        others: the rest of what this person may see of the register, as far as it fits the words searched
            for, the most used first, at most `MOST_OFFERED`; fitting: how many fit; rest: how many in all.
        sees_register: may go from here to all the service holds.
        form: of new evidence; None for those who may not add any now.
    """

    head: Head
    question: Question
    section_key: str
    answer: str
    grade: str
    grades: Mapping[Grade, str]
    doubts: tuple[str, ...]
    used: tuple[Piece, ...]
    before: tuple[Piece, ...]
    others: tuple[Piece, ...]
    fitting: int
    rest: int
    sees_register: bool
    form: FormView | None


# --- the register -------------------------------------------------------------------------------------------


def register(session: Session, service_id: int, wanted: Wanted, *, by: Actor, now: datetime) -> Register:
    """A service's evidence: searched, filtered, sorted.

    Raises:
        NotFound: no such service, or its register is not this person's business.
    """
    service = _service(session, service_id, by)
    lines = [piece(row, now.date()) for row in queries.register(session, service_id)]
    words = wanted.words.casefold().split()
    found = [line for line in lines if _is_shown(line, wanted.show) and _holds(line, words)]
    total = sum(line.state != "withdrawn" for line in lines)
    return Register(service_id, service, _sorted(found, wanted.sort), total, service_id in by.directs)


def _is_shown(line: Piece, show: str) -> bool:
    if show == "withdrawn" or line.state == "withdrawn":
        return show == line.state
    fits = {
        "expired": line.state in ("expired", "old"),
        "weak": line.is_weak,
        "unused": line.row.uses == 0,
    }
    return fits.get(show, True)


def _holds(line: Piece, words: Sequence[str]) -> bool:
    row = line.row
    text = f"{row.title} {row.file_name} {row.address} {row.owner or ''}".casefold()
    return all(word in text for word in words)


def _sorted(lines: Sequence[Piece], sort: str) -> tuple[Piece, ...]:
    """Newest, soonest, strongest or most used first; by title, as they come, among equals."""
    if sort == "dated":
        return tuple(sorted(lines, key=lambda line: line.row.dated_on or date.min, reverse=True))
    if sort == "expires":
        return tuple(sorted(lines, key=lambda line: line.row.expires_on or date.max))
    if sort == "grade":
        return tuple(sorted(lines, key=lambda line: -tuple(Grade).index(Grade(line.row.grade))))
    return tuple(sorted(lines, key=lambda line: -line.row.uses)) if sort == "uses" else tuple(lines)


def blank(session: Session, service_id: int, draft: Draft | None = None, *, by: Actor) -> FormView:
    """The form of new evidence for a service's register, or what was typed into it.

    Raises:
        NotFound: no such service, or not one whose register this person sees.
        Forbidden: theirs to see, not to add to.
    """
    service = _service(session, service_id, by)
    if service_id not in by.directs:
        raise Forbidden(THEIRS)
    return _form(session, service_id, service, draft)


def _form(session: Session, service_id: int, service: str, draft: Draft | None) -> FormView:
    return FormView(service_id, service, tuple(owners(session, service_id)), draft or Draft())


def add(
    session: Session, service_id: int, draft: Draft, file: StoredFile | None, *, by: Actor, now: datetime
) -> int:
    """Put a file or a link into a service's register; its id. Sent twice in one breath, it is put there once.

    Raises:
        NotFound, Forbidden: as for `blank`.
        Invalid: every problem with what was typed.
    """
    blank(session, service_id, by=by)
    return _put(session, service_id, draft, file, by, now)


def _put(
    session: Session, service_id: int, draft: Draft, file: StoredFile | None, by: Actor, now: datetime
) -> int:
    known = owners(session, service_id)
    values = _read(draft, known, now.date(), file_name=file.name if file else "")
    values["kind"] = "link" if file is None else "file"
    if file is not None:
        values |= {"digest": file.digest, "file_name": file.name}
        values |= {"media_type": file.media_type, "size": file.size}
    twin = queries.twin(session, service_id, values, by_id=by.id, since=now - ONE_BREATH)
    if twin is not None:
        return twin
    made = insert(Evidence).values(**values, service_id=service_id, by_id=by.id, at=now, revision=1)
    evidence_id = session.scalars(made.returning(Evidence.id)).one()
    _record(session, ADDED, evidence_id, by, now, None, _told(values, known))
    return evidence_id


def show(
    session: Session, evidence_id: int, draft: Draft | None = None, *, by: Actor, now: datetime
) -> EvidenceView:
    """One piece of evidence with the answers it supports, and its form as it stands or as typed.

    Raises:
        NotFound: there is none, or it is not this person's business.
    """
    row = _one(session, evidence_id, by)
    return EvidenceView(
        piece(row, now.date()),
        queries.service_name(session, row.service_id) or "",
        tuple(_uses(session, row, by)),
        tuple(owners(session, row.service_id, row.owner_id)),
        draft or _as_draft(row),
        sees_register=sees_register(row.service_id, by=by),
        may_change=_may_change(row, by),
        is_fixed=row.kind == "link" and queries.has_been_sent(session, evidence_id),
        history=tuple(map(_in_short, trail.of(session, "evidence", evidence_id))),
    )


def _in_short(happening: Happening) -> Happening:
    """What was said of it at first stands on the page already, or in a later change."""
    return replace(happening, changes=()) if happening.verb == ADDED else happening


def _uses(session: Session, row: EvidenceRow, by: Actor) -> Iterator[UseLine]:
    """The answers it supports, but for questions that are not this person's to see."""
    for use in queries.uses(session, row.id):
        asked = content.questionnaire(session, use.version_id, use.content_hash)
        try:
            reach = reaching.of(session, use.assessment_id, row.service_id, use.kind, asked, by)
            seen = reach.own.questions
        except NotFound:
            continue
        if use.question_key in seen:
            yield UseLine(use, seen[use.question_key].text)


def file(session: Session, evidence_id: int, *, by: Actor) -> StoredFile:
    """What a file is found by in the file store, also of one that was withdrawn.

    Raises:
        NotFound: there is none, it is a link, or it is not this person's business.
    """
    row = _one(session, evidence_id, by)
    if row.kind != "file":
        raise NotFound
    return StoredFile(row.digest, row.file_name, row.media_type, row.size)


def change(session: Session, evidence_id: int, draft: Draft, *, by: Actor, now: datetime) -> None:
    """Change what is said of a piece of evidence, where anything is different; a file itself never changes.

    Raises:
        NotFound: as for `show`.
        Forbidden: theirs to see, not to change.
        Invalid: every problem with what was typed.
        Conflict: somebody changed it since; nothing was written, both sides are told.
    """
    row = _changeable(session, evidence_id, by)
    known = owners(session, row.service_id, row.owner_id)
    values = _read(draft, known, now.date(), file_name=row.file_name)
    if values["address"] != row.address and queries.has_been_sent(session, evidence_id):
        words = (
            "An assessment that was sent on relies on this address. Add the other address as new evidence."
        )
        raise Invalid([Problem("address", words)])
    before = {name: getattr(row, name) for name in values}
    if values == before:
        return
    written = session.execute(
        update(Evidence)
        .where(Evidence.id == evidence_id, Evidence.revision == _revision(draft))
        .values(revision=Evidence.revision + 1, **values)
        .returning(Evidence.id)
    ).first()
    if written is None:
        who = trail.last_by(session, "evidence", evidence_id)
        raise Conflict(f"{who} changed this while you were writing.", _clashes(row, draft, known, who))
    _record(session, "changed", evidence_id, by, now, _told(before, known), _told(values, known))


def _clashes(row: EvidenceRow, draft: Draft, known: Sequence[tuple[int, str]], who: str) -> tuple[Clash, ...]:
    """Both sides of every field that was sent and is kept otherwise, in words."""
    names = {str(person_id): name for person_id, name in known}
    return clashes(_in_words(_as_draft(row), names), _in_words(draft, names), who)


def _in_words(draft: Draft, names: Mapping[str, str]) -> dict[str, str]:
    grades = {grade.value: words for grade, words in GRADES.items()}
    return {
        "title": draft.title.strip(),
        "address": draft.address.strip(),
        "grade": grades.get(draft.grade, draft.grade),
        "dated": " ".join(draft.dated).strip(),
        "expires": " ".join(draft.expires).strip(),
        "owner": names.get(draft.owner, ""),
    }


def withdraw(session: Session, evidence_id: int, *, by: Actor, now: datetime) -> None:
    """Offer it no more; the answers that rely on it keep it. Done twice it stays as it is.

    Raises:
        NotFound, Forbidden: as for `change`.
    """
    _set_withdrawn(session, evidence_id, now, "withdrew", by, now)


def bring_back(session: Session, evidence_id: int, *, by: Actor, now: datetime) -> None:
    """Offer again what was withdrawn.

    Raises:
        NotFound, Forbidden: as for `change`.
    """
    _set_withdrawn(session, evidence_id, None, "brought back", by, now)


def _set_withdrawn(
    session: Session, evidence_id: int, at: datetime | None, verb: str, by: Actor, now: datetime
) -> None:
    row = _changeable(session, evidence_id, by)
    if (row.withdrawn_at is None) == (at is None):
        return
    session.execute(update(Evidence).where(Evidence.id == evidence_id).values(withdrawn_at=at))
    _record(session, verb, evidence_id, by, now, None, {"title": row.title})


# --- one question -------------------------------------------------------------------------------------------


def of_question(
    session: Session,
    assessment_id: int,
    key: str,
    draft: Draft | None = None,
    *,
    words: str = "",
    by: Actor,
    now: datetime,
) -> QuestionView:
    """What supports an answer, and what else the register holds that fits the words searched for.

    Raises:
        NotFound: no such assessment or question, or not this person's business.
    """
    head, reach = _question(session, assessment_id, key, by)
    questionnaire, question = reach.whole, reach.whole.questions[key]
    may_support = key in reach.answers and steps.allows(head.status, Step.SAVE)
    today = now.date()
    rows = queries.supporting(session, assessment_id, key)
    taken = {row.id for row in rows}
    earlier = queries.used_before(session, assessment_id, key)
    rest = [
        piece(row, today, earlier.get(row.id, ""))
        for row in _known_to(session, head.service_id, by)
        if row.id not in taken and row.withdrawn_at is None
    ]
    others = [line for line in rest if not line.before]
    wanted = words.casefold().split()
    fitting = [line for line in others if _holds(line, wanted)]
    answer = _answer(session, questionnaire, assessment_id, key)
    grades = grade_words(questionnaire)
    is_graded = question.is_scored and answer.is_answered
    return QuestionView(
        head=head,
        question=question,
        section_key=questionnaire.section_of[key],
        answer=in_words(questionnaire, question, answer),
        grade=grades[answer.evidence] if is_graded else "",
        grades=grades,
        doubts=weak_or_stale(answer.evidence, [row.item for row in rows], today, grades) if is_graded else (),
        used=tuple(piece(row, today, earlier.get(row.id, "")) for row in rows),
        before=tuple(line for line in rest if line.before),
        others=_sorted(fitting, "uses")[:MOST_OFFERED],
        fitting=len(fitting),
        rest=len(others),
        sees_register=sees_register(head.service_id, by=by),
        form=_form(session, head.service_id, head.service, draft) if may_support else None,
    )


def _question(
    session: Session, assessment_id: int, key: str, by: Actor, *, lock: bool = False
) -> tuple[Head, Reach]:
    head = asking.head(session, assessment_id, lock=lock)
    if head is None:
        raise NotFound
    questionnaire = content.questionnaire(session, head.version_id, head.content_hash)
    reach = reaching.of(session, head.id, head.service_id, head.kind, questionnaire, by)
    if key not in reach.own.questions:
        raise NotFound
    return head, reach


def _answer(session: Session, questionnaire: Questionnaire, assessment_id: int, key: str) -> Answer:
    kept = asking.answers(session, assessment_id, {key})
    return content.answers(questionnaire, ((row.key, row.content) for row in kept)).get(key, UNANSWERED)


def assert_may_add(session: Session, assessment_id: int, key: str, *, by: Actor) -> None:
    """Nothing, for those who may let new evidence support this answer now.

    Raises:
        NotFound, Forbidden, Conflict: as for `add_for`.
    """
    _supportable(session, assessment_id, key, by)


def add_for(
    session: Session,
    assessment_id: int,
    key: str,
    draft: Draft,
    file: StoredFile | None,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Put new evidence into the register and let it support this answer.

    Raises:
        NotFound: as for `of_question`.
        Forbidden: theirs to see, not to answer.
        Conflict: the assessment was sent on meanwhile.
        Invalid: every problem with what was typed.
    """
    head = _supportable(session, assessment_id, key, by, lock=True)
    evidence_id = _put(session, head.service_id, draft, file, by, now)
    use(session, assessment_id, key, [evidence_id], by=by, now=now)


def use(
    session: Session, assessment_id: int, key: str, chosen: Sequence[int], *, by: Actor, now: datetime
) -> int:
    """Let evidence of the register support this answer; how much of it did not yet.

    Raises:
        NotFound, Forbidden, Conflict: as for `add_for`; also for evidence of another register.
        Invalid: none was chosen.
    """
    head = _supportable(session, assessment_id, key, by, lock=True)
    if not chosen:
        raise Invalid([Problem("evidence", "Choose what supports this answer.")])
    offered = {row.id for row in _known_to(session, head.service_id, by) if row.withdrawn_at is None}
    if not offered.issuperset(chosen):
        raise NotFound
    taken = {row.id for row in queries.supporting(session, assessment_id, key)}
    added = [evidence_id for evidence_id in dict.fromkeys(chosen) if evidence_id not in taken]
    _use(session, assessment_id, key, added, by, now)
    return len(added)


def stop_using(
    session: Session, assessment_id: int, key: str, evidence_id: int, *, by: Actor, now: datetime
) -> str:
    """Let it support this answer no more; it stays in the register. Its title.

    Raises:
        NotFound, Forbidden, Conflict: as for `add_for`; also for evidence that supports it not.
    """
    _supportable(session, assessment_id, key, by, lock=True)
    found = {row.id: row for row in queries.supporting(session, assessment_id, key)}
    if evidence_id not in found:
        raise NotFound
    session.execute(
        delete(EvidenceUse).where(
            EvidenceUse.assessment_id == assessment_id,
            EvidenceUse.question_key == key,
            EvidenceUse.evidence_id == evidence_id,
        )
    )
    _record_use(session, "removed evidence", assessment_id, key, [evidence_id], by, now)
    return found[evidence_id].title


def _supportable(session: Session, assessment_id: int, key: str, by: Actor, *, lock: bool = False) -> Head:
    """The assessment, with `lock` its other writers kept waiting."""
    head, reach = _question(session, assessment_id, key, by, lock=lock)
    if key not in reach.answers:
        raise Forbidden("Only the service's director and those who were given this question add evidence.")
    steps.after(head.status, Step.SAVE)
    return head


def _use(
    session: Session, assessment_id: int, key: str, added: Sequence[int], by: Actor, now: datetime
) -> None:
    if not added:
        return
    session.execute(
        insert(EvidenceUse),
        [
            {
                "assessment_id": assessment_id,
                "question_key": key,
                "evidence_id": evidence_id,
                "by_id": by.id,
                "at": now,
            }
            for evidence_id in added
        ],
    )
    _record_use(session, "added evidence", assessment_id, key, added, by, now)


def _record_use(
    session: Session,
    verb: str,
    assessment_id: int,
    key: str,
    evidence_ids: Sequence[int],
    by: Actor,
    now: datetime,
) -> None:
    what = {"question": key, "evidence": list(evidence_ids)}
    events.record(session, verb, "assessment", assessment_id, by_id=by.id, now=now, after=what)


# --- what all of them ask -----------------------------------------------------------------------------------


def sees_register(service_id: int, *, by: Actor) -> bool:
    """True for those who may look through all that a service holds."""
    return reaching.sees_whole(by, service_id)


def _service(session: Session, service_id: int, by: Actor) -> str:
    """The name of a service whose register this person may look through."""
    name = queries.service_name(session, service_id)
    if name is None or not sees_register(service_id, by=by):
        raise NotFound
    return name


def _known_to(session: Session, service_id: int, by: Actor) -> list[EvidenceRow]:
    """What a person may see of a register, by title.

    Of somebody who was given parts: what they put there, and what supports, or supported before, a question
    they were given. Of who works on a review of the service: what supports its answers, and what they
    put there.
    """
    rows = queries.register(session, service_id)
    if sees_register(service_id, by=by):
        return rows
    reviewed = review_teams.evidence_of(session, service_id, by.id)
    if service_id not in by.contributes_to and reviewed is None:
        return []
    relied = _relied_on_by(session, service_id, by) | (reviewed or set())
    return [row for row in rows if row.by_id == by.id or row.id in relied]


def _relied_on_by(session: Session, service_id: int, by: Actor) -> set[int]:
    """Evidence of the questions that somebody was given, in that cycle and those before it."""
    until: dict[tuple[int, str], datetime] = {}
    for given in queries.entrusted_to(session, by.id, service_id):
        asked = content.questionnaire(session, given.version_id, given.content_hash)
        for key in keys_of(asked, [(given.scope, given.place)]):
            at = (given.template_id, key)
            until[at] = max(until.get(at, given.opened_at), given.opened_at)
    return {
        use.evidence_id
        for use in queries.relied_on(session, service_id)
        if (latest := until.get((use.template_id, use.question_key))) and use.opened_at <= latest
    }


def _one(session: Session, evidence_id: int, by: Actor) -> EvidenceRow:
    row = queries.one(session, evidence_id)
    if row is None:
        raise NotFound
    if not sees_register(row.service_id, by=by):
        known = {one.id for one in _known_to(session, row.service_id, by)}
        if evidence_id not in known:
            raise NotFound
    return row


def _may_change(row: EvidenceRow, by: Actor) -> bool:
    """True for the director, and for what somebody who answers put there themselves."""
    return row.by_id == by.id or row.service_id in by.directs


def _changeable(session: Session, evidence_id: int, by: Actor) -> EvidenceRow:
    row = _one(session, evidence_id, by)
    if not _may_change(row, by):
        raise Forbidden(THEIRS)
    return row


def _as_draft(row: EvidenceRow) -> Draft:
    return Draft(
        row.title,
        row.address,
        row.grade,
        _three(row.dated_on),
        _three(row.expires_on),
        str(row.owner_id or ""),
        str(row.revision),
    )


def _three(day: date | None) -> tuple[str, str, str]:
    return (str(day.day), str(day.month), str(day.year)) if day else ("", "", "")


def _revision(draft: Draft) -> int:
    return int(draft.revision) if draft.revision.isdecimal() else 0


def problems_of(draft: Draft, today: date, *, file_name: str) -> tuple[Problem, ...]:
    """What is wrong with what was typed, its owner aside; an empty `file_name`: no file goes with it."""
    return tuple(_typed(draft, today, file_name)[1])


def _read(draft: Draft, known: Sequence[tuple[int, str]], today: date, *, file_name: str) -> dict[str, Any]:
    """The columns of a piece of evidence from what was typed."""
    values, problems = _typed(draft, today, file_name)
    owner = {str(person_id): person_id for person_id, _ in known}
    if draft.owner and draft.owner not in owner:
        problems.append(Problem("owner", "Choose somebody from the list, or nobody."))
    if problems:
        raise Invalid(problems)
    return values | {"owner_id": owner.get(draft.owner)}


def _typed(draft: Draft, today: date, file_name: str) -> tuple[dict[str, Any], list[Problem]]:
    problems: list[Problem] = []
    title = " ".join(draft.title.split()) or PurePath(file_name).stem.strip()
    problems += _about("title", _title_problem(title))
    address = draft.address.strip()
    problems += _about("address", _address_problem(address, has_file=bool(file_name)))
    if draft.grade not in GRADES_OFFERED:
        problems.append(Problem("grade", "Choose how firm this evidence is."))
    dated = _day("dated", draft.dated, problems)
    expires = _day("expires", draft.expires, problems)
    if dated is not None and dated > today:
        problems.append(Problem("dated", "This day is still to come. Give the day the evidence is from."))
    if dated is not None and expires is not None and expires < dated:
        problems.append(Problem("expires", "It would have expired before it was made. Check both dates."))
    values = {"title": title, "address": address, "grade": draft.grade}
    return values | {"dated_on": dated, "expires_on": expires}, problems


def _about(place: str, words: str | None) -> list[Problem]:
    return [Problem(place, words)] if words else []


def _title_problem(title: str) -> str | None:
    if not title:
        return "Say what this is, in a few words that others will recognise."
    if len(title) > LONGEST_TITLE:
        return f"This has {len(title):,} characters; the most is {LONGEST_TITLE}. Shorten it."
    return text_problem(title)


def _address_problem(address: str, *, has_file: bool) -> str | None:
    """What is wrong with a link; a file comes without one."""
    if has_file:
        return "Give either a file or a web address: add the other one by itself." if address else None
    if not address:
        return "Choose a file, or give a web address."
    if len(address) > LONGEST_ADDRESS:
        return f"This has {len(address):,} characters; the most is {LONGEST_ADDRESS:,}. Use a shorter link."
    return _link_problem(address)


def _link_problem(address: str) -> str | None:
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return WHOLE_ADDRESS
    if parts.scheme not in ("http", "https"):
        return WHOLE_ADDRESS
    if parts.username is not None or parts.password is not None:
        return "Leave the name and password out of the address: everybody here would see them."
    if not host or any(sign.isspace() or not sign.isprintable() for sign in address):
        return WHOLE_ADDRESS
    return None


def _day(place: str, typed: tuple[str, str, str], problems: list[Problem]) -> date | None:
    """A date that may be left out; what is wrong with it joins the problems."""
    try:
        return figures.day_of(*typed) if any(part.strip() for part in typed) else None
    except ValueError as error:
        problems.append(Problem(place, str(error)))
        return None


def _told(values: Mapping[str, Any], known: Sequence[tuple[int, str]]) -> dict[str, Any]:
    """What an event says of a piece of evidence: days as text, its owner by name."""
    told = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
        if name != "owner_id"
    }
    return told | {"owner": dict(known).get(values["owner_id"])}


def _record(
    session: Session,
    verb: str,
    evidence_id: int,
    by: Actor,
    now: datetime,
    before: Any,
    after: Any,
) -> None:
    events.record(session, verb, "evidence", evidence_id, by_id=by.id, now=now, before=before, after=after)
