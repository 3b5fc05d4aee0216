"""A message that a platform asks for again: as it is now, to its own reader, and logged."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import event, select

from bot.services.showing import showing
from storage.tables.queue import DeliveryRow
from tests.integration.chat_worlds import Process
from tests.integration.test_delivery_changes import (
    DAY,
    OTHER_WORDS,
    WORDS,
    Change,
    drafted,
    erase,
    narrow,
    undo,
)


async def ref_of(process: Process, person_id: UUID, kind: str) -> str:
    """The newest sent message of a kind, as the platform knows it."""
    rows = DeliveryRow.__table__
    wanted = select(rows.c.ref).where(rows.c.person_id == person_id, rows.c.kind == kind)
    newest = wanted.where(rows.c.ref != "").order_by(rows.c.number.desc()).limit(1)
    return str(await process.uow.read(lambda tx: tx.queue._connection.execute(newest).scalar_one()))


async def shown(process: Process, person_id: UUID, ref: str) -> str | None:
    """Everything in it; None where it must not be seen."""
    message = await showing(process.kit, person_id, ref, process.world.clock.now())
    return None if message is None else repr(message)


async def readings(process: Process, person_id: UUID) -> int:
    """How often somebody's answers were shown to others."""
    return len(await process.uow.read(lambda tx: tx.read_log.of_person(person_id)))


async def test_what_quotes_others_is_logged_each_time(database_url: str, tmp_path: Path) -> None:
    async with drafted(database_url, tmp_path) as (world, process):
        await process.work()
        mia, ana = world.ids["mia"], world.ids["ana"]
        ref, before = await ref_of(process, mia, "summary"), await readings(process, ana)
        world.clock.set(world.clock.now() + DAY)
        said = await shown(process, mia, ref)
        assert said is not None
        assert WORDS in said
        assert await readings(process, ana) > before
        assert await shown(process, ana, ref) is None, "it is Mia's"


@pytest.mark.parametrize("change", [undo, narrow, erase], ids=lambda change: change.__name__)
async def test_what_was_taken_back_is_not_shown_again(
    database_url: str, tmp_path: Path, change: Change
) -> None:
    async with drafted(database_url, tmp_path) as (world, process):
        await process.work()
        mia, ana = world.ids["mia"], world.ids["ana"]
        ref = await ref_of(process, mia, "summary")
        await change(process)
        before = await readings(process, ana)
        said = await shown(process, mia, ref)
        assert said is not None
        assert "Ben is fine" in said
        assert WORDS not in said
        assert OTHER_WORDS not in said
        assert await readings(process, ana) == before


async def test_what_shows_nobody_elses_words_writes_nothing(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with drafted(sqlite_url, tmp_path) as (world, process):
        ana = world.ids["ana"]
        ref = await ref_of(process, ana, "question")
        statements: list[str] = []

        def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
            statements.append(statement.lstrip())

        event.listen(process.uow._engine, "before_cursor_execute", note)
        assert await shown(process, ana, ref) is not None
        assert sum(each.startswith("BEGIN") for each in statements) == 1, "one moment"
        changes = ("INSERT", "UPDATE", "DELETE", "BEGIN IMMEDIATE")
        assert [each for each in statements if each.startswith(changes)] == []
