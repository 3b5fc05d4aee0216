"""What is paid before anything happens, and for a page."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import ClientSession, web

from bench.measure import Ratio, Step, call, in_turn
from bench.world import Worlds
from bot.web import create_app


async def start(worlds: Worlds) -> AsyncIterator[Ratio]:
    """The command line's help, and its import alone."""
    rounds = 3 if worlds.quick else 7
    steps = (
        _python("-m", "bot", "--help"),
        _python("-c", "import bot.cli"),
        _python("-c", "pass"),
    )
    help_page, imported, bare = await in_turn(rounds, *steps)
    yield Ratio("help", help_page * 1e3, bare * 1e3, "ms a start", "python -c pass")
    yield Ratio("import_cli", imported * 1e3, bare * 1e3, "ms a start", "python -c pass")


def _python(*arguments: str) -> Step:
    command = [sys.executable, *arguments]
    return call(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL))


async def pages(worlds: Worlds) -> AsyncIterator[Ratio]:
    """A person's messages in the local page, and the address that says it is alive."""
    world = await worlds.of(100)
    (person,) = await world.people(range(1))
    bare = web.Application()
    bare.router.add_get("/", _hello)
    async with _served(create_app(world.built)) as ours, _served(bare) as reference:
        steps = (
            _get(ours, f"/local/as/{person.id}"),
            _get(ours, "/healthz"),
            _get(reference, "/"),
        )
        page, alive, hello = await in_turn(50, *steps)
    against = "a bare aiohttp handler"
    yield Ratio("local_page", page * 1e3, hello * 1e3, "ms a page", against)
    yield Ratio("healthz", alive * 1e3, hello * 1e3, "ms a request", against)


async def _hello(_: web.Request) -> web.Response:
    return web.Response(text="hello")


@asynccontextmanager
async def _served(app: web.Application) -> AsyncIterator[ClientSession]:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with ClientSession(f"http://127.0.0.1:{runner.addresses[0][1]}") as client:
            yield client
    finally:
        await runner.cleanup()


def _get(client: ClientSession, path: str) -> Step:
    async def get() -> None:
        async with client.get(path) as response:
            assert response.status == 200, f"{path}: {response.status}"
            await response.read()

    return get
