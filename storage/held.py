"""Messages on hold."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Update, case, func, or_, select, update

from bot.domain.delivery import DeliveryClass, DeliveryState, Operation
from bot.domain.ports.held_store import RESTORED, SINCE, HeldMessage
from storage.queries import Queries, chunks
from storage.queue_statements import LEASED, NO_CLAIM, READY, SENDING, lane
from storage.queue_statements import delivery as _delivery

_HELD = _delivery.c.state == DeliveryState.HELD.value


class SqlHeld(Queries):
    """The Held port."""

    def hold_all(self, now: datetime) -> int:
        """Hold everything, and let no lane have anything ready."""
        held = self._hold(RESTORED, now).where(or_(READY, LEASED))
        is_post = _delivery.c.operation == Operation.POST.value
        values = {
            "reason": case((is_post, RESTORED), else_=SINCE),
            "maybe_sent": or_(_delivery.c.maybe_sent, SENDING),
        }
        count = self._connection.execute(held.values(values)).rowcount
        mine = update(lane).where(lane.c.organisation_id == self._organisation)
        self._connection.execute(mine.values(next_at=None))
        return count

    def hold(self, ids: Iterable[UUID], reason: str, now: datetime) -> None:
        """Hold those that are on their way and not being sent."""
        for some in chunks(sorted(set(ids))):
            which = _delivery.c.id.in_(some), or_(READY, LEASED), ~SENDING
            self._connection.execute(self._hold(reason, now).where(*which))

    def counts(self) -> Mapping[str, int]:
        """Count them, from an index alone."""
        rows = self._connection.execute(
            select(_delivery.c.reason, func.count().label("held"))
            .where(_delivery.c.organisation_id == self._organisation, _HELD)
            .group_by(_delivery.c.reason)
        )
        return {row.reason: row.held for row in rows}

    def some(self, reason: str, limit: int) -> Sequence[HeldMessage]:
        """Return those queued first."""
        rows = self._connection.execute(
            select(_delivery)
            .where(_delivery.c.organisation_id == self._organisation, _HELD)
            .where(_delivery.c.reason == reason)
            .order_by(_delivery.c.number)
            .limit(limit)
        )
        return [
            HeldMessage(
                r.id,
                r.person_id,
                DeliveryClass(r.delivery_class),
                r.kind,
                r.facts,
                r.occurrence_id,
            )
            for r in rows
        ]

    def skip(self, ids: Iterable[UUID], reason: str, now: datetime) -> None:
        """Record that they will never be sent."""
        skipped = {"state": DeliveryState.SKIPPED.value, "reason": reason, "state_at": now}
        for some in chunks(sorted(set(ids))):
            mine = self._mine().where(_HELD, _delivery.c.id.in_(some))
            self._connection.execute(mine.values(skipped))

    def let_go(self, reason: str) -> int:
        """Make them ready; the lanes learn of it by the next sweep."""
        mine = self._mine().where(_HELD, _delivery.c.reason == reason)
        ready = {"state": DeliveryState.READY.value, "reason": "", "state_at": None}
        return self._connection.execute(mine.values(ready)).rowcount

    def _hold(self, reason: str, now: datetime) -> Update:
        held: dict[str, Any] = {"state": DeliveryState.HELD.value, "reason": reason}
        return self._mine().values(**held, state_at=now, **NO_CLAIM)

    def _mine(self) -> Update:
        return update(_delivery).where(_delivery.c.organisation_id == self._organisation)
