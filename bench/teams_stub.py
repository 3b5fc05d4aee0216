"""Teams in a process of its own: it takes whatever is posted as fast as it can, signs activities,
and gives tokens as one across a network would.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from aiohttp import web

from tests.servers.teams import APP, TENANT, Keys, Login, WallClock, certificates

AWAY = 0.05
"""Seconds that the token service takes for each answer."""

_numbers = count(1)
_kept: list[tuple[str, str]] = []


@dataclass(frozen=True)
class Teams:
    """The stub's addresses. `ca_file` is the authority behind `login_url`."""

    service_url: str
    login_url: str
    openid_url: str
    ca_file: str

    @property
    def given_url(self) -> str:
        """Tells what was posted since this was asked last."""
        return f"{self.service_url}given"

    def bearer_url(self, now: datetime) -> str:
        """Tells the header of whatever comes from `service_url` at that time."""
        return f"{self.service_url}bearer/{now.timestamp():.0f}"


async def _take(request: web.Request) -> web.Response:
    name = str(next(_numbers))
    _kept.append((name, await request.text()))
    return web.json_response({"id": name}, status=201)


async def _given(_: web.Request) -> web.Response:
    given = [json.loads(each) | {"id": name} for name, each in _kept]
    _kept.clear()
    return web.json_response(given)


def _signing(keys: Keys) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def sign(request: web.Request) -> web.Response:
        made = int(request.match_info["moment"])
        bearer = keys.bearer(f"{keys.url}/teams/", nbf=made, exp=made + 3600)
        return web.Response(text=bearer)

    return sign


@contextmanager
def stub() -> Iterator[Teams]:
    """Its addresses, as long as the block."""
    command = [sys.executable, "-m", "bench.teams_stub"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        try:
            yield Teams(**json.loads(running.stdout.readline()))
        finally:
            running.terminate()


async def _serve() -> None:
    clock = WallClock()
    keys, login = Keys(clock, APP), Login(clock, APP, [TENANT], latency=AWAY)
    app, tls = web.Application(), web.Application()
    app.add_routes(
        [
            web.post("/teams/v3/conversations/{conversation}/activities", _take),
            web.post("/teams/v3/conversations/{conversation}/activities/{replied_to}", _take),
            web.get("/teams/given", _given),
            web.get("/teams/bearer/{moment}", _signing(keys)),
            *keys.routes(),
        ]
    )
    tls.add_routes(login.routes())
    keys.url, login.url = await _open(app), await _open(tls, is_tls=True)
    service, ca_file = f"{keys.url}/teams/", str(certificates.authority())
    told = Teams(service, login.url, keys.openid_url, ca_file)
    print(json.dumps(vars(told)), flush=True)
    await asyncio.Event().wait()


async def _open(app: web.Application, *, is_tls: bool = False) -> str:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    context = certificates.context() if is_tls else None
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    return f"{'https' if is_tls else 'http'}://127.0.0.1:{runner.addresses[0][1]}"


if __name__ == "__main__":
    asyncio.run(_serve())
