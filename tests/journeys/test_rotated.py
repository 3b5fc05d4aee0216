"""People's keys rotate under a company that has lived: nothing anybody said is left behind."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from bot.bootstrap import master_keys_of
from bot.domain.agenda import AgendaItem
from bot.domain.promise import Promise
from bot.local.messenger import BODY_FIELD
from bot.services import expectations_asking, meeting_notes, pairs
from bot.services.sealing import ANSWER_FIELD, PART_FIELD
from storage.engine import open_engine
from storage.reseal import reseal
from storage.rotate_people import PeopleRotation
from storage.sealed_columns import SEALED
from tests.journeys.conftest import OpenWorld
from tests.journeys.engines import on_both
from tests.journeys.given import Someone, check_in, weekly_summary
from tests.journeys.test_pairs import adds, promises
from tests.journeys.world import World

LIVED = {
    "answer_version.sealed",
    "summary_part.sealed",
    "promise.sealed_for_employee",
    "promise.sealed_for_manager",
    "agenda_item.sealed_for_employee",
    "agenda_item.sealed_for_manager",
}


def test_values_are_bound_to_the_fields_that_a_rotation_expects() -> None:
    of_two = [
        f"{field}:{role}"
        for field in (
            *(f"{pairs._TABLES[kind]}.text" for kind in (Promise, AgendaItem)),
            meeting_notes._FIELD,
        )
        for role in ("employee", "manager")
    ]
    alone = [ANSWER_FIELD, PART_FIELD, BODY_FIELD, expectations_asking.FIELD]
    assert sorted(each.field for each in SEALED) == sorted([*alone, *of_two])


def values(world: World) -> dict[str, set[bytes]]:
    """What each sealed column holds."""
    engine = open_engine(world.environment.database_url)
    found: dict[str, set[bytes]] = {}
    with engine.connect() as connection:
        for each in SEALED:
            column = each.table.c[each.column]
            rows = connection.execute(select(column).where(column.is_not(None))).scalars()
            found[each.name] = {bytes(value) for value in rows}
    engine.dispose()
    return found


async def a_week(open_world: OpenWorld) -> World:
    """With answers, a summary, an agenda and a promise."""
    people = [Someone("mara"), Someone("ana", manager="mara")]
    world = await open_world(people, [check_in(reminders=0, pack="pair"), weekly_summary()])
    await world.until("2026-03-03 10:05")
    await world.starts("ana")
    await world.answers("ana", "kestrel", "heron")
    await adds(world, "ana", "mara", "plover")
    await promises(world, "mara", "ana", "grebe")
    await world.until("2026-03-06 18:00")
    await world.details("mara")
    return world


async def everything_seen(world: World) -> list[object]:
    return [
        sorted(await world.my_words("ana")),
        await world.told("mara"),
        await world.sees("ana"),
        await world.sees("mara"),
    ]


@on_both
async def test_everything_reads_as_before_under_new_keys(open_world: OpenWorld) -> None:
    world = await a_week(open_world)
    seen, before = await everything_seen(world), values(world)
    assert {name for name, held in before.items() if held} >= LIVED
    began = world.now + timedelta(seconds=1)
    environment, organisation = world.environment, world.built.organisation.id
    rotation = PeopleRotation(environment.keys_url, organisation, began)
    assert rotation.introduce(master_keys_of(environment).current, began)
    assert rotation.switch(began)
    engine = open_engine(environment.database_url)
    done = await reseal(engine, organisation, world.built.keys)
    again = await reseal(engine, organisation, world.built.keys)
    engine.dispose()
    assert done.damaged == again.damaged == again.changed == 0
    assert done.changed == done.seen > len(LIVED)
    after = values(world)
    assert all(before[name].isdisjoint(after[name]) for name in before)
    assert rotation.prune(began + timedelta(days=31))
    rotation.close()
    assert await everything_seen(world) == seen
