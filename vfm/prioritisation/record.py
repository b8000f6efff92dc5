"""A ranking as it is kept: everything a page shows of it, as JSON, and back again.

Pure. `Ranking.as_json` is what the command prints; a record adds the words, the reach of each place and the
criteria as used, so that nothing has to be ranked again to be explained.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

from vfm.prioritisation.criteria import Criterion
from vfm.prioritisation.lines import RankedService
from vfm.prioritisation.outcome import Theme
from vfm.prioritisation.ranking import Kept, Ranking

PAIRS = ("goalposts", "reference")
LISTS = ("missing", "focus")


def as_record(ranking: Ranking) -> dict[str, Any]:
    """The ranking as `Ranking.as_json` gives it and the rest of what pages show; no simulation counts."""
    return ranking.as_json() | {
        "services": [asdict(service) for service in ranking.services],
        "criteria": [criterion.as_json() for criterion in ranking.criteria],
        "method": ranking.method,
        "top": ranking.top,
        "draws": ranking.draws,
    }


def read_record(record: Mapping[str, Any]) -> Ranking:
    """The ranking again from `as_record`; its `simulation` is empty."""
    return Ranking(
        services=tuple(_service(service) for service in record["services"]),
        criteria=read_criteria(record["criteria"]),
        method=record["method"],
        top=record["top"],
        draws=record["draws"],
        weights=record["weights"],
        aside=Kept(
            base=record["base"],
            effective_weights=record["effective_weights"],
            intervals={k: (ends[0], ends[1]) if ends else None for k, ends in record["intervals"].items()},
            themes=tuple(Theme(t["section"], tuple(t["services"]), t["share"]) for t in record["themes"]),
        ),
        seeded=partial(int, record["seed"]),
        warnings=tuple(record["warnings"]),
        simulation={},
    )


def _service(kept: Mapping[str, Any]) -> RankedService:
    values: dict[str, Any] = {name: kept[name] for name in FIELDS}
    return RankedService(**{**values, **{name: tuple(kept[name]) for name in LISTS}})


FIELDS = tuple(RankedService.__slots__)


def read_criteria(kept: Iterable[Mapping[str, Any]]) -> tuple[Criterion, ...]:
    """Criteria again from their JSON."""
    return tuple(_criterion(dict(one)) for one in kept)


def _criterion(values: dict[str, Any]) -> Criterion:
    pairs: dict[str, Any] = {name: values[name] and tuple(values[name]) for name in PAIRS}
    choices = tuple((option, value) for option, value in values.get("choices", ()))
    return Criterion(**{**values, **pairs, "choices": choices})
