"""Design checks on how answers become scores: scales, weights, bands, caps and rule tables."""

from collections.abc import Iterator
from itertools import pairwise, product

from vfm.questionnaires.conditions import questions_named
from vfm.questionnaires.outline import Fault, Outline
from vfm.questionnaires.question_checks import span
from vfm.questionnaires.schema import Kind, Method, RuleTable, Scale, Section
from vfm.questionnaires.source import Path
from vfm.questionnaires.wording import did_you_mean, listed, meant_key

EQUAL_SECTIONS = (Method.MEAN_OF_MEANS, Method.SUM)


def unfit_scales(outline: Outline) -> Iterator[Fault]:
    """Levels that do not run 1, 2, 3 ...; points that do not fit the levels, fall, or leave 0 to 100."""
    for name, scale in outline.questionnaire.scales.items():
        path = ("scales", name)
        numbers = list(scale.levels)
        if numbers != list(range(1, len(numbers) + 1)):
            order = listed(numbers, "and")
            sentence = f"The levels are {order}; they must run from 1 without a gap, lowest first."
            yield Fault((*path, "levels"), f"scales.{name}", f"{sentence} Number them so.")
        elif scale.points is not None:
            for inner, message in _unfit_points(scale, scale.points):
                yield Fault((*path, "points", *inner), f"scales.{name}", message)


def _unfit_points(scale: Scale, points: dict[int, float]) -> Iterator[tuple[Path, str]]:
    lacking = [level for level in scale.levels if level not in points]
    if lacking:
        yield (), f"There are no points for level {listed(lacking, 'and')}. Add them."
    for level in points:
        if level not in scale.levels:
            yield (
                (level,),
                f"There are points for level {level}, which the scale does not have. Take them out.",
            )
    ordered = [points[level] for level in sorted(points)]
    if any(lower > upper for lower, upper in pairwise(ordered)):
        yield (), "The points fall as the levels rise. Let a higher level be worth at least as much."
    elif not lacking:
        yield from span(ordered, ())


def idle_weights(outline: Outline) -> Iterator[Fault]:
    """Weights that cannot matter, and scored questions that no weight lets count."""
    method = outline.questionnaire.scoring.method
    yield from _idle_siblings(outline.questionnaire.sections, ("sections",), "template", method)
    for path, section in outline.sections:
        yield from _idle_siblings(section.sections, (*path, "sections"), section.key, method)
        weights = [question.weight for question in section.questions if question.weight is not None]
        if weights and not any(weights) and not any(child.weight for child in section.sections):
            sentence = "Every scored question here has the weight 0, so the section has no score."
            yield Fault(path, section.key, f"{sentence} Give one of them a weight.", keys_in(section))
        if section.weight and not is_scored(section):
            sentence = f"The section has the weight {section.weight:g} but no scored question."
            cure = "Take the weight out, or score a question."
            yield Fault((*path, "weight"), section.key, f"{sentence} {cure}", keys_in(section))


def keys_in(section: Section) -> tuple[str, ...]:
    """Keys of every question in the section, at any depth."""
    return tuple(question.key for inner in section.walk() for question in inner.questions)


def is_scored(section: Section) -> bool:
    """True when a question in the section, at any depth, is scored, or a rule table judges it."""
    return any(
        inner.rule_table is not None or any(question.is_scored for question in inner.questions)
        for inner in section.walk()
    )


def _idle_siblings(sections: tuple[Section, ...], path: Path, key: str, method: Method) -> Iterator[Fault]:
    scored = [(i, section) for i, section in enumerate(sections) if is_scored(section)]
    weights = {section.weight for _, section in scored}
    if method in EQUAL_SECTIONS:
        if len(weights) > 1:
            name = method.replace("_", " ")
            sentence = (
                f"The method {name} takes all sections alike, so their different weights cannot matter."
            )
            yield Fault((*path, scored[0][0], "weight"), key, f"{sentence} Give them the same weight.")
    elif weights == {0} and method is Method.WEIGHTED_MEAN:
        sentence = "There are scored questions, but every section has the weight 0, so there is no score."
        yield Fault(path, key, f"{sentence} Give sections a weight.")


def unfit_bands(outline: Outline) -> Iterator[Fault]:
    """Bands that do not start at 0, do not rise, or bear the same name."""
    bands = outline.questionnaire.bands
    if bands and bands[0].minimum != 0:
        sentence = f'The lowest band, "{bands[0].name}", starts at {bands[0].minimum:g}.'
        yield Fault(
            ("bands", 0, "minimum"), "bands", f"{sentence} Start it at 0, so that every score has a band."
        )
    for i, (lower, upper) in enumerate(pairwise(bands), 1):
        if upper.minimum <= lower.minimum:
            sentence = (
                f'"{upper.name}" starts at {upper.minimum:g}, not above "{lower.name}" ({lower.minimum:g}).'
            )
            yield Fault(("bands", i, "minimum"), "bands", f"{sentence} Order bands from the lowest up.")
    for i, band in enumerate(bands):
        if band.name in [earlier.name for earlier in bands[:i]]:
            yield Fault(("bands", i, "name"), "bands", f'Two bands are called "{band.name}". Rename one.')


