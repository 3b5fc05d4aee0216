"""The read log, the audit log, the inbox, the local platform's messages and the process lock."""

import asyncio
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError

from bot.domain.ports.queue_store import Chain, Reading
from storage.lock import AlreadyRunning, ProcessLock, lock_for
from storage.tables.logs import AuditLogRow
from storage.transaction import SqlTx
from tests.harness import ROOT
from tests.integration.audit_logs import allow_changes
from tests.integration.queue_worlds import NOW, SECOND, World, populated

_entry = AuditLogRow.__table__


def _append(tx: SqlTx, target: str, detail: str = "") -> None:
    tx.audit.append(actor="system", action="cadence.changed", target=target, at=NOW, detail=detail)


async def _verify(world: World) -> bool:
    return await world.uow.read(lambda tx: tx.audit.verify())


async def test_concurrent_entries_make_one_whole_chain(database_url: str) -> None:
    async with populated(database_url) as world:
        assert await _verify(world), "an empty log is whole"
        await asyncio.gather(
            *(world.uow.write(lambda tx, n=n: _append(tx, f"target {n}")) for n in range(40))
        )
        assert await _verify(world)


@pytest.mark.parametrize(
    "tamper",
    [
        update(_entry).where(_entry.c.number == 2).values(detail="other"),
        update(_entry).where(_entry.c.number == 1).values(at=NOW + SECOND),
        update(_entry).where(_entry.c.number == 3).values(hash=bytes(32)),
        delete(_entry).where(_entry.c.number == 1),
        delete(_entry).where(_entry.c.number == 2),
    ],
    ids=["detail", "time", "hash", "first", "middle"],
)
async def test_an_altered_or_removed_entry_is_found(database_url: str, tamper: object) -> None:
    async with populated(database_url) as world:
        for n in range(3):
            await world.uow.write(lambda tx, n=n: _append(tx, f"target {n}", "détail"))
        assert await _verify(world)
        await world.uow.write(lambda tx: allow_changes(tx.audit._connection))
        await world.uow.write(lambda tx: tx.audit._connection.execute(tamper))
        assert not await _verify(world)


@pytest.mark.parametrize("act", [update(_entry).values(detail="other"), delete(_entry)])
async def test_the_database_refuses_to_change_or_delete_an_entry(
    database_url: str, act: object
) -> None:
    async with populated(database_url) as world:
        await world.uow.write(lambda tx: _append(tx, "target"))
        with pytest.raises(DBAPIError, match="append-only"):
            await world.uow.write(lambda tx: tx.audit._connection.execute(act))
        (entry,) = await world.uow.read(lambda tx: tx.audit.entries())
        assert (entry.number, entry.target, entry.detail) == (1, "target", "")


async def test_a_chain_says_where_it_breaks_and_whether_it_holds_a_hash(database_url: str) -> None:
    async with populated(database_url) as world:
        assert await world.uow.read(lambda tx: tx.audit.check()) == Chain(0, "", None, True)
        for n in range(3):
            await world.uow.write(lambda tx, n=n: _append(tx, f"target {n}"))
        hashes = [e.hash for e in await world.uow.read(lambda tx: tx.audit.entries())]
        assert len(set(hashes)) == 3
        for kept in hashes:
            chain = await world.uow.read(lambda tx, kept=kept: tx.audit.check(kept.upper()))
            assert chain == Chain(3, hashes[-1], None, True)
        chain = await world.uow.read(lambda tx: tx.audit.check("00" * 32))
        assert not chain.holds
        await world.uow.write(lambda tx: allow_changes(tx.audit._connection))
        third = delete(_entry).where(_entry.c.number == 3)
        await world.uow.write(lambda tx: tx.audit._connection.execute(third))
        cut = await world.uow.read(lambda tx: tx.audit.check(hashes[2]))
        assert cut == Chain(2, hashes[1], None, holds=False), "whole, and yet not what was kept"
        second = update(_entry).where(_entry.c.number == 2).values(target="other")
        await world.uow.write(lambda tx: tx.audit._connection.execute(second))
        assert (await world.uow.read(lambda tx: tx.audit.check())).broken_at == 2


async def test_entries_come_in_pages(database_url: str) -> None:
    async with populated(database_url) as world:
        for n in range(5):
            await world.uow.write(lambda tx, n=n: _append(tx, f"target {n}"))
        page = await world.uow.read(lambda tx: tx.audit.entries(after=2, limit=2))
        assert [(e.number, e.target, e.at) for e in page] == [
            (3, "target 2", NOW),
            (4, "target 3", NOW),
        ]


async def test_each_organisation_has_its_own_chain(database_url: str) -> None:
    async with populated(database_url) as one, populated(database_url) as other:
        for world in (one, other, one):
            await world.uow.write(lambda tx: _append(tx, "target"))
        assert await _verify(one)
        assert await _verify(other)


