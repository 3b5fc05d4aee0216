"""The server itself: its addresses, its switches, and the people in it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from aiohttp import web

from tests.servers.slack.clock import Clock, WallClock
from tests.servers.teams import certificates, connector, people
from tests.servers.teams.deliveries import Ack, Deliveries, Delivery
from tests.servers.teams.faults import Call, Fault, Faults
from tests.servers.teams.hands import User
from tests.servers.teams.keys import Keys
from tests.servers.teams.login import Login
from tests.servers.teams.messages import Accepted
from tests.servers.teams.people import APP, OTHER_TENANT, TENANT, Account
from tests.servers.teams.rates import Rates
from tests.servers.teams.state import State

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class TeamsServer:
    """Teams for some tenants. `people` are their accounts; nobody has the app at first.

    `clock` stamps messages, activities, the tokens that come with them and the logs; `wall` is
    what the application's own tokens end by (real time, as msal knows no other).
    """

    people: Iterable[Account] = ()
    clock: Clock = field(default_factory=WallClock)
    wall: Clock = field(default_factory=WallClock)
    app: str = APP
    url: str = ""
    region: str = "teams"
    """The name in `service_url`: teams, emea, amer or apac."""
    enforces_rate: bool = False
    """Whether Teams' rate limits hold, by `clock`."""
    sends_null_inputs: bool = False
    """Whether the client sends null for an empty input, as some versions do, or leaves it out."""
    calls: list[Call] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    rates: Rates = field(default_factory=Rates)
    bugs: list[Exception] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.state = State(self.clock)
        self.state.add(self.people)
        self.keys = Keys(self.clock, self.app)
        self.login = Login(self.wall, self.app, [TENANT, OTHER_TENANT])
        self.deliveries = Deliveries(self._bearer)
        self._users: dict[str, User] = {}

    # Addresses, as TeamsSettings takes them

    @property
    def service_url(self) -> str:
        """What activities name as their service."""
        return f"{self.url}/{self.region}/"

    @property
    def openid_url(self) -> str:
        """Where the signing keys' metadata is."""
        return self.keys.openid_url

    @property
    def login_url(self) -> str:
        """Where tokens come from, over TLS: see `ca_file`."""
        return self.login.url

    @property
    def ca_file(self) -> Path:
        """The authority to trust; `serving` sets REQUESTS_CA_BUNDLE in this process."""
        return certificates.authority()

    def calls_at(self, endpoint: str) -> None:
        """From now on activities go to that address."""
        self.deliveries.url = endpoint

    # What happened

    @property
    def accepted(self) -> list[Accepted]:
        """What Teams took from the application, oldest first."""
        return self.state.accepted

    def posts(self, who: str | None = None) -> list[Accepted]:
        """The messages posted, to anybody or to one person, whatever became of them since."""
        wanted = None if who is None else self.user(who).id
        return [a for a in self.accepted if a.operation == "post" and wanted in (None, a.user)]

    def called(self, operation: str) -> list[Call]:
        """The calls of that kind, with or without success."""
        return [call for call in self.calls if call.operation == operation]

    def fails(
        self,
        operation: str,
        *planned: Fault,
        who: str = "",
        retry_after: int | None = 30,
        seconds: float = 0.05,
    ) -> None:
        """Lets the next calls of that kind fail, one fault each; see Faults.plan."""
        where = self.user(who).conversation.id if who else ""
        self.faults.plan(
            operation, *planned, conversation=where, retry_after=retry_after, seconds=seconds
        )

    # People

    def user(self, key: str) -> User:
        """The person of that id, "29:..." id, name, first name or e-mail.

        LookupError where it is nobody's, or more than one person's.
        """
        found = [each for each in self.state.people.values() if each.is_called(key)]
        if len(found) != 1:
            names = [account.name for account in found] or "nobody"
            raise LookupError(f"{key!r} is the name of {names} in Teams")
        return self._users.setdefault(found[0].id, User(self, found[0].id))

    def change(self, account: Account) -> None:
        """Adds somebody, or replaces who has the same id."""
        self.state.add([account])

    # Deliveries

    async def sends(self, activity: dict[str, Any]) -> Ack:
        """Delivers any activity, with a genuine token for its service."""
        return await self.deliveries.send(activity)

    async def redeliver(self, delivery: Delivery) -> Ack:
        """Delivers that once more, unchanged, as Teams does with what isn't answered in time."""
        return await self.deliveries.attempt(delivery)

    async def forges(self, delivery: Delivery, who: str) -> Ack:
        """Delivers a copy with an id of its own, from `who` and their own conversation: what a
        client can make up, while Teams itself says who is there.
        """
        activity = deepcopy(delivery.activity)
        activity["from"] = people.sender(self.user(who).account)
        activity["conversation"]["id"] = self.user(who).conversation.id
        activity["id"] = f"f:{uuid4()}"
        return await self.sends(activity)

    def _bearer(self, activity: dict[str, Any]) -> str:
        return self.keys.used_again(str(activity.get("serviceUrl", self.service_url)))

    # Serving

    def routes(self) -> list[web.RouteDef]:
        """What is served without TLS."""
        return [*connector.routes(self), *self.keys.routes()]

    def handler(self, operation: str) -> Handler:
        """Keeps what the server itself gets wrong: a 500 of its own must not pass for a fault."""

        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                return await connector.serve(self, request, operation)
            except Exception as error:
                self.bugs.append(error)
                raise

        return handle

    async def close(self) -> None:
        """Lets go of everything that is under way."""
        self.faults.release()
        await self.deliveries.close()


@asynccontextmanager
async def serving(server: TeamsServer) -> AsyncIterator[TeamsServer]:
    """Serves on free ports of loopback; `server.url` and `server.login_url` are the addresses.

    Raises at the end what the server itself got wrong.
    """
    before = os.environ.get(_TRUSTED)
    os.environ[_TRUSTED] = str(server.ca_file)
    runners = [_runner(server.routes()), _runner(server.login.routes())]
    try:
        ports = [await _start(runner, tls=bool(n)) for n, runner in enumerate(runners)]
        server.url = server.keys.url = f"http://127.0.0.1:{ports[0]}"
        server.login.url = f"https://127.0.0.1:{ports[1]}"
        yield server
    finally:
        await server.close()
        for runner in runners:
            await runner.cleanup()
        _restore(before)
    if server.bugs:
        raise server.bugs[0]


_TRUSTED = "REQUESTS_CA_BUNDLE"


def _restore(before: str | None) -> None:
    if before is None:
        os.environ.pop(_TRUSTED, None)
    else:
        os.environ[_TRUSTED] = before


def _runner(routes: list[web.RouteDef]) -> web.AppRunner:
    app = web.Application(client_max_size=8 * 1024**2)
    app.add_routes(routes)
    return web.AppRunner(app, access_log=None, shutdown_timeout=1)


async def _start(runner: web.AppRunner, *, tls: bool) -> int:
    await runner.setup()
    context = certificates.context() if tls else None
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    return int(runner.addresses[0][1])
