"""Designing a draft: the outline, and a form for each of its parts.

Every form works without a script: a button with `do` shows it again with what was typed (another row, the
answers of the question chosen), and saves nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Conflict, Frozen, Invalid, NotFound, Problem
from vfm.questionnaires import arranging, expression_form, form_fields, section_form, settings_form
from vfm.questionnaires.conditions import in_words
from vfm.questionnaires.durations import estimated_minutes
from vfm.questionnaires.schema import FEEDS, NUMERIC, SCORABLE, Kind, Question, Questionnaire, Section
from vfm.scoring.shares import full_shares
from vfm.store.database import Session
from vfm.web import rules, words
from vfm.web.current import actor, now, reading, transaction
from vfm.workflows import designs
from vfm.workflows.designs import Design, Done, Piece

blueprint = Blueprint("designs", __name__)

NOT_TYPED = ("revision", "opened", "shown_kind", "kind", "feeds", "place", "scale")
"""Fields of the designer's forms that hold no words of anybody's."""
SPARE_ROWS = {"option": 2, "band": 2}
"""List -> blank rows at its end, one where nothing else is said."""
STEPS = {"up": -1, "down": 1}
"""Button of a row -> the places it moves the row down."""
MOST_UNFOLDED = 100
"""Questions up to which the outline shows every section with its questions; beyond, one section at a time."""
PAGES = {
    "settings": "Settings and scoring",
    "weights": "Weights",
    "scales": "Scales and parts",
    "bands": "Rating bands",
    "pilot": "Questions about the pilot",
}
"""Topic -> the heading of its page."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it is shown: what stands in its fields, and what is wrong with them."""

    fields: Mapping[str, list[str]]
    revision: str
    opened: str
    problems: tuple[Problem, ...] = ()
    conflict: Conflict | None = None

    def one(self, name: str) -> str:
        """A field's text."""
        return (self.fields.get(name) or [""])[0]

    def has(self, name: str) -> bool:
        """True when a box is ticked."""
        return name in self.fields

    def error(self, name: str) -> str | None:
        """What is wrong with a field."""
        return next((problem.message for problem in self.problems if problem.place == name), None)

    def rows(self, name: str, *parts: str) -> range:
        """Numbers of the rows of a list: those filled in, then blank ones."""
        used = form_fields.rows(self.fields, name, parts)
        spare = SPARE_ROWS.get(name, 1) * (3 if self.wants_more(name) else 1)
        return range((used[-1] + 1 if used else 0) + spare)

    def standing(self, name: str) -> range:
        """Numbers of the rows of a list that shows no blank ones: those sent, and one that was asked for."""
        sent = sum(f"{name}.{i}.old" in self.fields for i in range(form_fields.MOST_ROWS))
        return range(sent + self.wants_more(name))

    def wants_more(self, name: str) -> bool:
        """True when another row of a list was asked for."""
        return self.one("do") == f"more:{name}"

    @property
    def moved(self) -> tuple[str, str]:
        """The button `up` or `down` that was pressed, and the row that its own is now; blank for none."""
        deed, _, row = self.one("do").partition(":")
        name, _, number = row.rpartition(".")
        if deed not in STEPS or not number.isdigit():
            return "", ""
        return deed, f"{name}.{int(number) + STEPS[deed]}"


# --- the outline --------------------------------------------------------------------------------------------


@blueprint.get("/versions/<int:version_id>/design")
def show(version_id: int) -> ResponseReturnValue:
    """The draft as an outline: every section and question, with what can be done to it."""
    with reading() as store:
        design = designs.show(store, version_id, by=actor())
    return _outline(design)


def _outline(design: Design, problems: tuple[Problem, ...] = ()) -> str:
    questionnaire = design.questionnaire
    return render_template(
        "designs/show.html",
        design=design,
        row=design.row,
        questionnaire=questionnaire,
        kinds=words.KIND_WORDS,
        pages=PAGES,
        spot=lambda place: _spot(design, place),
        clause=lambda condition: in_words(condition, questionnaire),
        tops=[section.key for section in questionnaire.sections],
        faulty={problem.place for problem in design.faults},
        is_folding=len(questionnaire.questions) > MOST_UNFOLDED,
        opened=_opened(questionnaire, request.args.get("open", "")),
        asked_open=request.args.get("open"),
        duration="" if design.faults else estimated_minutes(questionnaire).in_words,
        problems=problems,
    )


