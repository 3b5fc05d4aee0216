"""Queued messages -> sent: claimed, checked again, composed, sent outside any transaction."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bot.domain.delivery import (
    Delivery,
    DeliveryClass,
    Lookup,
    Operation,
    Outcome,
    Recovery,
    RetryAt,
    Sent,
    Skipped,
    Unknown,
)
from bot.domain.ports.held_store import SINCE
from bot.domain.ports.messenger import Messenger
from bot.domain.ports.unit_of_work import StorageUnavailable, Tx
from bot.services import after_sending
from bot.services.after_sending import Taken
from bot.services.batch import Batch
from bot.services.kit import Kit
from bot.services.quoted import people_in
from bot.services.scene import Composed, Drop, NotYet

log = logging.getLogger(__name__)

BATCH = 100
LEASE = timedelta(seconds=60)
"""Longer than a batch may begin messages and the last of them take, so that no live claim is
taken over.
"""

BEGINS_FOR = 10.0
"""Seconds after its claim in which a batch begins messages; where a platform is slow, it gives
the rest back. A claim's lease counts from `now`, and a message on its way may take the rest of it.
"""

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=15)
MAX_ATTEMPTS = {DeliveryClass.REPLY: 55, DeliveryClass.PROMPT: 100, DeliveryClass.DIGEST: 680}
"""With these waits about 12 hours for an answer to somebody who acted, a day for a prompt, and a
week for a summary: then the next one comes.
"""


async def deliver(
    kit: Kit, now: datetime, limit: int = BATCH, *, begins_for: float = BEGINS_FOR
) -> int:
    """Sends what is due at `now` (aware UTC), most urgent first; how many rows were claimed."""
    claimed, count = await kit.uow.write(lambda tx: _claim(tx, now, limit))
    if not claimed:
        return count
    ticks = asyncio.get_running_loop().time
    ends = ticks() + begins_for
    vault = await kit.keys.vault(await people_in(kit, claimed))
    batch = Batch(kit, vault, now)

    async def in_turn(of_one_person: Sequence[Delivery]) -> None:
        for delivery in of_one_person:
            sending = _Sending(kit, batch, delivery, now)
            async with batch.places:
                taken = await (sending.run() if ticks() < ends else sending.give_back())
            if taken is not None:  # recorded without keeping others from the platform
                await batch.record(taken)

    try:
        groups = (in_turn(group) for group in _by_person(claimed))
        done = await asyncio.gather(*groups, return_exceptions=True)
    finally:
        await batch.end()
    for fault in done:  # only once all the others have ended
        if isinstance(fault, BaseException):
            raise fault
    return count


def _claim(tx: Tx, now: datetime, limit: int) -> tuple[Sequence[Delivery], int]:
    """What to send, and how many were claimed: after a restore only answers to people leave."""
    claimed = tx.queue.claim(now, limit=limit, lease=LEASE)
    organisation = tx.organisations.get() if claimed else None
    if organisation is None or not organisation.is_held:
        return claimed, len(claimed)
    answers = [each for each in claimed if each.delivery_class is DeliveryClass.REPLY]
    others = {each.id for each in claimed} - {each.id for each in answers}
    tx.held.hold(others, SINCE, now)
    return answers, len(claimed)


def _by_person(claimed: Iterable[Delivery]) -> Iterable[Sequence[Delivery]]:
    """One person's messages keep their order; different people's go side by side."""
    groups: dict[UUID, list[Delivery]] = defaultdict(list)
    for delivery in claimed:
        groups[delivery.person_id].append(delivery)
    return groups.values()


@dataclass(frozen=True, slots=True)
class _Sending:
    """One claimed message on its way."""

    kit: Kit
    batch: Batch
    delivery: Delivery
    now: datetime

    async def run(self) -> Taken | None:
        """What the platform took; nothing where all is recorded already."""
        try:
            composed = await self.batch.compose(self.delivery)
        except StorageUnavailable:
            raise
        except Exception:
            # One row that can't be composed must not hold up everybody else's messages.
            log.exception("message not composed", extra={"delivery": str(self.delivery.id)})
            await self._retry_or_give_up(RetryAt(self.now, "not_composed"))
            return None
        if isinstance(composed, Drop):
            await self._drop(composed.reason)
        elif isinstance(composed, NotYet):
            await self._retry(composed.at, composed.reason, counts=False)
        elif await self.batch.begin(self.delivery, composed):
            return await self._settle(await self._send(composed), composed)
        return None

    async def give_back(self) -> None:
        """Lets the next batch send it, as if this one had not claimed it."""
        await self._retry(self.delivery.not_before, "", counts=False)

    async def _send(self, composed: Composed) -> Outcome:
        messenger = self.kit.messengers.get(self.delivery.address.platform)
        if messenger is None:  # somebody forgot its settings: nothing is lost by that
            return RetryAt(self.now + LONGEST_WAIT, "platform_not_configured", pauses_lane=True)
        if self.delivery.maybe_sent and self.delivery.operation is Operation.POST:
            settled = await self._settled(messenger)
            if settled is not None:
                return settled
        return await self._call(messenger, composed)

    async def _settled(self, messenger: Messenger) -> Outcome | None:
        """What became of an earlier try; None where sending again is safe."""
        if messenger.recovery is Recovery.RESEND:
            return None
        if messenger.recovery is Recovery.LEAVE:
            return Unknown("maybe_sent")
        found = await messenger.find(self.delivery.address, self.delivery.id)
        if isinstance(found, Sent | RetryAt):
            return found
        return None if found is Lookup.ABSENT else Unknown("not_found_for_sure")

    async def _call(self, messenger: Messenger, composed: Composed) -> Outcome:
        delivery, message = self.delivery, composed.message
        address, ref = delivery.address, delivery.target_ref
        if delivery.operation is Operation.UPDATE:
            return await messenger.update(address, ref, message, delivery.id)
        if delivery.operation is Operation.DELETE:
            return await messenger.delete(address, ref, delivery.id)
        return await messenger.post(address, message, delivery.id)

    async def _settle(self, outcome: Outcome, composed: Composed) -> Taken | None:
        if isinstance(outcome, Sent):
            return Taken(self.delivery, composed, outcome.ref, outcome.at or self.now)
        if isinstance(outcome, Skipped):
            await self._drop(outcome.reason)
        elif isinstance(outcome, RetryAt):
            await self._retry_or_give_up(outcome)
        else:
            await self._unknown(outcome, composed)
        return None

    async def _drop(self, reason: str) -> None:
        await self.kit.uow.write(lambda tx: self._dropped(tx, reason))

    def _dropped(self, tx: Tx, reason: str) -> None:
        delivery = self.delivery
        tx.people.lock_many([delivery.person_id])
        if tx.queue.skip(delivery.id, delivery.claim_token, reason, self.now):
            after_sending.dropped(tx, delivery, reason, self.now)

    async def _retry(self, at: datetime, reason: str, *, counts: bool) -> None:
        delivery = self.delivery
        await self.kit.uow.write(
            lambda tx: tx.queue.retry(delivery.id, delivery.claim_token, at, reason, counts=counts)
        )

    async def _retry_or_give_up(self, outcome: RetryAt) -> None:
        """What pauses the lane, or keeps a channel's pace, counts as no attempt."""
        delivery = self.delivery
        if outcome.pauses_lane:
            lane, until, reason = delivery.lane_id, outcome.at, outcome.reason
            await self.kit.uow.write(lambda tx: tx.queue.pause_lane(lane, until, reason))
            # The lane waits; the message keeps its place in it.
            await self._retry(delivery.not_before, outcome.reason, counts=False)
        elif not outcome.counts:
            await self._retry(outcome.at, outcome.reason, counts=False)
        elif self._is_last_try():
            await self._drop("gave_up")
        else:
            await self._retry(max(outcome.at, self._next_try()), outcome.reason, counts=True)

    async def _unknown(self, outcome: Unknown, composed: Composed) -> None:
        """Looked up or resent later where the platform allows it, else left to the operator. A
        change is made again on all of them: that does no harm, and erased words must not stay.
        """
        if self._leaves() or self._is_last_try():
            await self.kit.uow.write(lambda tx: self._lost(tx, outcome.reason, composed))
            return
        await self.kit.uow.write(lambda tx: self._look_again(tx, outcome.reason, composed))

    def _leaves(self) -> bool:
        messenger = self.kit.messengers.get(self.delivery.address.platform)
        is_post = self.delivery.operation is Operation.POST
        return is_post and (messenger is None or messenger.recovery is Recovery.LEAVE)

    def _look_again(self, tx: Tx, reason: str, composed: Composed) -> None:
        delivery, at = self.delivery, self._next_try()
        token = delivery.claim_token
        if tx.queue.retry(delivery.id, token, at, reason, counts=True, maybe_sent=True):
            after_sending.perhaps_sent(tx, composed)

    def _next_try(self) -> datetime:
        """Twice as long after each attempt, up to a quarter of an hour."""
        doubled: timedelta = FIRST_WAIT * (2 ** min(self.delivery.attempts, 20))
        return self.now + min(doubled, LONGEST_WAIT)

    def _is_last_try(self) -> bool:
        return self.delivery.attempts + 1 >= MAX_ATTEMPTS[self.delivery.delivery_class]

    def _lost(self, tx: Tx, reason: str, composed: Composed) -> None:
        delivery = self.delivery
        if tx.queue.unknown(delivery.id, delivery.claim_token, reason, self.now):
            after_sending.perhaps_sent(tx, composed)
            after_sending.lost(tx, delivery)
