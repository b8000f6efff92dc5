"""What holds for a whole template as forms: settings, scales, parts, bands, weights, checks.

Pure. One form a topic, each a pair of functions: the fields as shown first, and the questionnaire that
filled-in fields describe. Every problem is named at its field.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, TypeVar

from vfm.errors import Problem
from vfm.questionnaires import rule_form
from vfm.questionnaires.arranging import remade, with_sections
from vfm.questionnaires.form_fields import (
    Fields,
    Reading,
    among,
    as_fields,
    count,
    figure,
    key,
    lines,
    one,
    percent,
    points,
    prose,
    refuse,
    rows,
    share,
    weight,
    without_spare_rows,
    wording,
)
from vfm.questionnaires.schema import (
    SCORABLE,
    Band,
    Check,
    Kind,
    Method,
    People,
    Question,
    Questionnaire,
    Scale,
    Scope,
    Scoring,
    Section,
)
from vfm.questionnaires.steps import Chain

Value = TypeVar("Value")
UNITS = {"service": "One service", "authority": "The whole council", "topic": "A topic across services"}
SIGN_OFF = {
    Chain.DIRECTOR.value: "The service’s director",
    Chain.EXECUTIVE_DIRECTOR.value: "The director first, then an executive director",
}
PAGES = {"section": "One section a page", "question": "One question a page"}
METHODS = {
    Method.WEIGHTED_MEAN: "Weighted mean: sections count by their weights",
    Method.MEAN_OF_MEANS: "Mean of means: every section counts the same",
    Method.SUM: "Sum: points earned as a share of the points there are",
    Method.RULE_TABLE: "Rule table: statements met give a status, not a score",
}
COLOURS = ("red", "orange", "yellow", "green", "turquoise", "blue", "purple", "grey")
Grade = Literal["none", "assertion", "documented", "verified"]
GRADES: tuple[Grade, ...] = ("none", "assertion", "documented", "verified")
PEOPLE_LINES = ("contributors", "reported_to")
PEOPLE_WORDS = ("completed_by", "fact_checked_by", "signed_off_by", "challenged_by", "sponsor")
SHARES = ("section_minimum", "overall_minimum", "na_flag")
BAND_FIELDS, PILOT_FIELDS = ("name", "minimum"), ("key", "text")
"""What a row of bands, or of the pilot's questions, must say something in to count."""
PILOT_KINDS = (Kind.TEXT, Kind.YES_NO, Kind.NUMBER)


# --- settings -----------------------------------------------------------------------------------------------


def settings_shown(questionnaire: Questionnaire) -> dict[str, list[str]]:
    """The fields of the template's settings."""
    people, scoring, scope = questionnaire.people, questionnaire.scoring, questionnaire.scope or Scope()
    plain = {
        "title": questionnaire.title,
        "unit": questionnaire.unit,
        "sign_off": questionnaire.sign_off.value,
        "pages": questionnaire.pages,
        "guidance": questionnaire.guidance,
        "weeks": str(questionnaire.typical_duration_weeks or ""),
        "inside": "\n".join(scope.inside),
        "outside": "\n".join(scope.outside),
        "outputs": "\n".join(questionnaire.outputs),
        "method": scoring.method.value,
        "critical_limit": share(scoring.critical_limit),
        **{name: figure(round(100 * getattr(scoring, name), 10)) for name in SHARES},
        **{f"people.{name}": getattr(people, name) for name in PEOPLE_WORDS},
        **{f"people.{name}": "\n".join(getattr(people, name)) for name in PEOPLE_LINES},
        **{f"grade.{name}": words for name, words in questionnaire.evidence_grades.items()},
    }
    ticked = {
        "is_group_response": questionnaire.is_group_response,
        "has_overall": scoring.has_overall,
        "has_scope": questionnaire.scope is not None,
    }
    return as_fields(plain, (name for name, is_ticked in ticked.items() if is_ticked))