def _spot(design: Design, place: str) -> tuple[str, str]:
    """Where a fault or advice is mended: its words, and the form's address (blank where there is none)."""
    questionnaire, version_id = design.questionnaire, design.row.id
    what, _, name = place.partition(".")
    if place in questionnaire.questions:
        return place, url_for(".question", version_id=version_id, key=place)
    if place in questionnaire.all_sections:
        return place, url_for(".section", version_id=version_id, key=place)
    if any(check.key == place for check in questionnaire.checks):
        return place, url_for(".check", version_id=version_id, key=place)
    topics = {"scales": f"Scale {name}", "bands": PAGES["bands"], "scoring": "Scoring"}
    if what in topics:
        return topics[what], url_for(
            ".topic", version_id=version_id, name="settings" if what == "scoring" else what
        )
    return place, ""


def _opened(questionnaire: Questionnaire, wanted: str) -> frozenset[str]:
    """Keys of the sections whose questions are shown: of a long template one, or all where `all` is wanted.

    `wanted` is the key of a section or of a question in it; blank and unknown ones open the first section
    that has questions.
    """
    sections = questionnaire.all_sections
    if wanted == "all" or len(questionnaire.questions) <= MOST_UNFOLDED:
        return frozenset(sections)
    found = questionnaire.section_of.get(wanted, wanted)
    first = next(key for key, section in sections.items() if section.questions)
    return frozenset([found if found in sections else first])


def _place(version_id: int, key: str, anchor: str = "") -> str:
    """The address of a question or section in the outline, its section open."""
    unfolded = "all" if request.args.get("open") == "all" else key
    return url_for(".show", version_id=version_id, open=unfolded, _anchor=anchor or key)


def _edits(version_id: int) -> str:
    """The address of the outline's undo and redo, the same section open as before."""
    return url_for(".show", version_id=version_id, open=request.args.get("open"), _anchor="_edits")


@blueprint.post("/versions/<int:version_id>/design")
def act(version_id: int) -> ResponseReturnValue:
    """Move, double or delete something; take the last edit back, or do it again."""
    deed, _, key = request.form.get("do", "").partition(":")
    if deed == "delete":
        return _delete(version_id, key)
    try:
        with transaction() as store:
            if deed in ("undo", "redo"):
                step = designs.undo if deed == "undo" else designs.redo
                edit = int(key) if key.isascii() and key.isdigit() and len(key) < 18 else None
                done = step(store, version_id, by=actor(), now=now(), edit_id=edit)
            else:
                done = designs.rearrange(store, version_id, deed, key, by=actor(), now=now())
    except Frozen:
        raise
    except Conflict as conflict:
        flash(conflict.message, "notice")
        return redirect(url_for(".show", version_id=version_id, _anchor="_edits"), 303)
    flash(_sentence(done), "done")
    if not done.key:
        return redirect(_edits(version_id), 303)
    return redirect(_place(version_id, done.key, f"{deed}-{done.key}" if deed in STEPS else ""), 303)


def _delete(version_id: int, key: str) -> ResponseReturnValue:
    """Delete at once what nothing depends on: it can be taken back. Ask where something does."""
    try:
        with transaction() as store:
            done = designs.remove(store, version_id, key, with_rules=False, by=actor(), now=now())
    except Invalid as refused:
        if refused.problems[0].place:  # something else stands on it
            return redirect(url_for(".ask_to_delete", version_id=version_id, key=key), 303)
        with reading() as store:
            design = designs.show(store, version_id, by=actor())
        return _outline(design, refused.problems), 422
    flash(f"{_sentence(done)} You can undo this.", "done")
    return redirect(_edits(version_id), 303)


@blueprint.get("/versions/<int:version_id>/delete/<key>")
def ask_to_delete(version_id: int, key: str) -> ResponseReturnValue:
    """Name what depends on a question or section before it is deleted."""
    with reading() as store:
        design, needing = designs.needing(store, version_id, key, by=actor())
    section = design.questionnaire.all_sections.get(key)
    inside = sum(len(part.questions) for part in section.walk()) if section else 0
    return render_template(
        "designs/delete.html", design=design, row=design.row, key=key, needing=needing, inside=inside
    )


