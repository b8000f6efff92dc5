"""Designing a draft: sections, questions, rules changed one edit at a time, each taken back with one press.

Every edit is a pure change of the questionnaire, kept with the patch that undoes it. A draft may have design
faults while it is worked on; they stand in the way of opening it, not of saving.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from vfm.errors import Clash, Conflict, Invalid, NotFound, Problem
from vfm.questionnaires import (
    arranging,
    checks,
    document,
    form_fields,
    patches,
    question_form,
    section_form,
    settings_form,
)
from vfm.questionnaires.arranging import remade
from vfm.questionnaires.conditions import in_words
from vfm.questionnaires.dependents import Dependent, dependents
from vfm.questionnaires.differences import differences
from vfm.questionnaires.form_fields import Fields
from vfm.questionnaires.schema import SCHEMA, Check, Kind, Option, Question, Questionnaire, Scale, Section
from vfm.roles import Actor
from vfm.scoring.shares import full_shares
from vfm.store import content as kept
from vfm.store import drafts, events
from vfm.store.queries import designs as queries
from vfm.store.queries import versions as version_queries
from vfm.store.queries.designs import EditRow
from vfm.store.queries.versions import VersionRow
from vfm.store.tables import DraftEdit, Template

MOST_EDITS = 50
"""Edits the history of a draft lists."""
MOST_NAMED = 5
"""Changed lines of a question that the words of an edit name."""
MATURITY = {1: "Not in place", 2: "Partly in place", 3: "In place", 4: "Embedded and improving"}
"""The scale that a new template begins with."""
TOPICS: dict[str, tuple[str, Callable[..., Any], Callable[..., Any]]] = {
    "settings": ("The settings were", settings_form.settings_shown, settings_form.settings_read),
    "scales": ("Scales and parts were", settings_form.scales_shown, settings_form.scales_read),
    "bands": ("The rating bands were", settings_form.bands_shown, settings_form.bands_read),
    "weights": ("Weights were", settings_form.weights_shown, settings_form.weights_read),
    "pilot": ("The pilot's questions were", settings_form.pilot_shown, settings_form.pilot_read),
}
"""What holds for the whole template: topic -> (words of its edits, fields shown, fields read)."""


@dataclass(frozen=True, slots=True)
class Design:
    """A draft as its designer sees it.

    Attributes:
        shares: question or section key -> share of the overall in [0, 1].
        faults: what stands in the way of opening it; advice: what does not.
        edits: the latest, newest first.
        is_from_file: it came from a file that is not all there as it was.
    """

    row: VersionRow
    questionnaire: Questionnaire
    shares: dict[str, float]
    faults: tuple[Problem, ...]
    advice: tuple[Problem, ...]
    edits: tuple[EditRow, ...]
    is_from_file: bool = False

    @property
    def undo(self) -> EditRow | None:
        """The edit that "undo" takes back."""
        return next((edit for edit in self.edits if edit.undone_at is None), None)

    @property
    def redo(self) -> EditRow | None:
        """The edit that "redo" does again: the oldest of those taken back since the last one that stands."""
        undone: EditRow | None = None
        for edit in self.edits:
            if edit.undone_at is None:
                break
            undone = edit
        return undone


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of a draft ready to be changed: a question, a section, a check or a topic.

    Attributes:
        key: of the question, section or check; the topic's name; blank for something new.
        fields: its form as first shown.
        revision: tells this state of the part from any other; send it back with the change.
    """

    design: Design
    key: str
    fields: dict[str, list[str]]
    revision: str


@dataclass(frozen=True, slots=True)
class Done:
    """What an edit did.

    Attributes:
        key: of what was changed, its new one.
        words: what was done, for the history and the person.
        meanwhile: what others did to the draft since the page was opened.
    """

    key: str
    words: str
    is_changed: bool
    meanwhile: tuple[str, ...] = ()


# --- reading ------------------------------------------------------------------------------------------------


def show(session: Session, version_id: int, *, by: Actor) -> Design:
    """A draft, for its designer.

    Raises:
        NotFound: no such version, or this person does not work on templates.
        Frozen: it was opened, so it never changes.
    """
    return _design(session, drafts.draft(session, version_id, by))


