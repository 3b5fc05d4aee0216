"""A message on its way out, and an answer on its way in."""

from __future__ import annotations

from asyncio import gather
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlalchemy import update

from bench.bare import writing
from bench.measure import Ratio, Step, call, in_turn, seconds, times
from bench.schedule import only_due
from bench.world import World, Worlds
from bot.domain.inbound import Inbound, InboundKind
from bot.domain.people import Participation, Person
from bot.services.conversation import handle
from bot.services.deliver import deliver
from bot.services.plan import plan
from storage.tables.people import PersonRow

TALKING = 400
_AT_ONCE = 50


async def deliver_messages(worlds: Worlds) -> AsyncIterator[Ratio]:
    """First questions, composed and sent to the local page."""
    async for ratio in _deliver(worlds, "talking", "deliver_local"):
        yield ratio


async def record_answers(worlds: Worlds) -> AsyncIterator[Ratio]:
    """Typed answers: recorded, sealed, with the receipt and the next question queued."""
    async for ratio in _answer(worlds, "talking", "answer"):
        yield ratio


async def on_postgres(worlds: Worlds) -> AsyncIterator[Ratio]:
    """Delivery and answers on PostgreSQL, where one is to be had."""
    if f"postgres-{TALKING}" not in worlds.urls:
        return
    async for ratio in _deliver(worlds, "postgres", "postgres_deliver"):
        yield ratio
    async for ratio in _answer(worlds, "postgres", "postgres_answer"):
        yield ratio


async def _deliver(worlds: Worlds, name: str, title: str) -> AsyncIterator[Ratio]:
    world = await worlds.of(TALKING, name)
    due = await _asked(world)
    ours = await seconds(lambda: _deliver_all(world, due))
    bare = await seconds(times(TALKING, world.bare.keep_one))
    each, against = TALKING / 1e3, "one Core insert and commit"
    yield Ratio(title, ours / each, bare / each, "ms a message", against)
    world.took["asked"] = due.timestamp()


async def _asked(world: World) -> datetime:
    """Everybody takes part and has a first question in the queue, due at this moment."""
    due = take_part(world)
    await plan(world.built.uow, world.built.kit.calendar, due)
    return due


def take_part(world: World, cadence: str = "ai-check-in") -> datetime:
    """Everybody takes part; when their first check-in of a cadence is due."""
    with writing(world.engine) as connection:
        started = Participation.STARTED.value
        connection.execute(update(PersonRow.__table__).values(participation=started))
    return only_due(world, TALKING, cadence)


async def _deliver_all(world: World, now: datetime) -> None:
    sent = 0
    while count := await deliver(world.built.kit, now):
        sent += count
    assert sent == TALKING, f"{sent} of {TALKING} messages went out"


async def _answer(worlds: Worlds, name: str, title: str) -> AsyncIterator[Ratio]:
    now = await asked_at(worlds, name) + timedelta(minutes=1)
    world = await worlds.of(TALKING, name)
    people = iter(await world.people(range(TALKING)))
    against = "one Core insert and commit"

    async def one() -> None:
        await _type(world, next(people), now)

    alone, bare = await in_turn(100, one, call(world.bare.keep_one))
    yield Ratio(title, alone * 1e3, bare * 1e3, "ms an answer", against)
    together, bare = await in_turn(
        5, _together(world, people, now), times(_AT_ONCE, world.bare.keep_one)
    )
    each = _AT_ONCE / 1e3
    yield Ratio(f"{title}_together", together / each, bare / each, "ms an answer", against)


async def asked_at(worlds: Worlds, name: str) -> datetime:
    """When everybody of that company got their first question, which happens now if need be."""
    world = await worlds.of(TALKING, name)
    if "asked" not in world.took:
        async for _ in _deliver(worlds, name, ""):
            pass
    return datetime.fromtimestamp(world.took["asked"], tz=UTC)


def _together(world: World, people: Iterator[Person], now: datetime) -> Step:
    async def step() -> None:
        await gather(*(_type(world, next(people), now) for _ in range(_AT_ONCE)))

    return step


async def _type(world: World, person: Person, now: datetime) -> None:
    assert world.built.local is not None
    text = "The summaries save me an hour a day; the code review suggestions do not help yet."
    inbound = Inbound(
        installation_id=world.built.local.id,
        external_id=str(person.id),
        inbound_id=str(uuid4()),
        kind=InboundKind.TEXT,
        at=now,
        text=text,
    )
    await handle(world.built.kit, inbound, now)
