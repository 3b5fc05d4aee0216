"""A server that takes whatever is posted to it, as fast as it can, in a process of its own."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from aiohttp import web

AWAY = 0.05
"""Seconds that the server under `/away` takes for an answer, as one across a network would."""

_numbers = count(1)
_kept: list[str] = []


async def _take(request: web.Request) -> web.Response:
    _kept.append(await request.text())
    body = f'{{"ok":true,"channel":"D0","ts":"1772445600.{next(_numbers):06d}"}}'
    return web.Response(text=body, content_type="application/json")


async def _take_later(request: web.Request) -> web.Response:
    """The same from a server that is further away."""
    await asyncio.sleep(AWAY)
    return await _take(request)


async def _given(_: web.Request) -> web.Response:
    """What was posted since this was asked last."""
    given = [json.loads(each) for each in _kept]
    _kept.clear()
    return web.json_response(given)


@contextmanager
def stub() -> Iterator[str]:
    """Its address, as long as the block."""
    command = [sys.executable, "-m", "bench.slack_stub"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(running.stdout.readline())}"
        finally:
            running.terminate()


async def _serve() -> None:
    app = web.Application()
    app.router.add_post("/api/{method}", _take)
    app.router.add_post("/away/api/{method}", _take_later)
    app.router.add_get("/given", _given)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve())
