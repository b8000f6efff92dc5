"""A rollout of the small council that can be ranked: four agreed results, spending published."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine

from tests.build import answer, options, question, questionnaire, scale_question, section
from tests.council import NOW, SmallCouncil
from tests.rounds import Round, opened
from vfm.questionnaires.answers import Answer
from vfm.questionnaires.schema import Kind
from vfm.scoring.scorecard import ENGINE, score
from vfm.store.database import transaction
from vfm.store.tables import Assessment, Figure, FigureSource, ScorecardRow

QUARTERS = options(
    lowest_quarter="Lowest",
    below_median="Below",
    above_median="Above",
    highest_quarter="Highest",
    not_known="No",
)
ASKED = questionnaire(
    section(
        "PRO",
        question("PRO-03", Kind.MONEY, "Gross spending", feeds="expenditure_level"),
        question("PRO-04", Kind.MONEY, "Net spending", feeds="expenditure_level"),
        question("PRO-05", Kind.MONEY, "Forecast overspend", feeds="budget_variance"),
        question("PRO-10", Kind.PERCENT, "Change in demand", feeds="demand_pressure"),
        question("PRO-11", Kind.PERCENT, "Expected change", feeds="demand_pressure"),
        question("PRO-12", Kind.MONEY, "Contracts ending", feeds="contract_window"),
        question("PRO-13", Kind.DATE, "Last reviewed", feeds="time_since_review"),
        weight=0,
    ),
    section(
        "ECO",
        scale_question("ECO-01"),
        question("ECO-03", Kind.SINGLE_CHOICE, "Unit cost", feeds="unit_cost", options=QUARTERS),
    ),
    section(
        "OUT",
        scale_question("OUT-01"),
        question("OUT-05", Kind.SINGLE_CHOICE, "Judgement", feeds="assurance_concern", options=options(
            positive="Positive", mixed="Mixed", negative="Negative", none="None")),
        question("GOV-04", Kind.MONEY, "Low saving", feeds="savings_potential"),
        question("GOV-05", Kind.MONEY, "High saving", feeds="savings_potential"),
    ),
)  # fmt: skip
LEVELS = {"LIB": (3, 4), "WASTE": (1, 2), "ROADS": (2, 2), "HOME": (1, 1)}
"""Service -> levels of ECO-01 and OUT-01."""
GROSS = {"LIB": 2_000_000, "WASTE": 9_000_000, "ROADS": 5_000_000, "HOME": 30_000_000, "SEND": 7_000_000}


def given(key: str, levels: tuple[int, int] | None = None) -> dict[str, Answer]:
    """What a service answered; Highways leaves out its savings."""
    low, high = levels or LEVELS[key]
    typed: dict[str, Any] = {
        "PRO-03": Decimal(GROSS[key]) + 1000,
        "PRO-04": Decimal(GROSS[key]) / 2,
        "PRO-05": Decimal(GROSS[key]) / 50,
        "PRO-10": Decimal(-4) if key == "LIB" else Decimal(12),
        "PRO-11": Decimal(6),
        "PRO-12": Decimal(100_000),
        "PRO-13": date(2021, 4, 1),
        "ECO-01": low,
        "OUT-01": high,
        "ECO-03": "above_median",
        "OUT-05": "mixed",
    }
    if key != "ROADS":
        typed |= {"GOV-04": Decimal(GROSS[key]) / 50, "GOV-05": Decimal(GROSS[key]) / 25}
    return {question: answer(value) for question, value in typed.items()}


def rankable(engine: Engine, council: SmallCouncil, name: str = "Rollout 2026", **more: Any) -> Round:
    """The rollout: SEND is still open, the others are agreed."""
    made = opened(engine, council, ASKED, services=tuple(GROSS), name=name, **more)
    with transaction(engine) as session:
        for key, assessment_id in made.assessments.items():
            if key in LEVELS:
                agree(session, assessment_id, given(key))
    return made


def agree(session: Any, assessment_id: int, answers: Mapping[str, Answer]) -> None:
    """Keep an agreed result of these answers."""
    session.get_one(Assessment, assessment_id).status = "agreed"
    content = score(ASKED, answers).as_record()
    session.add(
        ScorecardRow(
            assessment_id=assessment_id, kind="agreed", engine=ENGINE, content=content, created_at=NOW
        )
    )


def publish(engine: Engine, council: SmallCouncil) -> None:
    """Spending of every service, and two compared unit costs of Home care."""
    with transaction(engine) as session:
        source = FigureSource(key="RO", title="Revenue outturn", publisher="A ministry", licence="OGL")
        session.add(source)
        session.flush()

        def figure(key: str, measure: str, amount: str, **more: Any) -> None:
            kept = {
                "year": "2024-25",
                "unit": "GBP",
                "basis": "cash",
                "source_id": source.id,
                "title": measure,
            } | more
            session.add(
                Figure(service_id=council.services[key], measure=measure, amount=Decimal(amount), **kept)
            )

        for key, gross in GROSS.items():
            figure(
                key,
                "gross_expenditure",
                str(gross),
                title="Gross",
                line=key.title(),
                feeds="expenditure_level",
            )
            figure(key, "gross_expenditure", "1", year="2023-24", title="Gross", feeds="expenditure_level")
        for measure, share in (("visit_cost", "0.5"), ("hour_cost", "0.75")):
            group = {
                "of": "neighbours",
                "counted": 8,
                "median": "20",
                "england": "25",
                "share_cheaper": share,
            }
            figure("HOME", measure, "30.5", unit="GBP per visit", feeds="unit_cost", comparison=group)
