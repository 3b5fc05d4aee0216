"""The tick and the planner: their cost grows with what is due, not with the people there are."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import not_, select, update

from bench.bare import writing
from bench.measure import Ratio, Step, call, in_turn
from bench.world import START, World, Worlds
from bot.services.plan import plan
from bot.services.work import schedule_due
from storage.tables.configuration import CadenceRow
from storage.tables.conversation import PlanRow

DUE = 1_000
_LATER = datetime(2099, 1, 1, tzinfo=UTC)
_plan = PlanRow.__table__
_cadence = CadenceRow.__table__


async def idle_tick(worlds: Worlds) -> AsyncIterator[Ratio]:
    """A tick at which nothing is due."""
    large, small = await worlds.of(worlds.many), await worlds.of(100)
    rounds = 200

    def tick(world: World) -> Step:
        return lambda: schedule_due(world.built.kit, START)

    ours, few, bare = await in_turn(rounds, tick(large), tick(small), call(large.bare.look))
    yield Ratio("idle_tick", ours * 1e3, few * 1e3, "ms a tick", "the same with 100 people")
    yield Ratio("idle_tick_bare", ours * 1e3, bare * 1e3, "ms a tick", "one SELECT on an index")


async def plan_due(worlds: Worlds) -> AsyncIterator[Ratio]:
    """The same number of people due in a large company and in one where that is everybody."""
    large, small = await worlds.of(worlds.many), await worlds.of(DUE)
    first = [only_due(world, DUE) for world in (large, small)]
    taken = {"large": 0, "small": 0}

    def week_of(world: World, name: str, due: datetime) -> Step:
        async def week() -> None:
            now = due + timedelta(weeks=taken[name], minutes=1)
            taken[name] += 1
            planned = await plan(world.built.uow, world.built.kit.calendar, now)
            assert planned == DUE, f"{planned} were due in the {name} company"

        return week

    steps = (week_of(large, "large", first[0]), week_of(small, "small", first[1]))
    ours, few, bare = await in_turn(3, *steps, call(lambda: large.bare.keep_and_find(DUE)))
    unit, many = f"ms for {DUE:,} due", worlds.many
    yield Ratio(f"plan_among_{many}", ours * 1e3, few * 1e3, unit, f"{DUE:,} due among {DUE:,}")
    yield Ratio("plan_bare", ours * 1e3, bare * 1e3, unit, f"{DUE:,} inserts and SELECTs by key")


def only_due(world: World, number: int, cadence: str = "ai-check-in") -> datetime:
    """Leaves so many check-ins due on the cadence's next day, everything else far away."""
    check_ins = select(_cadence.c.id).where(_cadence.c.key == cadence).scalar_subquery()
    chosen = (
        select(_plan.c.id)
        .where(_plan.c.cadence_id == check_ins)
        .order_by(_plan.c.person_id)
        .limit(number)
        .scalar_subquery()
    )
    with writing(world.engine) as connection:
        others = not_(_plan.c.id.in_(chosen))
        connection.execute(update(_plan).where(others).values(next_due_at=_LATER))
        first = select(_plan.c.next_due_at).order_by(_plan.c.next_due_at).limit(1)
        due: datetime = connection.execute(first).scalar_one()
    return due
