"""A company for each promise, in Slack (signed requests to the whole application) unless a test
says otherwise.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from bot.domain.cadence import CadenceSpec
from bot.domain.policy import Policy
from bot.settings import Environment
from tests.journeys.ai_office import opened  # noqa: F401 (a fixture)
from tests.journeys.conftest import prepared
from tests.journeys.given import Someone, check_in, weekly_summary
from tests.journeys.on_slack import OnSlack
from tests.journeys.surfaces import Surface
from tests.journeys.world import World

MARA = Someone("mara")
ANA = Someone("ana", manager="mara")
BEN = Someone("ben", manager="mara")
CEM = Someone("cem", manager="mara")
TOM = Someone("tom")
PEOPLE = (MARA, TOM, ANA, BEN, CEM)
CADENCES = (check_in(pack="kinds", reminders=0), weekly_summary())

Company = Callable[..., Awaitable[World]]


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """Of an office with a model; `company` prepares its own."""
    return prepared(tmp_path)


@pytest.fixture
def surface() -> Surface:
    return OnSlack()


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    """It is Tuesday, 10:05, and everybody has the welcome; what is given besides is optional."""
    worlds: list[World] = []

    async def make(
        people: Sequence[Someone] = PEOPLE,
        cadences: Sequence[CadenceSpec] = CADENCES,
        policy: Policy | None = None,
        until: str = "2026-03-03 10:05",
        surface: Surface | None = None,
    ) -> World:
        environment, where = prepared(tmp_path), surface or OnSlack()
        world = await World.open(environment, people, cadences, policy=policy, surface=where)
        worlds.append(world)
        await world.until(until)
        return world

    yield make
    for world in worlds:
        await world.close()