def question(session: Session, version_id: int, key: str, *, by: Actor) -> Piece:
    """One question of a draft as a form.

    Raises:
        NotFound, Frozen: as for `show`; NotFound also when there is no such question.
    """
    design = show(session, version_id, by=by)
    found = _question(design.questionnaire, key)
    return Piece(design, key, question_form.shown(design.questionnaire, found), _mark(found))


def section(session: Session, version_id: int, key: str, *, by: Actor) -> Piece:
    """One section of a draft as a form; as for `question`."""
    design = show(session, version_id, by=by)
    found = _section(design.questionnaire, key)
    return Piece(design, key, section_form.shown(found), _mark(_alone(found)))


def topic(session: Session, version_id: int, name: str, *, by: Actor) -> Piece:
    """What holds for the whole template, by topic; as for `question`."""
    design = show(session, version_id, by=by)
    _, shown, _ = TOPICS[name]
    fields = shown(design.questionnaire)
    return Piece(design, name, fields, kept.digest(fields)[:16])


def check(session: Session, version_id: int, key: str, *, by: Actor) -> Piece:
    """One check across answers as a form, a new one for a blank key; as for `question`."""
    design = show(session, version_id, by=by)
    found = _check(design.questionnaire, key)
    return Piece(design, key, settings_form.check_shown(found), _mark(found) if found else "")


def next_key(session: Session, version_id: int, section_key: str, *, by: Actor) -> tuple[Design, str]:
    """A draft, and the key that one more question of a section gets; as for `section`."""
    design = show(session, version_id, by=by)
    _section(design.questionnaire, section_key)
    once = _once(session, design.row, design.questionnaire)
    return design, arranging.next_key(design.questionnaire, section_key, once)


def last_words_on(session: Session, version_id: int, key: str, *, by: Actor) -> tuple[Design, EditRow | None]:
    """A draft, and the latest edit that speaks of something that is no longer in it; None when none does.

    Raises:
        NotFound, Frozen: as for `show`.
    """
    design = show(session, version_id, by=by)
    words = re.compile(rf"(?<![\w-]){re.escape(key)}(?![\w-])")
    return design, next((edit for edit in design.edits if words.search(edit.words)), None)


def needing(
    session: Session, version_id: int, key: str, *, by: Actor
) -> tuple[Design, tuple[Dependent, ...]]:
    """What else in a draft depends on a question, or on anything in a section.

    Raises:
        NotFound, Frozen: as for `show`; NotFound also when there is nothing of this key.
    """
    design = show(session, version_id, by=by)
    if key not in design.questionnaire.questions:
        _section(design.questionnaire, key)
    return design, dependents(design.questionnaire, key)


def origin(session: Session, version_id: int, *, by: Actor) -> VersionRow:
    """The version that a fork would begin from.

    Raises:
        NotFound: there is none, or this person does not work on templates.
    """
    row = drafts.readable(session, version_id, by)
    if not by.has(*drafts.EDITORS):
        raise NotFound(f"version {version_id}")
    return row


def library(session: Session, version_id: int, *, by: Actor) -> tuple[tuple[VersionRow, Questionnaire], ...]:
    """The newest version of every template, and this draft's own: what can be reused in it."""
    own = drafts.draft(session, version_id, by)
    rows = [version_queries.version(session, one) for one in queries.newest_of_each_template(session)]
    found = [row for row in rows if row is not None and row.id != own.id]
    ordered = [own, *sorted(found, key=lambda row: row.title.casefold())]
    return tuple((row, kept.questionnaire(session, row.id, row.content_hash)) for row in ordered)


# --- changing one part --------------------------------------------------------------------------------------


