"""Results as plain text for a terminal: the figures rounded as everywhere, in columns.

Values in, lines out; what is printed here is printed the same on a page.
"""

from collections.abc import Iterator, Sequence

from vfm.questionnaires.schema import Questionnaire
from vfm.scoring.change import Change, Parts, ScopeReason
from vfm.scoring.explanation import Part, explain
from vfm.scoring.results import OverallScore, OverallStatus, Scorecard, SectionScore, SectionStatus
from vfm.scoring.rounding import shown

NONE = "–"
OVERALL_WORDS = {
    OverallStatus.PUBLISHED: "published",
    OverallStatus.PROVISIONAL: "provisional: too much is unanswered, so only the range is shown",
    OverallStatus.NOT_APPLICABLE: "not applicable: nothing in this template applies",
    OverallStatus.OFF: "this template shows a profile by section and no overall",
}
SECTION_WORDS = {
    SectionStatus.SCORED: "scored",
    SectionStatus.INSUFFICIENT: "too little answered",
    SectionStatus.NOT_APPLICABLE: "not applicable",
}
"""What can be said of a section that is listed; one without scored questions is not."""
SCOPE_WORDS = {
    ScopeReason.NEW: "new question",
    ScopeReason.REMOVED: "no longer asked",
    ScopeReason.REWORDED: "means something else now",
    ScopeReason.NOT_APPLICABLE_BEFORE: "did not apply before",
    ScopeReason.NOT_APPLICABLE_NOW: "does not apply now",
    ScopeReason.MISSING_BEFORE: "not answered before",
    ScopeReason.MISSING_NOW: "not answered now",
    ScopeReason.NOT_ASKED_BEFORE: "not asked before",
    ScopeReason.NOT_ASKED_NOW: "not asked now",
}


def score_lines(questionnaire: Questionnaire, card: Scorecard) -> list[str]:
    """A scorecard: the overall, the profile, caps, and what each question contributes.

    Args:
        questionnaire: what was answered.
        card: the result.
    """
    return [
        f"{questionnaire.title}, version {card.version} (engine {card.engine})",
        "",
        *_overall_lines(card.overall),
        *_lowest_lines(questionnaire, card),
        "",
        *_columns(
            ("Section", "Weight", "Score", "Range", "Complete", "Status"),
            [_section_row(questionnaire, s) for s in card.sections if s.status in SECTION_WORDS],
        ),
        *_cap_lines(questionnaire, card),
        *_flag_lines(questionnaire, card),
        *_contribution_lines(questionnaire, card),
    ]


def change_lines(after: Questionnaire, found: Change) -> list[str]:
    """A change between two cycles: its parts, the sections, and what could not be compared.

    Args:
        after: the later cycle's questionnaire.
        found: the change.
    """
    return [
        *_columns(
            ("Change in points", "Reported", "Answers", "Weights", "Scope"),
            [("Overall", *_part_cells(found.overall))]
            + [(_title(after, key), *_part_cells(parts)) for key, parts in found.sections.items()],
        ),
        "",
        f"Like for like: {_like_for_like_words(found)}",
        f"Weight in common: {' before, '.join(map(_percent, found.common_weight))} now",
        *(f"Not compared: {item.key} ({SCOPE_WORDS[item.reason]})" for item in found.scope_items),
    ]


def _overall_lines(overall: OverallScore) -> Iterator[str]:
    band = f", {overall.band}" if overall.band else ""
    yield f"Overall: {_figure(overall.score)}{band} ({OVERALL_WORDS[overall.status]})"
    if overall.low is not None:
        yield f"Range still possible: {_range(overall.low, overall.high)}"
    if overall.completeness is not None:
        yield f"Complete: {_percent(overall.completeness)} of what applies, by weight"
    if overall.confidence is not None:
        yield f"Confidence in the evidence: {overall.confidence}"
    if overall.spread is not None:
        yield f"Spread: {_figure(overall.spread)} points, how far weak evidence could move it"


def _section_row(questionnaire: Questionnaire, section: SectionScore) -> tuple[str, ...]:
    return (
        f"{section.key} {_title(questionnaire, section.key)}",
        f"{section.weight:g}",
        section.result or _figure(section.score),
        _range(section.low, section.high),
        _percent(section.completeness),
        SECTION_WORDS[section.status],
    )


def _cap_lines(questionnaire: Questionnaire, card: Scorecard) -> Iterator[str]:
    for section in card.sections:
        for cap in section.caps:
            without = NONE if cap.uncapped is None else _figure(cap.uncapped)
            line = f"Cap on {_title(questionnaire, section.key)}: at most {_figure(cap.limit)}"
            yield f"{line}, without it {without}. {cap.reason} ({cap.rule})"


def _flag_lines(questionnaire: Questionnaire, card: Scorecard) -> Iterator[str]:
    for section in card.flagged:
        share = _percent(section.na_share)
        yield f"To be challenged: {share} of {_title(questionnaire, section.key)} is said not to apply"


def _contribution_lines(questionnaire: Questionnaire, card: Scorecard) -> Iterator[str]:
    explained = explain(questionnaire, card) if card.overall.score is not None else None
    if explained is None:
        return
    rows = [row for part in explained.parts for row in _part_rows(card, part, 0)]
    rows.append(("Before caps" if explained.caps else "Overall", "", "", str(explained.printed_before_caps)))
    rows += [
        (f"Cap on {_title(questionnaire, c.section)}", "", "", f"{c.printed:+d}") for c in explained.caps
    ]
    rows += [("Overall", "", "", str(explained.printed))] if explained.caps else []
    yield ""
    yield from _columns(("What makes up the overall", "Points", "Share", "Contribution"), rows)


def _part_rows(card: Scorecard, part: Part, depth: int) -> Iterator[tuple[str, ...]]:
    name = f"{part.key} {part.level or part.title}"
    is_withheld = part.kind == "section" and card.section[part.key].score is None
    points = NONE if is_withheld else _figure(part.value)
    yield f"{'  ' * depth}{name}", points, f"{part.printed_share}%", str(part.printed)
    for inner in part.parts:
        yield from _part_rows(card, inner, depth + 1)


def _like_for_like_words(found: Change) -> str:
    if found.like_for_like is None:
        return "no figure, as less than 70% of the answered weight means the same on both sides"
    words = "material" if found.is_material else "too small to rule out weak evidence or chance"
    return f"{_signed(found.like_for_like)} points, {words}"


def _part_cells(parts: Parts) -> Iterator[str]:
    """Reported, answers, weights and scope: as printed they add up."""
    return (NONE if number is None else f"{number:+d}" for number in parts.printed.values())


def _lowest_lines(questionnaire: Questionnaire, card: Scorecard) -> list[str]:
    lowest = card.lowest_sections
    names = ", ".join(_title(questionnaire, section.key) for section in lowest)
    return [f"Lowest section: {names} ({_figure(lowest[0].score)})"] if lowest else []


def _title(questionnaire: Questionnaire, key: str) -> str:
    section = questionnaire.all_sections.get(key)
    return section.title if section is not None else key


def _figure(points: float | None) -> str:
    return NONE if points is None else str(shown(points))


def _signed(points: float | None) -> str:
    return NONE if points is None else f"{shown(points):+d}"


def _percent(share: float | None) -> str:
    return NONE if share is None else f"{shown(100 * share)}%"


def _range(low: float | str | None, high: float | str | None) -> str:
    if low is None or high is None:
        return NONE
    ends = [end if isinstance(end, str) else str(shown(end)) for end in (low, high)]
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def _columns(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows under their heads: the first column to the left, figures to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(heads, *rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if index == 0 else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (heads, *rows)
    ]
