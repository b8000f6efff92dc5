"""The report of a review laid out in words: the same value for its page and for Word."""

from collections.abc import Iterator

from vfm.prioritisation import benefits
from vfm.reports.review_document import ReportedFinding, ReportedLine, ReviewReport
from vfm.web import review_words as words
from vfm.web.current import council_name, now
from vfm.web.filters import day, plural, pounds
from vfm.web.outcome_words import OUTCOME_WORDS
from vfm.workflows.review_work import Enquiry, Origin, ReviewPage, Sum


def name_of(mode: str, topic: str) -> str:
    """What a review is called: `Deep dive: Contracts and routes`."""
    return f"{words.MODE_WORDS[mode]}: {topic}" if topic else words.MODE_WORDS[mode]


def report_of(view: ReviewPage) -> ReviewReport:
    """A review as a committee reads it."""
    head, scope = view.head, view.scopes[0] if view.scopes else None
    covered = ((("Covers", scope.covers), ("Leaves out", scope.leaves_out))) if scope else ()
    return ReviewReport(
        title=f"{head.service}: {name_of(head.mode, head.topic)}",
        council=council_name(),
        made_at=now(),
        made_on=day(now()),
        facts=tuple(_facts(view)),
        origin=tuple(_origin(view)),
        outcome=head.outcome_note,
        left=tuple(need.words for need in view.left),
        scope=tuple((heading, text) for heading, text in covered if text),
        scopes=tuple(
            (day(one.at), one.by, one.covers, one.leaves_out or "–", one.reason) for one in view.scopes
        ),
        team=tuple((one.role, one.who or "Vacant: nobody yet", str(one.days or "–")) for one in view.members),
        lines=tuple(_line(one) for one in view.enquiries),
        findings=tuple(
            ReportedFinding(one.text, one.evidence, _line_title(view, one.line_id)) for one in view.findings
        ),
        recommendations=tuple(
            (
                str(number),
                one.text,
                one.owner or "Nobody yet",
                day(one.due_on),
                pounds(one.savings_low),
                pounds(one.savings_high),
                benefits.label(one.savings_kind, one.savings_span) if one.saving else "–",
                words.RECOMMENDATION_WORDS[one.status],
            )
            for number, one in enumerate(view.recommendations, 1)
        ),
        sums=tuple(_sums(view)),
        benefits=tuple(
            (f"recommendation {number}", one.other_benefit)
            for number, one in enumerate(view.recommendations, 1)
            if one.other_benefit
        ),
        responses=tuple(
            (f"recommendation {number}", one.response)
            for number, one in enumerate(view.recommendations, 1)
            if one.response
        ),
    )


def _facts(view: ReviewPage) -> Iterator[tuple[str, str]]:
    head = view.head
    yield "Service", head.service
    yield "Directorate", head.directorate
    yield "What", name_of(head.mode, head.topic)
    yield "State", words.STATE_WORDS[head.status]
    yield "Starts", day(head.starts_on)
    yield "Ends", day(head.ends_on) if head.ends_on else "Not set yet"
    if head.closed_on:
        yield "Closed", day(head.closed_on)
    yield "Sponsor", head.sponsor or "Nobody yet"
    yield "Lead", head.lead or "Nobody yet"
    yield "Partner", head.partner or "None"
    if view.members:
        yield (
            "Team",
            f"{plural(len(view.members), 'place')}, {_vacant(view.vacancies)}",
        )
    what = "Savings, confirmed" if head.closed_on and head.savings else "Savings"
    yield what, benefits.all_in_words(head.savings) or "Not estimated"
    if head.other_benefit:
        yield "Besides money", head.other_benefit


def _vacant(count: int) -> str:
    return plural(count, "vacancy", "vacancies") if count else "all filled"


def _origin(view: ReviewPage) -> Iterator[str]:
    if view.origin:
        yield from chosen_in_words(view.origin)
    if view.head.origin:
        yield view.head.origin
    elif not view.origin:
        yield "It was added by hand, and where it came from is not said."


def chosen_in_words(origin: Origin) -> Iterator[str]:
    """How a ranking and a decision chose the review, a sentence each."""
    place = "it was not ranked"
    if origin.rank is not None and origin.index is not None:
        place = f"place {origin.rank} of {origin.ranked}, index {origin.index:.1f}"
    yield f"In the ranking {origin.run} of {day(origin.ran_at)}: {place}."
    yield f"The rules suggested {OUTCOME_WORDS[origin.suggested].lower()}, rule {origin.rule}"
    decided = OUTCOME_WORDS[origin.outcome].lower()
    yield f"{origin.by} recorded {decided} on {day(origin.decided_on)}: {origin.reason}"


def _line(one: Enquiry) -> ReportedLine:
    answered = ""
    if one.answers:
        answered = f"{one.answers.settled} of {plural(len(one.answers.said), 'question')} answered"
    return ReportedLine(
        title=f"{one.number}. {one.line.text}",
        conclusion=one.line.conclusion,
        hypotheses=tuple(
            (what.text, words.HYPOTHESIS_WORDS[what.status], what.note or "–") for what in one.hypotheses
        ),
        answered=answered,
    )


def _line_title(view: ReviewPage, line_id: int | None) -> str:
    found = (one for one in view.enquiries if one.line.id == line_id)
    return next((f"Line of enquiry {one.number}: {one.line.text}" for one in found), "")


def _sums(view: ReviewPage) -> Iterator[str]:
    if not view.recommendations:
        return
    if view.standing.count:
        yield f"Together, without those rejected: {_sum(view.standing)}."
    if view.accepted.count:
        yield f"Accepted or done: {_sum(view.accepted)}."


def _sum(found: Sum) -> str:
    without = f", {found.unestimated} without an estimate" if found.unestimated else ""
    said = benefits.all_in_words(found.amounts)
    return f"{plural(found.count, 'recommendation')}{without}{f', {said}' if said else ''}"