@blueprint.post("/versions/<int:version_id>/delete/<key>")
def delete(version_id: int, key: str) -> ResponseReturnValue:
    """Delete it together with the rules that name it."""
    with transaction() as store:
        done = designs.remove(store, version_id, key, with_rules=True, by=actor(), now=now())
    flash(f"{_sentence(done)} You can undo this.", "done")
    return redirect(_edits(version_id), 303)


# --- one question -------------------------------------------------------------------------------------------


@blueprint.get("/versions/<int:version_id>/questions/<key>")
def question(version_id: int, key: str) -> ResponseReturnValue:
    """One question of a draft as a form."""
    with reading() as store:
        piece = designs.question(store, version_id, key, by=actor())
    return _question_page(piece, _first(piece))


@blueprint.post("/versions/<int:version_id>/questions/<key>")
def save_question(version_id: int, key: str) -> ResponseReturnValue:
    """Keep the question as the form says; when somebody else changed it first, show both."""

    def onward(done: Done) -> str:
        if request.form.get("next"):
            following = _neighbours(version_id, done.key)[1]
            if following:
                return url_for(".question", version_id=version_id, key=following)
        # A question of another kind has more to fill in than the form that was sent.
        if request.form.get("shown_kind", "") != request.form.get("kind", ""):
            return url_for(".question", version_id=version_id, key=done.key)
        return _place(version_id, done.key)

    return _sent(
        lambda store: designs.question(store, version_id, key, by=actor()),
        _question_page,
        lambda store, revision: designs.save_question(
            store, version_id, key, _fields(), revision=revision, by=actor(), now=now()
        ),
        onward,
    )


def _neighbours(version_id: int, key: str) -> tuple[str | None, str | None]:
    with reading() as store:
        piece = designs.question(store, version_id, key, by=actor())
    return _beside(piece.design.questionnaire, key)


def _beside(questionnaire: Questionnaire, key: str) -> tuple[str | None, str | None]:
    keys = [None, *questionnaire.questions, None]
    here = keys.index(key)
    return keys[here - 1], keys[here + 1]


def _question_page(piece: Piece, form: Form) -> str:
    questionnaire = piece.design.questionnaire
    found = questionnaire.questions[piece.key]
    kind = Kind(form.one("kind")) if form.one("kind") in set(Kind) else found.kind
    previous, following = _beside(questionnaire, piece.key)
    return render_template(
        "designs/question.html",
        piece=piece,
        row=piece.design.row,
        questionnaire=questionnaire,
        question=found,
        form=form,
        problems=form.problems,
        kind=kind,
        kinds=[(one.value, label) for one, label in words.KIND_WORDS.items()],
        scorable=kind in SCORABLE,
        numeric=kind in NUMERIC,
        levels=_levels(questionnaire, form) if kind is Kind.SCALE else {},
        feeds=[("", "Nothing"), *((feed, feed.replace("_", " ").capitalize()) for feed in FEEDS)],
        rule=rules.rule("show_if", form.fields, questionnaire, found.show_if, before=found.key),
        parts=[("", "Asked once"), *((name, name) for name in questionnaire.parts)],
        calculation=expression_form.sent(form.fields, "derived"),
        operations=_operations(found),
        figures=[("", "–"), *_figures(questionnaire, found)],
        derived_words=words.expression_in_words(found.derived) if found.derived else "",
        sections=[
            (section.key, f"{section.title} ({section.key})")
            for section in questionnaire.all_sections.values()
        ],
        share=_share(questionnaire, found, form),
        previous=previous,
        following=following,
        opened_before=piece.design.row.number > 1,
    )


def _levels(questionnaire: Questionnaire, form: Form) -> dict[int, str]:
    """Level number -> its name on the scale that is chosen."""
    chosen = form.one("scale")
    scales = questionnaire.scales
    if not scales:
        return designs.MATURITY
    scale = scales[chosen] if chosen in scales else next(iter(scales.values()))
    return dict(scale.levels)


def _figures(questionnaire: Questionnaire, found: Question) -> list[tuple[str, str]]:
    return [
        (other.key, rules.label(other))
        for other in questionnaire.questions.values()
        if other.kind in NUMERIC and other.key != found.key
    ]


