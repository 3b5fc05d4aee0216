"""Delivery to Teams, whatever goes wrong: each message arrives at most once, and where nobody can
tell whether it did, the operator sees it.

The numbers are those of the table of faults that the product promises to stand. The queue, the
databases, the connections and Teams' protocol are real; only the time is moved.
"""

from __future__ import annotations

import asyncio
from contextlib import AbstractContextManager
from itertools import pairwise
from pathlib import Path

import pytest

from bot.domain.delivery import DeliveryState
from bot.domain.inbound import Inbound, InboundKind
from bot.domain.occurrence import OccurrenceState
from bot.services.conversation import handle
from bot.services.deliver import LEASE
from bot.services.status import status
from bot.teams.outcomes import PAUSE
from tests.integration.chat_worlds import CHECK_IN, NOW, SECOND
from tests.integration.teams_worlds import (
    DAY,
    HOUR,
    IMPATIENT,
    LOST,
    MINUTE,
    POST,
    READY,
    SENT,
    SKIPPED,
    UNKNOWN,
    TeamsProcess,
    TeamsWorld,
    account,
    of_unknown_fate,
    teams_world,
)
from tests.processes import Talk, talking
from tests.servers.teams import Call, Fault

NOBODY_LISTENS = "https://127.0.0.1:9"


async def test_everybodys_check_in_arrives_once(database_url: str, tmp_path: Path) -> None:
    """In both tenants, with one token and by one process after the other."""
    async with teams_world(database_url, tmp_path, CHECK_IN) as world:
        async with world.process() as process:
            await process.live(NOW + MINUTE)
            assert len(world.teams.login.calls) == 1
        async with world.process() as process:
            await process.live(NOW + HOUR)
            assert await process.occurrences() == {(OccurrenceState.SENT, ""): 4}
        assert [len(world.posts(name)) for name in world.ids] == [1] * 4


@pytest.mark.parametrize("fault", [Fault.HANG_BEFORE, Fault.HANG_AFTER], ids=lambda f: f.name)
async def test_killed_while_teams_answers(database_url: str, tmp_path: Path, fault: Fault) -> None:
    """Fault 5: SIGKILL between Teams' acceptance and our commit. It is not sent again, however
    long the next process lives; the operator sees it, and what comes later arrives.
    """
    async with teams_world(database_url, tmp_path) as world:
        async with world.process() as process:
            await process.queue_notes("ana", "help")
        world.teams.fails(POST, fault)
        with worker(world) as running:
            async with asyncio.timeout(60):
                await world.teams.faults.hanging.wait()
            running.kill()
        async with world.process() as process:
            await process.work(NOW + LEASE - SECOND)
            assert await needs_operator(process) == {}, "its lease may still be a live one's"
            await process.live(NOW + DAY)
            assert world.tried() == 1
            assert len(world.posts()) == int(fault.accepts)
            assert await process.counts() == {(UNKNOWN, "maybe_sent"): 1}
            assert await needs_operator(process) == {"maybe_sent": 1}
            await process.queue_notes("ana", "saved")
            await process.work(NOW + DAY + MINUTE)
            assert len(world.posts()) == 1 + fault.accepts


def worker(world: TeamsWorld) -> AbstractContextManager[Talk]:
    """A process of its own that sends what is due."""
    teams = world.teams
    addresses = [teams.url, teams.login_url, str(teams.ca_file)]
    stores = [world.url, world.keys_url, str(world.organisation_id)]
    now = world.clock.now().isoformat()
    return talking("tests.integration.teams_worker", *stores, *addresses, now)


async def needs_operator(process: TeamsProcess) -> dict[str, int]:
    """What `touchpoint status` says that only an operator can settle, by reason."""
    found = await status(process.uow, process.world.clock.now())
    assert found is not None
    return dict(found.needs_operator)


@of_unknown_fate
async def test_what_may_have_arrived_is_not_sent_again(
    sqlite_url: str, tmp_path: Path, fault: Fault
) -> None:
    """Faults 6 and 8: a reset or a time-out after the POST, 500, 502, 503 and 408."""
    async with (
        teams_world(sqlite_url, tmp_path) as world,
        world.process(patience=IMPATIENT) as process,
    ):
        await process.queue_notes("ana", "help")
        world.teams.fails(POST, fault)
        await process.live(NOW + DAY)
        assert world.tried() == 1
        assert len(world.posts()) == int(fault.accepts)
        assert await process.counts() == {(UNKNOWN, LOST[fault]): 1}
        assert await needs_operator(process) == {LOST[fault]: 1}
        await process.queue_notes("ana", "saved")
        await process.work(NOW + DAY + MINUTE)
        assert len(world.posts()) == 1 + fault.accepts, "the next one is not held back"


async def test_a_check_in_of_unknown_fate_is_not_repeated(sqlite_url: str, tmp_path: Path) -> None:
    """Who answers it is told that nothing was kept, and gets the form."""
    async with teams_world(sqlite_url, tmp_path, CHECK_IN) as world, world.process() as process:
        world.teams.fails(POST, Fault.RESET_AFTER, who="Ana")
        await process.live(NOW + HOUR)
        assert len(world.posts("ana")) == 1
        await ana_types(process, "kestrel")
        await process.live(NOW + 2 * HOUR)
        assert len(world.posts("ana")) == 2
        assert "kept nothing" in world.teams.user("Ana").shown[-1]
        assert world.teams.user("Ana").buttons[-1] == "Open the form"


