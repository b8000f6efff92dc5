"""Every worked case of `data/cases/scoring`: its own arithmetic, the engine, and the command line."""

import json
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests import build, worked
from tests.worked import CASES, PAGE, Case, as_expected, chains, is_near, numbers
from vfm import cli
from vfm.questionnaires.answers import Answer
from vfm.questionnaires.schema import Band
from vfm.scoring.agreement import agreement, ordinal_alpha, weighted_kappa
from vfm.scoring.bands import next_band
from vfm.scoring.change import Change, change
from vfm.scoring.explanation import Explanation, Part, explain
from vfm.scoring.items import cronbach_alpha, evidence
from vfm.scoring.scorecard import Scorecard, score

EVERY = list(CASES.values())
each = pytest.mark.parametrize("case", EVERY, ids=[case.key for case in EVERY])
SCORED = [case for case in EVERY if case.kind == "score"]
COMPARED = [case for case in EVERY if case.kind == "change"]


def test_there_are_enough_and_every_method_has_its_page() -> None:
    assert len(EVERY) >= 40
    methods = {case.template().scoring.method.value for case in SCORED}
    assert methods == {"weighted_mean", "mean_of_means", "sum", "rule_table"}
    assert set(worked.CHAPTERS) == {path.stem for path in worked.FOLDER.glob("*.yaml")}


# --- on paper -----------------------------------------------------------------------------------------------


@each
def test_every_line_of_working_is_true(case: Case) -> None:
    for line in case.working:
        for first, *others in filter(None, chains(line)):
            assert all(is_near(other, first) for other in others), line


@each
def test_every_figure_is_worked_out_or_published(case: Case) -> None:
    if not case.is_by_hand:
        return
    shown = [value for line in case.working for chain in chains(line) for value in chain]
    for figure in numbers(case.data["expected"]):
        assert any(is_near(figure, value) for value in shown), f"nothing works out {figure}"


@each
def test_every_case_says_where_it_is_from(case: Case) -> None:
    assert case.title
    assert case.working or not case.is_by_hand
    assert len(case.source) > 20


# --- by the engine ------------------------------------------------------------------------------------------


@each
def test_figures_come_out_as_worked(case: Case) -> None:
    tolerance = case.data.get("tolerance")
    for place, wanted, found in compared(case.data["expected"], FIGURES[case.kind](case)):
        if isinstance(wanted, Fraction | float) and isinstance(found, int | float):
            off = abs(found - float(wanted))
            assert off <= (tolerance or worked.TOLERANCE * max(1.0, abs(float(wanted)))), place
        else:
            assert found == wanted, place


def compared(expected: Any, found: Any, place: str = "") -> Iterator[tuple[str, Any, Any]]:
    """(place, expected, found) of every figure and word a case lays down."""
    if isinstance(expected, Mapping):
        if not expected:
            yield place, {}, dict(found)
        for name, inner in expected.items():
            yield from compared(inner, found[name], f"{place} {name}")
    elif isinstance(expected, list):
        assert len(expected) == len(found), place
        for inner, one in zip(expected, found, strict=True):
            yield from compared(inner, one, place)
    else:
        yield place, as_expected(expected), found


def scored(case: Case) -> dict[str, Any]:
    template, answers = case.template(), case.answers()
    card = score(template, answers)
    explained = explain(template, card)
    return {
        "overall": overall(card, template.bands),
        "sections": {section.key: section_figures(section) for section in card.sections},
        "questions": {question.key: fields_of(question) for question in card.questions},
        "printed": None if explained is None else printed(explained),
    }


def fields_of(thing: Any) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in thing.__slots__}


def overall(card: Scorecard, bands: tuple[Band, ...]) -> dict[str, Any]:
    above = next_band(bands, card.overall.score)
    return fields_of(card.overall) | {
        "next_band": above and above.band.name,
        "next_band_points": above and above.points,
    }


def section_figures(section: Any) -> dict[str, Any]:
    return fields_of(section) | {"caps": [[cap.rule, cap.limit, cap.uncapped] for cap in section.caps]}


