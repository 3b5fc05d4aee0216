"""The unit of work: what is acknowledged is kept, what fails harms nobody else."""

import asyncio
import resource
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, event, select, text

from bot.domain.delivery import DeliveryClass
from bot.domain.ports.unit_of_work import StorageUnavailable, Tx, UnitOfWork
from storage.engine import DatabaseUrlError, open_engine
from storage.tables.queue import InboxRow
from storage.transaction import SqlTx
from storage.unit_of_work import SqlUnitOfWork, open_unit_of_work
from tests.integration.queue_worlds import NOW, SECOND, populated


def _record(tx: SqlTx, act: str) -> bool:
    return tx.inbox.first_time(UUID(int=1), act, NOW)


async def _acts(uow: SqlUnitOfWork) -> set[str]:
    def read(tx: SqlTx) -> set[str]:
        return set(_connection(tx).scalars(select(InboxRow.__table__.c.inbound_id)))

    return await uow.read(read)


def _connection(tx: SqlTx):  # type: ignore[no-untyped-def]  # inferred well enough in tests
    return tx.inbox._connection


def _engine(uow: SqlUnitOfWork) -> Engine:
    return uow._engine


def _count(engine: Engine) -> Counter[str]:
    counted: Counter[str] = Counter()
    event.listen(engine, "commit", lambda _: counted.update(["commit"]))
    return counted


async def test_it_is_the_port(sqlite_url: str) -> None:
    uow: UnitOfWork = open_unit_of_work(sqlite_url, uuid4())

    def uses_the_port(tx: Tx) -> Tx:
        return tx

    assert isinstance(await uow.read(uses_the_port), SqlTx)
    await uow.close()  # type: ignore[attr-defined]  # the port leaves closing to its owner


async def test_many_waiting_writes_share_commits_on_sqlite(sqlite_url: str) -> None:
    async with populated(sqlite_url) as world:
        commits = _count(_engine(world.uow))
        held, go = _hold_the_writer(world.uow)
        await asyncio.to_thread(held.wait)
        waiting = [
            asyncio.create_task(world.uow.write(lambda tx, n=n: _record(tx, f"act {n}")))
            for n in range(300)
        ]
        await asyncio.sleep(0)  # each task has submitted its write
        go.set()
        assert all(await asyncio.gather(*waiting))
        assert len(await _acts(world.uow)) == 300
        assert commits["commit"] <= 4


def _hold_the_writer(uow: SqlUnitOfWork) -> tuple[threading.Event, threading.Event]:
    held, go = threading.Event(), threading.Event()

    def hold(_: SqlTx) -> None:
        held.set()
        go.wait(30)

    uow._test_task = asyncio.ensure_future(uow.write(hold))  # type: ignore[attr-defined]  # referenced
    return held, go


async def test_a_failing_write_rolls_back_itself_alone(database_url: str) -> None:
    def fail(tx: SqlTx, act: str) -> None:
        _record(tx, act)
        raise ZeroDivisionError(act)

    async with populated(database_url) as world:
        results = await asyncio.gather(
            *(
                world.uow.write(lambda tx, n=n: (fail if n % 3 == 0 else _record)(tx, f"act {n}"))
                for n in range(30)
            ),
            return_exceptions=True,
        )
        failed = {n for n, result in enumerate(results) if isinstance(result, ZeroDivisionError)}
        assert failed == set(range(0, 30, 3))
        assert await _acts(world.uow) == {f"act {n}" for n in range(30) if n % 3}


async def test_a_broken_statement_rolls_back_itself_alone(database_url: str) -> None:
    def broken(tx: SqlTx) -> None:
        _record(tx, "broken")
        _connection(tx).execute(text("SELECT * FROM nowhere"))

    async with populated(database_url) as world:
        good, bad = await asyncio.gather(
            world.uow.write(lambda tx: _record(tx, "good")),
            world.uow.write(broken),
            return_exceptions=True,
        )
        assert good is True
        assert "nowhere" in str(bad)
        assert not isinstance(bad, StorageUnavailable)
        assert await _acts(world.uow) == {"good"}