def settings_read(questionnaire: Questionnaire, fields: Fields) -> Questionnaire:
    """The questionnaire with the settings that the fields describe.

    Raises:
        Invalid: every problem, its place the field's name.
    """
    reading = Reading(settings_shown(questionnaire), fields)
    said = reading.read
    present = questionnaire
    changes: dict[str, Any] = {
        "title": said(present.title, "title", wording, fields, "title", "template"),
        "unit": among(fields, "unit", UNITS) or present.unit,
        "sign_off": Chain(among(fields, "sign_off", SIGN_OFF) or present.sign_off),
        "pages": among(fields, "pages", PAGES) or present.pages,
        "guidance": said(present.guidance, "guidance", prose, fields, "guidance"),
        "typical_duration_weeks": reading.take(count, fields, "weeks"),
        "outputs": said(present.outputs, "outputs", lines, fields, "outputs"),
        "is_group_response": "is_group_response" in fields,
        "people": said(present.people, "people", _people, fields),
        "evidence_grades": said(present.evidence_grades, "grade", _grades, fields),
        "scoring": reading.take(_scoring, fields, present.scoring),
    }
    scope = present.scope or Scope()
    inside = said(scope.inside, "inside", lines, fields, "inside")
    outside = said(scope.outside, "outside", lines, fields, "outside")
    reading.close()
    is_scoped = bool(inside or outside) or "has_scope" in fields
    changes["scope"] = Scope(inside=inside, outside=outside) if is_scoped else None
    return remade(questionnaire, **changes)


def _scoring(fields: Fields, present: Scoring) -> Scoring:
    reading = Reading()
    shares = {name: reading.take(percent, fields, name, getattr(present, name)) for name in SHARES}
    limit = reading.take(points, fields, "critical_limit")
    reading.close()
    return Scoring.model_validate(
        {
            "method": Method(among(fields, "method", set(Method)) or present.method),
            "critical_limit": present.critical_limit if limit is None else limit,
            "has_overall": "has_overall" in fields,
            **shares,
        }
    )


def _people(fields: Fields) -> People:
    reading = Reading()
    words = {name: reading.take(prose, fields, f"people.{name}") for name in PEOPLE_WORDS}
    listed = {name: reading.take(lines, fields, f"people.{name}") for name in PEOPLE_LINES}
    reading.close()
    return People.model_validate(words | listed)


def _grades(fields: Fields) -> dict[Grade, str]:
    reading = Reading()
    grades = {name: reading.take(prose, fields, f"grade.{name}") for name in GRADES}
    reading.close()
    return {name: words for name, words in grades.items() if words}


# --- scales and parts ---------------------------------------------------------------------------------------


def scales_shown(questionnaire: Questionnaire) -> dict[str, list[str]]:
    """The fields of the scales, one row a scale, and of the parts that figures are asked by."""
    plain: dict[str, str] = {}
    for i, (name, scale) in enumerate(questionnaire.scales.items()):
        plain |= {
            f"scale.{i}.old": name,
            f"scale.{i}.name": name,
            f"scale.{i}.levels": "\n".join(scale.levels.values()),
            f"scale.{i}.points": "\n".join(share(value) for value in (scale.points or {}).values()),
        }
    for i, (name, parts) in enumerate(questionnaire.parts.items()):
        words = "\n".join(f"{part}: {words}" for part, words in parts.items())
        plain |= {f"parts.{i}.old": name, f"parts.{i}.name": name, f"parts.{i}.words": words}
    return as_fields(plain)


def scales_read(questionnaire: Questionnaire, fields: Fields) -> Questionnaire:
    """The questionnaire with the scales and parts that the fields describe; questions follow renamed ones.

    Raises:
        Invalid: every problem, its place the field's name; among them a scale or parts that questions use and
            that is no longer there.
    """
    reading = Reading(scales_shown(questionnaire), fields)
    present = questionnaire
    scales, new_scales = reading.read((present.scales, _as_is(present.scales)), "scale", _scales, fields)
    parts, new_parts = reading.read((present.parts, _as_is(present.parts)), "parts", _all_parts, fields)
    if not reading.problems:
        reading.problems += _needed(questionnaire, new_scales, scales, new_parts)
    reading.close()
    return _with_names(remade(questionnaire, scales=scales, parts=parts), new_scales, new_parts)