def save_question(
    session: Session, version_id: int, key: str, fields: Fields, *, revision: str, by: Actor, now: datetime
) -> Done:
    """Change a question as its form says; under a new key every rule that names it follows.

    Raises:
        Invalid: every field that cannot be used.
        Conflict: somebody changed this question since, with both texts; `saved` is its present revision.
        NotFound, Frozen: as for `question`.
    """
    row, before = _present(session, version_id, by)
    old = _question(before, key)
    if _mark(old) != revision:
        sent = _as_far_as_it_reads(before, old, fields)
        raise _changed_meanwhile(session, row, key, _words(before, old), sent, _mark(old))
    new = question_form.read(before, old, fields, _once(session, row, before))
    after = arranging.with_question(before, key, remade(new, key=key))
    changed = differences(before, after, key)
    after, told = _under_its_key(after, key, new.key, key)
    if changed:
        told += f" ({', '.join(line.what[:1].lower() + line.what[1:] for line in changed[:MOST_NAMED])})"
    if form_fields.one(fields, "place"):
        after, where = _placed(after, new.key, form_fields.one(fields, "place"))
        told += where
    return _edit(
        session,
        row,
        before,
        after,
        told,
        by=by,
        now=now,
        key=new.key,
        opened=form_fields.one(fields, "opened"),
    )


def _under_its_key(changed: Questionnaire, old: str, new: str, what: str) -> tuple[Questionnaire, str]:
    """What was changed under the key it is to have, every rule following, and the words for it."""
    if old == new:
        return changed, f"{what} was changed"
    return arranging.renamed(changed, old, new), f"{what} became {new}"


def _placed(questionnaire: Questionnaire, key: str, place: str) -> tuple[Questionnaire, str]:
    """The question at the end of another section, where one was chosen."""
    if place not in questionnaire.all_sections or place == questionnaire.section_of[key]:
        return questionnaire, ""
    return arranging.place_question(questionnaire, key, place), f" and moved to {place}"


def save_section(
    session: Session, version_id: int, key: str, fields: Fields, *, revision: str, by: Actor, now: datetime
) -> Done:
    """Change a section as its form says; as for `save_question`."""
    row, before = _present(session, version_id, by)
    old = _section(before, key)
    if _mark(_alone(old)) != revision:
        clause = _clause(before)
        sent = section_form.read(before, old, fields)
        texts = section_form.in_words(old, clause), section_form.in_words(sent, clause)
        raise _changed_meanwhile(session, row, key, *texts, _mark(_alone(old)))
    new = section_form.read(before, old, fields)
    after = arranging.with_section(before, key, remade(new, key=key))
    after, told = _under_its_key(after, key, new.key, f"Section {key}")
    return _edit(
        session,
        row,
        before,
        after,
        told,
        by=by,
        now=now,
        key=new.key,
        opened=form_fields.one(fields, "opened"),
    )


def save_topic(
    session: Session, version_id: int, name: str, fields: Fields, *, revision: str, by: Actor, now: datetime
) -> Done:
    """Change what holds for the whole template; as for `save_question`."""
    row, before = _present(session, version_id, by)
    words, shown, read = TOPICS[name]
    present = shown(before)
    if kept.digest(present)[:16] != revision:
        texts = _fields_in_words(present), _fields_in_words({one: list(many) for one, many in fields.items()})
        raise _changed_meanwhile(session, row, name, *texts, kept.digest(present)[:16])
    return _edit(
        session,
        row,
        before,
        read(before, fields),
        f"{words} changed",
        by=by,
        now=now,
        key=name,
        opened=form_fields.one(fields, "opened"),
    )


def save_check(
    session: Session, version_id: int, key: str, fields: Fields, *, revision: str, by: Actor, now: datetime
) -> Done:
    """Change a check across answers, or add one for a blank key; as for `save_question`."""
    row, before = _present(session, version_id, by)
    old = _check(before, key)
    if old is not None and _mark(old) != revision:
        texts = _check_in_words(before, old), "\n".join(fields.get("say") or [""])
        raise _changed_meanwhile(session, row, key, *texts, _mark(old))
    new = settings_form.check_read(before, old, fields)
    found = tuple(new if one is old else one for one in before.checks) + (() if old else (new,))
    told = f"Check {new.key} was {'changed' if old else 'added'}"
    return _edit(
        session,
        row,
        before,
        remade(before, checks=found),
        told,
        by=by,
        now=now,
        key=new.key,
        opened=form_fields.one(fields, "opened"),
    )


