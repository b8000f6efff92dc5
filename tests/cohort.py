"""A cycle of five services in which one stands far below the rest, with what is published of two of them."""

from decimal import Decimal
from typing import Any

from sqlalchemy import Engine

from tests import build
from tests.answered import signed_off
from tests.council import SmallCouncil
from tests.rounds import Round, opened
from vfm.questionnaires.answers import Answer
from vfm.questionnaires.schema import Band
from vfm.store.database import transaction
from vfm.store.tables import Figure, FigureSource, Service

BANDS = (Band(name="Weak", minimum=0, colour="red"), Band(name="Sound", minimum=60, colour="green"))
ASKED = build.questionnaire(
    build.section(
        "A",
        build.scale_question("A-01"),
        build.scale_question("A-02"),
        build.question("A-03", "money", feeds="unit_cost"),
        title="Economy",
    ),
    build.section("B", build.scale_question("B-01", text="Is demand understood?"), title="Demand"),
    build.section("F", build.question("F-01", "text"), title="Facts"),
    bands=BANDS,
)
ALL = ("LIB", "WASTE", "ROADS", "HOME", "SEND")
SHARES = (("LIB", "2023-24", "0.1"), ("LIB", "2024-25", "0.8"), ("SEND", "2024-25", "0.2"))
"""(service, year, share of its neighbours that are cheaper)."""
OTHERS = ("ROADS", "HOME", "SEND")
"""Services that the other director answers for."""


def given(first: int, second: int, third: int, grade: str = "documented") -> dict[str, Answer]:
    """Levels of A-01, A-02 and B-01."""
    levels = {"A-01": first, "A-02": second, "B-01": third}
    return {key: build.answer(level, grade) for key, level in levels.items()}


def send(
    engine: Engine, council: SmallCouncil, made: Round, service: str, answers: dict[str, Answer]
) -> None:
    """One service answers, submits and signs off."""
    who = "other_director" if service in OTHERS else "director"
    signed_off(engine, council, made.assessments[service], ASKED, answers, who=who)


def cohort(engine: Engine, council: SmallCouncil) -> Round:
    """Four services at two thirds of the points; SEND with none in Economy, so at one third overall."""
    made = opened(engine, council, ASKED, services=ALL)
    for service in ALL[:-1]:
        send(engine, council, made, service, given(3, 3, 3))
    send(engine, council, made, "SEND", given(1, 1, 3, "none"))
    return made


def publish_compared(engine: Engine, council: SmallCouncil) -> None:
    """LIB is among the dearest, SEND among the cheapest; both with source, year and basis."""
    with transaction(engine) as session:
        source = FigureSource(key="cmp", title="Unit costs, a real unitary", publisher="M", licence="L")
        session.add(source)
        session.flush()
        for key, year, share in SHARES:
            comparison: dict[str, Any] = {"of": "neighbours", "counted": "10", "median": "41"}
            comparison |= {"share_cheaper": share, "source": "The same"}
            session.add(
                Figure(
                    service_id=council.services[key], measure="unit_cost", title="Cost of a visit", year=year,
                    amount=Decimal("45.5"), unit="GBP per visit", basis="cash, outturn", source_id=source.id,
                    line="Line 7", feeds="unit_cost", comparison=comparison,
                )
            )  # fmt: skip


def name_families(engine: Engine) -> None:
    """LIB and WASTE are of one family; the others of none."""
    with transaction(engine) as session:
        for service in session.query(Service).filter(Service.key.in_(("LIB", "WASTE"))):
            service.family = "places"
