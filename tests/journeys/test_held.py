"""After a restore nothing leaves but answers to people, until somebody releases it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.domain.delivery import DeliveryState
from bot.services.reapply import hold
from bot.services.release import release, waiting
from bot.services.status import status
from bot.settings.environment import Environment
from scheduling.jobs import JOBS
from tests.journeys.engines import on_both
from tests.journeys.given import Someone, check_in, nudge
from tests.journeys.surfaces import Local
from tests.journeys.test_pairs import promises
from tests.journeys.world import World

PEOPLE = [Someone("mara"), Someone("ana", manager="mara")]


@pytest.fixture
async def world(environment: Environment) -> AsyncIterator[World]:
    """Tuesday, 9:00: a check-in is due at 10:00, with a reminder on Wednesday."""
    cadences = [check_in(reminders=1, pack="pair"), nudge(on=3)]
    opened = await World.open(environment, PEOPLE, cadences, surface=Local())
    await opened.until("2026-03-03 09:00")
    yield opened
    await opened.close()


async def held(world: World) -> None:
    now = world.now
    await world.built.uow.write(lambda tx: hold(tx, now))


async def turn(world: World) -> int:
    """A turn of all jobs, as the runner takes it."""
    held_up = [job for job in JOBS if job.id in ("schedule", "summaries")]
    steps = [run for job in held_up for _, run in job.steps]
    return sum([await run(world.built.kit, world.now) for run in steps])


async def counts(world: World) -> dict[tuple[DeliveryState, str], int]:
    return dict(await world.built.uow.read(lambda tx: tx.queue.counts()))


@on_both
async def test_the_jobs_do_nothing_and_what_came_due_since_goes_out_after_the_release(
    world: World,
) -> None:
    await held(world)
    world.jump("2026-03-03 10:30")
    assert await turn(world) == 0
    await world.work()
    assert world.arrivals == []
    found = await waiting(world.built.uow)
    assert found is not None
    assert (found.queued, found.came_due, found.since) == (0, 0, 0)
    assert await release(world.built.kit, world.now, actor="test") == 0
    await world.work()
    assert world.prompts("ana") == ["2026-03-03 10:30"]
    assert await waiting(world.built.uow) is None
    assert await release(world.built.kit, world.now, actor="test") == 0, "once"
    entries = await world.built.uow.read(lambda tx: tx.audit.latest(["restore.release"]))
    assert len(entries) == 1


async def test_what_was_due_before_is_skipped_in_sight_and_its_reminder_still_comes(
    world: World,
) -> None:
    world.jump("2026-03-03 12:00")
    await held(world)
    found = await waiting(world.built.uow)
    assert found is not None
    assert found.came_due == 2
    assert await release(world.built.kit, world.now, actor="test") == 2
    await world.until("2026-03-03 18:00")
    assert world.arrivals == []
    assert await world.skipped() == {"restored": 2}
    assert (DeliveryState.SKIPPED, "restored") in await counts(world)
    await world.until("2026-03-12 18:00")
    assert world.walls("ana", "welcome") == ["2026-03-04 10:00", "2026-03-10 10:00"]
    assert world.walls("ana", "nudge") == ["2026-03-05 09:30", "2026-03-12 09:30"]


async def test_with_send_what_waited_goes_out_within_its_window(world: World) -> None:
    world.jump("2026-03-03 10:00")
    await turn(world)
    await held(world)
    assert (await counts(world))[DeliveryState.HELD, "restored"] == 2
    found = await status(world.built.uow, world.now)
    assert found is not None
    assert found.needs_operator == {"restored": 2}
    await world.until("2026-03-03 11:00")
    assert world.arrivals == []
    assert await release(world.built.kit, world.now, actor="test", send=True) == 2
    await world.work()
    assert world.prompts("ana") == ["2026-03-03 11:00"]


async def test_people_get_answers_and_what_they_cause_besides_waits(world: World) -> None:
    await world.until("2026-03-03 10:00")
    await world.starts("ana")
    await held(world)
    await world.until("2026-03-03 10:30")
    await world.answers("ana", "kestrel", "heron")
    assert sorted(await world.my_words("ana")) == ["heron", "kestrel"]
    await promises(world, "mara", "ana", "dunlin")
    await world.until("2026-03-03 14:00")
    assert "dunlin" not in await world.sees("ana")
    found = await waiting(world.built.uow)
    assert found is not None
    assert (found.queued, found.since) == (0, 1)
    assert await release(world.built.kit, world.now, actor="test") == 0
    await world.work()
    assert "dunlin" in await world.sees("ana"), "it was certainly not sent before"
