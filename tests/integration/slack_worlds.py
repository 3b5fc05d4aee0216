"""A small company on the local Slack, in real databases, under a moved clock."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from bot.domain.cadence import CadenceSpec
from bot.domain.delivery import DeliveryState
from bot.domain.organisation import Installation, Organisation
from bot.domain.people import Identity, Person
from bot.slack.api import PATIENCE, SlackApi
from bot.slack.installations import PLATFORM, Installations, Introduction, introduce
from bot.slack.messenger import SlackMessenger
from storage.engine import open_engine
from storage.unit_of_work import SqlUnitOfWork
from tests.integration.chat_worlds import (
    NOW,
    Company,
    Process,
    all_take_part,
    configured,
    kit_over,
    prepared,
)
from tests.servers.slack import BOT_TOKEN, Accepted, Fault, Member, SlackServer, serving

SENT, SKIPPED, UNKNOWN = DeliveryState.SENT, DeliveryState.SKIPPED, DeliveryState.UNKNOWN
READY = DeliveryState.READY
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DAY = 24 * HOUR
POST, HISTORY, OPEN = "chat.postMessage", "conversations.history", "conversations.open"
UPDATE, DELETE = "chat.update", "chat.delete"
NEW_TOKEN = "xoxb-4242-rotated"
OTHER_TEAM = "T0OTHER"
IMPATIENT = timedelta(seconds=0.5)
"""For what hangs: real time, as nothing else ends a wait for the network."""


class AllInstallations(Installations):
    """As with OAuth: a token for every workspace (here the same one)."""

    def _speaks_for(self, row: Installation) -> bool:
        return row.platform == PLATFORM


@dataclass
class SlackProcess(Process):
    """One process; its services and its session are its own."""

    api: SlackApi
    installations: Installations

    async def introduce(self) -> Introduction:
        """What a process does first."""
        return await introduce(
            self.api,
            self.uow,
            self.installations,
            organisation_id=self.world.organisation_id,
            now=self.world.clock.now(),
        )

    async def channel_of(self, who: str) -> str:
        """The channel kept for somebody."""
        identity = await self.uow.read(lambda tx: tx.people.home_identity(self.world.ids[who]))
        assert identity is not None
        return identity.delivery_ref


@dataclass
class SlackWorld(Company):
    """A company, and what its Slack saw.

    Ana, Ben and Mia share the workspace `one`; Zoe's account is in `other`.
    """

    slack: SlackServer = field(kw_only=True)

    def identity(self, person: Person) -> Identity:
        """The account of somebody, before anything was written to it."""
        name, home = self.home_of(person)
        return Identity(uuid4(), person.id, home, PLATFORM, account(name), "")

    def posts(self, who: str | None = None) -> list[str]:
        """The delivery ids of what Slack took, oldest first."""
        taken = self.slack.posts(None if who is None else account(who))
        return [delivery_id(post) for post in taken]

    def tried(self, method: str = "chat.postMessage") -> int:
        """How often the method was called, with or without success."""
        return len(self.slack.called(method))

    @asynccontextmanager
    async def process(
        self,
        token: str = BOT_TOKEN,
        *,
        patience: timedelta = PATIENCE,
        kind: type[Installations] = Installations,
    ) -> AsyncIterator[SlackProcess]:
        """A process over the world's databases, as long as the block."""
        uow = SqlUnitOfWork(open_engine(self.url), self.organisation_id)
        api = SlackApi(self.slack.api_url, patience=patience)
        installations = kind(uow, token, self.clock)
        installations.belongs_to(self.one)

        async def remember(installation_id: UUID, user: str, channel: str) -> None:
            await uow.write(lambda tx: tx.people.set_delivery_ref(installation_id, user, channel))

        messenger = SlackMessenger(api, installations, self.clock, remember)
        messengers = {PLATFORM: messenger}
        async with kit_over(uow, self.keys_url, self.clock, messengers) as kit:
            try:
                yield SlackProcess(self, kit, uow, messenger, api, installations)
            finally:
                await api.close()


def account(name: str) -> str:
    """The Slack user of somebody."""
    return f"U0{name.upper()}"


def delivery_id(post: Accepted) -> str:
    """What the metadata of a post holds: the id and nothing else."""
    assert post.metadata is not None
    assert post.metadata.keys() == {"event_type", "event_payload"}
    assert post.metadata["event_type"] == "touchpoint_delivery"
    (only,) = post.metadata["event_payload"].items()
    assert only[0] == "id"
    return str(only[1])


@asynccontextmanager
async def slack_world(url: str, folder: Path, *cadences: CadenceSpec) -> AsyncIterator[SlackWorld]:
    """Mia manages Ana and Ben; Zoe is alone. All of them take part; the workspace is introduced.

    The clock stands at what is due on Tuesday.
    """
    keys_url, clock = prepared(url, folder)
    members = [Member(account(n), n.capitalize()) for n in ("ana", "ben", "mia", "zoe")]
    async with serving(SlackServer(members, clock=clock)) as slack:
        world = SlackWorld(url, keys_url, clock, slack=slack)
        async with world.process() as process:
            await _found(world, process)
            await configured(process, *cadences)
        slack.calls.clear()
        clock.set(NOW)
        yield world


async def _found(world: SlackWorld, process: SlackProcess) -> None:
    now, organisation_id = world.clock.now(), world.organisation_id
    organisation = Organisation(organisation_id, "Fernweh")
    await process.uow.write(lambda tx: tx.organisations.add(organisation, now))
    found = (await process.introduce()).installation
    assert found is not None
    world.one = found.id
    other = Installation(world.other, organisation_id, PLATFORM, OTHER_TEAM)
    await process.uow.write(lambda tx: tx.organisations.add_installation(other, now))
    await process.people_are(mia=None, zoe=None, ana="mia", ben="mia")
    await process.uow.write(lambda tx: all_take_part(tx, world))


LOST = [
    Fault.ERROR_BEFORE,
    Fault.ERROR_AFTER,
    Fault.UNAVAILABLE_BEFORE,
    Fault.UNAVAILABLE_AFTER,
    Fault.TIMEOUT_BEFORE,
    Fault.TIMEOUT_AFTER,
    Fault.RESET_BEFORE,
    Fault.RESET_AFTER,
    Fault.HANG_BEFORE,
    Fault.HANG_AFTER,
]
of_unknown_fate = pytest.mark.parametrize("fault", LOST, ids=lambda fault: fault.name)
