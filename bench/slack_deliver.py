"""Messages delivered to Slack, against the bare client posting the same ones."""

from __future__ import annotations

from asyncio import Semaphore, gather
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median
from typing import Any
from uuid import UUID, uuid4

from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import update

from bench.bare import writing
from bench.conversation import TALKING, take_part
from bench.measure import Ratio, seconds
from bench.slack_stub import stub
from bench.world import START, World, Worlds
from bot.domain.delivery import DeliveryState
from bot.domain.organisation import Installation
from bot.domain.pace import Pace
from bot.domain.ports.clock import Clock
from bot.services.batch import AT_ONCE
from bot.services.deliver import deliver
from bot.services.kit import Kit
from bot.services.plan import plan
from bot.slack.api import SlackApi
from bot.slack.installations import PLATFORM, Installations
from bot.slack.messenger import SlackMessenger
from scheduling.clock import SteppedClock
from storage.tables.people import IdentityRow
from storage.tables.queue import DeliveryRow

_TOKEN = "xoxb-bench"  # noqa: S105 - nobody's
_ROUNDS = 5


async def deliver_to_slack(worlds: Worlds) -> AsyncIterator[Ratio]:
    """First questions: claimed, composed, drawn, posted, and noted; SQLite."""
    world = await worlds.of(TALKING, "slack")
    lane = await move_to_slack(world)
    due = take_part(world)
    with stub() as url:
        async with ClientSession() as session:
            await plan(world.built.uow, world.built.kit.calendar, due)
            for name, away in (("deliver", ""), ("deliver-at-50-ms", "/away")):
                place = Place(url, f"{url}{away}/api/", lane)
                ours, bare = await _rounds(world, place, session, due)
                rates = TALKING / ours, TALKING / bare
                yield Ratio(name, *rates, "messages/s", "bare slack_sdk posts")


@dataclass(frozen=True)
class Place:
    """A stub, the address of its API, and the lane that leads there."""

    url: str
    api: str
    lane: UUID


async def _rounds(
    world: World, place: Place, session: ClientSession, due: datetime
) -> tuple[float, float]:
    """A round warms both sides up; then they take turns."""
    api, url = SlackApi(place.api), place.url
    clock = SteppedClock(due)
    kit = _kit(world, api, place.lane, clock)
    client = AsyncWebClient(_TOKEN, place.api, session=session, retry_handlers=[])
    took: list[tuple[float, float]] = []
    try:
        for minute in range(_ROUNDS + 1):
            clock.set(due + timedelta(minutes=minute))
            await queue_again(world, kit, clock.now())
            ours = await seconds(lambda: deliver_all(kit, clock.now()))
            payloads = await _given(session, url)
            assert len(payloads) == TALKING, f"{len(payloads)} messages went out"
            took.append((ours, await seconds(lambda said=payloads: _post_all(client, said))))
            await _given(session, url)
    finally:
        await api.close()
    return median(ours for ours, _ in took[1:]), median(bare for _, bare in took[1:])


async def queue_again(world: World, kit: Kit, now: datetime) -> None:
    """The same messages as if nobody had got them yet."""
    ready = {"state": DeliveryState.READY.value, "not_before": now, "ref": ""}
    with writing(world.engine) as connection:
        connection.execute(update(DeliveryRow.__table__).values(ready))
    await kit.uow.write(lambda tx: tx.queue.sweep(now))


async def deliver_all(kit: Kit, now: datetime) -> None:
    """Until nothing is due any more."""
    while await deliver(kit, now):
        pass


async def _post_all(client: AsyncWebClient, payloads: list[dict[str, Any]]) -> None:
    gate = Semaphore(AT_ONCE)

    async def post(payload: dict[str, Any]) -> None:
        async with gate:
            await client.chat_postMessage(**payload)

    await gather(*map(post, payloads))


async def _given(session: ClientSession, url: str) -> list[dict[str, Any]]:
    async with session.get(f"{url}/given") as answer:
        given: list[dict[str, Any]] = await answer.json()
    return given


async def move_to_slack(world: World) -> UUID:
    """Everybody has a Slack account with a channel; the lane has no pace, which is Slack's."""
    uow, organisation_id = world.built.uow, world.built.organisation.id
    installation = Installation(uuid4(), organisation_id, PLATFORM, "T0BENCH")
    await uow.write(lambda tx: tx.organisations.add_installation(installation, START))
    identity = IdentityRow.__table__
    with writing(world.engine) as connection:
        connection.execute(
            update(identity).values(
                installation_id=installation.id,
                platform=PLATFORM,
                delivery_ref="D" + identity.c.external_id,
            )
        )
    await uow.write(lambda tx: tx.queue.set_pace(installation.id, Pace()))
    return installation.id


def _kit(world: World, api: SlackApi, lane: UUID, clock: Clock) -> Kit:
    built = world.built
    installations = Installations(built.uow, _TOKEN, clock)
    installations.belongs_to(lane)

    async def remember(installation_id: UUID, user: str, channel: str) -> None:
        raise AssertionError(f"{user} of {installation_id} has a channel: {channel}")

    messenger = SlackMessenger(api, installations, clock, remember)
    return replace(built.kit, messengers={PLATFORM: messenger})