def _operations(found: Question) -> list[tuple[str, str]]:
    """What can be done with figures; a calculation that rows cannot show can be left as it is too."""
    none = ("", "Not worked out")
    is_deep = expression_form.as_typed(found.derived).kept
    leaving = [("", "As it is now"), (expression_form.NONE, none[1])] if is_deep else [none]
    return [*leaving, *expression_form.OPERATIONS.items()]


def _share(questionnaire: Questionnaire, found: Question, form: Form) -> float | None:
    """The share of the overall that the weight typed would give; None without a usable weight."""
    weight = form_fields.weight(form.fields, "weight") if _is_weight(form, "weight") else None
    if weight is None:
        return None
    changed = arranging.with_question(questionnaire, found.key, arranging.remade(found, weight=weight))
    return full_shares(changed).get(found.key)


@blueprint.get("/versions/<int:version_id>/sections/<key>/add")
def new_question(version_id: int, key: str) -> ResponseReturnValue:
    """A new question: its kind, its words, its key."""
    return _new_question_page(version_id, key)


@blueprint.post("/versions/<int:version_id>/sections/<key>/add")
def add_question(version_id: int, key: str) -> ResponseReturnValue:
    """Add the question, then show all that can be said of it."""
    try:
        with transaction() as store:
            done = designs.add_question(store, version_id, key, _fields(), by=actor(), now=now())
    except Invalid as refused:
        return _new_question_page(version_id, key, refused.problems), 422
    flash(f"{done.key} is added. Fill in what its kind needs.", "done")
    return redirect(url_for(".question", version_id=version_id, key=done.key), 303)


def _new_question_page(version_id: int, key: str, problems: tuple[Problem, ...] = ()) -> str:
    with reading() as store:
        design, suggested = designs.next_key(store, version_id, key, by=actor())
    fields = {"after": [request.args.get("after", "")]} | _fields()
    return render_template(
        "designs/add_question.html",
        design=design,
        row=design.row,
        section=design.questionnaire.all_sections[key],
        form=Form(fields, "", "", problems),
        problems=problems,
        kinds=[(one.value, label) for one, label in words.KIND_WORDS.items()],
        suggested=suggested,
    )


# --- one section --------------------------------------------------------------------------------------------


@blueprint.get("/versions/<int:version_id>/sections/<key>")
def section(version_id: int, key: str) -> ResponseReturnValue:
    """One section of a draft as a form."""
    with reading() as store:
        piece = designs.section(store, version_id, key, by=actor())
    return _section_page(piece, _first(piece))


@blueprint.post("/versions/<int:version_id>/sections/<key>")
def save_section(version_id: int, key: str) -> ResponseReturnValue:
    """Keep the section as the form says."""
    return _sent(
        lambda store: designs.section(store, version_id, key, by=actor()),
        _section_page,
        lambda store, revision: designs.save_section(
            store, version_id, key, _fields(), revision=revision, by=actor(), now=now()
        ),
        lambda done: _place(version_id, done.key),
    )


def _section_page(piece: Piece, form: Form) -> str:
    questionnaire = piece.design.questionnaire
    found = questionnaire.all_sections[piece.key]
    caps = [
        rules.rule(f"cap.{i}.when", form.fields, questionnaire, section_form.rule_of(found, form.fields, i))
        for i in form.standing("cap")
    ]
    lists = section_form.lists_typed(form.fields) if "table.lists" in form.fields else {}
    drawn = bool(lists) and len(lists) <= section_form.MOST_LISTS
    return render_template(
        "designs/section.html",
        piece=piece,
        row=piece.design.row,
        questionnaire=questionnaire,
        section=found,
        form=form,
        problems=form.problems,
        caps=caps,
        has_table=section_form.has_table(questionnaire, found),
        table_rows=section_form.combinations(len(lists)) if drawn else [],
        table_lists=list(lists),
        statuses=_statuses(found, form),
        share=_section_share(questionnaire, piece.key, form),
        is_weight=_is_weight(form, "weight"),
    )


def _is_weight(form: Form, name: str) -> bool:
    """True when what is typed can be used as a weight; blank can."""
    try:
        form_fields.weight(form.fields, name)
    except Invalid:
        return False
    return True


