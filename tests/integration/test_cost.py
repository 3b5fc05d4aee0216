"""What work costs grows with what is due, never with how many people there are.

Counted in statements and in how SQLite says it finds the rows, never in time.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from bench.schedule import only_due
from bench.survey import closed_survey
from bench.world import START, World, Worlds
from bot.services.count_surveys import count_surveys
from bot.services.deliver import deliver
from bot.services.plan import plan
from bot.services.work import schedule_due

FEW, MANY, DUE = 40, 400, 30
GROWING = frozenset(
    {"person", "identity", "management", "plan", "occurrence", "check_in", "check_in_question"}
    | {"answer", "answer_version", "answer_audience", "answer_reader", "delivery", "summary"}
    | {"promise", "agenda_item", "survey", "survey_unit", "survey_figure", "survey_comment"}
)
"""Tables with more rows the more people there are."""

Asked = list[tuple[str, Any]]
Work = Callable[[World], Awaitable[object]]


@pytest.fixture
async def worlds(tmp_path: Path) -> AsyncIterator[Worlds]:
    made = Worlds(quick=True, folder=tmp_path)
    yield made
    await made.close()


@contextmanager
def asked(world: World) -> Iterator[Asked]:
    """Every statement and its parameters, in order, sent to the company's database."""
    engine, found = world.built.uow._engine, []

    def note(_c: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        found.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def kinds(world: World, work: Work) -> list[str]:
    """The statements that some work takes, without their parameters, once it has run before."""
    with asked(world) as found:
        await work(world)
    return sorted(" ".join(statement.split("IN (")[0].split()) for statement, _ in found)


def scans(world: World, found: Asked) -> list[str]:
    """The queries that read a growing table, or an index of it, from end to end."""
    reads = [each for each in found if each[0].lstrip().startswith(("SELECT", "UPDATE"))]
    read_all = []
    with closing(world.engine.raw_connection()) as connection:
        for statement, parameters in reads:
            one = parameters[0] if isinstance(parameters, list) else parameters
            steps = connection.cursor().execute(f"EXPLAIN QUERY PLAN {statement}", one).fetchall()
            if any(_scans(detail) for *_, detail in steps):
                read_all.append(statement)
    return read_all


def _scans(detail: str) -> bool:
    words = detail.split()
    return words[0] == "SCAN" and words[1].strip('"') in GROWING


def due_of(world: World) -> datetime:
    return only_due(world, DUE) + timedelta(minutes=1)


async def idle(world: World) -> int:
    return await schedule_due(world.built.kit, START)


async def test_an_idle_tick_asks_the_same_of_any_company(worlds: Worlds) -> None:
    few, many = await worlds.of(FEW), await worlds.of(MANY)
    for world in (few, many):
        assert await idle(world) == 0
    in_few, in_many = await kinds(few, idle), await kinds(many, idle)
    assert in_few == in_many
    assert len(in_many) == 11  # BEGIN, whether all is held, and a look at nine indexes


async def test_an_idle_tick_reads_indexes_alone(worlds: Worlds) -> None:
    world = await worlds.of(MANY)
    with asked(world) as found:
        await idle(world)
    assert scans(world, found) == []


async def test_planning_costs_what_is_due(worlds: Worlds) -> None:
    taken = []
    for world in (await worlds.of(FEW), await worlds.of(MANY)):
        now = due_of(world)

        async def due(world: World, now: datetime = now) -> None:
            assert await plan(world.built.uow, world.built.kit.calendar, now) == DUE

        taken.append(await kinds(world, due))
    assert taken[0] == taken[1]


async def test_planning_takes_as_many_statements_for_more_people(worlds: Worlds) -> None:
    """More due are more rows, in the same statements."""
    world = await worlds.of(MANY)
    now = only_due(world, 10) + timedelta(minutes=1)

    async def due(world: World) -> None:
        await plan(world.built.uow, world.built.kit.calendar, now)

    ten = await kinds(world, due)
    only_due_again = only_due(world, MANY) + timedelta(minutes=1)
    with asked(world) as found:
        await plan(world.built.uow, world.built.kit.calendar, only_due_again)
    assert len(found) <= len(ten) + 4  # a second empty look, and nothing per person


@pytest.mark.parametrize("work", ["plan", "deliver"])
async def test_what_is_due_is_found_by_indexes(worlds: Worlds, work: str) -> None:
    world = await worlds.of(MANY)
    now = due_of(world)
    with asked(world) as planned:
        await plan(world.built.uow, world.built.kit.calendar, now)
    with asked(world) as delivered:
        assert await deliver(world.built.kit, now, limit=5) == 5
    found = planned if work == "plan" else delivered
    assert len(found) > 5
    assert scans(world, found) == []


async def test_counting_a_survey_costs_what_it_holds(worlds: Worlds) -> None:
    """The same statements in any company, and none reads what others answered."""
    taken = []
    for world in (await worlds.of(FEW), await worlds.of(MANY)):
        people = await world.people(range(DUE))
        for number in range(2):
            closes_at = await closed_survey(world, people, number)
            with asked(world) as found:
                assert await count_surveys(world.built.kit, closes_at) == 1
        assert scans(world, found) == []
        taken.append([" ".join(statement.split("IN (")[0].split()) for statement, _ in found])
    assert taken[0] == taken[1]


async def test_a_scan_would_be_noticed(worlds: Worlds) -> None:
    world = await worlds.of(FEW)
    everyone = ("SELECT name FROM person WHERE name = ?", ("Nobody",))
    assert scans(world, [everyone]) == [everyone[0]]
