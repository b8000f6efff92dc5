"""The report of a review: one value for its page, its print and its Word document."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from vfm.reports import word_documents as word

if TYPE_CHECKING:
    from docx.document import Document

LINES = ("Hypothesis", "How it stands", "What speaks for it or against it")
SCOPES = ("From", "Who", "Covered from then", "Left out from then", "Why")
TEAM = ("Place", "Who", "Team days")
RECOMMENDATIONS = ("No.", "Recommendation", "Owner", "Due", "Low", "High", "Kind", "State")


@dataclass(frozen=True, slots=True)
class ReportedLine:
    """A line of enquiry: its hypotheses as rows of LINES; `answered` says how many questions were."""

    title: str
    conclusion: str
    hypotheses: tuple[tuple[str, ...], ...]
    answered: str


@dataclass(frozen=True, slots=True)
class ReportedFinding:
    """A finding with what it rests on and the line it answers; both may be empty."""

    text: str
    evidence: str
    line: str


@dataclass(frozen=True, slots=True)
class ReviewReport:
    """A review as a committee reads it, everything in words.

    Attributes:
        facts: (what, words); origin: how the review came about, a sentence each.
        scope: (heading, text); scopes, team, recommendations: rows of the tables named above.
        sums: what the recommendations save, a sentence each; benefits, responses: (recommendation, words).
        left: what was still to do when it was made.
    """

    title: str
    council: str
    made_at: datetime
    made_on: str
    facts: tuple[tuple[str, str], ...]
    origin: tuple[str, ...]
    outcome: str
    left: tuple[str, ...]
    scope: tuple[tuple[str, str], ...]
    scopes: tuple[tuple[str, ...], ...]
    team: tuple[tuple[str, ...], ...]
    lines: tuple[ReportedLine, ...]
    findings: tuple[ReportedFinding, ...]
    recommendations: tuple[tuple[str, ...], ...]
    sums: tuple[str, ...]
    benefits: tuple[tuple[str, str], ...]
    responses: tuple[tuple[str, str], ...]


def document(report: ReviewReport) -> bytes:
    """The report as a Word document."""
    made = word.blank(f"{report.title}: review report", report.council, report.made_at)
    word.add(made, report.title, "Title")
    word.add(made, f"Review report, {report.made_on}", "Subtitle")
    word.table(made, "About this review", ("About", "This review"), report.facts)
    _said(made, "What came of it", [report.outcome] if report.outcome else [])
    _said(made, "Still to do", report.left, "List Bullet")
    _said(made, "Where it came from", report.origin)
    _recommended(made, report)
    _found(made, report)
    _enquired(made, report)
    _scoped(made, report)
    word.add(made, "Team", "Heading 1")
    if report.team:
        word.fitted_table(made, "The team", TEAM, report.team, (0.4, 0.42, 0.18), numbers=(2,))
    else:
        word.add(made, "Nobody but the lead is named.")
    return word.content(made)


def _said(
    made: "Document", heading: str, sentences: list[str] | tuple[str, ...], style: str = "Normal"
) -> None:
    if sentences:
        word.add(made, heading, "Heading 1")
        for sentence in sentences:
            word.add(made, sentence, style)


def _recommended(made: "Document", report: ReviewReport) -> None:
    word.add(made, "Recommendations", "Heading 1")
    if not report.recommendations:
        word.add(made, "Nothing is recommended yet.")
        return
    word.add(made, "Savings in pounds; a year where their kind says so.")
    widths = (0.05, 0.3, 0.12, 0.11, 0.11, 0.11, 0.1, 0.1)
    word.fitted_table(
        made, "Recommendations", RECOMMENDATIONS, report.recommendations, widths, numbers=(4, 5)
    )
    for sentence in report.sums:
        word.add(made, sentence)
    for which, words in report.benefits:
        word.add(made, f"Besides money, {which}: {words}")
    for which, words in report.responses:
        word.add(made, f"Response to {which}: {words}")


def _found(made: "Document", report: ReviewReport) -> None:
    word.add(made, "Findings", "Heading 1")
    if not report.findings:
        word.add(made, "Nothing is found yet.")
    for finding in report.findings:
        word.add(made, finding.text, "List Number")
        beside = [
            words for words in (finding.line, finding.evidence and f"Rests on: {finding.evidence}") if words
        ]
        for words in beside:
            word.add(made, words, "Beside an answer")


def _enquired(made: "Document", report: ReviewReport) -> None:
    word.add(made, "Key lines of enquiry", "Heading 1")
    if not report.lines:
        word.add(made, "There are none yet.")
    for line in report.lines:
        word.add(made, line.title, "Heading 2")
        if line.answered:
            word.add(made, line.answered, "Beside an answer")
        if line.hypotheses:
            word.fitted_table(made, f"Hypotheses of {line.title}", LINES, line.hypotheses, (0.45, 0.15, 0.4))
        word.add(made, f"Conclusion: {line.conclusion or 'none yet'}")


def _scoped(made: "Document", report: ReviewReport) -> None:
    word.add(made, "Scope", "Heading 1")
    if not report.scope:
        word.add(made, "No scope is set yet.")
    for heading, words in report.scope:
        word.add(made, heading, "Heading 2")
        for line in words.splitlines():
            word.add(made, line)
    if len(report.scopes) > 1:
        word.add(made, "How the scope changed", "Heading 2")
        widths = (0.13, 0.14, 0.27, 0.2, 0.26)
        word.fitted_table(made, "How the scope changed", SCOPES, report.scopes, widths)
