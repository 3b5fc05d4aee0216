"""Replies in Slack's threads: words belong to the question above them, or to none."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import OpenWorld
from tests.journeys.given import Someone, check_in
from tests.journeys.on_slack import OnSlack
from tests.journeys.world import World

PEOPLE = [Someone("mia"), Someone("ana", manager="mia")]


@pytest.fixture
def surface() -> OnSlack:
    """Only Slack has threads."""
    return OnSlack()


async def asked_twice(open_world: OpenWorld) -> World:
    """Ana answered "How is work?" and has "Any wish?" before her."""
    world = await open_world(PEOPLE, [check_in()])
    await world.until("2026-03-03 10:00")
    await world.starts("ana")
    await world.answers("ana", "heron")
    assert "Any wish?" in await world.sees("ana")
    return world


async def replies(world: World, under: str, text: str) -> None:
    user = world.surface.user("ana")  # type: ignore[attr-defined]  # Slack's surface
    above = next(message for message in user.dm if under in message.shown)
    await user.types(text, thread_ts=above.ts)
    await world.wait()


async def answers(world: World) -> dict[str, str]:
    return {quote.note: quote.text for quote in await world.my_quotes("ana")}


async def test_a_reply_joins_the_question_above_it(open_world: OpenWorld) -> None:
    """Not the one asked last: another question may have other readers."""
    world = await asked_twice(open_world)
    await replies(world, "How is work?", "kestrel")
    assert await answers(world) == {"How is work?": "heron\nkestrel"}
    await world.answers("ana", "swift")
    assert await answers(world) == {"How is work?": "heron\nkestrel", "Any wish?": "swift"}


async def test_a_reply_under_something_else_is_kept_nowhere(open_world: OpenWorld) -> None:
    world = await asked_twice(open_world)
    user = world.surface.user("ana")  # type: ignore[attr-defined]  # Slack's surface
    await user.types("kestrel", thread_ts="1772528400.000100")
    await world.wait()
    assert await answers(world) == {"How is work?": "heron"}
    assert "can't tell which question" in user.shown[-1]
