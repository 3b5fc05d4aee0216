"""Answers are kept as long as the company says, and no longer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.domain.policy import Policy
from bot.services.expire import expire, overview
from scheduling.jobs import JOBS
from tests.journeys.conftest import OpenWorld
from tests.journeys.engines import on_both
from tests.journeys.given import BERLIN, Someone, check_in, weekly_summary
from tests.journeys.world import World

MARA = Someone("mara")
ANA = Someone("ana", manager="mara")
POLICY = Policy(
    company="Fernweh",
    time_zone=BERLIN,
    country="DE",
    weekly_cap=9,
    retention_days=40,
    retention_by_pack={"other": 14},
)
CADENCES = [
    check_in(reminders=0, weeks=50),
    check_in("second", on=2, pack="other", reminders=0, weeks=50),
    weekly_summary(),
]


async def company(open_world: OpenWorld) -> World:
    """Ana answered two check-ins of different packs in the first week of March."""
    world = await open_world([MARA, ANA], CADENCES, policy=POLICY)
    await world.until("2026-03-03 10:05")
    await world.starts("ana")
    await world.answers("ana", "kestrel one", "kestrel two")
    await world.until("2026-03-04 10:05")
    await world.answers("ana", "heron one", "heron two")
    await world.until("2026-03-06 18:00")
    return world


@on_both
async def test_each_pack_goes_in_its_own_time(open_world: OpenWorld) -> None:
    """First the pack that is kept for two weeks, then the other; the summary opens throughout, and
    shows less each time. Nothing is deleted a day too early."""
    world = await company(open_world)
    kestrels, herons = ["kestrel one", "kestrel two"], ["heron one", "heron two"]
    await world.until("2026-03-20 00:00")
    await expire(world.built.kit, world.now)
    assert sorted(await world.my_words("ana")) == [*herons, *kestrels]
    await world.until("2026-03-30 00:00")
    await expire(world.built.kit, world.now)
    assert sorted(await world.my_words("ana")) == kestrels
    assert (await world.told("mara"))[0] == kestrels
    await world.until("2026-04-30 00:00")
    await expire(world.built.kit, world.now)
    assert await world.my_words("ana") == []
    assert await world.kept_versions("ana") == []
    assert not any(await world.told("mara"))
    assert await expire(world.built.kit, world.now) == 0


async def test_what_was_sent_stays_as_it_is(open_world: OpenWorld) -> None:
    """Retention takes nothing out of anybody's conversation."""
    world = await company(open_world)
    await world.until("2026-03-30 00:00")
    before = await world.sees("mara"), await world.sees("ana")
    assert await expire(world.built.kit, world.now)
    await world.wait(timedelta(minutes=3))
    assert (await world.sees("mara"), await world.sees("ana")) == before


async def test_a_longer_time_keeps_what_is_not_gone_yet(open_world: OpenWorld) -> None:
    """The company's present rule counts, not the one of the time of the answer."""
    world = await company(open_world)
    longer = replace(POLICY, retention_days=400, retention_by_pack={})
    await world.configure(CADENCES, longer)
    await world.until("2026-06-01 00:00")
    assert await expire(world.built.kit, world.now) == 0
    assert len(await world.my_words("ana")) == 4


async def test_the_look_ahead_counts_and_deletes_nothing(open_world: OpenWorld) -> None:
    world = await company(open_world)
    await world.until("2026-03-30 00:00")
    found = {each.pack: each for each in await overview(world.built.kit, world.now)}
    assert found["other"].days == 14
    assert (found["other"].expiring.people, found["pair"].expiring.check_ins) == (2, 0)
    assert len(await world.my_words("ana")) == 4


def test_every_process_does_it_every_day() -> None:
    [daily] = [job for job in JOBS if ("expire", expire) in job.steps]
    assert daily.every == timedelta(days=1)
