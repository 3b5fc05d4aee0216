"""How long everything else waits for the event loop meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import perf_counter

_EVERY = 0.005
"""Seconds between two looks."""


class Lags(list[float]):
    """Seconds by which each look was late."""

    @property
    def p99(self) -> float:
        """Seconds; all but one in a hundred were shorter."""
        return sorted(self)[int(len(self) * 0.99)]


@asynccontextmanager
async def watching(lags: Lags) -> AsyncIterator[None]:
    """Looks at the loop as long as the block."""
    looking = asyncio.create_task(_look(lags))
    try:
        yield
    finally:
        looking.cancel()


async def _look(lags: Lags) -> None:
    while True:
        began = perf_counter()
        await asyncio.sleep(_EVERY)
        lags.append(perf_counter() - began - _EVERY)
