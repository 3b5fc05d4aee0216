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
from bot.domain.delivery import NewDelivery
from bot.domain.organisation import Configuration, Installation, Organisation
from bot.domain.people import Identity, Participation, Person
from bot.domain.policy import Policy
from bot.llm.plain_writer import PlainWriter
from bot.services import outgoing
from bot.services.kit import Kit
from bot.services.manage_cadence import apply
from bot.slack.api import PATIENCE, SlackApi
from bot.slack.installations import PLATFORM, Installations, Introduction, introduce
from bot.slack.messenger import SlackMessenger
from prompts.words import shipped_words
from scheduling.calendar import WorkCalendar
from scheduling.clock import SteppedClock
from storage.engine import open_engine
from storage.key_store import KeyStore, upgrade_key_store
from storage.migrate import upgrade
from storage.unit_of_work import SqlUnitOfWork
from tests.integration.chat_worlds import MASTER, NOW, PACK, Process
from tests.servers.slack import BOT_TOKEN, Accepted, Fault, Member, SlackServer, serving

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

    world: SlackWorld  # type: ignore[assignment]  # it has what Process asks of a world
    messenger: SlackMessenger  # type: ignore[assignment]  # the same port
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
class SlackWorld:
    """Where the company's databases are, who works there, and what its Slack saw.

    Ana, Ben and Mia share the workspace `one`; Zoe's account is in `other`.
    """

    url: str
    keys_url: str
    clock: SteppedClock
    slack: SlackServer
    organisation_id: UUID = field(default_factory=uuid4)
    one: UUID = field(default_factory=uuid4)
    other: UUID = field(default_factory=uuid4)
    ids: dict[str, UUID] = field(default_factory=dict)

    @property
    def installations(self) -> dict[str, UUID]:
        return {name: self.other if name == "zoe" else self.one for name in self.ids}

    def identity(self, person: Person) -> Identity:
        """The account of somebody, before anything was written to it."""
        name = person.email.partition("@")[0]
        home = self.other if name == "zoe" else self.one
        return Identity(uuid4(), person.id, home, PLATFORM, account(name), "")

    def note(self, who: str, code: str) -> NewDelivery:
        """A short answer of the bot, each time anew."""
        person_id, now = self.ids[who], self.clock.now()
        return outgoing.note(self.organisation_id, person_id, code, f"test:{uuid4()}", now)

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
        keys = KeyStore.open(self.keys_url, self.organisation_id, MASTER, self.clock.now)
        api = SlackApi(self.slack.api_url, patience=patience)
        installations = kind(uow, token, self.clock)
        installations.belongs_to(self.one)

        async def remember(installation_id: UUID, user: str, channel: str) -> None:
            await uow.write(lambda tx: tx.people.set_delivery_ref(installation_id, user, channel))

        messenger = SlackMessenger(api, installations, self.clock, remember)
        calendar, writer = WorkCalendar(), PlainWriter()
        kit = Kit(uow, keys, shipped_words(), calendar, {PLATFORM: messenger}, writer)
        try:
            yield SlackProcess(self, kit, uow, messenger, api, installations)
        finally:
            await api.close()
            await uow.close()
            await keys.close()


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
    keys_url = f"sqlite:///{folder / 'keys.db'}"
    upgrade(url)
    upgrade_key_store(keys_url)
    clock = SteppedClock(NOW - timedelta(hours=1))
    members = [Member(account(n), n.capitalize()) for n in ("ana", "ben", "mia", "zoe")]
    async with serving(SlackServer(members, clock=clock)) as slack:
        world = SlackWorld(url, keys_url, clock, slack)
        async with world.process() as process:
            await _found(world, process)
            configuration = Configuration(Policy(company="Fernweh"), (PACK,), cadences)
            calendar, now = process.kit.calendar, clock.now()
            await apply(process.uow, calendar, configuration, author="hr", now=now)
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
    people = list(world.ids.values())
    for person_id in people:
        await process.uow.write(
            lambda tx, p=person_id: tx.people.set_participation(p, Participation.STARTED)
        )


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
