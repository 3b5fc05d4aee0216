"""A company with a workspace and a tenant, and what each of the two platforms saw."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from bot.domain.delivery import Recovery
from bot.domain.inbound import Inbound, InboundKind
from bot.domain.message import Reply
from bot.domain.organisation import Installation
from bot.domain.people import Identity
from bot.domain.ports.messenger import Messenger
from bot.services.conversation import handle
from bot.services.deliver import deliver
from bot.services.kit import Kit
from bot.services.match_accounts import Account
from bot.services.meet import Met, meet
from bot.services.sync_people import apply_sync
from scheduling.clock import SteppedClock
from storage.key_store import upgrade_key_store
from tests.integration.chat_worlds import kit_over
from tests.integration.people_lists import MONDAY, Company, company, people
from tests.servers.chat import ChatPlatform, chat_platform
from tests.servers.chat_messenger import ChatMessenger

NAMES = ("mia", "ana", "bo", "cy", "dee", "eli", "fay")
HEADER = "email,name,manager,team,time zone"
LIST = people(
    "mia@acme.com,Mia,,Team,UTC",
    *(f"{name}@acme.com,{name.title()},mia@acme.com,Team,UTC" for name in NAMES[1:]),
    header=HEADER,
)
GONE = people(*(f"{n}@acme.com,{n.title()},,Team,UTC" for n in NAMES[:-1]), header=HEADER)
"""Without Fay."""


@dataclass
class MeetingOffice:
    """Nobody has an account anywhere to begin with."""

    acme: Company
    kit: Kit
    clock: SteppedClock
    slack: ChatPlatform
    teams: ChatPlatform
    workspace: Installation
    tenant: Installation

    async def meet(self, name: str, external_id: str = "", *, place: str = "", **told: Any) -> Met:
        """Somebody's account shows itself in Teams; its id and place follow from the name."""
        email = told.pop("email", f"{name}@acme.com")
        account = Account(external_id or f"aad-{name}", email, **told)
        where = place or f"place-{name}"
        return await meet(self.kit, self.tenant, account, where, self.clock.now())

    async def has_slack(self, *names: str, **changes: Any) -> None:
        """Their messages come in Slack, in the channel "D-name"."""
        for name in names:
            owner = await self.acme.id_of(f"{name}@acme.com")
            account = Identity(
                uuid4(), owner, self.workspace.id, "slack", f"U-{name}", f"D-{name}", **changes
            )
            await self.acme.uow.write(lambda tx, a=account: tx.people.add_identities([a]))

    async def presses(
        self, name: str, action: str, value: str = "", *, on: str = "teams", act: str = ""
    ) -> Reply:
        """On a button, in Teams unless told otherwise; `act` names the act itself."""
        installation = self.tenant if on == "teams" else self.workspace
        external_id = f"aad-{name}" if on == "teams" else f"U-{name}"
        now = self.clock.now()
        inbound = Inbound(
            installation.id,
            external_id,
            act or str(uuid4()),
            InboundKind.PRESS,
            now,
            action=action,
            value=value,
        )
        return await handle(self.kit, inbound, now)

    async def sends(self, after: timedelta = timedelta(minutes=1)) -> None:
        """Lets what is due some time later go out."""
        self.clock.set(self.clock.now() + after)
        while await deliver(self.kit, self.clock.now()):
            self.clock.set(self.clock.now() + timedelta(seconds=5))

    async def accounts(self, name: str) -> dict[str, Identity]:
        """By platform."""
        owner = await self.acme.id_of(f"{name}@acme.com")
        found = await self.acme.uow.read(lambda tx: tx.people.accounts(owner))
        return {identity.platform: identity for identity in found}

    async def home(self, name: str) -> str | None:
        """The platform."""
        found = await self.accounts(name)
        return next((p for p, identity in found.items() if identity.is_home), None)

    async def leaves_list(self) -> None:
        await apply_sync(
            self.acme.uow,
            GONE,
            now=self.clock.now(),
            actor="hr",
            identities=lambda _: None,
            confirm_leavers=True,
        )


@asynccontextmanager
async def meeting_office(url: str, folder: Path) -> AsyncIterator[MeetingOffice]:
    keys_url = f"sqlite:///{folder / 'keys.db'}"
    upgrade_key_store(keys_url)
    clock = SteppedClock(MONDAY)
    async with AsyncExitStack() as stack:
        acme = await stack.enter_async_context(company(url))
        slack, teams = [await stack.enter_async_context(chat_platform(clock)) for _ in range(2)]
        messengers = _messengers(slack, teams, clock)
        kit = await stack.enter_async_context(kit_over(acme.uow, keys_url, clock, messengers))
        workspace = Installation(uuid4(), acme.organisation_id, "slack", "T1", "Acme")
        tenant = Installation(uuid4(), acme.organisation_id, "teams", "tenant-1")
        for each in (workspace, tenant):
            await acme.uow.write(lambda tx, i=each: tx.organisations.add_installation(i, MONDAY))
        await apply_sync(acme.uow, LIST, now=MONDAY, actor="hr", identities=lambda _: None)
        yield MeetingOffice(acme, kit, clock, slack, teams, workspace, tenant)


def _messengers(
    slack: ChatPlatform, teams: ChatPlatform, clock: SteppedClock
) -> dict[str, Messenger]:
    return {
        "slack": ChatMessenger(slack.url, clock, Recovery.LOOK_UP),
        "teams": ChatMessenger(teams.url, clock, Recovery.LEAVE),
    }