async def ana_types(process: TeamsProcess, text: str) -> None:
    now = process.world.clock.now()
    inbound = Inbound(
        installation_id=process.world.one,
        external_id=account("ana").id,
        inbound_id="f:1",
        kind=InboundKind.TEXT,
        at=now,
        text=text,
    )
    await handle(process.kit, inbound, now)


# Fault 7


async def test_a_limit_is_kept_to_the_second(database_url: str, tmp_path: Path) -> None:
    """Sent once and never early, by the next process either; others need not wait."""
    async with teams_world(database_url, tmp_path) as world:
        world.teams.fails(POST, Fault.RATE_LIMITED, who="Ana", retry_after=60)
        async with world.process() as process:
            await process.queue_notes("ana", "help")
            await process.queue_notes("ben", "help")
            await process.work()
            assert (len(world.posts("ana")), len(world.posts("ben"))) == (0, 1)
        async with world.process() as process:
            await process.live(NOW + 59 * SECOND)
            assert world.tried() == 2
            await process.live(NOW + HOUR)
            assert len(world.posts("ana")) == 1
            assert world.tried() == 3
            assert await process.counts() == {(SENT, ""): 2}
        refused, taken = of(world, "ana")
        assert taken.at - refused.at == 60 * SECOND


def of(world: TeamsWorld, who: str) -> list[Call]:
    """The calls that went to somebody's conversation."""
    there = world.teams.user(account(who).id).conversation.id
    return [call for call in world.teams.called(POST) if call.conversation == there]


async def test_a_limit_that_says_nothing_holds_the_tenant_alone(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with teams_world(sqlite_url, tmp_path) as world, world.process() as process:
        world.teams.fails(POST, Fault.RATE_LIMITED, who="Ana", retry_after=None)
        await process.queue_notes("ana", "help")
        await process.work()
        await process.queue_notes("ben", "help")
        await process.queue_notes("zoe", "help")
        await process.live(NOW + 29 * SECOND)
        assert [len(world.posts(who)) for who in ("ana", "ben", "zoe")] == [0, 0, 1]
        await process.live(NOW + HOUR)
        assert [len(world.posts(who)) for who in ("ana", "ben", "zoe")] == [1, 1, 1]
        assert world.tried() == 4


async def test_calls_that_meet_wait_longer_each_time(sqlite_url: str, tmp_path: Path) -> None:
    """412: nothing was done, and it is tried again with growing waits."""
    async with teams_world(sqlite_url, tmp_path) as world, world.process() as process:
        await process.queue_notes("ana", "help")
        world.teams.fails(POST, *[Fault.PRECONDITION] * 4)
        await process.live(NOW + HOUR)
        assert len(world.posts()) == 1
        tries = world.teams.called(POST)
        assert [(b.at - a.at) // SECOND for a, b in pairwise(tries)] == [5, 10, 20, 40]
        assert await process.counts() == {(SENT, ""): 1}


# Who may not be written to, and whose token is refused


async def test_whoever_blocks_the_app_costs_nobody_else_anything(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with teams_world(sqlite_url, tmp_path) as world, world.process() as process:
        world.teams.user("Ana").blocks()
        await process.queue_notes("ana", "help")
        await process.queue_notes("ben", "help")
        await process.live(NOW + HOUR)
        assert len(world.posts("ben")) == 1
        assert len(of(world, "ana")) == 1
        assert await process.counts() == {(SENT, ""): 1, (SKIPPED, "blocked"): 1}
        assert process.barred == [(world.one, account("ana").id, "blocked")]


async def test_a_token_that_is_revoked_is_replaced(sqlite_url: str, tmp_path: Path) -> None:
    """Fault 20: the tenant pauses and says so; nothing is lost, and nothing comes twice."""
    async with teams_world(sqlite_url, tmp_path) as world, world.process() as process:
        await process.queue_notes("ana", "help")
        await process.work()
        world.teams.login.revoke()
        await process.queue_notes("ana", "saved")
        await process.work(NOW + MINUTE)
        assert await paused(process) == ["token_refused"]
        await process.live(NOW + MINUTE + PAUSE)
        assert len(world.posts("ana")) == 2
        assert await paused(process) == []
        assert await process.counts() == {(SENT, ""): 2}


async def test_a_wrong_secret_loses_nothing(sqlite_url: str, tmp_path: Path) -> None:
    """Fault 20, rotated: the next process has the secret that Microsoft takes."""
    async with teams_world(sqlite_url, tmp_path) as world:
        async with world.process(secret="wr0ng~secret") as process:
            await process.queue_notes("ana", "help")
            await process.live(NOW + DAY)
            assert await paused(process) == ["no_token"]
            assert await process.counts() == {(READY, "no_token"): 1}
        async with world.process() as process:
            await process.live(NOW + DAY + PAUSE)
            assert len(world.posts("ana")) == world.tried() == 1


async def paused(process: TeamsProcess) -> list[str]:
    """Why lanes pause, as the operator is told."""
    now = process.world.clock.now()
    return [each.reason for each in await process.uow.read(lambda tx: tx.queue.pauses(now))]


async def test_a_token_service_that_is_not_reached_is_tried_again(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with teams_world(sqlite_url, tmp_path) as world:
        async with world.process(login_url=NOBODY_LISTENS) as process:
            await process.queue_notes("ana", "help")
            await process.work()
            assert await process.counts() == {(READY, "token_not_reachable"): 1}
        async with world.process() as process:
            await process.live(NOW + HOUR)
            assert len(world.posts("ana")) == world.tried() == 1
            assert {state for state, _ in await process.counts()} == {DeliveryState.SENT}
