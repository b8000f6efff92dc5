"""Templates and their versions: import, read, change a draft, start the next version."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from vfm.errors import Conflict, Invalid, NotFound, Problem
from vfm.questionnaires import changes, checks, document
from vfm.questionnaires.changes import Badge, Changes
from vfm.questionnaires.differences import Difference, differences
from vfm.questionnaires.document import Parsed
from vfm.questionnaires.kinds import text_problem
from vfm.questionnaires.schema import Question, Questionnaire
from vfm.roles import Actor, Role
from vfm.scoring.shares import full_shares
from vfm.store import content as kept
from vfm.store import drafts, events, meanings
from vfm.store.meanings import Mark
from vfm.store.queries import versions as queries
from vfm.store.queries.versions import VersionRow
from vfm.store.tables import DraftEdit, Feedback, SameMeaning, Template, Version


@dataclass(frozen=True, slots=True)
class CycleLine:
    """A cycle that asks a version."""

    id: int
    name: str
    kind: str
    is_closed: bool
    assessments: int


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version in the list of templates."""

    row: VersionRow
    cycles: tuple[CycleLine, ...]


@dataclass(frozen=True, slots=True)
class TemplateLine:
    """One template with its versions, newest first."""

    id: int
    key: str
    title: str
    versions: tuple[VersionLine, ...]

    @property
    def draft(self) -> VersionRow | None:
        """The version being worked on; None when there is none."""
        return next((line.row for line in self.versions if line.row.status == "draft"), None)


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version whole.

    Attributes:
        shares: question or section key -> share of the overall in [0, 1].
        others: the template's other versions, newest first.
        faults: what the design checks find; they stand in the way of opening.
        origin: the version of another template that this one was copied from; None without one.
    """

    row: VersionRow
    questionnaire: Questionnaire
    shares: dict[str, float]
    others: tuple[VersionRow, ...]
    cycles: tuple[CycleLine, ...]
    faults: tuple[Problem, ...]
    origin: VersionRow | None = None

    @property
    def counts(self) -> dict[str, int]:
        """Section key -> questions in it, those of its child sections included."""
        return {
            key: sum(len(part.questions) for part in section.walk())
            for key, section in self.questionnaire.all_sections.items()
        }

    @property
    def is_draft(self) -> bool:
        """True while it may be changed."""
        return self.row.opened_at is None

    @property
    def draft(self) -> VersionRow | None:
        """The template's draft when it is another version."""
        return next((other for other in self.others if other.status == "draft"), None)


