"""How firm a ranking is, in sentences that can be said aloud.

Pure: what is kept of it and the names in, words out.
"""

from collections.abc import Mapping, Sequence

from vfm.prioritisation.explanation import percent, share_of_trials, shown
from vfm.prioritisation.firmness import FIRM, Check, Firmness, Turn
from vfm.prioritisation.index import PLACES
from vfm.prioritisation.simulation import WeightModel
from vfm.prioritisation.turning_points import Swap
from vfm.questionnaires.wording import counted, listed, ordinal

NAMED = 9
"""Up to so many services are named in a sentence; of more the first ones, and how many there are besides."""
NEAREST = 3
"""Weights named of those that would move a service over the line."""
SEVERAL = ""
"""Stands for the criterion where no single weight decides."""
NEAR_AND_ANY: tuple[WeightModel, ...] = ("agreed", "uniform")
TELLING = 0.0005
"""Share of the weight: smaller moves are not worth a word."""


def summary(firm: Firmness, names: Sequence[str], criteria: Mapping[str, str]) -> tuple[str, ...]:
    """Who is in the top set whatever the weights, who depends on which weight, who never is.

    Args:
        firm: how firm the ranking is.
        names: of the ranked services in display order.
        criteria: key -> words.

    Returns:
        Two to four sentences; one where nothing was drawn. "Whatever you choose" is meant of at least 95 % of
        the draws of each of the three weight models.
    """
    if not firm.models:
        return ("No trials were made, so that nothing can be said about how firm the places are.",)
    inside = firm.inside
    found = [_inside(firm, names)]
    nearby = [at for at in range(firm.services) if firm.share("agreed", at) >= FIRM and at not in inside]
    if nearby:
        also = f"{'is' if len(nearby) == 1 else 'are'} {'also ' if inside else ''}in the top {firm.top}"
        found.append(f"With weights near those in use {named(nearby, names)} {also}.")
    found += _depending(firm, names, criteria)
    found.append(_outside(firm))
    return tuple(found)


def _inside(firm: Firmness, names: Sequence[str]) -> str:
    inside = firm.inside
    if not inside:
        return f"No service is in the top {firm.top} whatever weights you choose."
    if len(inside) == 1:
        return f"{names[inside[0]]} is in the top {firm.top} whatever weights you choose."
    return (
        f"These {len(inside)} are in the top {firm.top} whatever weights you choose: {named(inside, names)}."
    )


def _depending(firm: Firmness, names: Sequence[str], criteria: Mapping[str, str]) -> list[str]:
    """The contending services by the weight that decides most directly about each."""
    contending = firm.contending
    if not contending:
        return []
    groups: dict[str, list[int]] = {}
    for at in contending:
        found = firm.deciding.get(at)
        groups.setdefault(found[0][0] if found else SEVERAL, []).append(at)
    is_told_by_name = len(contending) <= NAMED
    parts = []
    for key, members in sorted(groups.items(), key=lambda item: (item[0] == SEVERAL, -len(item[1]), item[1])):
        of_what = f"on that of {criteria[key]}" if key != SEVERAL else "on several together"
        parts.append(f"{named(members, names) if is_told_by_name else len(members)} {of_what}")
    if len(contending) == 1:
        what = f"the weight of {criteria[key]}" if key != SEVERAL else "several weights together"
        return [f"Whether {names[contending[0]]} is in depends on {what}."]
    these = "These " if is_told_by_name else ""
    return [f"{these}{len(contending)} depend on the weights: {'; '.join(parts)}."]


def _outside(firm: Firmness) -> str:
    count, all_of_them = len(firm.outside), firm.services
    if not count:
        return "No service is outside whatever weights you choose."
    who = "other " if count < all_of_them else ""
    return f"The {who}{count} {'stays' if count == 1 else 'stay'} outside whatever weights you choose."


def named(services: Sequence[int], names: Sequence[str]) -> str:
    """Names joined; of more than `NAMED` the first ones, and how many there are besides."""
    if len(services) <= NAMED:
        return listed((names[at] for at in services), "and")
    shown_first = ", ".join(names[at] for at in services[: NAMED - 1])
    return f"{shown_first} and {len(services) - NAMED + 1} more"