def printed(explained: Explanation) -> dict[str, Any]:
    def parts(held: tuple[Part, ...]) -> Iterator[tuple[str, int]]:
        for part in held:
            yield part.key, part.printed
            yield from parts(part.parts)

    return {
        "before_caps": explained.printed_before_caps,
        "total": explained.printed,
        "parts": dict(parts(explained.parts)),
        "caps": {line.section: line.printed for line in explained.caps},
    }


def change_of(case: Case) -> Change:
    sides = [(case.template(side), case.answers(side)) for side in (0, 1)]
    return change(*sides[0], *sides[1], case.data.get("same_meaning", {}))


def changed(case: Case) -> dict[str, Any]:
    found = change_of(case)
    before, now = found.common_weight
    return {
        "overall": found.overall.as_json(),
        "like_for_like": found.like_for_like,
        "common_weight": {"before": before, "now": now},
        "material": found.is_material,
        "threshold": found.threshold,
        "spread": found.spread,
        "sections": {key: parts.as_json() for key, parts in found.sections.items()},
        "effects": {question.key: question.effect for question in found.questions},
        "scope_items": {item.key: item.reason.value for item in found.scope_items},
        "capped": {"before": list(found.caps[0]), "now": list(found.caps[1])},
    }


def kappa(case: Case) -> dict[str, Any]:
    given = case.data["given"]
    power = given["power"][0]
    if "table" in given:
        return {"kappa": weighted_kappa(np.array(given["table"], dtype=float), power)}
    assert power == 2
    found = agreement(given["first"], given["second"], given["levels"], draws=20)
    return {"kappa": found.kappa, "exact": found.exact, "within_one": found.within_one}


def alpha(case: Case) -> dict[str, Any]:
    return {"alpha": ordinal_alpha(case.data["given"]["ratings"])}


def cronbach(case: Case) -> dict[str, Any]:
    return {"alpha": cronbach_alpha(np.array(case.data["given"]["answers"], dtype=float))}


def pilot(case: Case) -> dict[str, Any]:
    levels = case.data["given"]["levels"]
    asked = build.questionnaire(*(build.scale_question(key) for key in levels))
    assessments: list[dict[str, Answer]] = [
        {key: given_as(row[number]) for key, row in levels.items() if row[number] is not None}
        for number in range(len(next(iter(levels.values()))))
    ]
    found = evidence(asked, assessments)
    return {
        "items": {key: fields_of(item) for key, item in found.items.items()},
        "complete": found.sections["A"].complete,
    }


def given_as(said: Any) -> Answer:
    states = {"dont_know": build.dont_know(), "not_applicable": build.na()}
    return states[said] if said in states else build.answer(said)


FIGURES = {
    "score": scored,
    "change": changed,
    "kappa": kappa,
    "alpha": alpha,
    "cronbach": cronbach,
    "pilot": pilot,
}


# --- by the command -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", SCORED, ids=[case.key for case in SCORED])
def test_the_command_scores_to_the_same_digit(
    case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["score", *worked.kept(case, tmp_path), "--json"]) == 0, capsys.readouterr().out
    said = capsys.readouterr()
    assert json.loads(said.out) == score(case.template(), case.answers()).as_json()
    assert ("rescaled" in said.err) is ("rescaled" in case.title)


@pytest.mark.parametrize("case", COMPARED, ids=[case.key for case in COMPARED])
def test_the_command_compares_to_the_same_digit(
    case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mark of "same meaning" is the core team's, made on a page: the command knows none."""
    assert cli.main(["change", *worked.kept(case, tmp_path), "--json"]) == 0, capsys.readouterr().out
    sides = [(case.template(side), case.answers(side)) for side in (0, 1)]
    assert json.loads(capsys.readouterr().out) == change(*sides[0], *sides[1]).as_json()


# --- as a page ----------------------------------------------------------------------------------------------


def test_the_page_is_the_data() -> None:
    assert PAGE.read_text(encoding="utf-8") == worked.page(), "Write it again: python -m tests.worked"