async def test_a_function_that_raises_stop_iteration_does_not_hang(sqlite_url: str) -> None:
    async with populated(sqlite_url) as world:
        with pytest.raises(RuntimeError, match="StopIteration"):
            await world.uow.write(lambda _: next(iter(())))


@contextmanager
def _files_no_larger_than(size: int) -> Iterator[None]:
    """A full disk, as the operating system itself reports it to this process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def _log_size(url: str) -> int:
    return Path(url.removeprefix("sqlite:///") + "-wal").stat().st_size


async def test_a_commit_that_fails_acknowledges_nothing_and_recovers(sqlite_url: str) -> None:
    async with populated(sqlite_url) as world:
        assert await world.uow.write(lambda tx: _record(tx, "before"))
        with _files_no_larger_than(_log_size(sqlite_url)):
            results = await asyncio.gather(
                *(world.uow.write(lambda tx, n=n: _record(tx, f"full {n}")) for n in range(20)),
                return_exceptions=True,
            )
            assert all(isinstance(result, StorageUnavailable) for result in results)
            assert await _acts(world.uow) == {"before"}
        assert await world.uow.write(lambda tx: _record(tx, "after"))
        assert await _acts(world.uow) == {"before", "after"}


async def test_a_full_database_refuses_and_recovers(sqlite_url: str) -> None:
    async with populated(sqlite_url) as world:
        engine = _engine(world.uow)

        def fill(connection) -> None:  # type: ignore[no-untyped-def]  # as above
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 1}")

        event.listen(engine, "begin", fill)
        with pytest.raises(StorageUnavailable, match="full"):
            await world.uow.write(lambda tx: [_record(tx, f"{n}" * 900) for n in range(200)])
        event.remove(engine, "begin", fill)
        engine.dispose()
        assert await _acts(world.uow) == set()
        assert await world.uow.write(lambda tx: _record(tx, "after"))


async def test_a_locked_database_refuses_and_recovers(sqlite_url: str) -> None:
    async with populated(sqlite_url) as world:
        await world.uow.write(
            lambda tx: _connection(tx).exec_driver_sql("PRAGMA busy_timeout = 50").all()
        )
        other = open_engine(sqlite_url)
        with (
            other.connect().execution_options(writes=True) as connection,
            connection.begin(),
            pytest.raises(StorageUnavailable, match="locked"),
        ):
            await world.uow.write(lambda tx: _record(tx, "locked out"))
        other.dispose()
        assert await world.uow.write(lambda tx: _record(tx, "after"))


async def test_a_lost_connection_is_unavailable_and_recovers(postgres_url: str) -> None:
    def cut_off(tx: SqlTx) -> None:
        _record(tx, "lost")
        _connection(tx).execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    async with populated(postgres_url) as world:
        with pytest.raises(StorageUnavailable):
            await world.uow.write(cut_off)
        assert await world.uow.write(lambda tx: _record(tx, "after"))
        assert await _acts(world.uow) == {"after"}


async def test_a_conflict_is_run_again(postgres_url: str) -> None:
    """Two transactions lock two rows in opposite orders: PostgreSQL breaks one of them off."""
    both = threading.Barrier(2)
    runs: Counter[str] = Counter()

    def lock(tx: SqlTx, first: int, second: int) -> None:
        runs[f"{first}"] += 1
        take = text("SELECT pg_advisory_xact_lock(:key)")
        _connection(tx).execute(take, {"key": first})
        if runs[f"{first}"] == 1:
            both.wait(30)
        _connection(tx).execute(take, {"key": second})
        _record(tx, f"{first}")

    async with populated(postgres_url) as world:
        await asyncio.gather(
            world.uow.write(lambda tx: lock(tx, 1, 2)), world.uow.write(lambda tx: lock(tx, 2, 1))
        )
        assert sorted(runs.values()) == [1, 2]
        assert await _acts(world.uow) == {"1", "2"}


async def test_a_read_sees_one_snapshot_and_cannot_write(database_url: str) -> None:
    reading, written = threading.Event(), threading.Event()

    def twice(tx: SqlTx) -> tuple[int, int]:
        counted = select(InboxRow.__table__.c.inbound_id)
        first = len(_connection(tx).execute(counted).all())
        reading.set()
        written.wait(30)
        return first, len(_connection(tx).execute(counted).all())

    async with populated(database_url) as world:
        task = asyncio.create_task(world.uow.read(twice))
        await asyncio.to_thread(reading.wait, 30)
        await world.uow.write(lambda tx: _record(tx, "meanwhile"))
        written.set()
        assert await task == (0, 0)
        with pytest.raises(Exception, match=r"read-?only"):
            await world.uow.read(lambda tx: _record(tx, "by a read"))
        assert await _acts(world.uow) == {"meanwhile"}


async def test_a_cancelled_caller_breaks_nothing(database_url: str) -> None:
    started, go = threading.Event(), threading.Event()

    def slow(tx: SqlTx) -> None:
        started.set()
        go.wait(30)
        _record(tx, "slow")

    async with populated(database_url) as world:
        task = asyncio.create_task(world.uow.write(slow))
        await asyncio.to_thread(started.wait, 30)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        go.set()
        assert await world.uow.write(lambda tx: _record(tx, "next"))
        assert "next" in await _acts(world.uow)


async def test_close_finishes_what_was_accepted_and_may_be_repeated(database_url: str) -> None:
    async with populated(database_url) as world:
        waiting = [
            asyncio.create_task(world.uow.write(lambda tx, n=n: _record(tx, f"act {n}")))
            for n in range(40)
        ]
        await asyncio.sleep(0)  # each task has submitted its write
        await world.uow.close()
        await world.uow.close()
        assert all(await asyncio.gather(*waiting))
        with pytest.raises(StorageUnavailable, match="closed"):
            await world.uow.write(lambda tx: _record(tx, "late"))
        with pytest.raises(StorageUnavailable, match="closed"):
            await world.uow.read(lambda tx: tx.queue.counts())
        again = open_unit_of_work(database_url, world.uow.organisation_id)
        assert len(await _acts(again)) == 40
        await again.close()


async def test_callers_on_several_event_loops_share_a_unit_of_work(database_url: str) -> None:
    async with populated(database_url) as world:

        def elsewhere(n: int) -> bool:
            return asyncio.run(world.uow.write(lambda tx: _record(tx, f"loop {n}")))

        assert all(await asyncio.gather(*(asyncio.to_thread(elsewhere, n) for n in range(4))))


async def test_a_queued_reply_wakes_delivery_after_its_commit(database_url: str) -> None:
    woken: list[datetime] = []
    async with populated(database_url, on_reply=woken.append) as world:
        reply = {"delivery_class": DeliveryClass.REPLY}
        await world.enqueue(world.message())
        assert woken == []
        await world.enqueue(
            world.message(not_before=NOW + SECOND, **reply), world.message(cause="a", **reply)
        )
        assert woken == [NOW]
        await world.enqueue(world.message(cause="a", **reply))
        assert woken == [NOW], "nothing new was queued"
        with pytest.raises(ZeroDivisionError):
            await world.uow.write(lambda tx: (tx.queue.enqueue([world.message(**reply)]), 1 // 0))
        assert woken == [NOW], "nothing was committed"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_a_wake_that_fails_does_not_fail_the_write(sqlite_url: str) -> None:
    def broken(_: datetime) -> None:
        raise RuntimeError("no loop")

    async with populated(sqlite_url, on_reply=broken) as world:
        reply = world.message(delivery_class=DeliveryClass.REPLY)
        assert await world.enqueue(reply) == {reply.id}
        assert len(await world.claim()) == 1


@pytest.mark.parametrize("url", ["nonsense", "mysql://x/y", "sqlite://", "sqlite:///:memory:"])
def test_a_url_that_cannot_serve_is_refused_with_the_remedy(url: str) -> None:
    with pytest.raises(DatabaseUrlError, match="sqlite:////path"):
        open_engine(url)


async def test_the_sqlite_file_is_set_up_to_keep_what_it_acknowledged(sqlite_url: str) -> None:
    def settings(tx: SqlTx) -> dict[str, object]:
        return {
            name: _connection(tx).exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }

    async with populated(sqlite_url) as world:
        assert await world.uow.write(settings) == {
            "journal_mode": "wal",
            "synchronous": 2,
            "foreign_keys": 1,
            "secure_delete": 1,
        }