def line_words(firm: Firmness, names: Sequence[str]) -> str:
    """How clear the line below the top set is; empty where nobody is below it, or nothing was drawn."""
    last = firm.top - 1
    if not firm.models or firm.top >= firm.services:
        return ""
    upper, lower = names[last], names[firm.top]
    if firm.is_level(last):
        return (
            f"The line below the top {firm.top} runs between {upper} and {lower}, and they are level: "
            f"each stands above the other in about half of the trials."
        )
    share = firm.models["agreed"].wins[last] / firm.draws
    return (
        f"The line below the top {firm.top} runs between {upper} and {lower}: {upper} stands above in "
        f"{share_of_trials(share)} with weights near those in use."
    )


def swap_words(swap: Swap, names: Sequence[str]) -> str:
    """Who changes places past the end of an interval.

    >>> swap_words(Swap((1,), (2,)), ["Roads", "Parks", "Waste"])
    'Waste comes in for Parks'
    """
    if not swap.enter and not swap.leave:
        return "Nobody: it can go all the way"
    if not swap.enter:
        return f"{named(swap.leave, names)} {'leaves' if len(swap.leave) == 1 else 'leave'}"
    verb = "comes" if len(swap.enter) == 1 else "come"
    return f"{named(swap.enter, names)} {verb} in for {named(swap.leave, names)}"


def moves(firm: Firmness, turn: Turn, criteria: Mapping[str, str]) -> str:
    """How much of the weight moves, and what the weights are then: the largest change first."""
    changed = sorted(
        (
            (then - now, key, now, then)
            for key, now, then in zip(firm.criteria, firm.weights, turn.weights, strict=True)
            if percent(then, 1) != percent(now, 1)
        ),
        key=lambda one: (-round(abs(one[0]), PLACES), one[0] < 0, one[1]),
    )
    if not changed or turn.moved < TELLING:
        return f"less than {percent(2 * TELLING, 1)} of the weight moves"
    what = listed(
        (f"{criteria[key]} {percent(then, 1)} instead of {percent(now, 1)}" for _, key, now, then in changed),
        "and",
    )
    return f"{percent(turn.moved, 1)} of the weight moves: {what}"


def dethroned_words(firm: Firmness, names: Sequence[str], criteria: Mapping[str, str]) -> str:
    """What it takes for the first to lose its place."""
    turn = firm.dethroned
    if firm.services < 2:
        return ""
    if turn is None:
        return f"No weights bring another service above {names[0]}: it is the highest on every criterion."
    if turn.moved <= 0:
        return f"{names[0]} shares the first place with {named(turn.services, names)}."
    verb = "draws" if len(turn.services) == 1 else "draw"
    return f"{named(turn.services, names)} {verb} level with {names[0]} when {moves(firm, turn, criteria)}."


def entering_words(firm: Firmness, turn: Turn, names: Sequence[str], criteria: Mapping[str, str]) -> str:
    """What it takes to bring one service into the top set."""
    name = names[turn.services[0]]
    if not turn.weights:
        return f"No weights bring {name} into the top {firm.top}."
    if turn.moved <= 0:
        return f"{name} is level with the last of the top {firm.top} already."
    return f"{name} is in the top {firm.top} when {moves(firm, turn, criteria)}."


def deciding_words(
    found: Sequence[tuple[str, float]],
    weights: Mapping[str, float],
    criteria: Mapping[str, str],
    *,
    is_inside: bool,
) -> str:
    """What one weight alone would have to be to move a service over the line, the nearest three.

    Args:
        found: (criterion, share), the nearest first; none where no weight does it alone.
        weights: the shares in use.
        criteria: key -> words.
        is_inside: whether the service is in the top set now.
    """
    way = "put it out" if is_inside else "bring it in"
    if not found:
        return f"No weight alone would {way}: several would have to move together."
    ways = [
        f"{criteria[key]} at {percent(share, 1)} instead of {percent(weights[key], 1)}"
        for key, share in found[:NEAREST]
    ]
    return f"One weight alone would {way}: {listed(ways)}."


