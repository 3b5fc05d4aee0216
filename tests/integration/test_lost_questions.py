"""Words typed while nobody knows whether a question stands on the screen, where the platform can be
asked: nothing is kept of them until it is known.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import UUID

from tests.integration.chat_faults import HOUR
from tests.integration.chat_worlds import CHECK_IN, NOW, SILENCE, Process, chat_world
from tests.servers.chat import Fault


async def answered(process: Process) -> None:
    """Ana has answered the first question, and the next one is about to be due."""
    await process.work()
    await process.types("ana", "kestrel")
    await process.work()
    process.world.clock.set(NOW + SILENCE)


async def kept(process: Process) -> dict[str, UUID]:
    """Ana's recorded answers by question: which version of each."""
    ana = process.world.ids["ana"]
    found = await process.uow.read(lambda tx: tx.answers.of_person(ana))
    return {answer.question_key: answer.version_id for answer in found}


async def test_words_typed_before_a_lost_question_is_looked_up(
    database_url: str, tmp_path: Path
) -> None:
    async with chat_world(database_url, tmp_path, CHECK_IN) as world, world.process() as process:
        await answered(process)
        world.chat.fails(Fault.RESET_AFTER)
        await process.work()
        posts, before = len(world.chat.posts("C-ana")), await kept(process)
        await process.types("ana", "heron")
        await process.live(NOW + HOUR)
        assert len(world.chat.posts("C-ana")) == posts + 1, "she is told"
        assert await kept(process) == before
        await process.types("ana", "heron")
        assert (await kept(process)).keys() == {"wish", "work"}


async def test_words_typed_while_the_platform_has_not_answered(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with chat_world(sqlite_url, tmp_path, CHECK_IN) as world, world.process() as process:
        await answered(process)
        world.chat.fails(Fault.HANG_AFTER)
        working = asyncio.create_task(process.work())
        await world.chat.hanging.wait()
        before = await kept(process)
        await process.types("ana", "heron")
        world.chat.release()
        await working
        await process.live(NOW + HOUR)
        assert await kept(process) == before
        await process.types("ana", "heron")
        assert (await kept(process)).keys() == {"wish", "work"}
