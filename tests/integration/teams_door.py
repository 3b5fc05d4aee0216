"""Our door for Teams on loopback: signed activities go in, and a turn keeps what it hears."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
from botbuilder.core import TurnContext
from botbuilder.schema import Activity

from bot.settings import Environment
from bot.teams.adapter import Adapter
from bot.teams.authentication import Authentication
from bot.teams.connector import Connectors
from bot.teams.http import PATH, receiver
from bot.teams.keys import SigningKeys
from bot.teams.registration import Registration
from bot.teams.tokens import Tokens
from bot.web.middleware import MAX_BODY
from scheduling.clock import SteppedClock
from tests import logged
from tests.servers.teams import SECRET, TENANT, Account, Ack, TeamsServer, serving
from tests.servers.teams import payloads as made
from tests.servers.teams.keys import Keys

NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
IDA = Account("aaaaaaaa-0000-4000-8000-00000000001d", "Ida Berg", email="ida@fernweh.example")
IMPATIENT = timedelta(seconds=0.3)
"""For what hangs: real time, as nothing else ends a wait for the network."""

Sent = dict[str, Any]
Turn = Callable[[TurnContext], Awaitable[None]]


@dataclass
class OddKeys(Keys):
    """Metadata that can be made to wait (`gate`), or to be other bytes than it should (`says`, by
    "metadata" and "keys").
    """

    gate: asyncio.Event | None = None
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    says: dict[str, Callable[[], web.Response]] = field(default_factory=dict)

    async def _answer(self, what: str, about: dict[str, Any]) -> web.Response:
        self.asked.set()
        if self.gate is not None:
            await self.gate.wait()
        good = await super()._answer(what, about)
        return self.says[what]() if what in self.says else good


@dataclass
class Door:
    """`heard` is what reached the turn; `turn` is what it then does."""

    teams: TeamsServer
    keys: OddKeys
    clock: SteppedClock
    heard: list[Activity] = field(default_factory=list)
    turn: Turn | None = None

    async def on_turn(self, context: TurnContext) -> None:
        """What the adapter calls."""
        self.heard.append(context.activity)
        if self.turn is not None:
            await self.turn(context)

    def message(self, text: str = "All well", **more: Any) -> Sent:
        """A typed message, as Teams sends it."""
        conversation = self.teams.user("Ida").conversation
        return made.written(self.teams, IDA, conversation, text, "1700000000001") | more

    def press(self, **action: Any) -> Sent:
        """A button of a card, as Teams sends it."""
        pressed = {"type": "Action.Execute", "title": "Answer", "verb": "press", "data": {"a": "x"}}
        conversation = self.teams.user("Ida").conversation
        return made.executed(self.teams, IDA, conversation, pressed | action, reply_to="17")

    async def post(self, activity: object, token: str | None = None) -> Ack:
        """With a genuine token, or with another header ("" for none)."""
        genuine = self.keys.bearer(self.teams.service_url)
        header = genuine if token is None else token
        return await self.post_raw(json.dumps(activity).encode(), header)

    async def post_raw(self, raw: bytes, header: str, **headers: str) -> Ack:
        """Any bytes, with that Authorization header."""
        given = {"Authorization": header} if header else {}
        return await self.teams.deliveries.post(raw, headers=given | headers)


def read_log() -> AbstractContextManager[io.StringIO]:
    """What an operator would read of the block."""
    url, nowhere = "sqlite://", Path()
    made = Environment(url, url, None, None, nowhere, "127.0.0.1", 0, "debug", "json")
    return logged.captured(made)


@asynccontextmanager
async def opened(
    *, tenants: tuple[str, ...] = (TENANT,), playground: str = "", patience: timedelta = IMPATIENT
) -> AsyncIterator[Door]:
    """The door, with a Teams that has one person, who has the app."""
    clock = SteppedClock(NOW)
    teams = TeamsServer([IDA], clock=clock)
    teams.keys = keys = OddKeys(clock, teams.app)
    async with serving(teams):
        registration = Registration(
            "playground" if playground else teams.app,
            TENANT,
            secret=SECRET,
            tenants=tenants,
            playground=playground,
            openid_url=teams.openid_url,
            login_url=teams.login_url,
            service_url=teams.service_url,
        )
        door = Door(teams, keys, clock)
        async with _served(door, registration, patience):
            yield door


@asynccontextmanager
async def _served(
    door: Door, registration: Registration, patience: timedelta
) -> AsyncIterator[None]:
    connectors = Connectors(Tokens(registration))
    keys = SigningKeys(registration.openid_url, door.clock, patience=patience)
    adapter = Adapter(Authentication(registration, keys, connectors, door.clock))
    app = web.Application(client_max_size=MAX_BODY)
    app.router.add_post(PATH, receiver(adapter, door.on_turn))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        door.teams.calls_at(f"http://127.0.0.1:{runner.addresses[0][1]}{PATH}")
        yield
    finally:
        await runner.cleanup()
        await connectors.close()
