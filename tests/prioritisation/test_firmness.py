"""How firm a ranking is: what is kept says what the simulation says, and the sentences say what is kept."""

import json
import random
from datetime import date

import pytest

from vfm.prioritisation.criteria import Criterion
from vfm.prioritisation.crosschecks import crosschecks
from vfm.prioritisation.explanation import shown
from vfm.prioritisation.facts import ServiceFacts
from vfm.prioritisation.firmness import Firmness, Model, Turn, read_firmness, summarised
from vfm.prioritisation.firmness_words import (
    central_words,
    check_words,
    deciding_words,
    dethroned_words,
    entering_words,
    level_words,
    line_words,
    standing_words,
    summary,
    swap_words,
    ties_words,
    turning_words,
)
from vfm.prioritisation.ranking import Ranking, rank
from vfm.prioritisation.simulation import MODELS
from vfm.prioritisation.turning_points import Swap

ON = date(2026, 11, 23)
CRITERIA = (
    Criterion("need", "need", weight=2, goalposts=(0, 10)),
    Criterion("cost", "unit cost", weight=1, goalposts=(0, 10)),
    Criterion("risk", "risk", weight=1, goalposts=(0, 10)),
)
WORDS = {criterion.key: criterion.name for criterion in CRITERIA}
ROWS = {
    "Homes": (10, 9, 9),
    "Libraries": (9, 2, 5),
    "Parks": (5, 8, 5),
    "Roads": (2, 8, None),
    "Tax": (1, 1, 1),
}
SERVICES = [
    ServiceFacts(name, name, values=dict(zip(("need", "cost", "risk"), row, strict=True)), spread=None)
    for name, row in ROWS.items()
]


def ranking(draws: int = 2_000, top: int = 2) -> Ranking:
    return rank(SERVICES, CRITERIA, on=ON, top=top, draws=draws)


def firmness(draws: int = 2_000, top: int = 2) -> tuple[Firmness, list[str]]:
    found = ranking(draws, top)
    checks = crosschecks(SERVICES, CRITERIA, on=ON, top=top)
    kept = json.loads(json.dumps(summarised(found, checks, {"Tax": 4.0})))
    return read_firmness(kept), [service.name for service in found.ranked]


def test_what_is_kept_is_what_was_counted() -> None:
    found = ranking()
    firm, names = firmness()
    assert names == ["Homes", "Libraries", "Parks", "Roads", "Tax"]
    for model in MODELS:
        whole, kept = found.simulation[model], firm.models[model]
        shares = [firm.share(model, at) for at in range(firm.services)]
        assert shares == pytest.approx(whole.top_share(2))
        assert list(kept.mean) == whole.expected_rank()
        assert (list(kept.best), list(kept.worst)) == (whole.place_at(0.05), whole.place_at(0.95))
        for at in range(firm.services):
            assert firm.places(model, at)[:-1] == whole.tally.ranks[at].tolist()
            assert sum(firm.places(model, at)) == firm.draws
        central = whole.central_weights()
        assert {at for at, weights in enumerate(central) if weights} == set(kept.central)
        assert kept.central[0] == pytest.approx(central[0])
    assert firm.seed == found.seed
    assert firm.gaps == {3: (30, 55)}
    assert firm.spreads == {4: 4.0}


def test_the_same_ranking_gives_the_same_bytes() -> None:
    assert json.dumps(summarised(ranking())) == json.dumps(summarised(ranking()))


def test_who_is_in_whatever_the_weights_and_who_depends_on_which() -> None:
    firm, names = firmness()
    assert (firm.inside, firm.contending, firm.outside) == ([0], [1, 2, 3], [4])
    found = summary(firm, names, WORDS)
    assert found[0] == "Homes is in the top 2 whatever weights you choose."
    assert found[1] == (
        "These 3 depend on the weights: Libraries and Parks on that of unit cost; Roads on several together."
    )
    assert found[2] == "The other 1 stays outside whatever weights you choose."
    assert standing_words(firm, 0) == "It is in the top 2 whatever weights you choose."
    assert standing_words(firm, 4) == "It stays outside the top 2 whatever weights you choose."
    assert standing_words(firm, 1).startswith(
        "Whether it is in the top 2 depends on the weights: it is there"
    )


