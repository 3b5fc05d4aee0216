"""New keys in the place of the present ones, step by step; each step may be repeated."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bot.bootstrap import master_keys_of
from bot.cli.faults import Refused
from storage.engine import open_engine
from storage.master_key import MasterKey, load_master_key
from storage.master_keys import FORMER, NEXT, beside, put_in_use, upcoming_key
from storage.reseal import Resealed, reseal
from storage.rotate_master import MasterRotation
from storage.rotate_people import PeopleRotation
from storage.set_aside import old_key_copies

if TYPE_CHECKING:
    from bot.bootstrap import Built
    from bot.settings import Environment

KEPT = timedelta(days=29)
"""How long former keys and backups of keys are kept: with a backup a day, none is older than the
30 days of promise 9.
"""

_BEGUN, _DONE = "keys.people_begun", "keys.people"


@dataclass(frozen=True, slots=True)
class Rotated:
    """`file` is where the new master key lies, None where it is in the environment."""

    old: str
    new: str
    keys: int
    file: Path | None

    def said(self) -> str:
        """What was done, and what is to be done now."""
        done = f"Master key: {self.keys:,} keys wrapped by {self.new} in place of {self.old}."
        if self.file is not None:
            return (
                f"{done} It is in {self.file}: put it into your secret store now. The former is in "
                f"{beside(self.file, FORMER)}, which `touchpoint keys prune` deletes after 29 days;"
                " keep it in your secret store as long as backups of keys made before."
            )
        return (
            f"{done} Now set TOUCHPOINT_MASTER_KEY to the new key and TOUCHPOINT_MASTER_KEY_FORMER "
            "to the one before, for every process, and leave TOUCHPOINT_MASTER_KEY_NEXT out. Then "
            "run `touchpoint keys prune`: it says when the former one can go."
        )


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many former keys were deleted, and which files; whether FORMER is needed no more."""

    keys: int
    files: tuple[Path, ...]
    former_is_free: bool


async def rotate_master(built: Built, tell: Callable[[int], None]) -> Rotated:
    """Wraps every key by a new master key. On a file it is in use at the end.

    Raises Refused where a new key is to be set in the environment first.
    """
    environment = built.environment
    masters = master_keys_of(environment)
    new, file = _new_master(environment)
    rotation = MasterRotation(environment.keys_url, masters, new)
    try:
        await asyncio.to_thread(rotation.left)
        count = await asyncio.to_thread(rotation.run, tell)
        if file is not None:
            await asyncio.to_thread(put_in_use, file, datetime.now(UTC))
            count += await asyncio.to_thread(rotation.run)  # what others made in the meantime
    finally:
        await asyncio.to_thread(rotation.close)
    rotated = Rotated(masters.current.id, new.id, count, file)
    await _note(built, "keys.master", new.id, f"from {rotated.old}, {count} keys")
    return rotated


def _new_master(environment: Environment) -> tuple[MasterKey, Path | None]:
    """The new key, and the file whose key it replaces."""
    if environment.master_key_next:
        return load_master_key(environment.master_key_next, None), None
    if environment.master_key is None and environment.master_key_file is not None:
        return upcoming_key(environment.master_key_file), environment.master_key_file
    raise Refused(
        "the master key is in TOUCHPOINT_MASTER_KEY: set TOUCHPOINT_MASTER_KEY_NEXT to a new one "
        "from `touchpoint keys new`, for every process and for this command, then run it again"
    )


async def rotate_people(
    built: Built, wait: int, tell: Callable[[str], None]
) -> tuple[int, Resealed]:
    """A new key for everybody, and everything sealed anew; how many keys, and what was sealed.

    wait: seconds until other processes have forgotten the keys they read before; on PostgreSQL
    alone, as SQLite serves one process.
    """
    now = built.clock.now()
    began = await _began(built, now)
    environment = built.environment
    rotation = PeopleRotation(environment.keys_url, built.organisation.id, began)
    pause = 0 if environment.database_file else wait
    try:
        master = master_keys_of(environment).current
        introduced = await asyncio.to_thread(rotation.introduce, master, now)
        if introduced and pause:
            tell(f"waiting {pause} seconds for other processes")
        await asyncio.sleep(pause if introduced else 0)
        count = await asyncio.to_thread(rotation.switch, built.clock.now())
    finally:
        await asyncio.to_thread(rotation.close)
    resealed = await _reseal(built, tell)
    organisation = str(built.organisation.id)
    await _note(built, _DONE, organisation, f"{count} keys, {resealed.changed} values")
    return count, resealed


async def _began(built: Built, now: datetime) -> datetime:
    """When the rotation under way began; a new one begins `now`."""
    last = await built.uow.read(lambda tx: tx.audit.latest((_BEGUN, _DONE)))
    for entry in last:
        if entry.action == _BEGUN:
            return entry.at
    await _note(built, _BEGUN, str(built.organisation.id), "")
    return now


async def _reseal(built: Built, tell: Callable[[str], None] = lambda _: None) -> Resealed:
    engine = open_engine(built.environment.database_url)
    try:
        return await reseal(
            engine,
            built.organisation.id,
            built.keys,
            lambda done: tell(f"{done.changed:,} of {done.seen:,} values"),
        )
    finally:
        await asyncio.to_thread(engine.dispose)


async def prune(built: Built) -> Pruned:
    """Deletes former keys, and files that hold such, older than 29 days."""
    now = built.clock.now()
    before = now - KEPT
    keys = await _prune_people(built, before)
    files, is_free = await asyncio.to_thread(_prune_master, built.environment)
    copies = await asyncio.to_thread(
        old_key_copies, built.environment.keys_url, datetime.now(UTC) - KEPT
    )
    pruned = Pruned(keys, (*files, *copies), is_free)
    if keys or pruned.files:
        detail = f"{keys} keys, {len(pruned.files)} files"
        await _note(built, "keys.prune", str(built.organisation.id), detail)
    return pruned


async def _prune_people(built: Built, before: datetime) -> int:
    rotation = PeopleRotation(built.environment.keys_url, built.organisation.id, before)
    try:
        if not await asyncio.to_thread(rotation.prunable, before):
            return 0
        await _reseal(built)
        return await asyncio.to_thread(rotation.prune, before)
    finally:
        await asyncio.to_thread(rotation.close)


def _prune_master(environment: Environment) -> tuple[list[Path], bool]:
    """Files that were deleted, and whether TOUCHPOINT_MASTER_KEY_FORMER is needed no more."""
    masters = master_keys_of(environment)
    file = environment.master_key_file if environment.master_key is None else None
    if environment.master_key_next or (file and beside(file, NEXT).exists()):
        return [], False  # a rotation is under way
    rotation = MasterRotation(environment.keys_url, masters, masters.current)
    try:
        rotation.left()
        rotation.run()
    finally:
        rotation.close()
    former = beside(file, FORMER) if file else None
    is_old = former and former.exists() and _age(former) > KEPT
    if former is None or not is_old:
        return [], bool(environment.master_key_former)
    former.unlink()
    return [former], bool(environment.master_key_former)


def _age(file: Path) -> timedelta:
    return datetime.now(UTC) - datetime.fromtimestamp(file.stat().st_mtime, UTC)


async def _note(built: Built, action: str, target: str, detail: str) -> None:
    now = built.clock.now()
    await built.uow.write(
        lambda tx: tx.audit.append(actor="cli", action=action, target=target, at=now, detail=detail)
    )
