"""What people type in Slack: kept, then acknowledged; against stock Bolt, which keeps nothing."""

from __future__ import annotations

import json
from asyncio import gather
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from aiohttp import ClientSession, web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.signature import SignatureVerifier

from bench.conversation import TALKING, asked_at
from bench.measure import Ratio, Step, in_turn, seconds
from bench.slack_deliver import move_to_slack
from bench.world import World, Worlds
from bot.slack.api import SlackApi
from bot.slack.app import build_app, dispatch
from bot.slack.http import PATH
from bot.slack.installations import Installations
from bot.slack.listeners import Listeners
from bot.slack.messenger import SlackMessenger
from bot.slack.platform import Ears, Slack
from bot.slack.screen import Screen
from scheduling.clock import SteppedClock

_TEAM = "T0BENCH"
_TOKEN = "xoxb-bench"  # noqa: S105 - nobody's
_SECRET = "bench-signing-secret"  # noqa: S105 - nobody's
_AT_ONCE, _ROUNDS, _ALONE = 40, 6, 100
_FEW, _MANY, _EVENTS = 3, 100, 20
_NOWHERE = "http://127.0.0.1:9/api/"
_TEXT = "The summaries save me an hour a day; the code review suggestions do not help yet."


@dataclass(frozen=True, slots=True)
class _Request:
    body: bytes
    headers: dict[str, str]


async def answer_in_slack(worlds: Worlds) -> AsyncIterator[Ratio]:
    """Typed answers over HTTP, signed: recorded, sealed, the next question queued; SQLite."""
    world = await worlds.of(TALKING, "heard")
    clock = SteppedClock(await asked_at(worlds, "heard") + timedelta(minutes=1))
    await move_to_slack(world)
    async with AsyncExitStack() as stack:
        ours = await stack.enter_async_context(served(_ours(world, clock)))
        stock = await stack.enter_async_context(served(_stock()))
        people = await world.people(range(TALKING))
        typed = iter([_typed(str(person.id), clock.now()) for person in people])
        sent = iter(_sent, None)
        alone = await in_turn(_ALONE, _one(ours, typed), _one(stock, sent))
        took = [
            (
                await seconds(together(_one(ours, typed), _AT_ONCE)),
                await seconds(together(_one(stock, sent), _AT_ONCE)),
            )
            for _ in range(_ROUNDS)
        ]
    kept, bare = (_AT_ONCE / median(times) for times in zip(*took, strict=True))
    against = "stock Bolt's view that does nothing"
    yield Ratio("slack-answer", 1 / alone[0], 1 / alone[1], "acts/s, one by one", against)
    yield Ratio("slack-answer-together", kept, bare, f"acts/s, {_AT_ONCE} at once", against)


async def dispatch_event(worlds: Worlds) -> AsyncIterator[Ratio]:
    """An event on its way to the last of many listeners, through Bolt."""
    world = await worlds.of(TALKING, "heard")
    api = SlackApi(_NOWHERE)
    many, few = (_with_listeners(world, api, number) for number in (_MANY, _FEW))
    long, short = await in_turn(_ALONE, _events(many, _MANY), _events(few, _FEW))
    await api.close()
    each = _EVENTS / 1e3
    yield Ratio("dispatch", long / each, short / each, "ms an event", f"{_FEW} listeners")


def _ours(world: World, clock: SteppedClock) -> web.Application:
    built = world.built
    api = SlackApi(_NOWHERE)
    installations = Installations(built.uow, _TOKEN, clock)

    async def remember(*_: object) -> None:
        """Nothing is sent here."""

    messenger = SlackMessenger(api, installations, clock, remember)
    slack = Slack(api, installations, messenger, _TOKEN, None, _SECRET)
    app = web.Application()
    Ears(slack, built.kit, clock, lambda _: None).mount(app)

    async def close(_: web.Application) -> None:
        await api.close()

    app.on_cleanup.append(close)
    return app


def _stock() -> web.Application:
    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id=_TEAM, bot_token=_TOKEN)

    bolt = AsyncApp(signing_secret=_SECRET, authorize=authorize)

    @bolt.view("form")
    async def nothing(ack: Any) -> None:
        await ack()

    async def receive(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await bolt.async_dispatch(await to_bolt_request(request)))

    app = web.Application()
    app.router.add_post(PATH, receive)
    return app


def _typed(user: str, now: datetime) -> _Request:
    ts = f"{now.timestamp():.6f}"
    message = {"type": "message", "channel_type": "im", "channel": "D1", "user": user, "ts": ts}
    event = {"type": "event_callback", "team_id": _TEAM, "event_id": f"Ev{uuid4().hex}"}
    body = json.dumps(event | {"event": message | {"text": _TEXT}}).encode()
    return _signed(body, "application/json", now)


def _sent() -> _Request:
    view = {"id": "V1", "type": "modal", "callback_id": "form", "state": {"values": {}}}
    user = {"id": "U1", "team_id": _TEAM}
    payload = {"type": "view_submission", "team": {"id": _TEAM}, "user": user, "view": view}
    body = urlencode({"payload": json.dumps(payload)}).encode()
    return _signed(body, "application/x-www-form-urlencoded", datetime.now(UTC))


def _signed(body: bytes, kind: str, now: datetime) -> _Request:
    timestamp = str(int(now.timestamp()))
    signature = SignatureVerifier(_SECRET).generate_signature(timestamp=timestamp, body=body)
    headers = {"Content-Type": kind, "X-Slack-Request-Timestamp": timestamp}
    return _Request(body, headers | {"X-Slack-Signature": str(signature)})


@asynccontextmanager
async def served(app: web.Application) -> AsyncIterator[ClientSession]:
    """A client of the application, on loopback as long as the block."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with ClientSession(f"http://127.0.0.1:{runner.addresses[0][1]}") as client:
            yield client
    finally:
        await runner.cleanup()


def _one(client: ClientSession, requests: Iterator[_Request]) -> Step:
    async def step() -> None:
        await _post(client, next(requests))

    return step


def together(one: Step, number: int) -> Step:
    """So many of a step at once."""

    async def step() -> None:
        await gather(*(one() for _ in range(number)))

    return step


async def _post(client: ClientSession, request: _Request) -> None:
    async with client.post(PATH, data=request.body, headers=request.headers) as response:
        assert response.status == 200, response.status
        await response.read()


def _with_listeners(world: World, api: SlackApi, number: int) -> AsyncApp:
    """Our application with so many event types in its table."""
    built, clock = world.built, SteppedClock(datetime.now(UTC))
    listeners = Listeners(built.kit, clock, Screen(built.kit, api, clock), lambda _: None)

    async def nothing(*_: object) -> None:
        """An event that changes nothing."""

    listeners.events = {_event_type(n): nothing for n in range(number)}
    return build_app(listeners, Installations(built.uow, _TOKEN, clock), api.client(_TOKEN))


def _events(app: AsyncApp, number: int) -> Step:
    body = {"type": "event_callback", "team_id": _TEAM, "event_id": "Ev1"}
    body |= {"event": {"type": _event_type(number - 1)}}

    async def step() -> None:
        for _ in range(_EVENTS):
            response = await dispatch(app, body)
            assert response.status == 200, response.status

    return step


def _event_type(number: int) -> str:
    return f"event_{number}"