def _section_share(questionnaire: Questionnaire, key: str, form: Form) -> float | None:
    if not _is_weight(form, "weight"):
        return None
    weight = form_fields.weight(form.fields, "weight") or 0.0
    changed = arranging.remade(questionnaire.all_sections[key], weight=weight)
    return full_shares(arranging.with_section(questionnaire, key, changed)).get(key)


@blueprint.get("/versions/<int:version_id>/sections")
def new_section(version_id: int) -> ResponseReturnValue:
    """A new section: its title and key."""
    return _new_section_page(version_id)


@blueprint.post("/versions/<int:version_id>/sections")
def add_section(version_id: int) -> ResponseReturnValue:
    """Add the section; questions come next."""
    try:
        with transaction() as store:
            done = designs.add_section(store, version_id, _fields(), by=actor(), now=now())
    except Invalid as refused:
        return _new_section_page(version_id, refused.problems), 422
    flash(f"{_sentence(done)} Add its first question.", "done")
    return redirect(url_for(".new_question", version_id=version_id, key=done.key), 303)


def _new_section_page(version_id: int, problems: tuple[Problem, ...] = ()) -> str:
    with reading() as store:
        design = designs.show(store, version_id, by=actor())
    sections = design.questionnaire.all_sections.values()
    return render_template(
        "designs/add_section.html",
        design=design,
        row=design.row,
        form=Form(_fields(), "", "", problems),
        problems=problems,
        holders=[("", "At the top"), *((one.key, f"Inside {one.title} ({one.key})") for one in sections)],
    )


# --- what holds for the whole template ----------------------------------------------------------------------


@blueprint.get("/versions/<int:version_id>/whole/<any(settings, weights, scales, bands, pilot):name>")
def topic(version_id: int, name: str) -> ResponseReturnValue:
    """Settings, weights, scales, bands or the pilot's questions as a form."""
    with reading() as store:
        piece = designs.topic(store, version_id, name, by=actor())
    return _topic_page(piece, _first(piece))


@blueprint.post("/versions/<int:version_id>/whole/<any(settings, weights, scales, bands, pilot):name>")
def save_topic(version_id: int, name: str) -> ResponseReturnValue:
    """Keep them as the form says."""
    return _sent(
        lambda store: designs.topic(store, version_id, name, by=actor()),
        _topic_page,
        lambda store, revision: designs.save_topic(
            store, version_id, name, _fields(), revision=revision, by=actor(), now=now()
        ),
        lambda _: url_for(".show", version_id=version_id),
    )


def _pilot_kinds(questionnaire: Questionnaire) -> list[tuple[str, str]]:
    """The kinds offered, and any other that a question read from a file has, so that saving keeps it."""
    asked = questionnaire.pilot_feedback.overall
    kinds = (*settings_form.PILOT_KINDS, *(question.kind for question in asked))
    return [(kind.value, words.KIND_WORDS[kind]) for kind in dict.fromkeys(kinds)]


def _statuses(section: Section, form: Form) -> tuple[str, ...]:
    """The statuses to choose from: those typed, or the section's own where nobody typed others."""
    shown = section_form.shown(section)
    if section.rule_table and form_fields.is_untouched(shown, form.fields, "table.statuses"):
        return section.rule_table.statuses
    return form_fields.lines(form.fields, "table.statuses")


def _topic_page(piece: Piece, form: Form) -> str:
    return render_template(
        f"designs/{piece.key}.html",
        piece=piece,
        row=piece.design.row,
        questionnaire=piece.design.questionnaire,
        form=form,
        problems=form.problems,
        heading=PAGES[piece.key],
        units=list(settings_form.UNITS.items()),
        sign_off=list(settings_form.SIGN_OFF.items()),
        asking=list(settings_form.PAGES.items()),
        methods=[(method.value, label) for method, label in settings_form.METHODS.items()],
        colours=[(colour, colour.capitalize()) for colour in settings_form.COLOURS],
        pilot_kinds=_pilot_kinds(piece.design.questionnaire),
        shares=_shares_typed(piece, form) if piece.key == "weights" else {},
        is_weight=lambda name: _is_weight(form, name),
    )


