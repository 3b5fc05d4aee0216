"""Managers' desks: looking at those that are due costs the same in any company."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

from bench.measure import Ratio, Step, call, in_turn
from bench.world import REPORTS, START, World, Worlds
from bot.services.desk import tend_desks

DESKS = 100


async def desks_due(worlds: Worlds) -> AsyncIterator[Ratio]:
    """As many managers' desks, each with ten reports, among many people and where that is all."""
    large, small = await worlds.of(worlds.many), await worlds.of(DESKS * REPORTS)
    managers = {}
    for world in (large, small):
        managers[world.engine] = [p.id for p in await world.people(range(1, DESKS))]
    now = START + timedelta(hours=1)

    def tend(world: World) -> Step:
        async def look() -> None:
            await world.built.uow.write(lambda tx: tx.desks.wake(managers[world.engine], now))
            assert await tend_desks(world.built.kit, now) == len(managers[world.engine])

        return look

    steps = (tend(large), tend(small), call(lambda: large.bare.keep_and_find(DESKS)))
    ours, few, bare = await in_turn(5, *steps)
    unit = f"ms for {DESKS} desks"
    yield Ratio(f"desks_among_{worlds.many}", ours * 1e3, few * 1e3, unit, "among 1,000 people")
    yield Ratio("desks_bare", ours * 1e3, bare * 1e3, unit, "as many inserts and SELECTs by key")