# --- adding -------------------------------------------------------------------------------------------------


def add_question(
    session: Session, version_id: int, section_key: str, fields: Fields, *, by: Actor, now: datetime
) -> Done:
    """Add a question to a section: kind, words, a key, and for a choice its answers, one a line.

    Raises:
        Invalid: every field that cannot be used.
        NotFound, Frozen: as for `section`.
    """
    row, before = _present(session, version_id, by)
    _section(before, section_key)
    reading = form_fields.Reading()
    once = _once(session, row, before)
    wanted = arranging.next_key(before, section_key, once)
    key = reading.take(_unused_key, fields, before, wanted, once)
    text = reading.take(form_fields.wording, fields, "text", "question")
    kind = form_fields.among(fields, "kind", set(Kind))
    answers = reading.take(form_fields.lines, fields, "answers") or ()
    if kind is None:
        reading.problems.append(Problem("kind", "Choose what sort of answer it takes."))
    elif kind in (Kind.SINGLE_CHOICE, Kind.MULTI_CHOICE) and len(answers) < 2:
        reading.problems.append(Problem("answers", "Write at least two answers to choose from, one a line."))
    reading.close()
    made = _new_question(str(key), str(text), Kind(str(kind)), answers)
    if kind == Kind.SCALE and not before.scales:
        before_scaled = remade(before, scales={"maturity": Scale(levels=MATURITY)})
    else:
        before_scaled = before
    after = arranging.add_question(
        before_scaled, section_key, made, after=form_fields.one(fields, "after") or None
    )
    return _edit(session, row, before, after, f"{key} was added", by=by, now=now, key=made.key)


def _unused_key(fields: Fields, draft: Questionnaire, wanted: str, once: dict[str, str]) -> str:
    typed = form_fields.key(fields, "key", arranging.keys_taken(draft), wanted)
    return form_fields.unused(typed, once)


def _new_question(key: str, text: str, kind: Kind, answers: tuple[str, ...]) -> Question:
    """A question of a kind with the least that it needs."""
    options: list[Option] = []
    if kind in (Kind.SINGLE_CHOICE, Kind.MULTI_CHOICE):
        for label in answers:
            taken = {option.key for option in options}
            options.append(Option(key=question_form.option_key(label, taken), label=label))
    return Question(
        key=key,
        text=text,
        kind=kind,
        weight=1 if kind is Kind.SCALE else None,
        unit="GBP" if kind is Kind.MONEY else "",
        options=tuple(options),
    )


def add_section(session: Session, version_id: int, fields: Fields, *, by: Actor, now: datetime) -> Done:
    """Add a section, last at the top or inside another.

    Raises:
        Invalid: every field that cannot be used.
        NotFound, Frozen: as for `show`.
    """
    row, before = _present(session, version_id, by)
    reading = form_fields.Reading()
    title = reading.take(form_fields.wording, fields, "title", "section")
    wanted = arranging.free_key(_initials(title or "S"), arranging.keys_taken(before))
    key = reading.take(form_fields.key, fields, "key", arranging.keys_taken(before), wanted)
    reading.close()
    within = form_fields.among(fields, "within", before.all_sections)
    made = Section(key=str(key), title=str(title), weight=1)
    after = arranging.add_section(before, made, within=within)
    return _edit(session, row, before, after, f"Section {key} was added", by=by, now=now, key=made.key)


def _initials(title: str) -> str:
    """A key out of a title: the first letters of its words, or of its one word."""
    words = ["".join(filter(str.isalpha, word)) for word in title.split()]
    words = [word for word in words if word and word.isascii()]
    short = "".join(word[0] for word in words) if len(words) > 2 else "".join(words)[:3]
    return short.upper()[:6] or "S"


# --- moving, doubling, taking out ---------------------------------------------------------------------------


