"""Frames for analysts: every column as described, figures as in the scorecards, nothing loaded by a page."""

import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas
import pytest

from tests.answering import drawn
from tests.build import answer, questionnaire, scale_question, section
from tests.generated import made
from vfm.questionnaires import document
from vfm.questionnaires.answers import Answer
from vfm.questionnaires.schema import Band, Method, Questionnaire
from vfm.reports import frames
from vfm.scoring.columns import encoded
from vfm.scoring.portfolio import Portfolio, score_all
from vfm.scoring.scorecard import score

TEMPLATES = Path(__file__).parents[2] / "data" / "templates"
SEEDS = {method: next(n for n in range(500) if made(n).scoring.method is method) for method in Method}


def portfolio_of(template: Questionnaire, count: int = 6) -> tuple[Portfolio, dict[str, dict[str, Answer]]]:
    chance = random.Random(9)
    many = {f"S{n}": drawn(chance, template) for n in range(count)}
    return score_all(encoded(template, many)), many


@pytest.mark.parametrize("method", Method)
def test_every_column_is_described_and_of_its_type(method: Method) -> None:
    portfolio, _ = portfolio_of(made(SEEDS[method]))
    made_frames = {
        "scores": frames.overall(portfolio),
        "sections": frames.sections(portfolio),
        "questions": frames.questions(portfolio),
    }
    for name, frame in made_frames.items():
        assert [*frame.columns] == [*frames.COLUMNS[name]]
        for column, described in frames.COLUMNS[name].items():
            kind = frame[column].dtype
            if isinstance(kind, pandas.CategoricalDtype):
                assert described.dtype == ("ordered category" if kind.ordered else "category"), column
            else:
                assert described.dtype == kind, column
        assert [*frames.described(name).index] == [*frame.columns]


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.yaml")), ids=lambda path: path.stem)
def test_rows_hold_the_figures_of_the_scorecards(path: Path) -> None:
    template = document.parse(path.read_text(encoding="utf-8"), name=path.name)
    portfolio, many = portfolio_of(template)
    overall, sections, questions = (
        frames.overall(portfolio), frames.sections(portfolio), frames.questions(portfolio),
    )  # fmt: skip
    pandas.testing.assert_frame_equal(frames.scores(template, many), overall)
    assert len(sections) == len(many) * len(template.all_sections)
    assert len(questions) == len(many) * len(template.questions)
    for name, answers in many.items():
        card = score(template, answers)
        row = overall.loc[name]
        for figure in ("score", "mean", "low", "high", "completeness", "confidence_share", "spread"):
            assert same(row[figure], getattr(card.overall, figure))
        assert (row["status"], row["problem"]) == (card.overall.status, "")
        assert same_word(row["band"], card.overall.band)
        assert same_word(row["confidence"], card.overall.confidence)
        held = sections[sections["assessment"] == name]
        assert [*held["section"]] == [one.key for one in card.sections]
        for one, found in zip(card.sections, held.to_dict("records"), strict=True):
            for figure in ("score", "mean", "low", "high", "uncapped", "spread", "na_share", "weight"):
                assert same(found[figure], getattr(one, figure)), (one.key, figure)
            assert same(found["limit"], one.caps[0].limit if one.caps else None)
            assert (found["status"], found["is_flagged"]) == (one.status, one.is_flagged)
            assert same_word(found["parent"], one.parent or None)
        asked = questions[questions["assessment"] == name]
        for part, found in zip(card.questions, asked.to_dict("records"), strict=True):
            assert (found["question"], found["state"], found["value"]) == (part.key, part.state, part.value)
            assert same(found["points"], part.points)
            assert same(found["contribution"], part.contribution)
            assert same_word(found["evidence"], part.evidence)


def same(found: float, figure: float | str | None) -> bool:
    return np.isnan(found) if figure is None else found == figure


def same_word(found: object, word: str | None) -> bool:
    return bool(pandas.isna(found)) if word is None else found == word


def test_bands_are_in_order_whatever_order_they_were_written_in() -> None:
    template = questionnaire(
        section("A", scale_question("A-01")),
        bands=(
            Band(name="High", minimum=60, colour="green"),
            Band(name="Low", minimum=0, colour="red"),
            Band(name="Middle", minimum=30, colour="yellow"),
        ),
    )
    found = frames.scores(template, {level: {"A-01": answer(level)} for level in (1, 2, 3, 4)})["band"]
    assert [*found.cat.categories] == ["Low", "Middle", "High"]
    assert [*found] == ["Low", "Middle", "High", "High"]
    assert (found >= "Middle").tolist() == [False, True, True, True]


def test_what_cannot_be_scored_has_its_reason_and_no_figure() -> None:
    template = questionnaire(section("A", scale_question("A-01")))
    portfolio = score_all(encoded(template, {"good": {"A-01": answer(3)}, "bad": {"A-01": answer(9)}}))
    found = frames.overall(portfolio)
    assert found.loc["bad", "problem"].startswith("A-01: The answer 9 is not one of 1, 2, 3, 4.")
    assert found.loc["bad"].drop("problem").isna().all()
    assert frames.sections(portfolio).query("assessment == 'bad'")["is_flagged"].isna().all()
    asked = frames.questions(portfolio).query("assessment == 'bad'")
    assert asked[["state", "value", "points"]].isna().all(axis=None)


def test_the_server_starts_without_pandas() -> None:
    look = "import sys, vfm.app; print(sorted({'pandas', 'vfm.reports.frames'} & {*sys.modules}))"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