def _shares_typed(piece: Piece, form: Form) -> dict[str, float]:
    """The shares that the weights typed would give; none while one of them is no weight."""
    try:
        return full_shares(settings_form.weights_read(piece.design.questionnaire, form.fields))
    except Invalid:
        return {}


@blueprint.get("/versions/<int:version_id>/checks")
def new_check(version_id: int) -> ResponseReturnValue:
    """A new check across answers."""
    return check(version_id, "")


@blueprint.get("/versions/<int:version_id>/checks/<key>")
def check(version_id: int, key: str) -> ResponseReturnValue:
    """One check across answers as a form."""
    with reading() as store:
        piece = designs.check(store, version_id, key, by=actor())
    return _check_page(piece, _first(piece))


@blueprint.post("/versions/<int:version_id>/checks")
def add_check(version_id: int) -> ResponseReturnValue:
    """Add the check."""
    return save_check(version_id, "")


@blueprint.post("/versions/<int:version_id>/checks/<key>")
def save_check(version_id: int, key: str) -> ResponseReturnValue:
    """Keep the check as the form says, or delete it."""
    if key and request.form.get("delete"):
        with transaction() as store:
            done = designs.remove_check(store, version_id, key, by=actor(), now=now())
        flash(f"{_sentence(done)} You can undo this.", "done")
        return redirect(url_for(".show", version_id=version_id, _anchor="_checks"), 303)
    return _sent(
        lambda store: designs.check(store, version_id, key, by=actor()),
        _check_page,
        lambda store, revision: designs.save_check(
            store, version_id, key, _fields(), revision=revision, by=actor(), now=now()
        ),
        lambda _: url_for(".show", version_id=version_id, _anchor="_checks"),
    )


def _check_page(piece: Piece, form: Form) -> str:
    questionnaire = piece.design.questionnaire
    present = next((one.must for one in questionnaire.checks if one.key == piece.key), None)
    return render_template(
        "designs/check.html",
        piece=piece,
        row=piece.design.row,
        questionnaire=questionnaire,
        form=form,
        problems=form.problems,
        rule=rules.rule("must", form.fields, questionnaire, present),
        places=[
            ("", "Choose a question"),
            *((one.key, rules.label(one)) for one in questionnaire.questions.values()),
        ],
    )


# --- the library --------------------------------------------------------------------------------------------


@blueprint.get("/versions/<int:version_id>/library")
def library(version_id: int) -> ResponseReturnValue:
    """Questions, sections and scales of every template, to be copied into this draft."""
    with reading() as store:
        design = designs.show(store, version_id, by=actor())
        shelves = designs.library(store, version_id, by=actor())
    sections = design.questionnaire.all_sections
    wanted = request.args.get("q", "").strip()
    within = request.args.get("section", "")
    return render_template(
        "designs/library.html",
        design=design,
        row=design.row,
        shelves=[(row, found, _matching(found, wanted)) for row, found in shelves],
        wanted=wanted,
        within=within if within in sections else next(iter(sections)),
        sections=[(one.key, f"{one.title} ({one.key})") for one in sections.values()],
        kinds=words.KIND_WORDS,
    )


def _matching(found: Questionnaire, wanted: str) -> list[Question]:
    """Questions in which every word looked for stands, in the key, the words or the guidance."""
    parts = wanted.casefold().split()
    return [
        one
        for one in found.questions.values()
        if all(part in f"{one.key} {one.text} {one.help}".casefold() for part in parts)
    ]


@blueprint.post("/versions/<int:version_id>/library")
def reuse(version_id: int) -> ResponseReturnValue:
    """Copy one thing into the draft."""
    what, _, rest = request.form.get("copy", "").partition(":")
    source, _, key = rest.partition(":")
    if not source.isdigit():
        raise NotFound(rest)
    within = request.form.get("section", "")
    with transaction() as store:
        done = designs.reuse(store, version_id, int(source), what, key, within, by=actor(), now=now())
    flash(_sentence(done), "done")
    return redirect(_place(version_id, done.key), 303)


# --- new templates ------------------------------------------------------------------------------------------


