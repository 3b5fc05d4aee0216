"""What changes between queueing and sending: people, choices, the clock, and the database itself.

The platform's log says what reached somebody; the queue and the occurrences say why the rest
did not.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Connection, event, make_url

from bot.domain.delivery import DeliveryState
from bot.domain.occurrence import OccurrenceState
from bot.domain.ports.unit_of_work import StorageUnavailable
from bot.services.deliver import LEASE
from bot.services.plan import plan
from bot.services.work import schedule_due
from storage.engine import open_engine
from tests.integration.chat_worlds import (
    CHECK_IN,
    FRIDAY,
    LEASE_OVER,
    NOW,
    NUDGE,
    SECOND,
    SILENCE,
    SUMMARY,
    ChatWorld,
    Process,
    chat_world,
)
from tests.servers.chat import Fault

SENT, SKIPPED = DeliveryState.SENT, DeliveryState.SKIPPED
HOUR = timedelta(hours=1)
DAY = 24 * HOUR
EVERYBODY = 4


async def plan_now(process: Process) -> None:
    await plan(process.uow, process.kit.calendar, process.world.clock.now())


# The clock


@pytest.mark.parametrize(
    ("down", "arrives"), [(2 * HOUR, True), (3 * DAY, False)], ids=["2 hours", "3 days"]
)
@pytest.mark.parametrize("planned", [True, False], ids=["planned before", "not planned"])
async def test_after_downtime_a_prompt_comes_once_or_is_skipped_in_plain_sight(
    database_url: str, tmp_path: Path, down: timedelta, arrives: bool, planned: bool
) -> None:
    async with chat_world(database_url, tmp_path, NUDGE) as world, world.process() as process:
        if planned:
            await plan_now(process)
        await process.work(NOW + down)
        await process.live(NOW + down + HOUR)
        assert len(world.chat.posts("C-ana")) == int(arrives)
        assert len(world.chat.posts()) == EVERYBODY * int(arrives)
        fate = (OccurrenceState.SENT, "") if arrives else (OccurrenceState.SKIPPED, "too_late")
        assert await process.occurrences() == {fate: EVERYBODY}


async def test_a_clock_set_a_day_forward_and_back_bursts_and_repeats_nothing(
    database_url: str, tmp_path: Path
) -> None:
    async with chat_world(database_url, tmp_path, NUDGE) as world, world.process() as process:
        await process.work(NOW - HOUR / 2)
        await process.work(NOW + DAY - HOUR)
        for moment in (NOW - DAY, NOW, NOW + HOUR, NOW + DAY, NOW + 2 * DAY):
            await process.live(moment) if moment > NOW else await process.work(moment)
        assert len(world.chat.posts("C-ana")) == 1
        await process.live(NOW + 7 * DAY)
        assert len(world.chat.posts("C-ana")) == 2, "and the next week is not forgotten"


# The database


@contextmanager
def locked_out(process: Process) -> Iterator[None]:
    """Another program holds SQLite's write lock."""
    engine, other = process.uow._engine, open_engine(process.world.url)
    event.listen(engine, "begin", _wait_briefly, insert=True)
    with other.connect().execution_options(writes=True) as connection, connection.begin():
        yield
    event.remove(engine, "begin", _wait_briefly)
    other.dispose()


@contextmanager
def shut_down(process: Process, request: pytest.FixtureRequest) -> Iterator[None]:
    """PostgreSQL ends all connections and takes no new ones."""
    server = request.getfixturevalue("postgres_server")
    admin = server.admin.set(drivername="postgresql").render_as_string(hide_password=False)
    name = make_url(process.world.url).database or ""
    allow = "ALTER DATABASE {} ALLOW_CONNECTIONS "
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(sql.SQL(allow + "false").format(sql.Identifier(name)))
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
        )
        try:
            yield
        finally:
            connection.execute(sql.SQL(allow + "true").format(sql.Identifier(name)))


