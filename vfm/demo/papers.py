"""The evidence of two of the demo's services: small files made here, and links to pages that are invented.

What a service named last year is offered to it again this year; one link has expired by then.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from vfm.gateways.file_kinds import KINDS
from vfm.gateways.file_store import FileStore
from vfm.roles import Actor
from vfm.store.database import Engine, transaction
from vfm.workflows import evidence
from vfm.workflows.evidence import Draft, StoredFile

MONTHS = ("April", "May", "June", "July", "August", "September")
APPLICATIONS = "Month,Applications,Decided in time\n" + "".join(
    f"{month},{41 + 3 * place},{37 + 3 * place}\n" for place, month in enumerate(MONTHS)
)
REVIEW = (
    "Invented for this demonstration.",
    "",
    "Full cost was worked out for each of the five main activities,",
    "with staff time, premises, IT and central charges.",
    "Checked by the finance team of another council.",
)


PAGE = (
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R "
    b"/Resources << /Font << /F1 4 0 R >> >> >>"
)


@dataclass(frozen=True, slots=True)
class Paper:
    """One piece of evidence: for which question, what it is, and how many days old it was when it was named.

    Attributes:
        file: name and content, None for a link.
        lasts: days for which it counts from the day it was named; None where nothing says so.
    """

    question: str
    title: str
    grade: str
    days_old: int
    address: str = ""
    file: tuple[str, bytes] | None = None
    lasts: int | None = None


def pdf(title: str, lines: tuple[str, ...]) -> bytes:
    """One page of plain text as a PDF; Western letters only."""
    shown = "".join(f"0 -18 Td ({_escaped(line)}) Tj\n" for line in lines)
    text = f"BT /F1 18 Tf 72 760 Td ({_escaped(title)}) Tj /F1 12 Tf 0 -12 Td\n{shown}ET".encode("cp1252")
    parts = (
        b"<< /Type /Catalog /Pages 2 0 R /Lang (en-GB) >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        PAGE,
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
    )
    made, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(parts) + 1
    ending = (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    )
    return made + ending % (count, table, count, len(made))


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


LAST_YEAR = {
    "BUILD-CTRL": (
        Paper(
            "ECO-01",
            "Review of fees and full cost",
            "verified",
            60,
            file=("fees-review.pdf", pdf("Review of fees and full cost", REVIEW)),
        ),
        Paper(
            "EFF-01",
            "Applications by month",
            "documented",
            20,
            file=("applications.csv", APPLICATIONS.encode()),
        ),
        Paper(
            "OUT-01",
            "Performance standards, yearly return",
            "documented",
            90,
            address="https://www.wrenmouth.example/building-control/standards",
            lasts=300,
        ),
        Paper(
            "EQU-01",
            "Notes of the agents' forum",
            "assertion",
            30,
            address="https://www.wrenmouth.example/building-control/forum",
        ),
    )
}
"""Service key -> what it named in the cycle that is finished."""
THIS_YEAR = {
    "ENV-START": (
        Paper(
            "ECO-01",
            "Budget monitoring, month six",
            "documented",
            25,
            file=("month-six.pdf", pdf("Budget monitoring, month six", REVIEW[:1])),
        ),
        Paper(
            "OUT-07",
            "What partners told us",
            "assertion",
            500,
            address="https://www.wrenmouth.example/environment/partners",
        ),
    )
}
"""Service key -> what it has named in the cycle under way."""


def name(
    engine: Engine,
    files: FileStore,
    papers: tuple[Paper, ...],
    assessment: int,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Put evidence into a service's register, each piece for the answer it supports."""
    for paper in papers:
        day = now.date()
        draft = Draft(
            title=paper.title,
            address=paper.address,
            grade=paper.grade,
            dated=_typed(day - timedelta(days=paper.days_old)),
            expires=_typed(day + timedelta(days=paper.lasts)) if paper.lasts else ("", "", ""),
            owner=str(by.id),
        )
        with transaction(engine) as session:
            kept = _kept(files, paper)
            evidence.add_for(session, assessment, paper.question, draft, kept, by=by, now=now)


def _kept(files: FileStore, paper: Paper) -> StoredFile | None:
    if paper.file is None:
        return None
    name, content = paper.file
    kind = KINDS[name.rpartition(".")[2]]
    return StoredFile(files.put(content), name, kind.media_type, len(content))


def _typed(day: date) -> tuple[str, str, str]:
    return str(day.day), str(day.month), str(day.year)