def test_what_one_weight_alone_would_have_to_be() -> None:
    firm, _ = firmness()
    weights = dict(zip(firm.criteria, firm.weights, strict=True))
    assert deciding_words(firm.deciding[1], weights, WORDS, is_inside=True) == (
        "One weight alone would put it out: unit cost at 30.8% instead of 25.0% or need at 42.9% instead of "
        "50.0%."
    )
    assert deciding_words((), weights, WORDS, is_inside=False) == (
        "No weight alone would bring it in: several would have to move together."
    )


def test_the_ends_of_each_weight_name_who_changes() -> None:
    firm, names = firmness()
    need = next(reach for reach in firm.reaches if reach.criterion == "need")
    assert (need.at_low, need.at_high) == (Swap((1,), (2,)), Swap())
    assert swap_words(need.at_low, names) == "Parks comes in for Libraries"
    assert swap_words(need.at_high, names) == "Nobody: it can go all the way"
    # With need at w, cost and risk at (1 - w) / 2 each: 0.9 w + 0.35 (1 - w) = 0.5 w + 0.65 (1 - w) at 3/7.
    assert need.low == pytest.approx(3 / 7)


def test_the_first_cannot_be_dethroned_where_it_leads_on_everything() -> None:
    firm, names = firmness()
    assert dethroned_words(firm, names, WORDS) == (
        "No weights bring another service above Homes: it is the highest on every criterion."
    )
    without = rank(SERVICES[1:], CRITERIA, on=ON, top=1, draws=500)
    firm = read_firmness(summarised(without))
    words = dethroned_words(firm, [service.name for service in without.ranked], WORDS)
    # Parks lacks 0.05; from need to unit cost each share gains 0.4 + 0.6.
    assert words == (
        "Parks draws level with Libraries when 5.0% of the weight moves: "
        "unit cost 30.0% instead of 25.0% and need 45.0% instead of 50.0%."
    )


def test_what_would_bring_the_next_one_in() -> None:
    firm, names = firmness()
    assert [turn.services for turn in firm.entering] == [[2], [3], [4]]
    assert entering_words(firm, firm.entering[0], names, WORDS).startswith(
        "Parks is in the top 2 when 5.0% of the weight moves: unit cost 30.0% instead of 25.0%"
    )
    assert entering_words(firm, firm.entering[2], names, WORDS) == "No weights bring Tax into the top 2."


def test_who_would_put_a_service_first() -> None:
    firm, names = firmness()
    assert central_words(firm, 0, names, WORDS) == (
        "Homes comes first for someone who weighs all criteria much alike: in every trial with any weights."
    )
    assert central_words(firm, 4, names, WORDS) == "No weights that were tried put Tax first."


def test_other_methods_are_told_by_position_and_refusals_in_words() -> None:
    firm, names = firmness()
    checks = {check.method: check for check in firm.checks}
    assert checks["geometric"].ranks[0] == 1
    assert "TOPSIS needs them all" in checks["topsis"].refused
    said = check_words(checks["topsis"], firm, names)
    assert said == "TOPSIS cannot be used here: it needs every value, and 1 of the ranked services has a gap."
    told = check_words(checks["geometric"], firm, names)
    assert told.startswith("Weighted product: ")
    assert told.endswith("because one very low value pulls a service down, whatever else it has.")
    assert checks["topsis"].ranks == []


def plain(wins: list[int], top: list[int]) -> Firmness:
    """Two services, 10,000 draws."""
    model = Model(top, (1.0, 2.0), (1, 1), (2, 2), wins, {}, {}, {})
    return Firmness(
        criteria=("need",),
        weights=(1.0,),
        services=2,
        top=1,
        draws=10_000,
        seed=1,
        first_places=2,
        models={"uniform": model, "ordered": model, "agreed": model},
        reaches=(),
        deciding={},
        dethroned=Turn((1,), (1.0,), 0.0),
        entering=(),
        checks=(),
        gaps={},
        spreads={},
    )


