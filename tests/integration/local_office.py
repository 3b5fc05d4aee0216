"""The sample company behind a real server on loopback, with the local page."""

from __future__ import annotations

import asyncio
import html
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from socket import create_server

from aiohttp import ClientResponse, ClientSession, web

from bot.bootstrap import Built
from bot.domain.people import Participation, Person
from bot.local.platform import LocalPlatform
from bot.local.thread import read_thread
from bot.local.travel import LONGEST_STEP, travel
from bot.services import personal_links
from bot.settings import Environment
from bot.web import create_app
from bot.web.local_page import KeptClock
from scheduling.clock import MovedClock
from tests.harness import locked, run_directory
from tests.integration.demo_office import environment_in, move_company_in, opened

Read = tuple[int, str, Mapping[str, str]]


@dataclass(frozen=True)
class Office:
    """A client that behaves like the page, and what the database holds. Ana is an employee."""

    built: Built
    client: ClientSession
    origin: str
    ana: Person

    @property
    def page(self) -> str:
        return f"/local/as/{self.ana.id}"

    async def get(self, path: str, **headers: str) -> Read:
        async with self.client.get(path, headers=headers, allow_redirects=False) as response:
            return await _read(response)

    async def post(self, path: str, fields: Mapping[str, str], **headers: str) -> Read:
        sent = {"Origin": self.origin, **headers}
        async with self.client.post(
            path, data=fields, headers=sent, allow_redirects=False
        ) as response:
            return await _read(response)

    async def participation(self) -> Participation:
        person = await self.built.uow.read(lambda tx: tx.people.get(self.ana.id))
        assert person is not None
        return person.participation

    async def own_link(self) -> tuple[str, str]:
        """The link to Ana's own page and its code."""
        now = self.built.clock.now()
        made = await self.built.uow.write(lambda tx: personal_links.make(tx, self.ana, now))
        return self.built.kit.web.personal(made.secret), made.code

    async def texts(self) -> list[str]:
        return [bubble.message.text for bubble in await read_thread(self.built.kit, self.ana)]

    async def live_until(self, moment: datetime) -> None:
        """Moves the clock as the page does, a day at a time (`moment` is aware UTC)."""
        assert isinstance(self.built.clock, MovedClock)
        assert self.built.local is not None
        clock = KeptClock(self.built, self.built.clock)
        local = LocalPlatform(self.built.kit, clock, self.built.local.id)
        while clock.now() < moment:
            assert await travel(local, min(moment, clock.now() + LONGEST_STEP))


async def _read(response: ClientResponse) -> Read:
    return response.status, html.unescape(await response.text()), response.headers


async def moved_in(folder: Path) -> Environment:
    """The sample company at its first moment, in databases of its own; filled once in a run."""
    template = run_directory() / "local-office"
    await asyncio.to_thread(_fill, template)
    shutil.copytree(template, folder, dirs_exist_ok=True)
    return environment_in(folder)


def _fill(template: Path) -> None:
    with locked(run_directory() / "local-office.lock"):
        if not template.exists():
            making = run_directory() / "local-office.making"
            asyncio.run(move_company_in(environment_in(making)))
            making.rename(template)


@asynccontextmanager
async def local_office(folder: Path) -> AsyncIterator[Office]:
    """The whole application on a free port, with the pages under /you."""
    listening = create_server(("127.0.0.1", 0))  # its port is known before anything is built
    origin = f"http://127.0.0.1:{listening.getsockname()[1]}"
    environment = replace(await moved_in(folder), web_url=origin)
    async with opened(environment) as built:
        found = await built.uow.read(lambda tx: tx.people.by_email(["ana@fernweh.example"]))
        runner = web.AppRunner(create_app(built), access_log=None)
        await runner.setup()
        try:
            await web.SockSite(runner, listening).start()
            async with ClientSession(origin) as client:
                yield Office(built, client, origin, found["ana@fernweh.example"])
        finally:
            await runner.cleanup()
