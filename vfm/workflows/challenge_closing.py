"""Closing a challenge: the agreed result, the baseline or the change since it, all in one step.

The room's rule: a self answer is never written to; what was agreed is laid over it and scored.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache, partial
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from vfm.errors import Conflict, Invalid, NotFound, Problem
from vfm.questionnaires.answers import Answer
from vfm.questionnaires.figures import london_day
from vfm.questionnaires.schema import Questionnaire
from vfm.roles import Actor
from vfm.scoring.baseline import SignOff, baseline_content, content_hash
from vfm.scoring.challenge import agreed_answers
from vfm.scoring.change import change
from vfm.scoring.results import Scorecard
from vfm.scoring.scorecard import score
from vfm.store import baselines as starting
from vfm.store import content, events, meanings
from vfm.store.baselines import Kept
from vfm.store.queries import challenge as queries
from vfm.store.queries import results as kept
from vfm.store.queries.results import AnyRow
from vfm.store.tables import Assessment, Baseline, ScorecardRow


def close(session: Session, assessment_id: int, *, by: Actor, now: datetime) -> None:
    """Close the challenge of one assessment: what nobody challenged is agreed at the self score.

    Raises:
        Invalid: a challenged score is not agreed yet (every one is named by its question's key), or the
            baseline it is measured against is not what was frozen.
        NotFound: there is no such assessment, or it is not signed off.
        Conflict: it is closed already.
    """
    queries.hold(session, [assessment_id])
    rows = kept.assessments(session, [assessment_id])
    if not rows or not by.sees(rows[0].service_id) or rows[0].status not in queries.SETTLED:
        raise NotFound
    if rows[0].status == "agreed":
        raise Conflict("The challenge of this assessment is closed already. Its result is agreed.")
    _close(session, rows, by=by, now=now)


def close_unchallenged(
    session: Session, cycle_id: int, assessment_ids: Collection[int], *, by: Actor, now: datetime
) -> int:
    """Close the challenge of several assessments nobody challenged; how many were closed.

    Raises:
        Invalid: none was chosen, or a baseline that one is measured against is not what was frozen.
        Conflict: one of them was challenged, or changed its state, since the list was shown; all are named.
    """
    if not assessment_ids:
        raise Invalid([Problem("assessments", "Tick at least one service.")])
    queries.hold(session, assessment_ids)
    rows = [row for row in kept.assessments(session, assessment_ids) if row.cycle_id == cycle_id]
    challenged = queries.counts(session, assessment_ids)
    late = [row.service for row in rows if row.status != "signed_off" or row.id in challenged]
    if late:
        names = ", ".join(late)
        raise Conflict(
            f"Nothing was closed: {names} changed since the list was shown. Look at the list again."
        )
    _close(session, rows, by=by, now=now)
    return len(rows)


def _close(session: Session, rows: Sequence[AnyRow], *, by: Actor, now: datetime) -> None:
    """Agree these assessments: result, also as challenged, state, baseline or change since it, events."""
    ids = [row.id for row in rows]
    answers: dict[int, list[tuple[str, dict[str, Any]]]] = defaultdict(list)
    for given in kept.answers(session, ids):
        answers[given.assessment_id].append((given.question_key, given.content))
    challenges: dict[int, list[AnyRow]] = defaultdict(list)
    for one in kept.challenges(session, ids):
        challenges[one.assessment_id].append(one)
    _assert_settled(challenges)
    starts = starting.of_services(
        session, {row.template_id for row in rows}, {row.service_id for row in rows}
    )
    _assert_sound(starts.values())
    figures = _figures(session, [row.service_id for row in rows])
    results, baselines = [], []
    alike = cache(partial(meanings.same_meaning, session))  # many services come the same way
    for row in rows:
        questionnaire = content.questionnaire(session, row.version_id, row.content_hash)
        agreed = content.answers(questionnaire, ((r.question_key, r.agreed) for r in challenges[row.id]))
        own = content.answers(questionnaire, answers[row.id])
        final = agreed_answers(own, agreed)
        kept_start = starts.get((row.service_id, row.template_id))
        since = None
        if kept_start is not None:
            start = kept_start.sound
            way = (row.template_id, start.questionnaire.version, questionnaire.version)
            since = change(start.questionnaire, start.answers, questionnaire, final, alike(*way)).as_json()
            since.pop("sections")
        card = score(questionnaire, final)
        results.append(_result(row.id, "agreed", card, since, now))
        if challenges[row.id]:
            as_raised = _as_raised(questionnaire, own, challenges[row.id])
            results.append(_result(row.id, "challenged", as_raised, None, now))
        if kept_start is None and row.kind == "rollout":
            baselines.append(_baseline(row, questionnaire, final, figures.get(row.service_id, {}), now))
    session.execute(insert(ScorecardRow), results)
    if baselines:
        session.execute(insert(Baseline), baselines)
    session.execute(
        update(Assessment)
        .where(Assessment.id.in_(ids))
        .values(status="agreed", agreed_at=now, agreed_by_id=by.id)
    )
    _record(session, results, {made["assessment_id"]: made["content_hash"] for made in baselines}, by, now)


def _as_raised(
    questionnaire: Questionnaire, own: Mapping[str, Answer], challenges: Sequence[AnyRow]
) -> Scorecard:
    """What the result would be had every challenge been agreed as it was raised."""
    raised = content.answers(questionnaire, ((row.question_key, row.challenged) for row in challenges))
    return score(questionnaire, agreed_answers(own, raised))


def _record(
    session: Session,
    results: Sequence[Mapping[str, Any]],
    frozen: Mapping[int, str],
    by: Actor,
    now: datetime,
) -> None:
    for made in (one for one in results if one["kind"] == "agreed"):
        after = {"score": made["content"]["overall"]["score"], "baseline": frozen.get(made["assessment_id"])}
        events.record(
            session, "agreed", "assessment", made["assessment_id"], by_id=by.id, now=now, after=after
        )


def _result(
    assessment_id: int, kind: str, card: Scorecard, since: dict[str, Any] | None, now: datetime
) -> dict[str, Any]:
    return {
        "assessment_id": assessment_id,
        "kind": kind,
        "engine": card.engine,
        "content": card.as_record(),
        "change": since,
        "created_at": now,
    }


def _assert_settled(challenges: Mapping[int, Sequence[AnyRow]]) -> None:
    open_ones = [row for rows in challenges.values() for row in rows if row.agreed is None]
    if open_ones:
        raise Invalid(
            Problem(
                row.question_key,
                f"{row.question_key} is challenged and not agreed yet. Agree a score for it first.",
            )
            for row in open_ones
        )


def _assert_sound(starts: Iterable[Kept]) -> None:
    refused = [start for start in starts if start.found is None]
    if refused:
        raise Invalid(Problem("baseline", start.refusal) for start in refused)


def _figures(session: Session, service_ids: Collection[int]) -> dict[int, dict[str, dict[str, Any]]]:
    """Service -> measure -> year -> the figure with its unit, basis and source."""
    found: dict[int, dict[str, dict[str, Any]]] = defaultdict(lambda: defaultdict(dict))
    for row in queries.figures(session, service_ids):
        found[row.service_id][row.measure][row.year] = {
            "amount": row.amount,
            "unit": row.unit,
            "basis": row.basis,
            "source": row.source,
        }
    return found


def _baseline(
    row: AnyRow,
    questionnaire: Questionnaire,
    answers: Mapping[str, Answer],
    figures: Mapping[str, Any],
    now: datetime,
) -> dict[str, Any]:
    made = baseline_content(
        questionnaire,
        answers,
        sign_off=SignOff(row.signed_off_by or "", london_day(row.signed_off_at or now)),
        agreed_on=london_day(now),
        figures=figures,
    )
    return {
        "service_id": row.service_id,
        "template_id": row.template_id,
        "assessment_id": row.id,
        "content": made,
        "content_hash": content_hash(made),
        "frozen_at": now,
    }