@blueprint.route("/templates/new", methods=["GET", "POST"])
def start() -> ResponseReturnValue:
    """A new template, from nothing."""
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        try:
            with transaction() as store:
                made = designs.start(store, _fields(), by=actor(), now=now())
        except Invalid as refused:
            problems = refused.problems
        else:
            flash("The template is started: version 1, a draft that only your team sees.", "done")
            return redirect(url_for(".show", version_id=made), 303)
    page = render_template("designs/new.html", form=Form(_fields(), "", "", problems), problems=problems)
    return page, 422 if problems else 200


@blueprint.route("/versions/<int:version_id>/fork", methods=["GET", "POST"])
def fork(version_id: int) -> ResponseReturnValue:
    """A new template that begins as a copy of this version."""
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        try:
            with transaction() as store:
                made = designs.fork(store, version_id, _fields(), by=actor(), now=now())
        except Invalid as refused:
            problems = refused.problems
        else:
            flash("The copy is a template of its own now: version 1, a draft.", "done")
            return redirect(url_for(".show", version_id=made), 303)
    with reading() as store:
        row = designs.origin(store, version_id, by=actor())
    form = Form({"title": [f"{row.title} (copy)"]} | _fields(), "", "", problems)
    page = render_template("designs/fork.html", form=form, problems=problems, row=row)
    return page, 422 if problems else 200


# --- what all forms do --------------------------------------------------------------------------------------


def _fields() -> dict[str, list[str]]:
    """What was sent, line ends as the store has them, and a row moved where its button was pressed."""
    sent = {
        name: [value.replace("\r\n", "\n") for value in values]
        for name, values in request.form.to_dict(flat=False).items()
        if name != "csrf_token"
    }
    deed, _, row = request.form.get("do", "").partition(":")
    return form_fields.moved(sent, row, STEPS[deed]) if deed in STEPS else sent


def _first(piece: Piece) -> Form:
    return Form(piece.fields, piece.revision, str(piece.design.row.revision))


def _sent(
    opened: Callable[[Session], Piece],
    page: Callable[[Piece, Form], str],
    save: Callable[[Session, str], Done],
    onward: Callable[[Done], str],
) -> ResponseReturnValue:
    """Save a form and go on; or show it again, with what was typed and why it is not saved."""
    revision, started = request.form.get("revision", ""), request.form.get("opened", "")
    if request.form.get("do"):
        with reading() as store:
            piece = opened(store)
        return page(piece, Form(_fields(), revision, started))
    try:
        with transaction() as store:
            done = save(store, revision)
    except Frozen:
        raise
    except NotFound:
        return _gone()
    except (Invalid, Conflict) as refused:
        with reading() as store:
            piece = opened(store)
        return _refused(piece, page, refused, revision, started)
    flash(_sentence(done) if done.is_changed else "Nothing was different, so nothing changed.", "done")
    if done.meanwhile:
        flash(
            f"While you had the page open, others changed this draft. {'; '.join(done.meanwhile)}.", "notice"
        )
    return redirect(onward(done), 303)


def _gone() -> ResponseReturnValue:
    """What was being changed is no longer in the draft: say who took it out, and show what was typed.

    Raises:
        NotFound: there is no such draft.
    """
    found: Any = request.view_args or {}
    key = str(found.get("key", ""))
    with reading() as store:
        design, edit = designs.last_words_on(store, int(found["version_id"]), key, by=actor())
    typed = {name: values for name, values in _fields().items() if name not in NOT_TYPED and any(values)}
    page = render_template(
        "designs/gone.html", design=design, row=design.row, key=key, edit=edit, typed=typed
    )
    return page, 409


def _refused(
    piece: Piece, page: Callable[[Piece, Form], str], refused: Invalid | Conflict, revision: str, started: str
) -> ResponseReturnValue:
    if isinstance(refused, Invalid):
        return page(piece, Form(_fields(), revision, started, refused.problems)), 422
    return page(piece, Form(_fields(), piece.revision, started, conflict=refused)), 409


def _sentence(done: Done) -> str:
    return f"{done.words}."


@blueprint.errorhandler(Frozen)
def frozen(error: Frozen) -> ResponseReturnValue:
    """An opened version never changes: say so, and offer the way on."""
    found: Any = request.view_args or {}
    page = render_template(
        "versions/stopped.html",
        heading="This version can no longer be changed",
        message=error.message,
        version_id=found.get("version_id"),
        draft_id=error.saved,
    )
    return page, 409
