"""The templates that come ready to use can be scored from nothing to everything."""

from pathlib import Path

import pytest

from tests.build import answer
from vfm.questionnaires import document
from vfm.questionnaires.answers import Answer, Answers
from vfm.questionnaires.schema import Questionnaire
from vfm.scoring.explanation import explain
from vfm.scoring.results import OverallStatus, SectionStatus
from vfm.scoring.scorecard import score
from vfm.scoring.structure import structure_of

READY = sorted((Path(__file__).parents[2] / "data" / "templates").glob("*.yaml"))


def template(path: Path) -> Questionnaire:
    return document.parse(path.read_text(encoding="utf-8"), name=path.name)


def everything(ready: Questionnaire, end: str) -> Answers:
    known = structure_of(ready).known
    return {key: answer(getattr(item, end), "verified") for key, item in known.items()}


@pytest.mark.parametrize("path", READY, ids=lambda path: path.stem)
def test_the_top_and_the_bottom_can_be_reached(path: Path) -> None:
    ready = template(path)
    best, worst = (score(ready, everything(ready, end)) for end in ("highest", "lowest"))
    assert (best.overall.mean, worst.overall.mean) == (pytest.approx(100), 0)
    assert (best.overall.confidence, best.overall.spread) == ("high", 0)
    explained = explain(ready, best)
    assert explained is not None
    assert sum(part.printed for part in explained.parts) == explained.printed == 100


@pytest.mark.parametrize("path", READY, ids=lambda path: path.stem)
def test_nothing_answered_claims_nothing(path: Path) -> None:
    card = score(template(path), dict[str, Answer]())
    assert card.overall.status is OverallStatus.PROVISIONAL
    assert (card.overall.low, card.overall.high, card.overall.score) == (0, pytest.approx(100), None)
    # A section that opens with an unanswered question is not asked yet, so it does not apply yet.
    assert {s.status for s in card.profile} <= {SectionStatus.INSUFFICIENT, SectionStatus.NOT_APPLICABLE}
    assert not any(s.score for s in card.profile)