def _as_is(known: Iterable[str]) -> dict[str, str]:
    return {name: name for name in known}


def _scales(fields: Fields) -> tuple[dict[str, Scale], dict[str, str]]:
    """The scales by name, and old name -> new name."""
    return _named_rows(fields, "scale", ("name", "levels", "points"), _scale)


def _all_parts(fields: Fields) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    """The lists of parts by name, and old name -> new name."""
    return _named_rows(fields, "parts", ("name", "words"), _parts)


def _named_rows(
    fields: Fields, name: str, columns: Sequence[str], reader: Callable[..., tuple[str, Value]]
) -> tuple[dict[str, Value], dict[str, str]]:
    reading = Reading()
    found: dict[str, Value] = {}
    names: dict[str, str] = {}
    for i in rows(fields, name, columns):
        row = reading.take(reader, fields, f"{name}.{i}", _taken(found))
        if row:
            found[row[0]] = row[1]
            names[one(fields, f"{name}.{i}.old") or row[0]] = row[0]
    reading.close()
    return found, names


def _taken(known: dict[str, Any]) -> frozenset[str]:
    return frozenset(name.casefold() for name in known)


def _scale(fields: Fields, here: str, taken: frozenset[str]) -> tuple[str, Scale]:
    name = key(fields, f"{here}.name", taken)
    words = lines(fields, f"{here}.levels")
    if len(words) < 2:
        raise refuse(f"{here}.levels", "Write at least two levels, the lowest first, each on its line.")
    worth = [points({"": [typed]}, "") for typed in lines(fields, f"{here}.points")]
    if worth and len(worth) != len(words):
        sentence = (
            f"There are {len(words)} levels and points for {len(worth)}. Write a line of points for each."
        )
        raise refuse(f"{here}.points", sentence)
    levels = dict(enumerate(words, 1))
    return name, Scale(levels=levels, points=dict(enumerate(worth, 1)) if worth else None)


def _parts(fields: Fields, here: str, taken: frozenset[str]) -> tuple[str, dict[str, str]]:
    name = key(fields, f"{here}.name", taken)
    found: dict[str, str] = {}
    for line in lines(fields, f"{here}.words"):
        part, colon, words = (piece.strip() for piece in line.partition(":"))
        if not colon or not words:
            raise refuse(f"{here}.words", f'"{line}" is no part. Write key: words, such as pupils: Pupils.')
        found[key({"": [part]}, "", _taken(found))] = words
    if not found:
        raise refuse(f"{here}.words", "Write the parts, each on its line as key: words.")
    return name, found


def _needed(
    questionnaire: Questionnaire, scales: dict[str, str], kept: dict[str, Scale], parts: dict[str, str]
) -> list[Problem]:
    """Scales and parts that questions use and that are gone, or whose levels no longer fit a question."""
    problems = []
    first = next(iter(questionnaire.scales), None)
    for question in questionnaire.questions.values():
        name = question.scale or first
        if question.kind is Kind.SCALE and name not in scales:
            sentence = f'{question.key} is answered on the scale "{name}". Give it another scale first.'
            problems.append(Problem("scale.0.name", sentence))
        elif question.kind is Kind.SCALE and question.levels:
            levels = kept[scales[str(name)]].levels
            if set(levels) != set(question.levels):
                sentence = (
                    f"{question.key} has level descriptors of its own for {len(question.levels)} levels. "
                )
                problems.append(Problem("scale.0.levels", sentence + "Give it another scale first."))
        if question.by is not None and question.by not in parts:
            sentence = f'{question.key} is asked by "{question.by}". Change that question first.'
            problems.append(Problem("parts.0.name", sentence))
    return problems


