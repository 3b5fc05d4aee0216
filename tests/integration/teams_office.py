"""A company whose people come to Teams one by one: nobody has the app yet."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bot.domain.cadence import CadenceSpec
from bot.domain.people import Identity, Person, Role
from tests.integration.commands import run_command
from tests.journeys.conftest import prepared
from tests.journeys.given import BERLIN, Someone, address, check_in, weekly_summary
from tests.journeys.on_teams import OnTeams, account_of
from tests.journeys.world import World
from tests.servers.teams import Account, Seen, TeamsServer, User

MARA = Someone("mara")
ANA = Someone("ana", manager="mara")
BEN = Someone("ben", manager="mara")
HELENA = Someone("helena", role=Role.HR_ADMIN)
PEOPLE = (MARA, ANA, BEN, HELENA)
CADENCES = (check_in(reminders=1), weekly_summary())
MINUTE = timedelta(minutes=1)


class NotYet(OnTeams):
    """People on the list have accounts, and are met when they come."""

    def join(self, names: Sequence[str]) -> None:
        for name in names:
            if account_of(name) not in self.teams.state.people:
                made = Account(account_of(name), name.capitalize(), address(name), tz=BERLIN)
                self.teams.change(made)

    def identity(self, person: Person) -> Identity | None:  # noqa: ARG002 - a surface has it
        return None


@dataclass
class Office:
    """The company, and its Teams."""

    world: World
    surface: OnTeams
    folder: Path

    @property
    def teams(self) -> TeamsServer:
        return self.surface.teams

    def user(self, who: str) -> User:
        """Somebody of the list at their client."""
        return self.surface.user(who)

    def newcomer(self, account: Account) -> User:
        """Somebody else at theirs."""
        self.teams.change(account)
        return self.teams.user(account.id)

    async def settles(self) -> None:
        """Everything is heard, and what it caused has gone out."""
        await self.surface.ears.settled()
        await self.world.settle()

    async def installs(self, *names: str, anew: bool = False) -> None:
        for name in names:
            await self.user(name).installs(anew=anew)
        await self.settles()

    def command(self, *arguments: str) -> str:
        """What `touchpoint arguments` says, in a process of its own."""
        return run_command(self.world.environment, *arguments)[1]

    async def identities(self) -> int:
        """How many accounts are kept."""
        installation, _ = self.surface.account("ana")
        return len(await self.world.built.uow.read(lambda tx: tx.people.identities(installation)))


@asynccontextmanager
async def teams_office(
    folder: Path,
    people: Sequence[Someone] = PEOPLE,
    cadences: Sequence[CadenceSpec] = CADENCES,
    surface: OnTeams | None = None,
) -> AsyncIterator[Office]:
    """Monday, March 2, midnight in Berlin."""
    surface = surface or NotYet()
    world = await World.open(prepared(folder), people, cadences, surface=surface)
    try:
        yield Office(world, surface, folder)
    finally:
        await world.close()


async def writes(office: Office, who: str, text: str) -> list[Seen]:
    """Types it; what came of it, with cards opened that open by themselves."""
    user = office.user(who)
    before = {seen.id for seen in user.chat}
    assert (await user.types(text)).acknowledged
    await office.settles()
    await office.surface.looks_at_new(who)
    await office.settles()
    return [seen for seen in user.chat if seen.id not in before and seen.is_bots]


def told(found: list[Seen]) -> str:
    return "\n".join(seen.shown for seen in found)


def found_in(folder: Path, *words: str) -> list[str]:
    """Those words that lie in any file, in one of the encodings text could be kept in."""
    raw = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file()).lower()
    encodings = ("utf-8", "utf-16-le", "utf-16-be")
    return [word for word in words if any(word.lower().encode(e) in raw for e in encodings)]