def test_less_than_two_standard_errors_order_nothing() -> None:
    level, clear = plain([5_090], [5_090, 4_910]), plain([5_110], [5_110, 4_890])  # one is 50 draws
    assert (level.is_level(0), clear.is_level(0)) == (True, False)
    assert level_words(level, 0, ["A", "B"]).startswith("It is level with B: within two standard errors")
    assert level_words(level, 1, ["A", "B"]).startswith("It is level with A")
    assert level_words(clear, 0, ["A", "B"]) == ""
    assert "they are level" in line_words(level, ["A", "B"])
    assert "A stands above in 51% of trials" in line_words(clear, ["A", "B"])
    assert dethroned_words(level, ["A", "B"], WORDS) == "A shares the first place with B."


def test_many_services_are_counted_and_not_named() -> None:
    services = [
        ServiceFacts(f"s{i:02}", f"Service {i}", values={"need": i % 10, "cost": (7 * i) % 11, "risk": 5})
        for i in range(80)
    ]
    found = rank(services, CRITERIA, on=ON, top=20, draws=500)
    firm, names = read_firmness(summarised(found)), [service.name for service in found.ranked]
    assert len(firm.contending) > 12
    told = summary(firm, names, WORDS)
    depend = next(words for words in told if "depend on the weights" in words)
    assert depend.startswith(f"{len(firm.contending)} depend on the weights: ")
    assert sum(int(word) for word in depend.split(": ")[1].split() if word.isdigit()) == len(firm.contending)


def test_a_hair_of_weight_is_called_one() -> None:
    rows = {"A": (6, 5, 5), "B": (5, 6.001, 6), "C": (1, 1, 1)}
    services = [
        ServiceFacts(name, name, values=dict(zip(("need", "cost", "risk"), row, strict=True)))
        for name, row in rows.items()
    ]
    firm = read_firmness(summarised(rank(services, CRITERIA, on=ON, top=1, draws=500)))
    assert dethroned_words(firm, ["B", "A", "C"], WORDS) == (
        "A draws level with B when less than 0.1% of the weight moves."
    )
    assert entering_words(firm, firm.entering[0], ["B", "A", "C"], WORDS) == (
        "A is in the top 1 when less than 0.1% of the weight moves."
    )


@pytest.mark.parametrize("seed", range(8))
def test_there_is_a_sentence_for_every_place_of_every_list(seed: int) -> None:
    source = random.Random(seed)
    services = [
        ServiceFacts(
            f"s{i:02}",
            f"Service {i}",
            values={key: source.choice((None, 0, 5, 10, source.uniform(0, 10))) for key in WORDS},
        )
        for i in range(source.choice((2, 7, 40)))
    ]
    top = source.choice((1, 2, 6))
    found = rank(services, CRITERIA, on=ON, top=top, draws=250)
    firm = read_firmness(summarised(found, crosschecks(services, CRITERIA, on=ON, top=top)))
    names = [service.name for service in found.ranked]
    assert sum(map(len, (firm.inside, firm.contending, firm.outside))) == firm.services
    told = [*summary(firm, names, WORDS), *(check_words(check, firm, names) for check in firm.checks)]
    for at in range(firm.services):
        told += [standing_words(firm, at), *turning_words(firm, at, names, WORDS)]
    told += [swap_words(end, names) for reach in firm.reaches for end in (reach.at_low, reach.at_high)]
    assert all(told)
    assert not any("  " in words or " ." in words or "None" in words for words in told)


def test_without_draws_nothing_is_claimed() -> None:
    firm, names = firmness(draws=0)
    assert (firm.models, firm.inside, firm.contending) == ({}, [], [])
    assert summary(firm, names, WORDS) == (
        "No trials were made, so that nothing can be said about how firm the places are.",
    )
    assert (line_words(firm, names), standing_words(firm, 0), level_words(firm, 0, names)) == ("", "", "")
    assert firm.dethroned is None


def test_nothing_ranked_is_kept_as_nothing() -> None:
    lone = [ServiceFacts("a", "A", values={"risk": 1}), ServiceFacts("b", "B", values={"risk": 2})]
    found = rank(lone, CRITERIA, on=ON)
    firm = read_firmness(summarised(found))
    assert (firm.services, firm.reaches, firm.entering, firm.dethroned) == (0, [], [], None)


def test_shared_places_in_words() -> None:
    assert ties_words(4, []) == ""
    assert ties_words(4, ["Parks", "Tax"]) == "It shares 4th place with Parks and Tax."
    assert shown(0.5, 0) == "1"