def rearrange(session: Session, version_id: int, deed: str, key: str, *, by: Actor, now: datetime) -> Done:
    """Move (`up`, `down`) or double (`double`) a question or section.

    Raises:
        NotFound: no such thing to do, or nothing of this key.
        Frozen: as for `show`.
    """
    row, before = _present(session, version_id, by)
    is_question = key in before.questions
    if not is_question:
        _section(before, key)
    what = key if is_question else f"Section {key}"
    if deed == "double":
        double = arranging.double_question if is_question else arranging.double_section
        after, made = double(before, key, _once(session, row, before))
        return _edit(session, row, before, after, f"{what} was doubled as {made}", by=by, now=now, key=made)
    if deed not in ("up", "down"):
        raise NotFound(deed)
    step = 1 if deed == "down" else -1
    after = (arranging.move_question if is_question else arranging.move_section)(before, key, step)
    return _edit(session, row, before, after, f"{what} was moved {deed}", by=by, now=now, key=key)


def remove(
    session: Session, version_id: int, key: str, *, with_rules: bool, by: Actor, now: datetime
) -> Done:
    """Take a question or section out; `with_rules` takes the rules that name it out with it.

    Raises:
        NotFound, Frozen: as for `show`; NotFound also when there is nothing of this key.
        Invalid: something else depends on it, and `with_rules` is not given; the dependents are named.
    """
    row, before = _present(session, version_id, by)
    if key in before.questions:
        keys, after, what = frozenset({key}), arranging.without_question(before, key), key
    else:
        inside = _section(before, key)
        keys = frozenset(found.key for part in inside.walk() for found in part.questions)
        after, what = arranging.without_section(before, key), f"Section {key}"
    if not after.sections:
        raise Invalid([Problem("", "A template needs a section. Add another before you delete this one.")])
    needed = dependents(before, key)
    if needed and not with_rules:
        raise Invalid(Problem(one.key, f"{what} is needed by the {one.place}.") for one in needed)
    if needed:
        after = arranging.without_rules_on(after, keys)
    told = f"{what} was deleted{' with the rules that named it' if needed else ''}"
    return _edit(session, row, before, after, told, by=by, now=now, key=key)


def remove_check(session: Session, version_id: int, key: str, *, by: Actor, now: datetime) -> Done:
    """Take a check across answers out.

    Raises:
        NotFound, Frozen: as for `check`.
    """
    row, before = _present(session, version_id, by)
    gone = _check(before, key)
    after = remade(before, checks=tuple(one for one in before.checks if one is not gone))
    return _edit(session, row, before, after, f"Check {key} was deleted", by=by, now=now, key=key)


Copied = tuple[Questionnaire, str, tuple[str, ...]]
"""The draft with a copy in it, the copy's key, and the rules that stayed behind."""

# --- reusing ------------------------------------------------------------------------------------------------


def reuse(
    session: Session,
    version_id: int,
    source_id: int,
    what: str,
    key: str,
    section_key: str,
    *,
    by: Actor,
    now: datetime,
) -> Done:
    """Copy a question, a section or a scale of any template into a draft, under a key that is free.

    A question brings its scale and parts along; rules that name questions the draft does not have stay
    behind, and the words say so.

    Raises:
        NotFound: no such version or thing; Frozen: as for `show`.
    """
    row, before = _present(session, version_id, by)
    source_row = version_queries.version(session, source_id)
    if source_row is None:
        raise NotFound(f"version {source_id}")
    source = kept.questionnaire(session, source_row.id, source_row.content_hash)
    copiers = {
        "question": _with_copied_question,
        "section": _with_copied_section,
        "scale": _with_copied_scale,
    }
    if what not in copiers:
        raise NotFound(what)
    after, made, lost = copiers[what](
        before, source, key, section_key, frozenset(_once(session, row, before))
    )
    told = f"{made} was copied from {source_row.title}"
    if lost:
        told += f"; left behind, for naming questions that are not here: {', '.join(lost)}"
    return _edit(session, row, before, after, told, by=by, now=now, key=made)


