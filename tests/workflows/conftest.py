"""Workflows run one at a time, each in a transaction of its own, by somebody of the small council."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.council import NOW, SmallCouncil
from vfm.store.database import reading, transaction


@pytest.fixture
def do(engine: Engine, council: SmallCouncil) -> Callable[..., Any]:
    """`do(versions.revise, version_id)`: one workflow that writes, by the core team or `who`."""

    def run(workflow: Callable[..., Any], *given: Any, who: str = "core_team", **more: Any) -> Any:
        with transaction(engine) as session:
            return workflow(session, *given, by=council.actor(who), now=NOW, **more)

    return run


@pytest.fixture
def look(engine: Engine, council: SmallCouncil) -> Callable[..., Any]:
    """`look(versions.show, version_id)`: the same for reading."""

    def run(workflow: Callable[..., Any], *given: Any, who: str = "core_team") -> Any:
        with reading(engine) as session:
            return workflow(session, *given, by=council.actor(who))

    return run
