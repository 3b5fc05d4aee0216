"""What people press in Teams: kept, then answered with the card as it is now; against stock
botbuilder, which checks who calls and does nothing.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any
from uuid import uuid4

from aiohttp import ClientSession, web
from sqlalchemy import func, select

from bench import teams_stock
from bench.conversation import TALKING, take_part
from bench.measure import Ratio, Step, in_turn, seconds
from bench.slack_answer import served, together
from bench.slack_deliver import deliver_all
from bench.teams_deliver import given, moved_to_teams, told_of
from bench.teams_stub import Teams as Stub
from bench.world import World, Worlds
from bot.services.plan import plan
from bot.teams.http import PATH
from bot.teams.platform import Ears
from scheduling.clock import SteppedClock
from storage.tables.conversation import AnswerRow
from tests.servers.teams import TENANT, cards

_answers = AnswerRow.__table__
_AT_ONCE, _ROUNDS, _ALONE = 40, 5, 100
_CHOOSING = "time-and-ai"
"""A cadence whose first question has options."""

_Activity = dict[str, Any]


async def answer_in_teams(worlds: Worlds) -> AsyncIterator[Ratio]:
    """Pressed answers over HTTP with their JWT: recorded, sealed, the next question queued, and
    the card drawn anew; SQLite.
    """
    world = await worlds.of(TALKING, "pressed")
    clock = SteppedClock(take_part(world, _CHOOSING))
    async with AsyncExitStack() as stack:
        teams = stack.enter_context(told_of())
        moved = await stack.enter_async_context(moved_to_teams(world, teams, clock))
        pressed = [_press(each, teams, clock.now()) for each in await _asked(moved, teams, clock)]
        ours = await stack.enter_async_context(served(_ours(moved, clock)))
        stock = await stack.enter_async_context(served(teams_stock.application(teams, PATH)))
        acts, same = iter(pressed), iter(lambda: pressed[0], None)
        press = _poster(ours, await _bearer(teams, clock.now()), acts)
        ignored = _poster(stock, await _bearer(teams, datetime.now(UTC)), same)
        alone = await in_turn(_ALONE, press, ignored)
        took = [
            (await seconds(together(press, _AT_ONCE)), await seconds(together(ignored, _AT_ONCE)))
            for _ in range(_ROUNDS)
        ]
        _require_kept(moved, _ALONE + _ROUNDS * _AT_ONCE)
    kept, bare = (_AT_ONCE / median(times) for times in zip(*took, strict=True))
    against = "stock botbuilder's turn that does nothing"
    yield Ratio("teams-answer", 1 / alone[0], 1 / alone[1], "acts/s, one by one", against)
    yield Ratio("teams-answer-together", kept, bare, f"acts/s, {_AT_ONCE} at once", against)


async def _asked(world: World, teams: Stub, clock: SteppedClock) -> list[_Activity]:
    """Everybody's first question, as it went out."""
    built = world.built
    await plan(built.uow, built.kit.calendar, clock.now())
    await deliver_all(built.kit, clock.now())
    clock.set(clock.now() + timedelta(minutes=1))
    async with ClientSession() as session:
        return await given(session, teams)


async def _bearer(teams: Stub, now: datetime) -> str:
    """One token serves many activities, as Teams' own do."""
    async with ClientSession() as session, session.get(teams.bearer_url(now)) as answer:
        return await answer.text()


def _press(asked: _Activity, teams: Stub, now: datetime) -> _Activity:
    """The first option of a question, pressed by whoever it went to."""
    card = asked["attachments"][0]["content"]
    offered = (button.json for button in cards.buttons(card))
    action = next(each for each in offered if each["data"].get("a") == "answer")
    place = asked["conversation"]["id"]
    return {
        "type": "invoke",
        "name": "adaptiveCard/action",
        "id": f"f:{uuid4()}",
        "timestamp": now.isoformat(),
        "serviceUrl": teams.service_url,
        "channelId": "msteams",
        "from": asked["recipient"] | {"aadObjectId": place.removeprefix("a:")},
        "conversation": {"id": place, "conversationType": "personal", "tenantId": TENANT},
        "recipient": asked["from"],
        "channelData": {"tenant": {"id": TENANT}},
        "locale": "en",
        "localTimezone": "UTC",
        "replyToId": asked["id"],
        "value": {"action": action, "trigger": "manual"},
    }


def _ours(world: World, clock: SteppedClock) -> web.Application:
    built = world.built
    assert built.teams is not None
    app = web.Application()
    Ears(built.teams, built.kit, clock, lambda _: None).mount(app)
    return app


def _poster(client: ClientSession, bearer: str, acts: Iterator[_Activity]) -> Step:
    headers = {"Authorization": bearer, "Content-Type": "application/json"}

    async def step() -> None:
        body = json.dumps(next(acts))
        async with client.post(PATH, data=body, headers=headers) as response:
            assert response.status == 200, response.status
            answer = await response.json()
        assert answer["statusCode"] == 200, answer

    return step


def _require_kept(world: World, number: int) -> None:
    """Each press left an answer in the database."""
    with world.engine.connect() as connection:
        kept = connection.execute(select(func.count()).select_from(_answers)).scalar_one()
    assert kept == number, f"{kept} of {number} answers were kept"