def _with_copied_question(
    draft: Questionnaire, source: Questionnaire, key: str, section_key: str, once: frozenset[str]
) -> Copied:
    found = _question(source, key)
    _section(draft, section_key)
    draft, found = _with_its_lists(draft, source, found)
    copy = remade(found, key=arranging.free_key(key, arranging.keys_taken(draft) | once))
    after, lost = arranging.without_strays(arranging.add_question(draft, section_key, copy))
    return after, copy.key, lost


def _with_copied_section(
    draft: Questionnaire, source: Questionnaire, key: str, _: str, once: frozenset[str]
) -> Copied:
    copy = arranging.fresh_section(_section(source, key), arranging.keys_taken(draft) | once)
    for found in [found for part in copy.walk() for found in part.questions]:
        draft, listed = _with_its_lists(draft, source, found)
        copy = _with_inner(copy, listed)
    after, lost = arranging.without_strays(arranging.add_section(draft, copy))
    return after, copy.key, lost


def _with_inner(section: Section, question: Question) -> Section:
    """The section with one of its questions, at any depth, replaced by the same key's."""
    questions = tuple(question if one.key == question.key else one for one in section.questions)
    inner = tuple(_with_inner(child, question) for child in section.sections)
    return remade(section, questions=questions, sections=inner)


def _with_copied_scale(
    draft: Questionnaire, source: Questionnaire, key: str, _: str, __: frozenset[str]
) -> Copied:
    if key not in source.scales:
        raise NotFound(f"scale {key}")
    name = arranging.free_key(key, draft.scales)
    return remade(draft, scales={**draft.scales, name: source.scales[key]}), name, ()


def _with_its_lists(
    draft: Questionnaire, source: Questionnaire, found: Question
) -> tuple[Questionnaire, Question]:
    """The draft with the scale and parts that a question of another template is asked on."""
    if found.kind is Kind.SCALE:
        scale = source.scale_of(found)
        name = next((known for known, one in draft.scales.items() if one == scale), None)
        if name is None:
            name = arranging.free_key(found.scale or next(iter(source.scales)), draft.scales)
            draft = remade(draft, scales={**draft.scales, name: scale})
        found = remade(found, scale=None if name == next(iter(draft.scales)) else name)
    if found.by is not None:
        parts = source.parts[found.by]
        name = next((known for known, one in draft.parts.items() if one == parts), None)
        if name is None:
            name = arranging.free_key(found.by, draft.parts)
            draft = remade(draft, parts={**draft.parts, name: parts})
        found = remade(found, by=name)
    return draft, found


# --- back and forth -----------------------------------------------------------------------------------------


def undo(session: Session, version_id: int, *, by: Actor, now: datetime, edit_id: int | None = None) -> Done:
    """Take the last edit back; with `edit_id` only if that is still the last.

    Raises:
        NotFound, Frozen: as for `show`.
        Conflict: there is nothing to take back, or somebody did something since.
    """
    return _step(session, version_id, by, now, edit_id, is_back=True)


def redo(session: Session, version_id: int, *, by: Actor, now: datetime, edit_id: int | None = None) -> Done:
    """Do the edit again that was taken back last; as for `undo`."""
    return _step(session, version_id, by, now, edit_id, is_back=False)


def _step(
    session: Session, version_id: int, by: Actor, now: datetime, edit_id: int | None, *, is_back: bool
) -> Done:
    row, before = _present(session, version_id, by)
    design = Design(row, before, {}, (), (), tuple(queries.edits(session, row.id, MOST_EDITS)))
    edit = design.undo if is_back else design.redo
    if edit is None:
        raise Conflict(f"There is nothing to {'undo' if is_back else 'do again'}.")
    if edit_id is not None and edit.id != edit_id:
        raise Conflict(
            f"Nothing was {'taken back' if is_back else 'done again'}: after you opened the page, "
            f"{edit.by} did this: “{edit.words}”. Look at it first."
        )
    patch: Any = queries.patch_of(session, edit.id)
    try:
        after = document.from_json(patches.applied(document.to_json(before), patch, backwards=is_back))
    except ValueError as error:
        raise Conflict(f"This cannot be taken back: {error}.") from error
    told = f"{'Taken back' if is_back else 'Done again'}: {edit.words}"
    drafts.write(session, row, after)
    undone = now if is_back else None
    session.execute(update(DraftEdit).where(DraftEdit.id == edit.id).values(undone_at=undone))
    _record(session, row, "took back" if is_back else "did again", edit.words, patch, by, now)
    return Done("", told, is_changed=True)


