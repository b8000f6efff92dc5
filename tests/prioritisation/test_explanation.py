"""Words and steps: they say what the figures say."""

from datetime import date

import pytest

from vfm.prioritisation.criteria import Criterion
from vfm.prioritisation.explanation import lead, sentence, shown, waterfall, why_above
from vfm.prioritisation.facts import ServiceFacts
from vfm.prioritisation.ranking import Ranking, rank

CRITERIA = (
    Criterion("need", "need", weight=2, goalposts=(0, 10)),
    Criterion("cost", "unit cost", weight=1, goalposts=(0, 10)),
    Criterion("risk", "risk", weight=1, goalposts=(0, 10)),
)


def ranking(draws: int = 0) -> Ranking:
    rows = {"Libraries": (9, 2, 5), "Parks": (5, 8, 5), "Roads": (1, 5, None), "Tax": (None, None, 5)}
    services = [
        ServiceFacts(name.lower(), name, values=dict(zip(("need", "cost", "risk"), row, strict=True)))
        for name, row in rows.items()
    ]
    return rank(services, CRITERIA, on=date(2026, 11, 23), top=1, draws=draws)


def test_a_sentence_names_place_drivers_brake_and_gaps() -> None:
    found = ranking()
    assert [sentence(found, s) for s in found.services] == [
        (
            "Libraries is 1st of 3 with an index of 62.5. Compared with a typical service, need "
            "(+20.0 points) raises it most. What holds it back most is unit cost (−7.5 points)."
        ),
        (
            "Parks is 2nd of 3 with an index of 57.5. Compared with a typical service, unit cost "
            "(+7.5 points) raises it most."
        ),
        (
            "Roads is 3rd of 3 with an index of 30.0. What holds it back most is need (−20.0 points). "
            "There is no value for risk: its index could be anything from 17.5 to 42.5."
        ),
        "Tax is not ranked: 75% of the weight has no value. Missing: need and unit cost.",
    ]


def test_a_sentence_says_how_firm_the_place_is() -> None:
    found = ranking(draws=2_000)
    firm = sentence(found, found.services[2])
    assert firm.endswith("it is in the top 1 in no trial (place 3): it is firmly outside.")
    assert "With weights around the agreed ones it is in the top 1 in " in sentence(found, found.services[0])


def test_a_waterfall_ends_where_the_index_stands() -> None:
    found = ranking()
    first = found.services[0]
    steps = waterfall(found, first)
    assert [step.key for step in steps] == ["base", "need", "cost", "risk", "index"]
    assert steps[-2].end == pytest.approx(steps[-1].end)
    assert sum(step.points for step in steps[:-1]) == pytest.approx(first.index)
    assert waterfall(found, found.services[3]) == ()


def test_why_one_stands_above_the_next() -> None:
    found = ranking()
    upper, lower = found.services[:2]
    assert why_above(found, upper, lower) == (
        "Libraries stands 5.0 points above Parks, through need (+20.0 points), though unit cost "
        "(−15.0 points) speaks the other way."
    )
    assert sum(d.points for d in lead(found, upper, lower)) == pytest.approx(5)
    assert why_above(found, upper, found.services[3]) == "Tax is not ranked."
    assert "share a place" in why_above(found, upper, upper)


def test_figures_are_rounded_half_up_by_size() -> None:
    assert [shown(0.25), shown(-0.25), shown(2.5, 0), shown(1.0)] == ["0.3", "-0.3", "3", "1.0"]
