"""Messages delivered to Teams, against stock botbuilder's proactive turns posting the same ones."""

from __future__ import annotations

import os
from asyncio import Semaphore, gather
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from statistics import median
from typing import Any
from uuid import UUID

from aiohttp import ClientSession
from sqlalchemy import Engine, String, cast, func, literal, update

from bench import teams_stock
from bench.bare import writing
from bench.conversation import TALKING, take_part
from bench.lag import Lags, watching
from bench.measure import Ratio, seconds
from bench.slack_deliver import deliver_all, queue_again
from bench.teams_stub import Teams as Stub
from bench.teams_stub import stub
from bench.world import START, World, Worlds
from bot.bootstrap import build
from bot.domain.pace import Pace
from bot.domain.ports.clock import Clock
from bot.services.batch import AT_ONCE
from bot.services.plan import plan
from bot.settings.teams import TeamsSettings
from bot.teams.installations import PLATFORM
from bot.teams.places import Place, pack
from scheduling.clock import SteppedClock
from storage.tables.people import IdentityRow
from tests.servers.teams import APP, BOT, SECRET, TENANT

_ROUNDS, _STOCK = 5, 24
"""Messages a round by stock botbuilder: it sends about eight in a second."""

_Send = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass
class _Measured:
    ours: list[float] = field(default_factory=list)
    stock: list[float] = field(default_factory=list)
    our_lags: Lags = field(default_factory=Lags)
    stock_lags: Lags = field(default_factory=Lags)


async def deliver_to_teams(worlds: Worlds) -> AsyncIterator[Ratio]:
    """First questions: claimed, composed, drawn, posted, and noted; SQLite. Tokens take 50 ms."""
    world = await worlds.of(TALKING, "teams")
    with told_of() as teams:
        due = take_part(world)
        clock = SteppedClock(due)
        async with moved_to_teams(world, teams, clock) as moved:
            await plan(moved.built.uow, moved.built.kit.calendar, due)
            found = await _rounds(moved, teams, clock)
    against = "stock continue_conversation"
    rates = TALKING / median(found.ours), _STOCK / median(found.stock)
    yield Ratio("teams-send", *rates, "messages/s", against)
    lags = found.our_lags.p99 * 1e3, found.stock_lags.p99 * 1e3
    yield Ratio("teams-lag", *lags, "ms that the loop is late, p99", against)


async def _rounds(world: World, teams: Stub, clock: SteppedClock) -> _Measured:
    """A round warms both sides up; then they take turns. Ours fetches a token in each."""
    found, due, built = _Measured(), clock.now(), world.built
    assert built.teams is not None
    async with ClientSession() as session:
        for minute in range(_ROUNDS + 1):
            found = found if minute > 1 else _Measured()
            clock.set(due + timedelta(minutes=minute))
            await queue_again(world, built.kit, clock.now())
            built.teams.tokens.forget()
            async with watching(found.our_lags):
                found.ours.append(await seconds(lambda: deliver_all(built.kit, clock.now())))
            payloads = await given(session, teams)
            assert len(payloads) == TALKING, f"{len(payloads)} messages went out"
            some, send = payloads[:_STOCK], teams_stock.sender(teams)
            async with watching(found.stock_lags):
                found.stock.append(await seconds(lambda s=some, to=send: _post_all(to, s)))
            assert len(await given(session, teams)) == _STOCK
    return found


async def _post_all(send: _Send, payloads: list[dict[str, Any]]) -> None:
    gate = Semaphore(AT_ONCE)

    async def post(payload: dict[str, Any]) -> None:
        async with gate:
            await send(payload)

    await gather(*map(post, payloads))


async def given(session: ClientSession, teams: Stub) -> list[dict[str, Any]]:
    """What was posted since this was asked last."""
    async with session.get(teams.given_url) as answer:
        found: list[dict[str, Any]] = await answer.json()
    return found


@contextmanager
def told_of() -> Iterator[Stub]:
    """The stub, whose certificate this process trusts as long as the block."""
    before = os.environ.get(_TRUSTED)
    with stub() as teams:
        os.environ[_TRUSTED] = teams.ca_file
        try:
            yield teams
        finally:
            os.environ.pop(_TRUSTED)
            if before is not None:
                os.environ[_TRUSTED] = before


_TRUSTED = "REQUESTS_CA_BUNDLE"


@asynccontextmanager
async def moved_to_teams(world: World, stub: Stub, clock: Clock) -> AsyncIterator[World]:
    """The world with everybody in Teams; the lane has no pace, which is Teams'."""
    settings = TeamsSettings(
        APP,
        TENANT,
        secret=SECRET,
        tenants=(TENANT,),
        openid_url=stub.openid_url,
        login_url=stub.login_url,
        service_url=stub.service_url,
    )
    built = await build(replace(world.built.environment, teams=settings), clock=clock)
    assert built.teams is not None
    try:
        await built.teams.installations.introduce(built.organisation.id, START)
        found = await built.teams.installations.of_tenant(TENANT)
        assert found is not None
        _move(world.engine, found.id, stub.service_url)
        await built.uow.write(lambda tx: tx.queue.set_pace(found.id, Pace()))
        yield replace(world, built=built)
    finally:
        await built.close()


def place_of(external_id: str, service_url: str) -> Place:
    """Where somebody of this company is reached."""
    return Place(f"a:{external_id}", service_url, f"29:{external_id}", BOT)


def _move(engine: Engine, installation_id: UUID, service_url: str) -> None:
    identity = IdentityRow.__table__
    place = literal(pack(place_of("WHO", service_url)))
    values = {
        "installation_id": installation_id,
        "platform": PLATFORM,
        "delivery_ref": func.replace(place, "WHO", cast(identity.c.external_id, String)),
        "time_zone": "UTC",
        "locale": "en",
    }
    with writing(engine) as connection:
        connection.execute(update(identity).values(values))
