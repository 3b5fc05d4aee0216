"""What is older than the company keeps it goes for good: every day, in bounded transactions.

Messages that were sent stay as they are: what somebody has read is in their conversation, and
retention changes no message of long ago.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from bot.domain.policy import Policy
from bot.domain.ports.expiry_store import Expiring, Old
from bot.domain.ports.unit_of_work import Tx
from bot.domain.ports.vault import Vault
from bot.services.ai_use import day_of
from bot.services.forget import reword
from bot.services.kit import Kit

BATCH = 100
"""Check-ins of one transaction: answers that come in meanwhile wait for no more than that."""

_MOST_BATCHES = 1_000
"""Of one run; the next one goes on."""

AI_DAYS = timedelta(days=90)
"""For so long it is kept what AI cost each day: figures alone, of workspaces."""

_Delete = Callable[[Tx], int]


@dataclass(frozen=True, slots=True)
class PackRetention:
    """How long answers to one pack are kept, and what is older than that now."""

    pack: str
    days: int
    expiring: Expiring


async def expire(kit: Kit, now: datetime, batch: int = BATCH) -> int:
    """Deletes what is too old at `now` (aware UTC); how many check-ins and other things.

    Harmless to repeat, to break off, and to run in several processes at once. Raises
    StorageUnavailable where the database or the key store is away.
    """
    policy, packs = await kit.uow.read(_rules)
    gone = 0
    for pack, revisions in packs.items():
        find = partial(_oldest, revisions, now - policy.kept_for(pack), batch)
        gone += await _until_none(partial(_check_ins, kit, find))
    for delete in _deletions(policy, now, batch):
        gone += await _until_none(partial(kit.uow.write, delete))
    if gone:
        await kit.uow.forget()
    return gone


async def overview(kit: Kit, now: datetime) -> Sequence[PackRetention]:
    """What `expire` would delete at `now` (aware UTC) of each pack, by its key."""

    def look(tx: Tx) -> Sequence[PackRetention]:
        policy, packs = _rules(tx)
        return [_one(tx, policy, pack, packs[pack], now) for pack in sorted(packs)]

    return await kit.uow.read(look)


def _one(
    tx: Tx, policy: Policy, pack: str, revisions: Sequence[UUID], now: datetime
) -> PackRetention:
    kept = policy.kept_for(pack)
    return PackRetention(pack, kept.days, tx.expiry.waiting(revisions, now - kept))


def _rules(tx: Tx) -> tuple[Policy, Mapping[str, Sequence[UUID]]]:
    return tx.organisations.policy(), tx.expiry.packs()


def _oldest(revisions: Sequence[UUID], before: datetime, batch: int, tx: Tx) -> Sequence[Old]:
    return tx.expiry.oldest(revisions, before, batch)


async def _check_ins(kit: Kit, find: Callable[[Tx], Sequence[Old]]) -> int:
    """One batch. Sentences in summaries that tell of it go in the same transaction, and for that
    their people's keys are at hand before it begins.
    """
    old = await kit.uow.read(find)
    if old:
        vault = await kit.keys.vault({each.person_id for each in old})
        await kit.uow.write(partial(_delete, vault, old))
    return len(old)


def _delete(vault: Vault, old: Sequence[Old], tx: Tx) -> None:
    """Nobody takes back anything of the same summaries meanwhile."""
    tx.people.lock_many({each.person_id for each in old})
    reword(tx, vault, tx.expiry.delete_check_ins(old))


def _deletions(policy: Policy, now: datetime, batch: int) -> Iterator[_Delete]:
    before = now - timedelta(days=policy.retention_days)
    yield lambda tx: tx.expiry.delete_between(before, batch)
    yield lambda tx: tx.expiry.delete_others(before, batch)
    yield lambda tx: tx.expiry.delete_ai_days(day_of(policy, now) - AI_DAYS)


async def _until_none(delete: Callable[[], Awaitable[int]]) -> int:
    gone = 0
    for _ in range(_MOST_BATCHES):
        count = await delete()
        if not count:
            break
        gone += count
    return gone