def _with_names(questionnaire: Questionnaire, scales: dict[str, str], parts: dict[str, str]) -> Questionnaire:
    """Every question on the scale and parts it had, under their present names."""

    def renamed(question: Question) -> Question:
        scale = scales.get(question.scale, question.scale) if question.scale else None
        by = parts.get(question.by, question.by) if question.by else None
        return (
            question if (scale, by) == (question.scale, question.by) else remade(question, scale=scale, by=by)
        )

    return with_sections(
        questionnaire, lambda section: remade(section, questions=tuple(map(renamed, section.questions)))
    )


# --- bands --------------------------------------------------------------------------------------------------


def bands_shown(questionnaire: Questionnaire) -> dict[str, list[str]]:
    """The fields of the rating bands, one row a band."""
    plain: dict[str, str] = {}
    for i, band in enumerate(questionnaire.bands):
        here = f"band.{i}"
        plain |= {
            f"{here}.name": band.name,
            f"{here}.minimum": figure(band.minimum),
            f"{here}.colour": band.colour,
        }
    return as_fields(plain)


def bands_read(questionnaire: Questionnaire, fields: Fields) -> Questionnaire:
    """The questionnaire with the bands that the fields describe, the lowest first, in whatever order sent.

    Raises:
        Invalid: every problem, its place the field's name.
    """
    reading = Reading(bands_shown(questionnaire), without_spare_rows(fields, "band", BAND_FIELDS))
    bands = reading.read(questionnaire.bands, "band", _bands, fields)
    reading.close()
    return remade(questionnaire, bands=bands)


def _bands(fields: Fields) -> tuple[Band, ...]:
    reading = Reading()
    found = [reading.take(_band, fields, f"band.{i}") for i in rows(fields, "band", BAND_FIELDS)]
    reading.close()
    return tuple(sorted(filter(None, found), key=lambda band: band.minimum))


def _band(fields: Fields, here: str) -> Band:
    name = wording(fields, f"{here}.name", "band")
    minimum = points(fields, f"{here}.minimum")
    if minimum is None:
        raise refuse(f"{here}.minimum", f'Say from how many points "{name}" starts.')
    colour = among(fields, f"{here}.colour", COLOURS) or "grey"
    return Band.model_validate({"name": name, "minimum": minimum, "colour": colour})


# --- checks across answers ----------------------------------------------------------------------------------


def check_shown(check: Check | None) -> dict[str, list[str]]:
    """The fields of one check across answers; of a new one for None."""
    if check is None:
        return rule_form.fields("must", rule_form.as_typed(None))
    plain = {"key": check.key, "say": check.say, "at": check.at}
    return as_fields(plain) | rule_form.fields("must", rule_form.as_typed(check.must))


def check_read(questionnaire: Questionnaire, check: Check | None, fields: Fields) -> Check:
    """The check that the fields describe, in the place of the one given, or a new one.

    Raises:
        Invalid: every problem, its place the field's name.
    """
    reading = Reading(check_shown(check), fields)
    own = check.key if check else ""
    taken = {other.key.casefold() for other in questionnaire.checks if other.key != own}
    taken |= {cap.key.casefold() for section in questionnaire.all_sections.values() for cap in section.caps}
    found = reading.take(key, fields, "key", taken, own or f"check-{len(questionnaire.checks) + 1}")
    present = (check.say, check.must) if check else (None, None)
    say = reading.read(present[0], "say", wording, fields, "say", "message")
    must = reading.read(present[1], "must", rule_form.read, fields, "must", questionnaire, present[1])
    at = among(fields, "at", questionnaire.questions)
    if say is None and not reading.problems:
        reading.problems.append(Problem("say", "The message has no words. Write what people should read."))
    if must is None and not reading.problems:
        reading.problems.append(Problem("must.0.0.question", "Say what must be true."))
    if at is None:
        reading.problems.append(Problem("at", "Choose the question that the message is shown at."))
    reading.close()
    return Check.model_validate({"key": found, "must": must, "say": say, "at": at})


