"""Questions as HTML: what looks the same is drawn once by its macro, then filled with what was typed.

The macro is given gaps in place of the texts a person typed; between the gaps stands the same for everybody
who reads the question in one language, with the same choice picked. A question with an error is always drawn.
"""

import re
from dataclasses import replace
from functools import lru_cache
from operator import attrgetter
from typing import Any

from flask import Flask, current_app
from markupsafe import Markup, escape

from vfm.questionnaires.answers import Evidence, State
from vfm.web import languages
from vfm.web.beside import Way
from vfm.web.fields import Field

MACROS = "macros/fields.html"
KEPT = 4096
"""Drawings that are kept; the oldest goes when there are more. One takes about as much room as its HTML."""
GAP = re.compile("\x02(.*?)\x03")
TEXTS = ("typed", "reason", "note", "seen")
STATES, GRADES = frozenset(("", *State)), frozenset(("", *Evidence))
"""What our own pages send; anything else is made by hand, and not kept."""
_texts = attrgetter(*TEXTS)
_look = attrgetter(*(name for name in Field.__slots__ if name not in (*TEXTS, "parts")))
_drawings: dict[tuple[Any, ...], list[str]] = {}


def question(field: Field) -> Markup:
    """A question's field or fields, with its words and its guidance."""
    return _filled("question", field)


def evidence(field: Field) -> Markup:
    """The grade of evidence and the note beside a question that is scored."""
    return _filled("evidence", field)


def deeds(key: str, ways: tuple[Way, ...]) -> Markup:
    """The buttons under a question that lead to other pages about it."""
    return _deeds(key, ways, languages.current())


def _filled(macro: str, field: Field) -> Markup:
    if field.has_error or field.state not in STATES or field.grade not in GRADES:
        return _drawn(macro, field)
    kind = macro, languages.current(), _look(field), tuple((part.name, part.words) for part in field.parts)
    drawing = _drawings.get(kind)
    if drawing is None:
        while len(_drawings) >= KEPT:
            _drawings.pop(next(iter(_drawings)), None)
        drawing = _drawings[kind] = GAP.split(_drawn(macro, _hollow(field)))
    texts = dict(zip(TEXTS, _texts(field), strict=True))
    for number, part in enumerate(field.parts):
        texts[str(number)] = part.typed
    filled = drawing.copy()
    filled[1::2] = [escape(texts[name]) for name in drawing[1::2]]
    return Markup("".join(filled))  # noqa: S704  # nosec B704  # the macro's own, and what was escaped


def _hollow(field: Field) -> Field:
    """A field with gaps instead of texts."""
    parts = tuple(replace(part, typed=_gap(str(number))) for number, part in enumerate(field.parts))
    typed, reason, note, seen = map(_gap, TEXTS)
    return replace(field, parts=parts, typed=typed, reason=reason, note=note, seen=seen)


def _gap(name: str) -> Markup:
    return Markup("\x02{}\x03").format(name)


def _drawn(macro: str, *given: object) -> Markup:
    return getattr(current_app.jinja_env.get_template(MACROS).module, macro)(*given)


@lru_cache(maxsize=KEPT)
def _deeds(key: str, ways: tuple[Way, ...], _language: str) -> Markup:
    return _drawn("deeds", key, ways)


def register(app: Flask) -> None:
    """Make them known to every template."""
    app.jinja_env.globals.update(question_field=question, evidence_field=evidence, deeds=deeds)
