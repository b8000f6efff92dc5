"""When the contracts of services end, as their last agreed answers say: what feeds `contract_window`.

A date that feeds it is the day a contract ends, an amount what the contracts are worth that end soon.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from vfm.prioritisation.contracts import Contract, soonest
from vfm.questionnaires.answers import KINDS
from vfm.questionnaires.schema import Kind, Questionnaire
from vfm.store import content
from vfm.store.queries import contracts as queries

FED = "contract_window"


def of(session: Session, service_ids: Iterable[int], today: date) -> dict[int, Contract]:
    """Service -> what its last agreed answers say of the next contract to end, where they say anything."""
    found = {}
    for row in queries.agreed(session, service_ids):
        asked = content.questionnaire(session, row.version_id, row.content_hash)
        said = tuple(_said(asked, row.content))
        if contract := soonest(said, row.cycle, today):
            found[row.service_id] = contract
    return found


def _said(asked: Questionnaire, card: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """(question, its answer) of what feeds it and was answered on the route."""
    fed = {
        key: question
        for key, question in asked.questions.items()
        if question.feeds == FED and question.kind in (Kind.DATE, Kind.MONEY)
    }
    if not fed:
        return
    for score in card["questions"]:
        question = fed.get(score["key"])
        if question is not None and score.get("value") is not None:
            yield question.key, KINDS[question.kind].from_json(asked, question, score["value"])