def idle_caps(outline: Outline) -> Iterator[Fault]:
    """Caps that can never lower a score."""
    by_table = outline.questionnaire.scoring.method is Method.RULE_TABLE
    for path, section in outline.sections:
        for i, cap in enumerate(section.caps):
            here = (*path, "caps", i)
            if by_table:
                sentence = "A rule table gives a status, which has no points to cap."
                yield Fault(here, cap.key, f"{sentence} Take the cap out, or choose another method.")
            if cap.limit >= 100:
                yield Fault((*here, "limit"), cap.key, "A limit of 100 caps nothing. Set it below 100.")
            if not is_scored(section):
                sentence = f'The section "{section.key}" has no scored question to cap.'
                cure = "Take the cap out, or score a question."
                yield Fault(here, cap.key, f"{sentence} {cure}", keys_in(section))


def empty_sections(outline: Outline) -> Iterator[Fault]:
    """Sections that ask nothing."""
    for path, section in outline.sections:
        if not section.questions and not section.sections:
            yield Fault(path, section.key, "The section has no questions. Add one, or take the section out.")


def hidden_sections(outline: Outline) -> Iterator[Fault]:
    """Sections none of whose questions can ever be asked."""
    trials = outline.trials
    for path, section in outline.sections:
        asked = [question for inner in section.walk() for question in inner.questions]
        rules = [question.show_if for question in asked if question.show_if is not None]
        if not asked or len(rules) < len(asked) or not all(map(trials.knows, rules)):
            continue
        if not any(trials.is_possible(*trials.holding(rule), named=questions_named(rule)) for rule in rules):
            sentence = "None of the section's questions can ever be asked."
            cure = "Correct their routing rules, or take the section out."
            yield Fault(path, section.key, f"{sentence} {cure}", keys_in(section))


def unfit_rule_tables(outline: Outline) -> Iterator[Fault]:
    """A rule table where none is used, none where one is needed, and everything wrong inside one."""
    by_table = outline.questionnaire.scoring.method is Method.RULE_TABLE
    tables = [(path, section) for path, section in outline.sections if section.rule_table is not None]
    if by_table and not tables:
        sentence = "The method is a rule table, but no section has one."
        yield Fault(("scoring", "method"), "scoring", f"{sentence} Add one, or choose another method.")
    for path, section in tables:
        here = (*path, "rule_table")
        if not by_table:
            cure = "Make the method a rule table, or take the table out."
            yield Fault(here, section.key, f"The rule table is not used by the template's method. {cure}")
        if section.rule_table is not None:
            for inner, message in _unfit_table(section.rule_table, outline, section):
                yield Fault((*here, *inner), section.key, message)


def _unfit_table(table: RuleTable, outline: Outline, section: Section) -> Iterator[tuple[Path, str]]:
    yield from _unfit_lists(table, outline, section)
    known = f"The statuses are {listed(table.statuses, 'and')}."
    if table.minimum not in table.statuses:
        cure = did_you_mean(table.minimum, table.statuses, known)
        yield ("minimum",), f'The minimum "{table.minimum}" is not one of the statuses. {cure}'
    for i, row in enumerate(table.rows):
        if row.status not in table.statuses:
            cure = did_you_mean(row.status, table.statuses, known)
            yield ("rows", i, "status"), f'"{row.status}" is not one of the statuses. {cure}'
    yield from _unfit_rows(table)


def _unfit_lists(table: RuleTable, outline: Outline, section: Section) -> Iterator[tuple[Path, str]]:
    here = keys_in(section)
    for name, keys in table.lists.items():
        for i, key in enumerate(keys):
            if key not in here:
                near = meant_key(key, here)
                cure = f'Did you mean "{near}"?' if near else "Name a question of this section."
                yield (
                    ("lists", name, i),
                    f'The list "{name}" names "{key}", not a question of the section. {cure}',
                )
            elif outline.by_key[key].kind is not Kind.YES_NO:
                yield (
                    ("lists", name, i),
                    f'"{key}" is no yes/no question. A list holds only yes/no questions.',
                )


def _row(words: tuple[str, ...]) -> str:
    return f"[{', '.join(words)}]"


def _unfit_rows(table: RuleTable) -> Iterator[tuple[Path, str]]:
    seen: set[tuple[str, ...]] = set()
    for i, row in enumerate(table.rows):
        if len(row.lists) != len(table.lists):
            cure = f"Write one of all, some, none for each of {listed(table.lists, 'and')}."
            yield ("rows", i), f"The row has {len(row.lists)} of {len(table.lists)} words. {cure}"
        elif row.lists in seen:
            yield ("rows", i), f"The row for {_row(row.lists)} stands twice. Take one out."
        seen.add(row.lists)
    every = product(("all", "some", "none"), repeat=len(table.lists)) if len(table.lists) <= 6 else ()
    lacking = [combination for combination in every if combination not in seen]
    if lacking:
        sentence = f"{len(lacking)} of {3 ** len(table.lists)} rows are missing"
        yield ("rows",), f"{sentence}, the first for {_row(lacking[0])}. Add them."
