"""Many callers' small jobs, done in one go: what comes during one waits for the next."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from bot.domain.ports.unit_of_work import StorageUnavailable

log = logging.getLogger(__name__)

A = TypeVar("A")
R = TypeVar("R")


class Together(Generic[A, R]):
    """Alone, a caller waits for nobody; the busier it is, the more go together.

    Where a go of several fails, each is done by itself, so that it fails alone.
    """

    def __init__(self, work: Callable[[Sequence[A]], Awaitable[Sequence[R]]]) -> None:
        """work: gives the results in the order of what it got; keeps nothing where it raises."""
        self._work = work
        self._waiting: list[tuple[A, asyncio.Future[R]]] = []
        self._serving: asyncio.Task[None] | None = None

    async def do(self, item: A) -> R:
        """Raises what the work raises for this item, and StorageUnavailable."""
        answer: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answer))
        if self._serving is None:
            self._serving = asyncio.create_task(self._serve())
        return await answer

    async def end(self) -> None:
        """Waits for what is under way, whose callers may have been cancelled."""
        if self._serving is not None:
            await self._serving

    async def _serve(self) -> None:
        while self._waiting:
            await asyncio.sleep(0)  # whoever comes in the same turn of the loop goes along
            go, self._waiting = self._waiting, []
            await self._settle([(item, answer) for item, answer in go if not answer.done()])
        self._serving = None

    async def _settle(self, go: Sequence[tuple[A, asyncio.Future[R]]]) -> None:
        try:
            results = await self._work([item for item, _ in go])
        except Exception as error:
            if len(go) == 1 or isinstance(error, StorageUnavailable):
                _fail(go, error)
                return
            log.warning("a step failed for several, each is done alone", exc_info=error)
            for each in go:
                await self._settle([each])
            return
        for (_, answer), result in zip(go, results, strict=True):
            if not answer.done():
                answer.set_result(result)


def _fail(go: Sequence[tuple[A, asyncio.Future[R]]], error: Exception) -> None:
    for _, answer in go:
        if not answer.done():
            answer.set_exception(error)
