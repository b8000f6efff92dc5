"""One service's line among all services of a cycle: which lines somebody asked for, and in which order.

Pure: values in, values out. Every list, map and export of a cycle's results filters and sorts here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vfm.questionnaires.schema import Band


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader of a cycle's results asked for; blank is everything.

    Attributes:
        sort: name of a column or key of a section, a minus before it for largest first.
        band: name of a rating band; status: of an assessment.
    """

    search: str = ""
    directorate: str = ""
    family: str = ""
    band: str = ""
    status: str = ""
    sort: str = "service"

    @property
    def is_all(self) -> bool:
        """True when no service is left out."""
        return not (self.search or self.directorate or self.family or self.band or self.status)


@dataclass(frozen=True, slots=True)
class ServiceResult:
    """One service's line in the results of a cycle.

    Attributes:
        family: like services it is compared with, "" for none.
        kind: agreed, self, or "" where there is no result yet.
        overall: as `Scorecard.as_record` gives it, None without a result.
        sections: section key -> what is kept of it in the outline.
        band: the overall's; None where there is none.
        lowest: keys of the top sections whose score prints as the lowest.
        change: since the baseline, as `Change.as_json` gives it without sections; None without one.
    """

    assessment_id: int
    service_id: int
    service_key: str
    service: str
    division: str
    directorate: str
    family: str
    status: str
    kind: str
    overall: Mapping[str, Any] | None
    sections: Mapping[str, Mapping[str, Any]]
    band: Band | None
    lowest: tuple[str, ...]
    change: Mapping[str, Any] | None

    @property
    def score(self) -> float | None:
        """The overall score; None where none is shown."""
        return self.overall["score"] if self.overall else None

    @property
    def like_for_like(self) -> float | None:
        """The change in the service since its baseline, in points."""
        return None if self.change is None else self.change["like_for_like"]

    def score_in(self, section: str) -> float | None:
        """The score of a top section, of the overall for ""; None where none is shown."""
        if not section:
            return self.score
        kept = self.sections.get(section)
        return None if kept is None else kept["score"]


def chosen(rows: Sequence[ServiceResult], wanted: Wanted) -> list[ServiceResult]:
    """The lines asked for, in the order asked for.

    Services without a figure in the column come last, ties stay as they were; an unknown column is no order.
    """
    return ordered([row for row in rows if is_wanted(row, wanted)], wanted.sort)


def is_wanted(row: ServiceResult, wanted: Wanted) -> bool:
    """True when a line is among those asked for; every word of the search has to be in it."""
    words = wanted.search.casefold().split()
    text = f"{row.service} {row.service_key} {row.division} {row.directorate}".casefold() if words else ""
    return (
        all(word in text for word in words)
        and wanted.directorate in ("", row.directorate)
        and wanted.family in ("", row.family)
        and wanted.band in ("", row.band.name if row.band else None)
        and wanted.status in ("", row.status)
    )


SORTS: Mapping[str, Callable[[ServiceResult], Any]] = {
    "service": lambda row: row.service.casefold(),
    "directorate": lambda row: (row.directorate.casefold(), row.service.casefold()),
    "family": lambda row: (row.family.casefold(), row.service.casefold()) if row.family else None,
    "score": lambda row: row.score,
    "completeness": lambda row: row.overall["completeness"] if row.overall else None,
    "change": lambda row: row.like_for_like,
    "lowest": lambda row: row.lowest or None,
    "status": lambda row: row.status,
}
"""Column -> what it is sorted by; None always comes last. Any other name is taken for a section's key."""


def ordered(rows: Sequence[ServiceResult], sort: str) -> list[ServiceResult]:
    """By the column asked for, services without a figure last, ties as they were."""
    name = sort.removeprefix("-")
    of: Callable[[ServiceResult], Any] = SORTS.get(name) or (lambda row: row.score_in(name))
    have = [row for row in rows if of(row) is not None]
    ranked = sorted(have, key=of, reverse=sort.startswith("-"))
    return ranked + [row for row in rows if of(row) is None]
