"""One result laid out for whoever shows it or takes it away: the same value for page, Word, Excel and PDF."""

from collections.abc import Iterator

from vfm.reports import result as say
from vfm.reports.profile_chart import Earlier
from vfm.reports.result_copy import ResultCopy
from vfm.scoring.results import Scorecard
from vfm.web.current import council_name, now
from vfm.web.filters import day
from vfm.workflows import results


def copy_of(result: results.Result, card: Scorecard) -> ResultCopy:
    """A result with the card it shows, laid out."""
    is_agreed = result.kind == "agreed"
    what_if = result.what_if
    start = result.start if result.start and not result.start.is_this else None
    sheet = say.lay_out(
        result.questionnaire,
        card,
        result.answers,
        self_answers=result.self_answers,
        self_card=result.self_card if is_agreed else None,
        baseline=start.card if start else None,
        lifts=what_if.lifts,
    )
    return ResultCopy(
        title=f"{result.head.service}: result",
        council=council_name(),
        made_at=now(),
        about=tuple(_about(result, card)),
        is_agreed=is_agreed,
        questionnaire=result.questionnaire,
        card=card,
        sheet=sheet,
        self_card=result.self_card if is_agreed else None,
        change=result.change,
        earlier=tuple(_earlier(result, start)),
        lifts=what_if.lifts,
        climb=what_if.climb,
        missing=what_if.missing,
        workings=what_if.workings,
    )


def _about(result: results.Result, card: Scorecard) -> Iterator[tuple[str, str]]:
    head = result.head
    yield "Service", head.service
    yield "Directorate", head.directorate
    yield "Division", head.division
    yield "Cycle", head.cycle
    yield "Assessment template", f"{head.template}, version {head.version}"
    yield "Result", "Agreed" if result.kind == "agreed" else "Self score: what the service says of itself"
    yield "Signed off", _signed(head.signed_off_by, day(head.signed_off_at) if head.signed_off_at else "")
    if result.kind == "agreed":
        yield "Agreed", _signed(head.agreed_by, day(head.agreed_at) if head.agreed_at else "")
    if result.start and result.start.refusal:
        yield "Baseline", result.start.refusal
    yield "Scoring engine", card.engine
    yield "Where the figures come from", _source(result)
    yield "Taken out on", day(now())


def _signed(by: str | None, on: str) -> str:
    return f"{by or '–'}, {on}" if on else "Not yet"


def _source(result: results.Result) -> str:
    sent = f"sent on {day(result.head.submitted_at)}" if result.head.submitted_at else "sent for sign-off"
    if result.kind != "agreed":
        return f"The answers of the service, {sent}, scored by the engine named here and kept unchanged"
    return (
        f"The answers of the service, {sent}, with what was agreed in the challenge on "
        f"{day(result.head.agreed_at)}, scored by the engine named here and kept unchanged"
    )


def _earlier(result: results.Result, start: results.Start | None) -> Iterator[Earlier]:
    if start is not None and start.card is not None:
        yield Earlier(f"Baseline, {start.cycle}", start.card)
    if result.before is not None:
        yield Earlier(result.before.cycle, result.before.card)
