"""The nightly job, turn by turn under a moved clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.web.nights import nightly
from tests.journeys.given import Someone
from tests.journeys.surfaces import Local
from tests.journeys.world import World

HOUR = timedelta(hours=1)


@pytest.fixture
async def world(environment):  # type: ignore[no-untyped-def]  # the journeys' own fixture
    opened = await World.open(environment, [Someone("ana")], [], surface=Local())
    yield opened
    await opened.close()


async def test_it_runs_at_the_start_and_once_each_night(world: World) -> None:
    begun: list[datetime] = []

    async def work(now: datetime) -> int:
        begun.append(now)
        return 7

    job = nightly("accounts", work)
    ((_, turn),) = job.steps
    start = datetime(2026, 3, 3, 9, 30, tzinfo=UTC)
    done = [await turn(world.built.kit, start + hour * HOUR) for hour in range(48)]
    assert begun == [start, *(start + hour * HOUR for hour in (16, 40))]  # 2:30 in Berlin
    assert [n for n in done if n] == [7, 7, 7]


async def test_what_failed_is_tried_again_at_the_next_turn(world: World) -> None:
    tries: list[datetime] = []

    async def work(now: datetime) -> int:
        tries.append(now)
        if len(tries) == 1:
            raise ConnectionError
        return 1

    ((_, turn),) = nightly("accounts", work).steps
    start = datetime(2026, 3, 3, 9, 30, tzinfo=UTC)
    with pytest.raises(ConnectionError):
        await turn(world.built.kit, start)
    assert await turn(world.built.kit, start + HOUR) == 1
    assert await turn(world.built.kit, start + 2 * HOUR) == 0
    assert len(tries) == 2
