"""After an old copy was put back: nothing leaves until somebody decides about what waits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar, cast
from uuid import UUID

from bot.domain.delivery import DeliveryClass, NewDelivery
from bot.domain.ports.held_store import RESTORED, SINCE, HeldMessage
from bot.domain.ports.unit_of_work import Tx, UnitOfWork
from bot.services import desk_items
from bot.services.desk_items import NUDGES
from bot.services.kit import Kit
from bot.services.places import settle_unsent
from bot.services.work import schedule_due

T = TypeVar("T")

BATCH = 200


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a release decides about.

    restored_at: when the copy was put back (aware UTC). queued: messages that were on their way in
    the copy. came_due: check-ins, nudges and summaries whose moment has passed since it was made.
    since: messages that what people did since then caused, besides answers to them, and updates and
    deletions of messages that were on their way in the copy.
    """

    restored_at: datetime
    queued: int
    came_due: int
    since: int


async def waiting(uow: UnitOfWork) -> Waiting | None:
    """What waits; None where nothing is held."""
    return await uow.read(_waiting)


def _waiting(tx: Tx) -> Waiting | None:
    organisation = tx.organisations.get()
    if organisation is None or organisation.restored_at is None:
        return None
    held = tx.held.counts()
    return Waiting(
        restored_at=organisation.restored_at,
        queued=held.get(RESTORED, 0),
        came_due=tx.plans.count_due(organisation.restored_at),
        since=held.get(SINCE, 0),
    )


async def release(kit: Kit, now: datetime, *, actor: str, send: bool = False) -> int:
    """Ends the hold; how many messages were skipped, or with `send` let go.

    What was queued in the copy, or came due before it was put back, is skipped with the reason
    `restored`, as it may have been sent by the database that was lost: the schedule moves on as
    if it had been. With `send` all of it goes out, each within its own window. What was queued
    since goes on in either case, as do updates and deletions of earlier messages. Broken off, it
    goes on where it was; a repeat changes nothing.

    Args:
        kit: what the use cases need.
        now: aware UTC.
        actor: who releases, for the audit log.
        send: let what was queued go.
    """
    found = await waiting(kit.uow)
    if found is None:
        return 0
    if send:
        return await kit.uow.write(lambda tx: _end(tx, now, actor, "sent", RESTORED, SINCE))
    await _catch_up(kit, found.restored_at)
    skipped = 0
    while count := await kit.uow.write(lambda tx: _skip_some(tx, now)):
        skipped += count
    await kit.uow.write(lambda tx: _end(tx, now, actor, f"{skipped} skipped", SINCE))
    return skipped


async def _catch_up(kit: Kit, restored_at: datetime) -> None:
    """Everything that came due is planned as ever; what it wants to send is put on hold."""
    quiet = replace(kit, uow=cast(UnitOfWork, _Quiet(kit.uow, restored_at)))
    while await schedule_due(quiet, restored_at, held_too=True):
        pass


def _skip_some(tx: Tx, now: datetime) -> int:
    found = tx.held.some(RESTORED, BATCH)
    tx.people.lock_many({message.person_id for message in found})
    for message in found:
        _pass_over(tx, message)
    tx.held.skip([message.id for message in found], RESTORED, now)
    return len(found)


def _pass_over(tx: Tx, message: HeldMessage) -> None:
    """It counts as gone. A check-in stays open, as its message may stand in front of somebody."""
    if message.kind == NUDGES:
        desk_items.lost(tx, message.facts, RESTORED)
    if message.occurrence_id is not None and not message.kind.endswith("reminder"):
        settle_unsent(tx, message.occurrence_id, RESTORED)


def _end(tx: Tx, now: datetime, actor: str, detail: str, *reasons: str) -> int:
    organisation = tx.organisations.get()
    if organisation is None or organisation.restored_at is None:
        return 0
    count = sum(tx.held.let_go(reason) for reason in reasons)
    tx.organisations.set_restored(None)
    tx.queue.sweep(now)
    target = str(organisation.id)
    tx.audit.append(actor=actor, action="restore.release", target=target, at=now, detail=detail)
    return count


class _Quiet:
    """A unit of work in whose transactions all that is queued, but for answers to somebody, is put
    on hold at once.
    """

    def __init__(self, inner: UnitOfWork, restored_at: datetime) -> None:
        self._inner = inner
        self._at = restored_at

    async def read(self, fn: Callable[[Tx], T]) -> T:
        return await self._inner.read(fn)

    async def write(self, fn: Callable[[Tx], T]) -> T:
        return await self._inner.write(lambda tx: fn(cast(Tx, _QuietTx(tx, self._at))))


class _QuietTx:
    def __init__(self, inner: Tx, restored_at: datetime) -> None:
        self._inner = inner
        self.queue = _QuietQueue(inner, restored_at)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class _QuietQueue:
    def __init__(self, inner: Tx, restored_at: datetime) -> None:
        self._inner = inner
        self._at = restored_at

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner.queue, name)

    def enqueue(self, deliveries: Sequence[NewDelivery]) -> set[UUID]:
        queued = self._inner.queue.enqueue(deliveries)
        self._inner.held.hold(_prompting(deliveries, queued), RESTORED, self._at)
        return queued


def _prompting(deliveries: Iterable[NewDelivery], queued: set[UUID]) -> set[UUID]:
    prompting = (d.id for d in deliveries if d.delivery_class is not DeliveryClass.REPLY)
    return queued.intersection(prompting)