@asynccontextmanager
async def outage(process: Process, request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """The database can't be written to inside the block."""
    if process.world.url.startswith("sqlite"):
        await process.uow.write(lambda tx: _wait_briefly(tx.inbox._connection))
        with locked_out(process):
            yield
    else:
        with shut_down(process, request):
            yield


def _wait_briefly(connection: Connection) -> None:
    """Ten seconds of patience with a busy database would only make the tests slow."""
    connection.exec_driver_sql("PRAGMA busy_timeout = 50").all()


async def test_nothing_is_acknowledged_without_the_database(
    database_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    async with chat_world(database_url, tmp_path, CHECK_IN) as world, world.process() as process:
        await process.work()
        before = len(world.chat.log)
        async with outage(process, request):
            for _ in range(2):
                with pytest.raises(StorageUnavailable):
                    await process.types("ana", "Plenty to do", inbound_id="event-1")
            with pytest.raises(StorageUnavailable):
                await process.queue_notes("ben", "help")
        assert len(world.chat.log) == before
        for _ in range(4):
            await process.types("ana", "Plenty to do", inbound_id="event-1")
        await process.live(NOW + HOUR)
        ana = world.ids["ana"]
        stored = await process.uow.read(lambda tx: tx.answers.of_person(ana))
        assert [answer.sequence for answer in stored] == [stored[0].sequence]
        assert sum("Saved under" in text for text in world.chat.texts("C-ana")) == 1


async def test_a_database_gone_when_the_platform_accepted_doubles_nothing(
    database_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    async with chat_world(database_url, tmp_path) as world, world.process() as process:
        notes = await process.queue_notes("ana", "help", "saved")
        world.chat.fails(Fault.HANG_AFTER)
        working = asyncio.create_task(process.work())
        await world.chat.hanging.wait()
        async with outage(process, request):
            world.chat.release()
            with pytest.raises(StorageUnavailable):
                await working
        await process.work(NOW + LEASE - SECOND)
        assert len(world.chat.attempts()) == 1
        await process.live(NOW + LEASE_OVER)
        assert [entry.delivery_id for entry in world.chat.posts()] == notes
        assert len(world.chat.attempts()) == 2
        assert await process.counts() == {(SENT, ""): 2}


async def test_a_database_gone_before_sending_loses_nothing(
    database_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    async with chat_world(database_url, tmp_path, NUDGE) as world, world.process() as process:
        async with outage(process, request):
            with pytest.raises(StorageUnavailable):
                await process.work()
        assert world.chat.calls == []
        await process.live(NOW + HOUR)
        assert len(world.chat.posts()) == EVERYBODY
        assert await process.counts() == {(SENT, ""): EVERYBODY}


# People who leave


async def test_somebody_who_left_after_queueing_gets_nothing(
    database_url: str, tmp_path: Path
) -> None:
    cadences = (CHECK_IN, NUDGE)
    async with chat_world(database_url, tmp_path, *cadences) as world, world.process() as process:
        await plan_now(process)
        await process.queue_notes("ana", "help")
        await process.people_are(mia=None, zoe=None, ben="mia")
        await process.live(NOW + DAY)
        assert world.chat.calls
        assert world.chat.attempts("C-ana") == []
        assert (await process.counts())[SKIPPED, "left"] == 3
        assert (await process.occurrences())[OccurrenceState.SKIPPED, "left"] >= 1


async def test_the_occurrence_of_a_cancelled_nudge_says_why(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with chat_world(sqlite_url, tmp_path, NUDGE) as world, world.process() as process:
        await plan_now(process)
        await process.people_are(mia=None, zoe=None, ben="mia")
        await process.live(NOW + DAY)
        assert world.chat.attempts("C-ana") == []
        assert await process.occurrences() == {
            (OccurrenceState.SENT, ""): 3,
            (OccurrenceState.SKIPPED, "left"): 1,
        }


async def test_somebody_who_left_after_the_claim_gets_nothing(
    database_url: str, tmp_path: Path
) -> None:
    async with chat_world(database_url, tmp_path, NUDGE) as world, world.process() as process:
        await plan_now(process)
        await process.uow.write(lambda tx: tx.queue.claim(NOW, limit=50, lease=LEASE))
        await process.people_are(mia=None, zoe=None, ben="mia")
        await process.work(NOW + LEASE_OVER)
        assert world.chat.attempts("C-ana") == []
        assert await process.counts() == {(SENT, ""): 3, (SKIPPED, "left"): 1}
        assert (await process.occurrences())[OccurrenceState.SKIPPED, "left"] == 1


# Between a summary's draft and its sending

WORDS = "Plenty to do, and nobody to ask"
OTHER_WORDS = "A quieter office"

Change = Callable[[Process], Awaitable[object]]


@asynccontextmanager
async def drafted(url: str, folder: Path) -> AsyncIterator[tuple[ChatWorld, Process]]:
    """Ana and Ben answered; Mia's summary is drafted and not sent yet."""
    async with (
        chat_world(url, folder, CHECK_IN, SUMMARY) as world,
        world.process() as process,
    ):
        await process.work()
        await process.types("ana", WORDS)
        await process.live(NOW + SILENCE)
        await process.types("ana", OTHER_WORDS)
        await process.types("ben", "Ben is fine")
        await process.live(NOW + HOUR)
        world.clock.set(FRIDAY)
        await schedule_due(process.kit, FRIDAY)
        assert summaries(world) == []
        yield world, process


def summaries(world: ChatWorld, channel: str = "C-mia") -> list[str]:
    return [text for text in world.chat.texts(channel) if "summary_details" in text]


async def button_of(process: Process, key: str) -> str:
    """The value of the buttons under Ana's answer to a question."""
    ana = process.world.ids["ana"]
    (check_in,) = await process.uow.read(lambda tx: tx.check_ins.of_person(ana))
    return f"{check_in.id}:{key}"


async def undo(process: Process) -> None:
    for key in ("work", "wish"):
        await process.presses("ana", "undo", await button_of(process, key))


async def narrow(process: Process) -> None:
    for key in ("work", "wish"):
        await process.presses("ana", "only_me", await button_of(process, key))


async def narrow_one(process: Process) -> None:
    await process.presses("ana", "only_me", await button_of(process, "work"))


async def erase(process: Process) -> None:
    await process.kit.keys.destroy(process.world.ids["ana"], FRIDAY)


async def move_to_zoe(process: Process) -> None:
    await process.people_are(mia=None, zoe=None, ana="zoe", ben="mia")


async def leave(process: Process) -> None:
    await process.people_are(mia=None, zoe=None, ben="mia")


async def test_a_summary_that_nothing_changed_quotes_them(
    database_url: str, tmp_path: Path
) -> None:
    """What the next tests look for in vain is there otherwise."""
    async with drafted(database_url, tmp_path) as (world, process):
        await process.work()
        (summary,) = summaries(world)
        assert "Ana and Ben shared something" in summary
        assert WORDS in summary
        assert "Ask what would help." in summary


@pytest.mark.parametrize(
    "change", [undo, narrow, erase, move_to_zoe, leave], ids=lambda change: change.__name__
)
async def test_who_takes_it_back_or_moves_on_is_absent(
    database_url: str, tmp_path: Path, change: Change
) -> None:
    async with drafted(database_url, tmp_path) as (world, process):
        await change(process)
        await process.live(FRIDAY + DAY)
        (summary,) = summaries(world)
        assert "Ben shared something" in summary
        assert "Ana" not in summary
        said = "\n".join(world.chat.texts("C-mia") + world.chat.texts("C-zoe"))
        assert WORDS not in said
        assert OTHER_WORDS not in said
        assert await read_by(process, world.ids["ana"]) == set()


async def test_what_rests_on_a_narrowed_answer_goes_with_it(
    database_url: str, tmp_path: Path
) -> None:
    async with drafted(database_url, tmp_path) as (world, process):
        await narrow_one(process)
        await process.work()
        (summary,) = summaries(world)
        assert "Ana and Ben shared something" in summary, "her other answer is still shared"
        assert WORDS not in summary
        assert summary.count("Ask what would help.") == 1, "only what Ben's answer gives"
        assert await read_by(process, world.ids["ana"]) == {world.ids["mia"]}


async def test_a_manager_left_without_a_team_gets_no_summary(
    database_url: str, tmp_path: Path
) -> None:
    async with drafted(database_url, tmp_path) as (world, process):
        await process.people_are(mia=None, zoe=None, ana="zoe", ben="zoe")
        await process.live(FRIDAY + DAY)
        assert summaries(world) == []
        assert (await process.counts())[SKIPPED, "not_a_manager"] == 1
        occurrences = await process.occurrences()
        assert occurrences[OccurrenceState.SKIPPED, "not_a_manager"] == 1
        assert "Plenty" not in "\n".join(world.chat.texts("C-zoe"))


async def read_by(process: Process, person_id: UUID) -> set[UUID]:
    """Who was shown somebody's answers, as that person is told."""
    logged = await process.uow.read(lambda tx: tx.read_log.of_person(person_id))
    return {reading.reader_id for reading in logged}
