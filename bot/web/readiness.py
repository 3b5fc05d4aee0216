"""Whether the process can do its work now, and if not, what is missing."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence

from bot.bootstrap import Built
from bot.web.ears import Ears
from scheduling.runner import Runner

TIMEOUT = 3.0
"""Seconds; shorter than what probes usually wait for (Kubernetes can be told 5)."""

_KEPT_SECONDS = 1.0

_log = logging.getLogger(__name__)
_Check = Callable[[], Awaitable[str | None]]


class Readiness:
    """Asks the database, the key store and the runner; many askers at once cost one look.

    A look that gets no answer is waited for by the next one too: a database that hangs holds up
    one thread each, however often somebody asks.
    """

    def __init__(self, built: Built, runner: Runner | None, ears: Sequence[Ears] = ()) -> None:
        self._built = built
        self._ears = ears
        self._runner = runner
        self._checks: dict[str, _Check] = {
            "database": self._database,
            "migrations": self._migrations,
            "key store": self._keys,
        }
        self._under_way: dict[str, asyncio.Task[str | None]] = {}
        self._found: list[str] = []
        self._looked_at = float("-inf")
        self._looking = asyncio.Lock()

    async def problems(self) -> list[str]:
        """What is missing, in short lines without any secret; empty when ready."""
        async with self._looking:
            if time.monotonic() - self._looked_at > _KEPT_SECONDS:
                self._found = await self._stored_problems()
                self._looked_at = time.monotonic()
        unheard = [problem for ears in self._ears for problem in await ears.problems()]
        return self._found + self._runner_problems() + unheard

    async def notes(self) -> list[str]:
        """What an operator is to know although it can do its work: people may answer."""
        found = await self._built.uow.read(lambda tx: tx.organisations.get())
        is_held = found is not None and found.is_held
        held = ["held after a restore; `touchpoint release`"] if is_held else []
        return held + [note for ears in self._ears for note in ears.notes()]

    async def _stored_problems(self) -> list[str]:
        asked = [self._ask(name, check) for name, check in self._checks.items()]
        return [problem for problem in await asyncio.gather(*asked) if problem]

    def _runner_problems(self) -> list[str]:
        found = self._runner.problems() if self._runner else ["not running"]
        return [f"runner: {problem}" for problem in found]

    async def _ask(self, name: str, check: _Check) -> str | None:
        task = self._under_way.pop(name, None) or asyncio.ensure_future(check())
        done, _ = await asyncio.wait([task], timeout=TIMEOUT)
        if not done:
            self._under_way[name] = task
            return f"{name}: gave no answer within {TIMEOUT:g} seconds"
        error = task.exception()
        if error is None:
            problem = task.result()
            return f"{name}: {problem}" if problem else None
        _log.warning("not ready", extra={"part": name}, exc_info=error)
        return f"{name}: can't be used; `touchpoint check` says why"

    async def _database(self) -> str | None:
        found = await self._built.uow.read(lambda tx: tx.organisations.get())
        return None if found else "holds no organisation"

    async def _migrations(self) -> str | None:
        from storage.migrate import is_current

        url = self._built.environment.database_url
        current = await asyncio.to_thread(is_current, url)
        return None if current else "not current; run `touchpoint db upgrade`"

    async def _keys(self) -> str | None:
        await self._built.keys.check()
        return None
