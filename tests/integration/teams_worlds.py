"""A small company on the local Teams, in real databases, under a moved clock."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4, uuid5

import pytest

from bot.domain.cadence import CadenceSpec
from bot.domain.delivery import Address, DeliveryState, Sent
from bot.domain.message import Message, Text
from bot.domain.organisation import Organisation
from bot.domain.people import Identity, Person
from bot.teams.adapter import Adapter
from bot.teams.authentication import Authentication
from bot.teams.connector import PATIENCE, Connectors
from bot.teams.installations import PLATFORM, Installations
from bot.teams.keys import SigningKeys
from bot.teams.messenger import TeamsMessenger
from bot.teams.places import Place, pack, read_ref
from bot.teams.registration import Registration
from bot.teams.tokens import Tokens
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
from tests.servers.teams import (
    APP,
    BOT,
    OTHER_TENANT,
    SECRET,
    TENANT,
    Account,
    Fault,
    TeamsServer,
    serving,
)

SENT, SKIPPED, UNKNOWN = DeliveryState.SENT, DeliveryState.SKIPPED, DeliveryState.UNKNOWN
READY = DeliveryState.READY
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DAY = 24 * HOUR
POST, UPDATE, DELETE = "post", "update", "delete"
PLAIN = Message("note", "A secret word", (Text("A secret word"),))
OTHER = Message("note", "Another word", (Text("Another word"),))
IMPATIENT = timedelta(seconds=0.5)
"""For what hangs: real time, as nothing else ends a wait for the network."""

NAMES = ("ana", "ben", "mia", "zoe")

Barred = tuple[UUID, str, str]
"""Installation, account and reason."""


@dataclass
class TeamsProcess(Process):
    """One process; its services and its connections are its own. `barred` is what it barred."""

    connectors: Connectors
    tokens: Tokens
    adapter: Adapter
    barred: list[Barred]


@dataclass
class TeamsWorld(Company):
    """A company, and what its Teams saw.

    Ana, Ben and Mia are in one tenant; Zoe is in another.
    """

    teams: TeamsServer = field(kw_only=True)

    def registration(self, **more: str) -> Registration:
        """The app's, as its settings would have it."""
        given = {"secret": SECRET, "login_url": self.teams.login_url} | more
        return Registration(
            APP,
            TENANT,
            tenants=(TENANT, OTHER_TENANT),
            openid_url=self.teams.openid_url,
            service_url=self.teams.service_url,
            **given,  # type: ignore[arg-type]  # texts by the fields' names
        )

    def identity(self, person: Person) -> Identity:
        """The account of somebody, where the app is installed."""
        name, home = self.home_of(person)
        return Identity(uuid4(), person.id, home, PLATFORM, account(name).id, self.place(name))

    def place(self, who: str) -> str:
        """Where somebody is reached, as it is kept."""
        conversation = self.teams.state.open_personal(account(who)).id
        return pack(Place(conversation, self.teams.service_url, account(who).mri, BOT))

    def address(self, who: str) -> Address:
        """The same, as delivery has it."""
        home = self.other if who == "zoe" else self.one
        return Address(home, PLATFORM, account(who).id, self.place(who))

    def posts(self, who: str | None = None) -> list[str]:
        """The ids of what Teams took, oldest first."""
        return [post.id for post in self.teams.posts(who and account(who).id)]

    def tried(self, operation: str = POST) -> int:
        """How often it was called for, with or without success."""
        return len(self.teams.called(operation))

    @asynccontextmanager
    async def process(
        self, *, patience: timedelta = PATIENCE, **registration: str
    ) -> AsyncIterator[TeamsProcess]:
        """A process over the world's databases, as long as the block."""
        uow = SqlUnitOfWork(open_engine(self.url), self.organisation_id)
        given = self.registration(**registration)
        tokens, barred = Tokens(given), list[Barred]()
        connectors = Connectors(tokens, patience=patience)
        keys = SigningKeys(given.openid_url, self.clock)
        adapter = Adapter(Authentication(given, keys, connectors, self.clock))
        installations = Installations(uow, given, self.clock)

        async def bar(installation_id: UUID, external_id: str, reason: str, _: str) -> None:
            barred.append((installation_id, external_id, reason))

        messenger = TeamsMessenger(adapter, installations, self.clock, bar, given.app_id)
        async with kit_over(uow, self.keys_url, self.clock, {PLATFORM: messenger}) as kit:
            try:
                yield TeamsProcess(self, kit, uow, messenger, connectors, tokens, adapter, barred)
            finally:
                await connectors.close()


def account(name: str) -> Account:
    """The Teams account of somebody."""
    tenant = OTHER_TENANT if name == "zoe" else TENANT
    made = str(uuid5(UUID(TENANT), name))
    return Account(made, name.capitalize(), f"{name}@fernweh.example", tenant=tenant)


def activity_of(ref: str) -> str:
    """The id of a message, as Teams has it."""
    return read_ref(ref)[1]


@asynccontextmanager
async def teams_world(url: str, folder: Path, *cadences: CadenceSpec) -> AsyncIterator[TeamsWorld]:
    """Mia manages Ana and Ben; Zoe is alone. All of them have the app and take part.

    The clock stands at what is due on Tuesday.
    """
    keys_url, clock = prepared(url, folder)
    async with serving(TeamsServer([account(name) for name in NAMES], clock=clock)) as teams:
        world = TeamsWorld(url, keys_url, clock, teams=teams)
        async with world.process() as process:
            await _found(world, process)
            await configured(process, *cadences)
        clock.set(NOW)
        yield world


async def _found(world: TeamsWorld, process: TeamsProcess) -> None:
    now, organisation_id = world.clock.now(), world.organisation_id
    organisation = Organisation(organisation_id, "Fernweh")
    await process.uow.write(lambda tx: tx.organisations.add(organisation, now))
    installations = Installations(process.uow, world.registration(), world.clock)
    await installations.introduce(organisation_id, now)
    for tenant in (TENANT, OTHER_TENANT):
        found = await installations.of_tenant(tenant)
        assert found is not None
        if tenant == TENANT:
            world.one = found.id
        else:
            world.other = found.id
    await process.people_are(mia=None, zoe=None, ana="mia", ben="mia")
    await process.uow.write(lambda tx: all_take_part(tx, world))


LOST = {
    Fault.ERROR_BEFORE: "status_500",
    Fault.ERROR_AFTER: "status_500",
    Fault.BAD_GATEWAY_BEFORE: "status_502",
    Fault.BAD_GATEWAY_AFTER: "status_502",
    Fault.UNAVAILABLE_BEFORE: "status_503",
    Fault.UNAVAILABLE_AFTER: "status_503",
    Fault.TIMEOUT_BEFORE: "status_408",
    Fault.TIMEOUT_AFTER: "status_408",
    Fault.RESET_BEFORE: "connection_lost",
    Fault.RESET_AFTER: "connection_lost",
    Fault.HANG_BEFORE: "timed_out",
    Fault.HANG_AFTER: "timed_out",
}
"""What leaves a message's fate unknown, and the reason that is kept."""

of_unknown_fate = pytest.mark.parametrize("fault", LOST, ids=lambda fault: fault.name)


async def posted(process: TeamsProcess, world: TeamsWorld, who: str = "ana") -> Sent:
    sent = await process.messenger.post(world.address(who), PLAIN, uuid4())
    assert isinstance(sent, Sent)
    return sent