# --- new templates ------------------------------------------------------------------------------------------


def start(session: Session, fields: Fields, *, by: Actor, now: datetime) -> int:
    """A new template with one section and the usual scale; the id of its first version, a draft.

    Raises:
        Invalid: every field that cannot be used.
    """
    reading = form_fields.Reading()
    title = reading.take(form_fields.wording, fields, "title", "template")
    key = reading.take(_template_key, session, fields, title or "")
    section = reading.take(form_fields.wording, fields, "section", "first section")
    reading.close()
    content = {
        "schema": SCHEMA,
        "key": key,
        "title": title,
        "scales": {"maturity": {"levels": MATURITY}},
        "sections": [{"key": _initials(str(section)), "title": section, "weight": 1}],
    }
    return _new_template(session, document.from_json(content), None, "started", by, now)


def fork(session: Session, version_id: int, fields: Fields, *, by: Actor, now: datetime) -> int:
    """A new template that begins as a copy of a version and remembers it; the id of its first version.

    Raises:
        NotFound: no such version, or a draft for somebody who does not work on templates.
        Invalid: every field that cannot be used.
    """
    row = origin(session, version_id, by=by)
    reading = form_fields.Reading()
    title = reading.take(form_fields.wording, fields, "title", "template")
    key = reading.take(_template_key, session, fields, title or "")
    reading.close()
    copied = kept.questionnaire(session, row.id, row.content_hash)
    return _new_template(session, remade(copied, key=key, title=title), row.id, "forked", by, now)


def _template_key(session: Session, fields: Fields, title: str) -> str:
    wanted = "-".join("".join(c if c.isalnum() and c.isascii() else " " for c in title.lower()).split())
    wanted = wanted.lstrip("-0123456789")[: arranging.LONGEST_KEY].rstrip("-") or "template"
    taken = version_queries.template_keys(session)
    key = form_fields.key(fields, "key", (), arranging.free_key(wanted, taken))
    if key.casefold() in taken:
        raise form_fields.refuse("key", f'There is a template with the key "{key}" already. Choose another.')
    return key


def _new_template(
    session: Session,
    questionnaire: Questionnaire,
    origin_id: int | None,
    verb: str,
    by: Actor,
    now: datetime,
) -> int:
    template = Template(key=questionnaire.key, title=questionnaire.title, created_at=now, origin_id=origin_id)
    session.add(template)
    session.flush()
    made = drafts.add(session, template.id, 1, questionnaire, by_id=by.id, now=now)
    after = {"origin": origin_id} if origin_id else None
    events.record(session, verb, "version", made, by_id=by.id, now=now, after=after)
    return made


def _once(session: Session, row: VersionRow, draft: Questionnaire) -> dict[str, str]:
    """Keys that earlier versions gave to what this draft lacks, in small letters, and what they meant.

    A key given to something else would bring old answers to a question they were not given to.
    """
    here = arranging.keys_taken(draft)
    meant: dict[str, str] = {}
    for other in version_queries.versions_of(session, row.template_id):
        if other.number < row.number:
            questionnaire = kept.questionnaire(session, other.id, other.content_hash)
            for key, question in questionnaire.questions.items():
                if key.casefold() not in here:
                    meant.setdefault(key.casefold(), f"meant “{question.text}” in version {other.number}")
    return meant


# --- inside -------------------------------------------------------------------------------------------------


def _design(session: Session, row: VersionRow) -> Design:
    questionnaire = kept.questionnaire(session, row.id, row.content_hash)
    return Design(
        row=row,
        questionnaire=questionnaire,
        shares=full_shares(questionnaire),
        faults=checks.problems(questionnaire),
        advice=checks.advice(questionnaire),
        edits=tuple(queries.edits(session, row.id, MOST_EDITS)),
        is_from_file=bool((version_queries.last_import(session, row.id) or {}).get("notices")),
    )


