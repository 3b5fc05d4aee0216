"""A small company in Slack whose Touchpoint is the whole web application, log included."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.domain.cadence import CadenceSpec
from bot.domain.people import Role
from tests.journeys.conftest import prepared
from tests.journeys.given import Someone, check_in, weekly_summary
from tests.journeys.on_slack import OnSlack
from tests.journeys.world import World
from tests.logged import captured
from tests.servers.slack import Ack, Member, SlackServer, User

MARA = Someone("mara")
ANA = Someone("ana", manager="mara")
BEN = Someone("ben", manager="mara")
HELENA = Someone("helena", role=Role.HR_ADMIN)
PEOPLE = (MARA, ANA, BEN, HELENA)
STRANGER, GUEST = "xenia", "gus"


@dataclass
class SlackOffice:
    """It is Tuesday, 10:05; everybody has the welcome. `log` is what an operator reads."""

    world: World
    surface: OnSlack
    log: io.StringIO

    @property
    def slack(self) -> SlackServer:
        return self.surface.slack

    def user(self, who: str) -> User:
        return self.surface.user(who)

    async def did(self, ack: Ack) -> Ack:
        """Everything that an act causes has been shown and delivered."""
        await self.surface.ears.settled()
        await self.world.settle()
        return ack

    async def runs(self, user: User, text: str, channel: str = "") -> list[str]:
        """/touchpoint; what it answered to that person alone."""
        before = len(private(user, channel))
        ack = await self.did(await user.runs(f"/touchpoint {text}".strip(), channel))
        assert ack.status == 200
        return private(user, channel)[before:]

    async def interacts(self, payload: dict[str, Any], kind: str = "interactive") -> Ack:
        """Sends any payload as Slack would: signed, or over the socket."""
        return await self.did(await self.slack.deliveries.send(kind, payload))

    async def recorded(self) -> dict[str, list[str]]:
        """Everybody's answers, word for word."""
        return {who: await self.world.my_words(who) for who in ("ana", "ben", "mara", "helena")}

    def is_clean(self, *words: str) -> bool:
        """Whether the log holds no traceback, and none of these words."""
        text = self.log.getvalue()
        return not any(part in text for part in ("Traceback", "xoxb-", "xapp-", *words))


def private(user: User, channel: str = "") -> list[str]:
    """What stands in a channel for that person alone."""
    seen = user.sees(channel) if channel else user.dm
    return [message.shown for message in seen if message.ephemeral_to]


@asynccontextmanager
async def slack_office(
    folder: Path,
    *,
    socket: bool = False,
    people: Sequence[Someone] = PEOPLE,
    cadences: Sequence[CadenceSpec] = (check_in(reminders=0), weekly_summary()),
) -> AsyncIterator[SlackOffice]:
    """Cadences: two typed questions on Tuesday, and Friday's summary. Two accounts are nobody's."""
    surface = OnSlack(socket=socket)
    environment = prepared(folder)
    with captured(environment) as log:
        world = await World.open(environment, people, cadences, surface=surface)
        try:
            surface.slack.change(Member("UXENIA", "Xenia"))
            surface.slack.change(Member("UGUS", "Gus", is_restricted=True))
            await world.until("2026-03-03 10:05")
            yield SlackOffice(world, surface, log)
        finally:
            await world.close()