async def test_a_reading_is_logged_once(database_url: str) -> None:
    async with populated(database_url) as world:
        seen = Reading(uuid4(), uuid4(), uuid4(), "summary", NOW)
        again = replace(seen, at=NOW + SECOND)
        elsewhere = replace(again, how="details")
        await world.uow.write(lambda tx: tx.read_log.add([]))
        await world.uow.write(lambda tx: tx.read_log.add([seen]))
        await world.uow.write(lambda tx: tx.read_log.add([again, elsewhere, elsewhere]))
        logged = await world.uow.read(lambda tx: tx.read_log.of_person(seen.person_id))
        assert logged == [seen, elsewhere]
        assert await world.uow.read(lambda tx: tx.read_log.of_person(uuid4())) == []


async def test_an_act_is_handled_once_per_installation(database_url: str) -> None:
    one, other = UUID(int=1), UUID(int=2)

    async with populated(database_url) as world:

        async def first_time(installation: UUID, act: str) -> bool:
            return await world.uow.write(lambda tx: tx.inbox.first_time(installation, act, NOW))

        assert sum(await asyncio.gather(*(first_time(one, "event") for _ in range(5)))) == 1
        assert await first_time(other, "event")
        assert await world.uow.write(lambda tx: tx.inbox.purge(NOW)) == 0
        assert await world.uow.write(lambda tx: tx.inbox.purge(NOW + SECOND)) == 2
        assert await first_time(one, "event")


async def test_local_messages_keep_their_order_and_forget_what_is_deleted(
    database_url: str,
) -> None:
    me, ids = uuid4(), [uuid4() for _ in range(4)]

    def put(tx: SqlTx, message: UUID) -> bool:
        return tx.local_messages.put(
            message_id=message, person_id=me, author="bot", sealed=b"one", at=NOW
        )

    async with populated(database_url) as world:
        for message in ids:
            assert await world.uow.write(lambda tx, m=message: put(tx, m))
        assert not await world.uow.write(lambda tx: put(tx, ids[0]))
        changes = await world.uow.write(
            lambda tx: (
                tx.local_messages.replace(ids[1], b"two", NOW + SECOND),
                tx.local_messages.delete(ids[2], NOW + SECOND),
                tx.local_messages.delete(ids[2], NOW + SECOND),
                tx.local_messages.replace(ids[2], b"back", NOW + SECOND),
                tx.local_messages.replace(uuid4(), b"none", NOW),
            )
        )
        assert changes == (True, True, False, False, False)
        kept = await world.uow.read(lambda tx: tx.local_messages.of_person(me))
        assert [(m.id, m.sealed, m.version, m.sent_at) for m in kept] == [
            (ids[0], b"one", 1, NOW),
            (ids[1], b"two", 2, NOW),
            (ids[3], b"one", 1, NOW),
        ]
        newest = await world.uow.read(lambda tx: tx.local_messages.of_person(me, 2))
        assert [m.id for m in newest] == [ids[1], ids[3]]
        assert await world.uow.read(lambda tx: tx.local_messages.exists(ids[2]))
        assert not await world.uow.read(lambda tx: tx.local_messages.exists(uuid4()))


async def test_a_deleted_local_message_leaves_nothing_behind(database_url: str) -> None:
    message = uuid4()
    async with populated(database_url) as world:
        await world.uow.write(
            lambda tx: tx.local_messages.put(
                message_id=message, person_id=uuid4(), author="person", sealed=b"words", at=NOW
            )
        )
        await world.uow.write(lambda tx: tx.local_messages.delete(message, NOW))
        left = await world.uow.read(
            lambda tx: tx.inbox._connection.scalars(text("SELECT sealed FROM local_message")).all()
        )
        assert left == [None]


def test_a_second_process_is_refused_and_told_who_holds_the_file(tmp_path: Path) -> None:
    database = tmp_path / "touchpoint.db"
    code = (
        "import sys, pathlib; from storage.lock import ProcessLock; "
        "lock = ProcessLock(pathlib.Path(sys.argv[1])); lock.acquire(); print('held', flush=True); "
        "sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(database)],
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(AlreadyRunning) as refused:
            ProcessLock(database).acquire()
        assert str(database) in str(refused.value)
        assert f"pid {holder.pid}" in str(refused.value)
        holder.kill()
        holder.wait(30)
        with ProcessLock(database) as lock:
            lock.acquire()
        with ProcessLock(database):
            pass


def test_only_sqlite_needs_the_lock(sqlite_url: str) -> None:
    lock = lock_for(sqlite_url)
    assert lock is not None
    with lock, pytest.raises(AlreadyRunning):
        ProcessLock(Path(sqlite_url.removeprefix("sqlite:///"))).acquire()
    assert lock_for("postgresql+psycopg://someone@host/name") is None