@dataclass(frozen=True, slots=True)
class Imported:
    """A template that was just imported, and what was changed on the way in.

    Attributes:
        changes: of a draft that was replaced: what became of its questions, badge -> how many.
    """

    version_id: int
    notices: tuple[document.Located, ...]
    changes: Mapping[Badge, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of a file that a draft came from; `lines` are (place in the file, what and why)."""

    row: VersionRow
    file: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ComparedQuestion:
    """One question in two versions.

    Attributes:
        old: as it was, None when it is new; new: as it is, None when it was dropped.
        lines: what differs, line by line.
        mark: the core team's word that it means the same though its words changed; None without one.
        may_mark: that word can be given, or taken back, now.
    """

    key: str
    badges: tuple[Badge, ...]
    is_comparable: bool
    old: Question | None
    new: Question | None
    section: str
    lines: tuple[Difference, ...]
    mark: Mark | None = None
    may_mark: bool = False

    @property
    def is_changed(self) -> bool:
        """True when anything differs."""
        return Badge.SAME not in self.badges


@dataclass(frozen=True, slots=True)
class AnswersLine:
    """What becomes of one assessment's answers in the other version; the three add up to `given`."""

    assessment_id: int
    service: str
    cycle: str
    given: int
    carried: int
    look_again: int
    left_behind: int


@dataclass(frozen=True, slots=True)
class CompareView:
    """Two versions of one template side by side.

    Attributes:
        answers: a line for each assessment of the earlier version that is a pilot's or still open.
        total: their sum, None when there is none.
    """

    old: VersionRow
    new: VersionRow
    changes: Changes
    questions: tuple[ComparedQuestion, ...]
    sections: tuple[str, ...]
    answers: tuple[AnswersLine, ...]
    total: AnswersLine | None


# --- reading ------------------------------------------------------------------------------------------


def index(session: Session) -> tuple[TemplateLine, ...]:
    """Every template by title, with its versions and the cycles that use them."""
    cycles = _cycles_by_version(session)
    templates: dict[int, list[VersionLine]] = {}
    for row in queries.all_versions(session):
        templates.setdefault(row.template_id, []).append(VersionLine(row, cycles.get(row.id, ())))
    return tuple(
        TemplateLine(template_id, lines[0].row.template_key, lines[0].row.title, tuple(lines))
        for template_id, lines in templates.items()
    )


def show(session: Session, version_id: int, *, by: Actor) -> VersionView:
    """One version whole.

    Raises:
        NotFound: there is none, or it is a draft and this person does not work on templates.
    """
    row = drafts.readable(session, version_id, by)
    questionnaire = kept.questionnaire(session, row.id, row.content_hash)
    others = [other for other in queries.versions_of(session, row.template_id) if other.id != row.id]
    return VersionView(
        row=row,
        questionnaire=questionnaire,
        shares=full_shares(questionnaire),
        others=tuple(other for other in others if other.opened_at or by.has(*drafts.EDITORS)),
        cycles=_cycles_by_version(session).get(row.id, ()),
        faults=checks.problems(questionnaire),
        origin=queries.origin(session, row.template_id),
    )


def read(session: Session, version_id: int, *, by: Actor) -> tuple[VersionRow, Questionnaire]:
    """A version and its questionnaire, for writing it out as a file.

    Raises:
        NotFound: as for `show`.
    """
    row = drafts.readable(session, version_id, by)
    return row, kept.questionnaire(session, row.id, row.content_hash)


def import_report(session: Session, version_id: int, *, by: Actor) -> ImportReport:
    """What was not taken over as it was when this draft last came from a file.

    Raises:
        NotFound: no such version, or it never came from a file that lost anything.
    """
    row = drafts.readable(session, version_id, by)
    found = queries.last_import(session, row.id)
    if not by.has(*drafts.EDITORS) or found is None or not found.get("notices"):
        raise NotFound(f"version {version_id}")
    return ImportReport(row, found["file"], tuple((one["place"], one["message"]) for one in found["notices"]))


def of_key(session: Session, key: str) -> list[VersionRow]:
    """Every version of the template with this key, newest first; none when there is no such template."""
    template = queries.template_by_key(session, key)
    return queries.versions_of(session, template.id) if template is not None else []


def draft(session: Session, version_id: int, *, by: Actor) -> VersionRow:
    """A version that may still be changed.

    Raises:
        NotFound: no such version.
        Frozen: it was opened, so it never changes.
    """
    return drafts.draft(session, version_id, by)


def compare(session: Session, old_id: int, new_id: int, *, by: Actor) -> CompareView:
    """Two versions of a template side by side, and what becomes of answers given in the earlier one.

    Answers of pilots and of assessments still open: those that could come along.

    Raises:
        NotFound: no such version, or they belong to different templates.
    """
    old, new = drafts.readable(session, old_id, by), drafts.readable(session, new_id, by)
    if old.template_id != new.template_id:
        raise NotFound("these versions belong to different templates")
    before = kept.questionnaire(session, old.id, old.content_hash)
    after = kept.questionnaire(session, new.id, new.content_hash)
    same = meanings.same_meaning(session, old.template_id, old.number, new.number)
    found = changes.compare(before, after, same_meaning=same)
    lines = _answers_moved(session, old.id, before, after, same)
    marks = meanings.marks(session, new.id, after)
    is_next = new.opened_at is None and by.has(Role.CORE_TEAM) and _is_next(session, old, new)
    return CompareView(
        old=old,
        new=new,
        changes=found,
        questions=tuple(
            _compared(before, after, change, marks.get(change.key), is_next=is_next)
            for change in found.questions
        ),
        sections=tuple(
            _section_in_words(before, after, change) for change in found.sections if _differs(change)
        ),
        answers=lines,
        total=_summed(lines) if lines else None,
    )


# --- changing -----------------------------------------------------------------------------------------


def take_in(session: Session, text: str, name: str, *, by: Actor, now: datetime) -> Imported:
    """Import a template document as version 1 of a new template, a draft.

    The text is YAML, or JSON when the file's name ends in `.json`; the name is shown in places.

    Raises:
        Invalid: every problem at once, places as `FILE:LINE:COLUMN: KEY`; nothing is imported.
    """
    parsed = checks.checked(text, name=name)
    taken = queries.template_by_key(session, parsed.questionnaire.key)
    if taken is not None:
        raise Invalid([_at_key(text, name, _taken(taken))])
    return take_in_parsed(session, parsed, name, by=by, now=now)


def take_in_parsed(session: Session, parsed: Parsed, name: str, *, by: Actor, now: datetime) -> Imported:
    """Import a template that was read from the file of this name, whatever its form; as for `take_in`."""
    questionnaire = parsed.questionnaire
    taken = queries.template_by_key(session, questionnaire.key)
    if taken is not None:
        raise Invalid([Problem(f"{name}: key", _taken(taken))])
    template = Template(key=questionnaire.key, title=questionnaire.title, created_at=now)
    session.add(template)
    session.flush()
    made = drafts.add(session, template.id, 1, questionnaire, by_id=by.id, now=now)
    after = {"file": name} | _noticed(parsed)
    events.record(session, "imported", "version", made, by_id=by.id, now=now, after=after)
    return Imported(made, parsed.notices)


def _noticed(parsed: Parsed) -> dict[str, Any]:
    """What was changed on the way in, for the trail; nothing where nothing was."""
    told = [
        {"place": notice.cell or f"{notice.key}, line {notice.line}", "message": notice.message}
        for notice in parsed.notices
    ]
    return {"notices": told} if told else {}


def replace(
    session: Session, version_id: int, text: str, name: str, *, revision: int, by: Actor, now: datetime
) -> Imported:
    """Put a document in the place of a draft's content.

    `revision` is the version's when the page was opened.

    Raises:
        Invalid: every problem of the document at once, its key included; the draft stays as it is.
        Frozen: the version was opened.
        Conflict: somebody changed the draft since the page was opened.
    """
    row = drafts.draft(session, version_id, by)
    parsed = checks.checked(text, name=name)
    if parsed.questionnaire.key != row.template_key:
        raise Invalid([_at_key(text, name, _of_another(row.template_key))])
    return replace_parsed(session, version_id, parsed, name, revision=revision, by=by, now=now)


def replace_parsed(
    session: Session, version_id: int, parsed: Parsed, name: str, *, revision: int, by: Actor, now: datetime
) -> Imported:
    """Put what was read from a file, whatever its form, in the place of a draft; as for `replace`."""
    row = drafts.draft(session, version_id, by)
    if parsed.questionnaire.key != row.template_key:
        raise Invalid([Problem(f"{name}: key", _of_another(row.template_key))])
    if row.revision != revision:
        change = queries.last_change(session, version_id)
        who = change.name if change and change.name else "Somebody"
        raise Conflict(
            f"{who} changed this draft after you opened the page. Look at the draft as it is now; "
            "if your file should still take its place, send it again from there."
        )
    before = kept.questionnaire(session, row.id, row.content_hash)
    words = f"The draft was replaced with {name}"
    drafts.edit(session, row, before, parsed.questionnaire, words, by_id=by.id, now=now)
    events.record(
        session,
        "replaced",
        "version",
        row.id,
        by_id=by.id,
        now=now,
        before={"content_hash": row.content_hash},
        after={"file": name} | _noticed(parsed),
    )
    found = changes.compare(before, parsed.questionnaire)
    return Imported(row.id, parsed.notices, {badge: found.count(badge) for badge in Badge})


def revise(session: Session, version_id: int, *, by: Actor, now: datetime) -> int:
    """Start the next version of a template as a copy of this one; its id.

    Raises:
        NotFound: no such version.
        Conflict: a draft is there already; `saved` is its id.
    """
    row = drafts.readable(session, version_id, by)
    # Two people pressing at once queue up here, so that the second finds the first one's draft.
    session.execute(select(Template.id).where(Template.id == row.template_id).with_for_update())
    versions = queries.versions_of(session, row.template_id)
    draft = next((version for version in versions if version.status == "draft"), None)
    if draft is not None:
        sentence = f"Version {draft.number} is a draft already. Change that one, or delete it first."
        raise Conflict(sentence, saved=draft.id)
    questionnaire = kept.questionnaire(session, row.id, row.content_hash)
    made = drafts.add(session, row.template_id, versions[0].number + 1, questionnaire, by_id=by.id, now=now)
    events.record(
        session, "started", "version", made, by_id=by.id, now=now, after={"from_version": row.number}
    )
    return made


def mark_same(session: Session, version_id: int, key: str, reason: str, *, by: Actor, now: datetime) -> None:
    """Say that a reworded question of a draft still means what it meant in the version before.

    Its answers are then carried, and its results stay like for like. A blank reason takes the word back. The
    word is of the wording as it is: when that changes again, it no longer counts.

    Raises:
        NotFound: no such version or question.
        Frozen: the version was opened.
        Invalid: the reason cannot be kept.
    """
    drafts.lock(session, version_id)
    row = drafts.draft(session, version_id, by)
    questionnaire = kept.questionnaire(session, row.id, row.content_hash)
    if key not in questionnaire.questions:
        raise NotFound(f"question {key}")
    words = reason.replace("\r\n", "\n").strip()
    if message := text_problem(words):
        raise Invalid([Problem(f"reason-{key}", message)])
    if words:
        meanings.mark(session, row.id, questionnaire, key, words, by_id=by.id, now=now)
    else:
        meanings.unmark(session, row.id, key)
    after = {"question": key, "reason": words or None}
    verb = "marked as the same" if words else "took the mark back"
    events.record(session, verb, "version", row.id, by_id=by.id, now=now, after=after)


def discard(session: Session, version_id: int, *, by: Actor, now: datetime) -> None:
    """Delete a draft; with its only version a template goes too.

    Raises:
        Frozen: the version was opened, so it stays for ever.
        Conflict: comments of a pilot are settled with it.
    """
    row = drafts.draft(session, version_id, by)
    settled = session.scalar(
        select(func.count()).select_from(Feedback).where(Feedback.outcome_version_id == row.id)
    )
    if settled:
        words = "1 comment is" if settled == 1 else f"{settled} comments are"
        raise Conflict(f"{words} settled with a change in version {row.number}. Decide otherwise first.")
    for belonging in (DraftEdit, SameMeaning):
        session.execute(delete(belonging).where(belonging.version_id == row.id))
    session.execute(delete(Version).where(Version.id == row.id))
    if row.number == 1:
        session.execute(delete(Template).where(Template.id == row.template_id))
    events.record(
        session,
        "deleted",
        "version",
        row.id,
        by_id=by.id,
        now=now,
        before={"template": row.template_key, "number": row.number, "content_hash": row.content_hash},
    )


# --- inside -------------------------------------------------------------------------------------------


def _cycles_by_version(session: Session) -> dict[int, tuple[CycleLine, ...]]:
    found: dict[int, tuple[CycleLine, ...]] = {}
    for row in queries.cycles_using(session):
        line = CycleLine(row.id, row.name, row.kind, row.closed_at is not None, row.assessments)
        found[row.version_id] = (*found.get(row.version_id, ()), line)
    return found


def _is_next(session: Session, old: VersionRow, new: VersionRow) -> bool:
    """True when no version of the template lies between the two."""
    numbers = [row.number for row in queries.versions_of(session, new.template_id)]
    return old.number == max((number for number in numbers if number < new.number), default=None)


def _compared(
    old: Questionnaire, new: Questionnaire, change: changes.Change, mark: Mark | None, *, is_next: bool
) -> ComparedQuestion:
    key = change.key
    holder = new if key in new.questions else old
    before, after = old.questions.get(key), new.questions.get(key)
    is_reworded = before is not None and after is not None and before.kind is after.kind
    return ComparedQuestion(
        key=key,
        badges=tuple(badge for badge in Badge if badge in change.badges),
        is_comparable=change.is_comparable,
        old=before,
        new=after,
        section=holder.all_sections[holder.section_of[key]].title,
        lines=differences(old, new, key),
        mark=mark,
        may_mark=is_next and is_reworded and (mark is not None or not change.is_comparable),
    )


def _differs(change: changes.Change) -> bool:
    return Badge.SAME not in change.badges


SECTION_SENTENCES = {
    Badge.ADDED: "is new",
    Badge.DROPPED: "was dropped",
    Badge.REWORDED: "has another title",
    Badge.RESCORED: "has other caps or rules",
    Badge.MOVED: "stands elsewhere",
    Badge.DETAILS: "has other words around it",
}


def _section_in_words(old: Questionnaire, new: Questionnaire, change: changes.Change) -> str:
    """What changed around the questions: `Economy (ECO): weighs 12, was 10.`."""
    section = (new if change.key in new.all_sections else old).all_sections[change.key]
    told = [
        f"weighs {section.weight:g}, was {old.all_sections[change.key].weight:g}"
        if badge is Badge.REWEIGHTED
        else SECTION_SENTENCES[badge]
        for badge in Badge
        if badge in change.badges
    ]
    return f"{section.title} ({change.key}): {', '.join(told)}."


def _answers_moved(
    session: Session, version_id: int, old: Questionnaire, new: Questionnaire, same: dict[str, str]
) -> tuple[AnswersLine, ...]:
    given: dict[int, list[tuple[str, Any]]] = {}
    for row in queries.answers_of_version(session, version_id):
        given.setdefault(row.assessment_id, []).append((row.question_key, row.content))
    lines = []
    for row in queries.assessments_of_version(session, version_id):
        if row.kind == "pilot" or (row.status == "open" and row.closed_at is None):
            answers = kept.answers(old, given.get(row.id, ()))
            moved = changes.carry(old, new, answers, same_meaning=same)
            counts = (len(moved.carried), len(moved.look_again), len(moved.left_behind))
            lines.append(AnswersLine(row.id, row.service, row.cycle, len(answers), *counts))
    return tuple(lines)


def _summed(lines: tuple[AnswersLine, ...]) -> AnswersLine:
    return AnswersLine(
        assessment_id=0,
        service="All",
        cycle="",
        given=sum(line.given for line in lines),
        carried=sum(line.carried for line in lines),
        look_again=sum(line.look_again for line in lines),
        left_behind=sum(line.left_behind for line in lines),
    )


def _taken(taken: Template) -> str:
    return (
        f'The key "{taken.key}" belongs to "{taken.title}", which is here already. To change that template, '
        "start its next version and replace it with this file; for another template, choose another key."
    )


def _of_another(expected: str) -> str:
    return f"This file is of another template. Write key: {expected}, or import it as a new template."


def _at_key(text: str, name: str, sentence: str) -> Problem:
    source = document.draft(text, name=name).source
    return document.located(source, ("key",), sentence).problem
