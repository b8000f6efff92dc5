"""A run from nothing but what is stored of it, so that whoever makes it again gets the same bytes.

Pure: stored settings and inputs in, a ranking, its record and how firm it is out.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from importlib.metadata import version
from typing import Any

from vfm.prioritisation.criteria import Criterion
from vfm.prioritisation.crosschecks import crosschecks
from vfm.prioritisation.facts import Override, ServiceFacts
from vfm.prioritisation.firmness import summarised
from vfm.prioritisation.outcome import Rules
from vfm.prioritisation.ranking import Ranking, rank
from vfm.prioritisation.record import as_record, read_criteria

ENGINE = "1.1"
"""Version of the rules that make a run from its inputs."""
MADE_BY = ", ".join([ENGINE, *(f"{name} {version(name)}" for name in ("numpy", "scipy"))])
"""The rules and the libraries on which the last digits of a run depend."""


def _money(kept: str | None) -> Decimal | None:
    return None if kept is None else Decimal(kept)


def _day(kept: str | None) -> date | None:
    return None if kept is None else date.fromisoformat(kept)


def _facts(kept: Mapping[str, Any]) -> ServiceFacts:
    return ServiceFacts(
        key=kept["key"],
        name=kept["name"],
        values={key: value["value"] for key, value in kept["values"].items()},
        family=kept["family"],
        gross=_money(kept["gross"]),
        weak_sections=tuple(kept["weak_sections"]),
        provisional=kept["provisional"],
        override=_override(kept.get("override")),
        reviewed_on=_day(kept["reviewed_on"]),
        last_outcome=kept["last_outcome"],
        spread=kept["spread"],
    )


def _override(kept: Mapping[str, Any] | None) -> Override | None:
    return None if kept is None else Override(kept["outcome"], kept["by"], kept["reason"], _day(kept["on"]))


def ranked(settings: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The result of a run, from nothing but what is stored of it.

    Raises:
        Invalid: what keeps these services from being ranked.
    """
    return as_record(ranking_of(settings, inputs))


def ranked_and_tested(
    settings: Mapping[str, Any], inputs: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The result of a run and how firm it is, from nothing but what is stored of it.

    Raises:
        Invalid: what keeps these services from being ranked.
    """
    ranking = ranking_of(settings, inputs)
    services, criteria = _asked(settings, inputs)
    checks = crosschecks(services, criteria, on=date.fromisoformat(settings["on"]), top=settings["top"])
    spreads = {service.key: service.spread for service in services}
    return as_record(ranking), summarised(ranking, checks, spreads)


def _asked(
    settings: Mapping[str, Any], inputs: Mapping[str, Any]
) -> tuple[list[ServiceFacts], tuple[Criterion, ...]]:
    return [_facts(kept) for kept in inputs["services"]], read_criteria(settings["criteria"])


def ranking_of(settings: Mapping[str, Any], inputs: Mapping[str, Any]) -> Ranking:
    """The ranking of a run with every count of its simulation, from nothing but what is stored of it.

    Raises:
        Invalid: what keeps these services from being ranked.
    """
    services, criteria = _asked(settings, inputs)
    return rank(
        services,
        criteria,
        on=date.fromisoformat(settings["on"]),
        top=settings["top"],
        draws=settings["draws"],
        method=settings["method"],
        concentration=settings["agreed"]["concentration"],
        rules=Rules(**settings["rules"]),
    )
