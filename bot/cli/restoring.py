"""A backup put back, step by step: checked, brought up to date, erased again, held, published."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from bot.bootstrap import build, master_keys_of
from bot.cli.faults import Refused
from bot.services.reapply import hold, reapply
from storage.backup import Kind, Manifest, read_backup
from storage.key_store import upgrade_key_store
from storage.migrate import knows, newest
from storage.noted_erasures import noted_erasures
from storage.organisations import organisations_at
from storage.restore import target

if TYPE_CHECKING:
    from bot.domain.erasure import Erasure
    from bot.settings import Environment
    from storage.transaction import SqlTx

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Restored:
    """taken_at: of the backup (aware UTC). erasures: how many acts were applied again. asides:
    where what stood there before is kept. unread: what could not be asked for erasures.
    """

    taken_at: datetime
    erasures: int
    asides: tuple[str, ...]
    unread: tuple[str, ...]


class Restore:
    """One backup on its way back."""

    def __init__(self, environment: Environment, answers: Path, keys: Path | None) -> None:
        """Reads both manifests and compares the files with them.

        Raises BackupError where one can't be used, Refused where they don't go together.
        """
        self._environment = environment
        now = datetime.now(UTC)
        self._folders = {Kind.ANSWERS: answers, **({Kind.KEYS: keys} if keys else {})}
        self._manifests = {kind: read_backup(path, kind) for kind, path in self._folders.items()}
        urls = {Kind.ANSWERS: environment.database_url, Kind.KEYS: environment.keys_url}
        self._urls = urls
        self._targets = {kind: target(urls[kind], kind, now) for kind in self._folders}
        for kind in self._folders:
            self._check(kind)

    @property
    def _organisation(self) -> UUID:
        return self._manifests[Kind.ANSWERS].organisation_id

    def _check(self, kind: Kind) -> None:
        manifest, folder = self._manifests[kind], self._folders[kind]
        wanted = "sqlite" if self._urls[kind].startswith("sqlite") else "postgresql"
        if manifest.database != wanted:
            said = f"is of {manifest.database}, and the {kind.value} are to be in {wanted}"
            raise Refused(f"{folder} {said}")
        if kind is Kind.ANSWERS and not knows(manifest.schema):
            raise Refused(
                f"{folder} is at schema {manifest.schema} of Touchpoint {manifest.product}, and "
                f"this version knows up to {newest()}: update Touchpoint first"
            )
        if manifest.organisation_id != self._organisation:
            raise Refused(f"{folder} is of another organisation than the backup of the answers")
        if kind is Kind.KEYS:
            self._check_master(manifest)

    def _check_master(self, manifest: Manifest) -> None:
        masters = master_keys_of(self._environment)
        if masters.named(manifest.master_key) is None:
            raise Refused(
                f"the keys in the backup are wrapped by master key {manifest.master_key}, and the "
                f"configured one is {masters.current.id}: set TOUCHPOINT_MASTER_KEY or "
                "TOUCHPOINT_MASTER_KEY_FILE to the one of that time, or name it in "
                "TOUCHPOINT_MASTER_KEY_FORMER"
            )

    def require_room(self, *, replaces: bool) -> None:
        """Raises Refused where something is there already and nobody said that it may go."""
        there = [kind for kind, each in self._targets.items() if each.is_there()]
        if there and not replaces:
            what = " and ".join(kind.value for kind in there)
            raise Refused(
                f"there are {what} already: add --replace. What is there is kept aside, and what "
                "people erased in it is erased in the backup too"
            )
        if Kind.KEYS not in self._targets and not self._has_keys():
            raise Refused("there is no key store: name the backup of the keys with --keys-from")
        others = self._others()
        if others:
            raise Refused("the database holds another organisation: name an empty one")

    def _has_keys(self) -> bool:
        return target(self._environment.keys_url, Kind.KEYS, datetime.now(UTC)).is_there()

    def _others(self) -> set[UUID]:
        if not self._targets[Kind.ANSWERS].is_there():
            return set()
        return organisations_at(self._environment.database_url) - {self._organisation}

    async def run(self, tell: Tell) -> Restored:
        """Puts everything back; where that fails, everything is left as it was."""
        erasures, unread = await asyncio.to_thread(self._noted)
        try:
            count = await self._prepare(erasures, tell)
        except BaseException:
            for each in reversed(self._targets.values()):
                await asyncio.to_thread(each.undo)
            raise
        tell("putting it in its place")
        # Answers first: on SQLite the present keys open them too, were this the last thing done.
        asides = [await asyncio.to_thread(each.publish) for each in self._targets.values()]
        kept = tuple(aside for aside in asides if aside is not None)
        return Restored(self._manifests[Kind.ANSWERS].taken, count, kept, tuple(unread))

    def _noted(self) -> tuple[dict[UUID, Erasure], list[str]]:
        found: dict[UUID, Erasure] = {}
        unread: list[str] = []
        for url in {self._environment.database_url, self._environment.keys_url}:
            more, unreadable = noted_erasures(url, self._organisation)
            found |= more
            unread += unreadable
        return found, unread

    async def _prepare(self, erasures: dict[UUID, Erasure], tell: Tell) -> int:
        for kind, each in self._targets.items():
            tell(f"copying the {kind.value}")
            await asyncio.to_thread(each.put, self._folders[kind] / self._manifests[kind].file)
        schema = self._manifests[Kind.ANSWERS].schema
        await asyncio.to_thread(self._targets[Kind.ANSWERS].migrate, schema)
        keys_url = self._url(Kind.KEYS)
        await asyncio.to_thread(upgrade_key_store, keys_url)
        tell("erasing again")
        return await self._make_safe(keys_url, erasures)

    async def _make_safe(self, keys_url: str, erasures: dict[UUID, Erasure]) -> int:
        staged = replace(
            self._environment,
            database_url=self._url(Kind.ANSWERS),
            keys_url=keys_url,
            slack=None,
        )
        built = await build(staged)
        try:
            await built.keys.check()
            noted = {each.id: each for each in await built.keys.remembered()} | erasures
            now = built.clock.now()
            own = await built.uow.read(lambda tx: tx.erasures.all())
            given = {each.id: each for each in own} | noted
            count = await reapply(built.uow, built.keys, given.values(), now)
            await built.uow.write(lambda tx: self._hold(tx, count, now))
        finally:
            await built.close()
        return count

    def _hold(self, tx: SqlTx, erasures: int, now: datetime) -> None:
        hold(tx, now)
        taken = self._manifests[Kind.ANSWERS].taken_at
        detail = f"of {taken}, {erasures} erased again"
        target = str(self._organisation)
        tx.audit.append(actor="cli", action="restore", target=target, at=now, detail=detail)

    def _url(self, kind: Kind) -> str:
        return self._targets[kind].url if kind in self._targets else self._urls[kind]