# --- the pilot's own questions ------------------------------------------------------------------------------


def pilot_shown(questionnaire: Questionnaire) -> dict[str, list[str]]:
    """The fields of what a pilot asks about the template itself."""
    feedback = questionnaire.pilot_feedback
    plain: dict[str, str] = {}
    for i, question in enumerate(feedback.overall):
        here = f"pilot.{i}"
        plain |= {
            f"{here}.key": question.key,
            f"{here}.text": question.text,
            f"{here}.kind": question.kind.value,
            f"{here}.unit": question.unit,
        }
    return as_fields(plain, ["per_question"] if feedback.per_question else [])


def pilot_read(questionnaire: Questionnaire, fields: Fields) -> Questionnaire:
    """The questionnaire with the pilot's questions that the fields describe.

    What the form does not show of a question (help, options) stays with its key.

    Raises:
        Invalid: every problem, its place the field's name.
    """
    reading = Reading(pilot_shown(questionnaire), without_spare_rows(fields, "pilot", PILOT_FIELDS))
    present = questionnaire.pilot_feedback
    asked = reading.read(present.overall, "pilot", _pilot_questions, fields, questionnaire)
    reading.close()
    feedback = remade(present, per_question="per_question" in fields, overall=asked)
    return remade(questionnaire, pilot_feedback=feedback)


def _pilot_questions(fields: Fields, questionnaire: Questionnaire) -> tuple[Question, ...]:
    reading = Reading()
    known = {question.key: question for question in questionnaire.pilot_feedback.overall}
    taken = {asked.casefold() for asked in (*questionnaire.questions, *questionnaire.all_sections)}
    found: list[Question] = []
    for i in rows(fields, "pilot", PILOT_FIELDS):
        question = reading.take(_pilot_question, fields, i, frozenset(taken), known)
        if question:
            taken.add(question.key.casefold())
            found.append(question)
    reading.close()
    return tuple(found)


def _pilot_question(fields: Fields, i: int, taken: frozenset[str], known: dict[str, Question]) -> Question:
    here = f"pilot.{i}"
    name = key(fields, f"{here}.key", taken, f"PILOT-{i + 1:02d}")
    present = known.get(name)
    kind = Kind(among(fields, f"{here}.kind", set(Kind)) or Kind.TEXT)
    unit = prose(fields, f"{here}.unit") or ("hours" if kind is Kind.NUMBER else "")
    changes = {"text": wording(fields, f"{here}.text", "question"), "kind": kind, "unit": unit}
    return remade(present, **changes) if present else Question(key=name, **changes)


# --- weights ------------------------------------------------------------------------------------------------


def weights_shown(questionnaire: Questionnaire) -> dict[str, list[str]]:
    """The fields of every weight there is: of sections, and of questions that can be scored."""
    plain = {f"weight.{key}": figure(section.weight) for key, section in questionnaire.all_sections.items()}
    scorable = (question for question in questionnaire.questions.values() if question.kind in SCORABLE)
    return as_fields(plain | {f"weight.{question.key}": figure(question.weight) for question in scorable})


def weights_read(questionnaire: Questionnaire, fields: Fields) -> Questionnaire:
    """The questionnaire with the weights that the fields give; a question's blank one: it is not scored.

    Raises:
        Invalid: every weight that is no number from 0 up, its place the field's name.
    """
    reading = Reading(weights_shown(questionnaire), fields)

    def typed(key: str, present: float | None) -> float | None:
        name = f"weight.{key}"
        return reading.read(present, name, weight, fields, name) if name in fields else present

    def weighed(question: Question) -> Question:
        found = typed(question.key, question.weight)
        return question if found == question.weight else remade(question, weight=found)

    def through(section: Section) -> Section:
        return remade(
            section,
            weight=typed(section.key, section.weight) or 0.0,
            questions=tuple(map(weighed, section.questions)),
        )

    changed = with_sections(questionnaire, through)
    reading.close()
    return changed
