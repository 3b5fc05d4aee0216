"""The runner does what is due by itself, survives every error and loses nothing when it stops."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.bootstrap import Built
from bot.domain.delivery import DeliveryState
from bot.domain.ports.clock import Clock
from bot.domain.ports.unit_of_work import StorageUnavailable
from bot.services.kit import Kit
from scheduling.clock import SteppedClock
from scheduling.jobs import JOBS, Job
from scheduling.runner import Bell, Runner
from scheduling.watch import Outcome
from tests.integration.demo_office import (
    Gate,
    allow_connections,
    count_in,
    environment_in,
    move_company_in,
    opened,
    people_of,
    type_text,
    until,
)
from tests.servers.postgres import Server

SOON = timedelta(seconds=0.1)
GRACE = timedelta(seconds=10)
QUICK_JOBS = tuple(replace(job, every=SOON) for job in JOBS)
MONDAY_NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@asynccontextmanager
async def running(
    built: Built, bell: Bell, *, jobs: Sequence[Job] = (), clock: Clock | None = None
) -> AsyncIterator[Runner]:
    """A runner without jobs unless some are given, stopped at the end."""
    runner = Runner(built.kit, clock or built.clock, bell, jobs=jobs, idle=SOON)
    await runner.start()
    try:
        yield runner
    finally:
        await runner.stop(GRACE)


async def test_what_becomes_due_is_planned_and_sent(tmp_path: Path, database_url: str) -> None:
    environment = environment_in(tmp_path, database_url)
    clock = SteppedClock(await move_company_in(environment))
    bell = Bell()
    async with opened(environment, clock=clock) as built, running(built, bell, jobs=QUICK_JOBS):
        assert await count_in(built, *DeliveryState) == 0

        clock.set(MONDAY_NOON)  # Monday's nudge went out at 9:30 in Europe

        async def sent() -> bool:
            return await count_in(built, DeliveryState.SENT) > 0

        await until(sent)


async def test_a_reply_leaves_at_once(tmp_path: Path) -> None:
    """The idle wait would be longer than the test waits."""
    environment = environment_in(tmp_path)
    await move_company_in(environment)
    bell = Bell()
    async with opened(environment, on_reply=bell.ring) as built:
        runner = Runner(built.kit, built.clock, bell, jobs=(), idle=timedelta(hours=1))
        await runner.start()
        for person in await people_of(built, 3):
            await type_text(built, person, "help")

        async def sent() -> bool:
            return await count_in(built, DeliveryState.SENT) == 3

        await until(sent)
        assert await runner.stop(GRACE)


async def test_what_another_process_queued_leaves_too(tmp_path: Path, postgres_url: str) -> None:
    environment = environment_in(tmp_path, postgres_url)
    await move_company_in(environment)
    async with (
        opened(environment) as here,
        opened(environment) as elsewhere,
        running(here, Bell()),
    ):
        (person,) = await people_of(elsewhere, 1)
        await type_text(elsewhere, person, "help")

        async def sent() -> bool:
            return await count_in(elsewhere, DeliveryState.SENT) == 1

        await until(sent)


async def test_two_runners_send_each_message_once(tmp_path: Path, postgres_url: str) -> None:
    environment = environment_in(tmp_path, postgres_url)
    await move_company_in(environment)
    gates: list[Gate] = []

    def watch(inner):  # type: ignore[no-untyped-def]  # Messenger -> Messenger
        gates.append(Gate.around(inner))
        gates[-1].opened.set()
        return gates[-1]

    bell = Bell()
    async with (
        opened(environment, watch=watch, on_reply=bell.ring) as one,
        opened(environment, watch=watch, on_reply=bell.ring) as two,
        running(one, bell, jobs=QUICK_JOBS),
        running(two, bell, jobs=QUICK_JOBS),
    ):
        people = await people_of(one, 15)
        await asyncio.gather(*(type_text(one, p, "help") for p in people for _ in range(4)))

        async def sent() -> bool:
            return await count_in(one, DeliveryState.SENT) >= 60

        await until(sent)
    posted = [delivery for gate in gates for delivery in gate.posted]
    assert len(posted) == len(set(posted))
    assert len(posted) >= 60


async def test_an_error_in_a_step_ends_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ran: list[str] = []

    async def fails(_: Kit, __: datetime) -> int:
        ran.append("fails")
        raise ValueError("what somebody wrote")

    async def works(_: Kit, __: datetime) -> int:
        ran.append("works")
        return 0

    environment = environment_in(tmp_path)
    await move_company_in(environment)
    bell = Bell()
    job = Job("odd", SOON, (("fails", fails), ("works", works)))
    async with opened(environment, on_reply=bell.ring) as built, running(built, bell, jobs=[job]):

        async def twice() -> bool:
            return ran.count("fails") >= 2 and ran.count("works") >= 2

        await until(twice)
        (person,) = await people_of(built, 1)
        await type_text(built, person, "help")

        async def sent() -> bool:
            return await count_in(built, DeliveryState.SENT) == 1

        await until(sent)
    assert {vars(r).get("job") for r in caplog.records if r.levelno == logging.ERROR} == {"fails"}


async def test_an_outage_is_logged_once_and_ends_by_itself(
    tmp_path: Path,
    postgres_server: Server,
    postgres_url: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    keys_url = environment_in(tmp_path).keys_url  # apart, so that only the database goes away
    environment = replace(environment_in(tmp_path, postgres_url), keys_url=keys_url)
    await move_company_in(environment)
    admin = postgres_server.admin.render_as_string(hide_password=False)
    seen: list[Outcome] = []
    bell = Bell()
    async with opened(environment, on_reply=bell.ring) as built:
        runner = Runner(
            built.kit,
            built.clock,
            bell,
            jobs=QUICK_JOBS,
            idle=SOON,
            observe=lambda _job, outcome, _seconds: seen.append(outcome),
        )
        await runner.start()
        await asyncio.to_thread(allow_connections, admin, postgres_url, allowed=False)

        async def failing() -> bool:
            return seen.count(Outcome.UNAVAILABLE) >= 6

        await until(failing)
        await asyncio.to_thread(allow_connections, admin, postgres_url, allowed=True)
        (person,) = await people_of(built, 1)
        await type_text(built, person, "help")

        async def sent() -> bool:
            return await count_in(built, DeliveryState.SENT) >= 1

        await until(sent)
        assert await runner.stop(GRACE)
    told = [record.message for record in caplog.records if record.name == "scheduling.watch"]
    # While the last connections are being ended, a step under way may still succeed: that outage
    # is then told as two. Six failures in a row are never told as six.
    outages = ["the database can't be used", "the database is back"]
    assert [line.partition(";")[0] for line in told] in (outages, outages * 2)


async def test_stopping_lets_what_is_being_sent_end_and_claims_nothing_more(
    tmp_path: Path,
) -> None:
    environment = environment_in(tmp_path)
    await move_company_in(environment)
    gates: list[Gate] = []

    def watch(inner):  # type: ignore[no-untyped-def]  # Messenger -> Messenger
        gates.append(Gate.around(inner))
        return gates[-1]

    bell = Bell()
    async with opened(environment, watch=watch, on_reply=bell.ring) as built:
        runner = Runner(built.kit, built.clock, bell, jobs=QUICK_JOBS, idle=SOON)
        await runner.start()
        first, second = await people_of(built, 2)
        await type_text(built, first, "help")

        async def entered() -> bool:
            return bool(gates[0].entered)

        await until(entered)
        stopping = asyncio.create_task(runner.stop(GRACE))
        await asyncio.sleep(0)
        await type_text(built, second, "help")
        assert not stopping.done()
        gates[0].opened.set()

        assert await stopping
        assert await count_in(built, DeliveryState.SENT) == 1
        assert await count_in(built, DeliveryState.READY) == 1
        assert runner.problems() == ["not running"]


async def test_what_does_not_end_in_time_is_left_to_its_lease(tmp_path: Path) -> None:
    environment = environment_in(tmp_path)
    await move_company_in(environment)
    bell = Bell()
    async with opened(environment, watch=Gate.around, on_reply=bell.ring) as built:
        runner = Runner(built.kit, built.clock, bell, jobs=(), idle=SOON)
        await runner.start()
        (person,) = await people_of(built, 1)
        await type_text(built, person, "help")

        async def sending() -> bool:
            return await count_in(built, DeliveryState.SENDING) == 1

        await until(sending)
        assert not await runner.stop(timedelta(seconds=0.05))
        assert await count_in(built, DeliveryState.SENDING) == 1

        later = built.clock.now() + timedelta(minutes=2)
        assert await built.uow.write(lambda tx: tx.queue.sweep(later)) == 1


async def test_an_overrunning_job_runs_once_at_a_time(tmp_path: Path) -> None:
    at_once = most = turns = 0

    async def slow(_: Kit, __: datetime) -> int:
        nonlocal at_once, most, turns
        at_once, turns = at_once + 1, turns + 1
        most = max(most, at_once)
        await asyncio.sleep(0.25)
        at_once -= 1
        return 0

    environment = environment_in(tmp_path)
    await move_company_in(environment)
    job = Job("slow", timedelta(seconds=0.05), (("slow", slow),))
    async with opened(environment) as built, running(built, Bell(), jobs=[job]):

        async def thrice() -> bool:
            return turns >= 3

        await until(thrice)
    assert most == 1


async def test_no_job_waits_for_a_time_from_before_the_clock_was_set_back(tmp_path: Path) -> None:
    turns = 0

    async def count(_: Kit, __: datetime) -> int:
        nonlocal turns
        turns += 1
        return 0

    environment = environment_in(tmp_path)
    await move_company_in(environment)
    job = Job("count", timedelta(hours=1), (("count", count),))
    async with opened(environment) as built, running(built, Bell(), jobs=[job]) as runner:

        async def once() -> bool:
            return turns == 1

        await until(once)
        # The same as setting the machine's clock back: the next turn lies too far ahead.
        ahead = datetime.now(UTC) + timedelta(days=1)
        runner._scheduler.modify_job("count", next_run_time=ahead)

        async def again() -> bool:
            return turns == 2

        await until(again)


async def test_it_says_what_keeps_it_from_its_work(tmp_path: Path) -> None:
    async def gone(_: Kit, __: datetime) -> int:
        raise StorageUnavailable("The database is away.")

    environment = environment_in(tmp_path)
    await move_company_in(environment)
    job = Job("lost", timedelta(seconds=0.05), (("lost", gone),))
    async with opened(environment) as built, running(built, Bell(), jobs=[job]) as runner:

        async def late() -> bool:
            return runner.problems() == ["lost has not succeeded for some time"]

        await until(late)