def central_words(firm: Firmness, at: int, names: Sequence[str], criteria: Mapping[str, str]) -> str:
    """Who would put a service first: the weights it wins with on average, whatever weights are drawn."""
    model = firm.models["uniform"]
    weights = model.central.get(at)
    if weights is None:
        return f"No weights that were tried put {names[at]} first."
    typical = 1 / sum(weight > 0 for weight in firm.weights)
    heavier = sorted(
        ((share, key) for key, share in zip(firm.criteria, weights, strict=True) if share - typical >= 0.02),
        key=lambda one: (-one[0], one[1]),
    )[:2]
    heaviest = [f"{criteria[key]} ({percent(share)})" for share, key in heavier]
    who = f"gives most weight to {listed(heaviest, 'and')}" if heaviest else "weighs all criteria much alike"
    won = share_of_trials(model.places[at][0] / firm.draws)
    return f"{names[at]} comes first for someone who {who}: in {won} with any weights."


def level_words(firm: Firmness, at: int, names: Sequence[str]) -> str:
    """The neighbours from which a service cannot be told apart; empty where there are none."""
    edges = ((at - 1, at - 1), (at + 1, at))
    level = [other for other, edge in edges if 0 <= edge < firm.services - 1 and firm.is_level(edge)]
    if not level:
        return ""
    return (
        f"It is level with {named(level, names)}: within two standard errors, each stands above the other in "
        f"half of the trials, so that their order says nothing."
    )


def standing_words(firm: Firmness, at: int) -> str:
    """How firm one service's place inside or outside the top set is, over the three weight models."""
    if not firm.models:
        return ""
    if at in firm.inside:
        return f"It is in the top {firm.top} whatever weights you choose."
    if at in firm.outside:
        return f"It stays outside the top {firm.top} whatever weights you choose."
    near, any_weights = (share_of_trials(firm.share(model, at)) for model in NEAR_AND_ANY)
    return (
        f"Whether it is in the top {firm.top} depends on the weights: it is there in {near} with weights "
        f"near those in use, and in {any_weights} with any weights."
    )


def ties_words(place: int, others: Sequence[str]) -> str:
    """With whom a service shares its place; empty where it has it alone.

    >>> ties_words(4, ["Parks"])
    'It shares 4th place with Parks.'
    """
    if not others:
        return ""
    return f"It shares {ordinal(place)} place with {listed(others, 'and')}."


def error_words(share: float, error: float) -> str:
    """A share of trials with what chance leaves open: 62.0% ± 1.0."""
    return f"{percent(share, 1)} ± {shown(200 * error)}"


WHY_NOT = {
    "percentiles": (
        "only the order of the values counts, so that a service far above the next gains no more than one "
        "just above it"
    ),
    "geometric": "one very low value pulls a service down, whatever else it has",
    "topsis": (
        "it measures how far each service lies from the best and the worst of this list, so that one service "
        "more or less can turn two others round"
    ),
    "promethee2": (
        "it counts who stands above whom and not by how much, so that one service more or less can turn two "
        "others round"
    ),
}
"""Why a method is a check and never the headline."""


def check_words(check: Check, firm: Firmness, names: Sequence[str]) -> str:
    """What another way of ranking changes, and why it is never the headline."""
    name = METHOD_NAMES[check.method]
    if check.refused and firm.gaps:
        gaps = counted(len(firm.gaps), "of the ranked services has", "of the ranked services have")
        return f"{name} cannot be used here: it needs every value, and {gaps} a gap."
    if check.refused:
        return f"{name} cannot be used here. {check.refused}"
    if check.leaving or check.entering:
        what = f"{swap_words(Swap(tuple(check.leaving), tuple(check.entering)), names)}"
    else:
        what = f"the top {firm.top} is the same"
    return f"{name}: {what}. It is not the headline, because {WHY_NOT[check.method]}."


METHOD_NAMES = {
    "percentiles": "Percentiles",
    "geometric": "Weighted product",
    "topsis": "TOPSIS",
    "promethee2": "PROMETHEE II",
}


def turning_words(
    firm: Firmness, at: int, names: Sequence[str], criteria: Mapping[str, str]
) -> tuple[str, ...]:
    """What the weights would have to be for one service's place to change, and for it to come first."""
    found = []
    if at in firm.contending:
        weights = dict(zip(firm.criteria, firm.weights, strict=True))
        found.append(deciding_words(firm.deciding.get(at, ()), weights, criteria, is_inside=at < firm.top))
    found += [entering_words(firm, turn, names, criteria) for turn in firm.entering if at in turn.services]
    if at == 0:
        found.append(dethroned_words(firm, names, criteria))
    elif firm.models and (at < firm.top or at in firm.models["uniform"].central):
        found.append(central_words(firm, at, names, criteria))
    return tuple(filter(None, found))
