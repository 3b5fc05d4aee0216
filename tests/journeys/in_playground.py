"""A company of which one person is at Microsoft's Agents Playground, and all others on the local
page. Its acts come unsigned over HTTP, and what answers them goes to its connector.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from bot.domain.ports.messenger import Messenger
from bot.settings.environment import Environment
from bot.settings.teams import TeamsSettings
from bot.teams.http import PATH
from bot.teams.platform import Ears
from bot.web import create_app
from bot.web.teams import admit
from tests.journeys.given import address
from tests.journeys.surfaces import Local
from tests.servers.playground import free_port, playing, written

if TYPE_CHECKING:
    from tests.journeys.world import World

_PATIENCE = 20.0
_A_MOMENT = timedelta(seconds=5)


class InPlayground(Local):
    """`who` is at the playground once its page is open; `folder` is for what it writes."""

    pace = timedelta(seconds=3)

    def __init__(self, who: str, node_modules: Path, folder: Path) -> None:
        super().__init__()
        self.url = ""
        self._who, self._node_modules, self._folder = who, node_modules, folder
        self._port = free_port()
        self._running = AsyncExitStack()
        self._heard = 0
        self.statuses: set[int] = set()
        self._changed = asyncio.Condition()

    async def environment(self, world: World, given: Environment) -> Environment:
        await super().environment(world, given)
        address_ = f"http://127.0.0.1:{self._port}"
        return replace(given, teams=TeamsSettings("playground", "playground", playground=address_))

    async def built(self, world: World) -> None:
        built = world.built
        assert built.teams is not None
        await admit(built)
        self._ears = Ears(built.teams, built.kit, built.clock, lambda _: None)
        self._running.push_async_callback(self._ears.stop, _A_MOMENT)
        endpoint = await self._serve(world)
        given = written(self._who.capitalize(), address(self._who))
        page = playing(self._node_modules, self._folder, endpoint, self._port, given)
        self.url = await self._running.enter_async_context(page)

    async def closing(self) -> None:
        await self._running.aclose()

    def watch(self, world: World, messenger: Messenger) -> Messenger:
        return super().watch(world, messenger) if messenger.platform == "local" else messenger

    @asynccontextmanager
    async def hearing(self, acts: int = 1) -> AsyncIterator[None]:
        """So many acts of the playground arrive in it, and what they cause is delivered."""
        wanted = self._heard + acts
        yield
        async with asyncio.timeout(_PATIENCE), self._changed:
            await self._changed.wait_for(lambda: self._heard >= wanted)
        await self._ears.settled()
        await self._here.settle()

    async def _serve(self, world: World) -> str:
        # Without the local page, whose clock runs on by itself; nobody opens it here.
        app = create_app(replace(world.built, local=None), ears=[self._ears])
        app.on_response_prepare.append(self._note)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        self._running.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}{PATH}"

    async def _note(self, request: web.Request, response: web.StreamResponse) -> None:
        if (request.method, request.path) != ("POST", PATH):
            return  # it looks whether anybody is there
        async with self._changed:
            self._heard += 1
            self.statuses.add(response.status)
            self._changed.notify_all()
