"""What is older than the company keeps it goes for good: every day, in bounded transactions.

Messages that were sent stay as they are: what somebody has read is in their conversation, and
retention changes no message of long ago.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from bot.domain.policy import Policy
from bot.domain.ports.expiry_store import Expiring
from bot.domain.ports.unit_of_work import Tx
from bot.services.kit import Kit

BATCH = 100
"""Check-ins of one transaction: answers that come in meanwhile wait for no more than that."""

_MOST_BATCHES = 1_000
"""Of one run; the next one goes on."""

_Delete = Callable[[Tx], int]


@dataclass(frozen=True, slots=True)
class PackRetention:
    """How long answers to one pack are kept, and what is older than that now."""

    pack: str
    days: int
    expiring: Expiring


async def expire(kit: Kit, now: datetime, batch: int = BATCH) -> int:
    """Deletes what is too old at `now` (aware UTC); how many check-ins and other things.

    Harmless to repeat, to break off, and to run in several processes at once.
    """
    policy, packs = await kit.uow.read(_rules)
    gone = 0
    for delete in _deletions(policy, packs, now, batch):
        gone += await _until_none(kit, delete)
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


def _deletions(
    policy: Policy, packs: Mapping[str, Sequence[UUID]], now: datetime, batch: int
) -> Iterator[_Delete]:
    for pack, revisions in packs.items():
        yield partial(_check_ins, revisions, now - policy.kept_for(pack), batch)
    before = now - timedelta(days=policy.retention_days)
    yield lambda tx: tx.expiry.delete_between(before, batch)
    yield lambda tx: tx.expiry.delete_others(before, batch)


def _check_ins(revisions: Sequence[UUID], before: datetime, batch: int, tx: Tx) -> int:
    return tx.expiry.delete_check_ins(revisions, before, batch)


async def _until_none(kit: Kit, delete: _Delete) -> int:
    gone = 0
    for _ in range(_MOST_BATCHES):
        count = await kit.uow.write(delete)
        if not count:
            break
        gone += count
    return gone
