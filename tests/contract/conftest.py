"""The platforms the contract suite runs on, and a small company on each of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.bootstrap import prepare
from bot.domain.people import Role
from tests.contract.doors import PANEL, THREAD, Door, OverLocalPage, OverSlack, Sight
from tests.contract.over_teams import OverTeams
from tests.integration.demo_office import environment_in
from tests.journeys.conftest import prepared
from tests.journeys.given import Someone
from tests.journeys.world import SILENCE, World
from tests.sample_screens import Screens, lived

MARA = Someone("mara", team="Sales")
ANA = Someone("ana", manager="mara", team="Sales")
BEN = Someone("ben", manager="mara", team="Sales")
HELENA = Someone("helena", role=Role.HR_ADMIN)
PEOPLE = (MARA, ANA, BEN, HELENA)


@dataclass
class Office:
    """The company at one platform; what an act causes is delivered right after it."""

    world: World
    door: Door

    async def types(self, who: str, *texts: str) -> None:
        for text in texts:
            await self.door.types(who, text)
        await self.world.settle()

    async def answers(self, who: str, *texts: str) -> None:
        """Types one answer after the other, each time waiting until the bot goes on."""
        for text in texts:
            await self.types(who, text)
            await self.world.wait(SILENCE)

    async def presses(self, who: str, label: str, on: str = THREAD) -> Sight:
        """What it puts before the person at once."""
        await self.door.presses(who, label, on)
        await self.world.settle()
        return await self.door.panel(who)

    async def submits(self, who: str, **fields: str) -> Sight:
        """The same of a sent form; underscores in names stand for spaces."""
        return await self.sends(who, {k.replace("_", " "): v for k, v in fields.items()})

    async def sends(self, who: str, fields: dict[str, str]) -> Sight:
        await self.door.submits(who, fields)
        await self.world.settle()
        return await self.door.panel(who)

    async def repeats(self) -> None:
        await self.door.repeats()
        await self.world.settle()

    async def forges(self, who: str) -> None:
        await self.door.forges(who)
        await self.world.settle()

    async def thread(self, who: str) -> Sight:
        return await self.door.thread(who)

    async def home(self, who: str) -> Sight:
        return await self.door.home(who)

    async def my_answers(self, who: str) -> Sight:
        """Opened from Home."""
        return await self.presses(who, "My answers", "home")

    async def turns(self, who: str, label: str) -> Sight:
        return await self.presses(who, label, PANEL)

    async def passes(self, **span: float) -> None:
        await self.world.wait(timedelta(**span))


OpenOffice = Callable[..., Awaitable[Office]]

_DOORS: dict[str, Callable[[], Door]] = {
    "local": OverLocalPage,
    "slack-http": OverSlack,
    "slack-socket": lambda: OverSlack(socket=True),
    "teams": OverTeams,
}


@pytest.fixture(params=list(_DOORS))
def door(request: pytest.FixtureRequest) -> Door:
    """Each platform in turn."""
    return _DOORS[request.param]()


@pytest.fixture
async def open_office(tmp_path: Path, door: Door) -> AsyncIterator[OpenOffice]:
    """Opens the company with these cadences, on a Tuesday a little after 10."""
    opened: list[World] = []

    async def make(*cadences: Any, people: tuple[Someone, ...] = PEOPLE) -> Office:
        world = await World.open(prepared(tmp_path), people, cadences, surface=door.surface)
        opened.append(world)
        await world.until("2026-03-03 10:05")
        return Office(world, door)

    yield make
    for world in opened:
        await world.close()


TUESDAY = datetime(2026, 3, 10, 9, 1, tzinfo=UTC)
"""The second week's check-in has just been sent in Berlin; the first summaries are read."""


@pytest.fixture(scope="session")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Screens:
    """What the sample company has seen by then."""
    environment = environment_in(tmp_path_factory.mktemp("seen"))
    prepare(environment)
    return asyncio.run(lived(environment, TUESDAY))
