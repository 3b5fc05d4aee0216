"""Faults over Slack, with real processes: what was acknowledged is kept, and kept once.

The numbers are those of the table of faults that the product promises to stand.
"""

from __future__ import annotations

import asyncio
import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from tests.integration.demo_office import PATIENCE, allow_connections
from tests.integration.slack_process import (
    SHORTLY,
    Office,
    Running,
    both_ways,
    slack_office,
    soon,
    until,
)
from tests.integration.slack_proxy import deaf_towards
from tests.servers import postgres
from tests.servers.slack import Ack


@both_ways
async def test_killed_before_the_commit(tmp_path: Path, way: str) -> None:
    """Fault 1: not acknowledged, so that Slack tries again, and one answer is kept."""
    async with slack_office(tmp_path, way) as office:
        await office.due("ana")
        async with office.running() as first:
            await office.asked("ana")
            office.slack.patience = SHORTLY
            with office.nobody_can_write():
                ack = await office.user("ana").types("kestrel")
                await first.killed()
        assert not ack.acknowledged
        assert await office.words("ana") == []
        await kept_by_the_next_process(office)


@both_ways
async def test_killed_after_the_commit(tmp_path: Path, way: str) -> None:
    """Fault 2: the acknowledgement never reached Slack, which tries again: one answer, and one
    receipt for it.
    """
    async with slack_office(tmp_path, way) as office:
        await office.due("ana")
        async with office.running() as first:
            await office.asked("ana")
            async with nothing_reaches_slack(office) as answered:
                typing = asyncio.create_task(office.user("ana").types("kestrel"))
                await kept(office)
                async with asyncio.timeout(PATIENCE):
                    await answered.wait()
                await first.killed()
            assert not (await typing).acknowledged
        assert await office.words("ana") == ["kestrel"]
        await kept_by_the_next_process(office)


@asynccontextmanager
async def nothing_reaches_slack(office: Office) -> AsyncIterator[asyncio.Event]:
    """Slack speaks and hears nothing; at the end it finds the connection broken. Where that can be
    seen, the event is set once the process has answered.
    """
    if office.way == "http":
        async with deaf_towards(office.slack.http.url) as deaf:
            office.slack.calls_at(deaf.url)
            yield deaf.answered
        return
    unseen = asyncio.Event()
    unseen.set()
    for connection in office.slack.link.connections:
        assert connection.request.transport is not None
        connection.request.transport.pause_reading()  # type: ignore[attr-defined]  # of a socket
    yield unseen
    office.slack.link.drop()


async def kept(office: Office) -> None:
    """Waits until Ana's answer is in the database."""

    async def found() -> bool:
        return bool(await office.words("ana"))

    await until(found)


async def kept_by_the_next_process(office: Office) -> None:
    """What Slack still has to say arrives there; Ana has one answer and one receipt then."""
    office.slack.patience = PATIENCE
    await office.time_passes()
    async with office.running():
        await office.redelivered()
        assert await office.words("ana") == ["kestrel"]
        await office.all_sent()
    assert len(office.receipts("ana")) == 1
    office.nothing_came_twice()


@both_ways
async def test_redelivered_four_times(tmp_path: Path, way: str) -> None:
    """Fault 9: one after the other, four at once while the first is still under way, and to the
    next process: each is acknowledged, and each answer is kept once.
    """
    async with slack_office(tmp_path, way) as office:
        await office.due("ana", "ben")
        async with office.running() as first:
            await office.asked("ana", "ben")
            kestrel = await office.user("ana").types("kestrel")
            for _ in range(4):
                await again(office, kestrel)
            office.slack.patience = SHORTLY
            with office.nobody_can_write():
                heron = await office.user("ben").types("heron")
            assert not heron.acknowledged
            office.slack.patience = PATIENCE
            await asyncio.gather(*(again(office, heron) for _ in range(4)))
            await office.all_sent()
            await first.stopped()
        async with office.running():
            for ack in (kestrel, heron):
                await again(office, ack)
            await office.all_sent()
        assert await office.words("ana") == ["kestrel"]
        assert await office.words("ben") == ["heron"]
        assert len(office.receipts("ana")) == len(office.receipts("ben")) == 1
        office.nothing_came_twice()


async def again(office: Office, ack: Ack) -> None:
    (answered,) = await office.slack.redeliver(ack.delivery)
    assert answered.acknowledged, answered


async def test_the_database_is_busy(tmp_path: Path) -> None:
    """Fault 17: whoever types or presses meanwhile sees an error or is heard later; then all goes
    on by itself.
    """
    async with slack_office(tmp_path) as office:
        await office.due("ana", "ben")
        async with office.running() as running:
            await office.asked("ana", "ben")
            with office.nobody_can_write():
                await nothing_is_kept(office)
                await soon(lambda: any("not recorded" in line for line in running.log))
            await it_recovers(office)


@both_ways
async def test_the_disk_is_full(tmp_path: Path, way: str) -> None:
    """Fault 17: the same, where the operating system lets the process write no file any more."""
    async with slack_office(tmp_path, way) as office:
        await office.due("ana", "ben")
        async with office.running() as running:
            await office.asked("ana", "ben")
            if way == "socket":  # where a refusal is no answer at all
                office.slack.patience = SHORTLY
            with no_file_grows(running):
                await nothing_is_kept(office)
                await soon(lambda: any("not recorded" in line for line in running.log))
            await it_recovers(office)


@contextmanager
def no_file_grows(running: Running) -> Iterator[None]:
    """A full disk, as the operating system itself reports it to that process."""
    pid, limit = running.process.pid, resource.RLIMIT_FSIZE
    soft, hard = resource.prlimit(pid, limit)
    resource.prlimit(pid, limit, (0, hard))
    try:
        yield
    finally:
        resource.prlimit(pid, limit, (soft, hard))


async def test_the_database_is_gone(
    tmp_path: Path, postgres_server: postgres.Server, postgres_url: str
) -> None:
    """Fault 17: the same with PostgreSQL, which ends every connection and takes no new one."""
    admin = postgres_server.admin.render_as_string(hide_password=False)
    async with slack_office(tmp_path, database_url=postgres_url) as office:
        await office.due("ana", "ben")
        async with office.running() as running:
            await office.asked("ana", "ben")
            await asyncio.to_thread(allow_connections, admin, postgres_url, allowed=False)
            try:
                await refused(office)
                await soon(lambda: any("not recorded" in line for line in running.log))
            finally:
                await asyncio.to_thread(allow_connections, admin, postgres_url, allowed=True)
            await it_recovers(office)


async def nothing_is_kept(office: Office) -> None:
    """Ana types and Ben presses; neither is acknowledged, and Ben sees that it failed."""
    await refused(office)
    assert await office.values("ana") == await office.values("ben") == []


async def refused(office: Office) -> None:
    ben = office.user("ben")
    typed, pressed = await asyncio.gather(office.user("ana").types("kestrel"), ben.presses("4"))
    assert not typed.acknowledged
    assert not pressed.acknowledged
    assert len(ben.trouble) == 1
    if office.way == "http":
        assert typed.status == pressed.status == 503


async def it_recovers(office: Office) -> None:
    """Slack tries Ana's words again, Ben presses again, and both go on as if nothing had been."""
    office.slack.patience = PATIENCE
    await office.redelivers()
    assert (await office.user("ben").presses("4")).acknowledged
    assert await office.words("ana") == ["kestrel"]
    assert [value.rating for value in await office.values("ben")] == [4]
    await soon(lambda: office.receipts("ana"))
    await office.all_sent()
    assert len(office.receipts("ana")) == 1
    office.nothing_came_twice()