def _present(session: Session, version_id: int, by: Actor) -> tuple[VersionRow, Questionnaire]:
    drafts.lock(session, version_id)
    row = drafts.draft(session, version_id, by)
    return row, kept.questionnaire(session, row.id, row.content_hash)


def _question(questionnaire: Questionnaire, key: str) -> Question:
    try:
        return questionnaire.questions[key]
    except KeyError:
        raise NotFound(f"question {key}") from None


def _section(questionnaire: Questionnaire, key: str) -> Section:
    try:
        return questionnaire.all_sections[key]
    except KeyError:
        raise NotFound(f"section {key}") from None


def _check(questionnaire: Questionnaire, key: str) -> Check | None:
    if not key:
        return None
    try:
        return next(one for one in questionnaire.checks if one.key == key)
    except StopIteration:
        raise NotFound(f"check {key}") from None


def _alone(section: Section) -> Section:
    """A section without what is inside it, which has forms of its own."""
    return remade(section, questions=(), sections=())


def _mark(part: Question | Section | Check) -> str:
    return kept.digest(part.model_dump(mode="json", by_alias=True, exclude_defaults=True))[:16]


def _edit(
    session: Session,
    row: VersionRow,
    before: Questionnaire,
    after: Questionnaire,
    words: str,
    *,
    by: Actor,
    now: datetime,
    key: str,
    opened: str = "",
) -> Done:
    """Write an edit with what takes it back, and tell what others did since the page was opened."""
    others = _others_since(session, row, opened, by) if opened.isdigit() else ()
    patch = drafts.edit(session, row, before, after, words, by_id=by.id, now=now)
    if not patch:
        return Done(key, words, is_changed=False)
    _record(session, row, "edited", words, patch, by, now)
    return Done(key, words, is_changed=True, meanwhile=others)


def _others_since(session: Session, row: VersionRow, opened: str, by: Actor) -> tuple[str, ...]:
    """What others did to the draft since a page was opened on its revision `opened`."""
    found = queries.edits(session, row.id, MOST_EDITS)
    return tuple(
        f"{edit.by}: {edit.words}"
        for edit in reversed(found)
        if edit.revision > int(opened) and edit.by_id != by.id and edit.undone_at is None
    )


def _record(
    session: Session, row: VersionRow, verb: str, words: str, patch: patches.Patch, by: Actor, now: datetime
) -> None:
    after = {"words": words, "paths": [change["path"] for change in patch]}
    events.record(session, verb, "version", row.id, by_id=by.id, now=now, after=after)


def _clause(questionnaire: Questionnaire) -> Callable[[Any], str]:
    return lambda condition: in_words(condition, questionnaire)


def _words(questionnaire: Questionnaire, found: Question) -> str:
    return question_form.in_words(questionnaire, found, _clause(questionnaire))


def _as_far_as_it_reads(questionnaire: Questionnaire, old: Question, fields: Fields) -> str:
    """What was sent, in words; where it cannot be read as a question, its fields as typed."""
    try:
        return _words(questionnaire, question_form.read(questionnaire, old, fields))
    except Invalid:
        return _fields_in_words({name: list(values) for name, values in fields.items()})


def _fields_in_words(fields: dict[str, list[str]]) -> str:
    shown = {name: ", ".join(filter(None, values)) for name, values in fields.items() if name != "csrf_token"}
    return "\n".join(f"{name}: {words}" for name, words in shown.items() if words)


def _check_in_words(questionnaire: Questionnaire, found: Check) -> str:
    return f"{in_words(found.must, questionnaire)}\n{found.say}"


def _changed_meanwhile(
    session: Session, row: VersionRow, key: str, present: str, sent: str, mark: str
) -> Conflict:
    change = version_queries.last_change(session, row.id)
    who = change.name if change and change.name else "somebody"
    clash = Clash(place=key, kept=present, sent=sent, by=who)
    return Conflict(f"{key} was changed after you opened this page.", (clash,), saved=mark)
