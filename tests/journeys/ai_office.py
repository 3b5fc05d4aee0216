"""An office whose people are told of a model: a local server that answers as a provider does."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

import pytest

from bot.domain.cadence import CadenceSpec
from bot.domain.message import Panel
from bot.domain.people import Role
from bot.domain.policy import Ai, Policy
from bot.domain.ports.summary_store import Summary
from bot.services.ai_use import day_of
from bot.services.sealing import PART_FIELD
from bot.settings.environment import Environment
from tests.journeys.given import BERLIN, Someone, check_in, weekly_summary
from tests.journeys.surfaces import Surface
from tests.journeys.world import World
from tests.recorded_model import connected, recorded
from tests.servers.model.server import ModelServer, serving

PEOPLE = (
    Someone("mara"),
    Someone("ana", manager="mara"),
    Someone("ben", manager="mara"),
    Someone("ines", role=Role.HR_ADMIN),
)
CADENCES = (check_in(reminders=0), weekly_summary())
FRIDAY = "2026-03-06 15:00"
ANA = ("I test the importer with Copilot.", "Which data may I put in?")
BEN = ("I draw maps with the new tool.", "I want an hour to learn.")
ANAS, BENS = "Ana tests the importer with Copilot.", "Ben draws maps with the new tool."
BY_AI = (
    "Written from their own words, by fixed rules and by AI (OpenAI), "
    "whose sentences were each checked against those words."
)
here = pytest.mark.parametrize("surface", ["local"], indirect=True)
"""What doesn't depend on the platform."""


@dataclass
class Office:
    """A world whose people are told of the model that `server` is."""

    world: World
    server: ModelServer

    def ai(self, **changes: object) -> Ai:
        return replace(Ai("OpenAI", self.server.host), **changes)  # type: ignore[arg-type]

    async def becomes(self, ai: Ai) -> None:
        await self.world.configure(CADENCES, policy(ai))

    async def share(self, who: str, *texts: str) -> None:
        await self.world.starts(who)
        await self.world.answers(who, *texts)

    async def friday(self) -> str:
        """The summary as it reached Mara."""
        await self.world.until("2026-03-06 18:00")
        [summary] = self.world.arrived("mara", "summary")
        assert summary.wall == FRIDAY
        return summary.words

    async def stored(self) -> Summary:
        mara = self.world.ids["mara"]
        [found] = await self.world.built.uow.read(lambda tx: tx.summaries.of_manager(mara))
        return found

    async def sealed(self, who: str) -> str:
        """What the newest summary keeps of somebody, opened with their key."""
        world, person_id = self.world, self.world.ids[who]
        vault = await world.built.kit.keys.vault([person_id])
        mara = world.ids["mara"]
        found = await world.built.uow.read(lambda tx: tx.summaries.of_manager(mara))
        theirs = [part for part in found[0].parts if part.subject_id == person_id]
        kept = (vault.open(person_id, part.id, PART_FIELD, part.sealed) for part in theirs)
        return "\n".join(each.decode() for each in kept)

    async def rests(self) -> Panel:
        """What *Show the words this rests on* opens."""
        reply = await self.world.press("mara", "summary_rests")
        assert isinstance(reply.view, Panel)
        return reply.view

    async def spent(self) -> tuple[int, int, int]:
        """Today's tokens, calls, and calls that came to nothing."""
        uow, now = self.world.built.uow, self.world.now
        day = day_of(policy(self.ai()), now)
        found = await uow.read(lambda tx: tx.ai.since(day))
        return (found[0].tokens, found[0].calls, found[0].failed) if found else (0, 0, 0)

    async def spent_as_used(self) -> bool:
        """Whether what calls set aside and did not use came back."""
        tokens, calls, failed = await self.spent()
        used = sum(len(json.dumps(asked.body["messages"])) // 4 for asked in self.server.asked)
        return (calls, failed) == (len(self.server.asked), 0) and used < tokens < 2 * used


Open = Callable[..., Awaitable[Office]]


def policy(ai: Ai) -> Policy:
    return Policy(company="Fernweh", time_zone=BERLIN, country="DE", weekly_cap=9, ai=ai)


@pytest.fixture
async def opened(environment: Environment, surface: Surface) -> AsyncIterator[Open]:
    """Opens the office on Tuesday at 10:05; closed before its model is."""
    worlds: list[World] = []
    async with serving(ModelServer(answers=recorded)) as server:

        async def make(
            people: Sequence[Someone] = PEOPLE,
            cadences: Sequence[CadenceSpec] = CADENCES,
            at_once: int = 8,
            **changes: object,
        ) -> Office:
            ai = replace(Ai("OpenAI", server.host), **changes)  # type: ignore[arg-type]
            given = connected(environment, server, at_once)
            world = await World.open(given, people, cadences, policy=policy(ai), surface=surface)
            worlds.append(world)
            await world.until("2026-03-03 10:05")
            return Office(world, server)

        yield make
        for world in worlds:
            await world.close()


async def both_share(opened: Open, **changes: object) -> Office:
    office = await opened(**changes)
    await office.share("ana", *ANA)
    await office.share("ben", *BEN)
    return office
