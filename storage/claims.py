"""Taking ready messages out of one lane, with all that their sending needs."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select

from bot.domain.delivery import Address, Delivery, DeliveryClass, DeliveryState, Operation
from storage.queries import Queries, chunks
from storage.queue_statements import CLAIM, DUE, MS, READY
from storage.queue_statements import delivery as _delivery

_PRIORITIES = sorted({each.priority for each in DeliveryClass})
_EARLIEST = select(
    *(
        select(_delivery.c.not_before)
        .where(_delivery.c.lane_id == bindparam("lane"), READY, _delivery.c.priority == priority)
        .order_by(_delivery.c.not_before)
        .limit(1)  # min() would read the whole lane where PostgreSQL has no statistics yet
        .scalar_subquery()
        for priority in _PRIORITIES
    )
)


class Claims(Queries):
    """The ready messages of a lane; the open transaction must hold the lane."""

    def take(
        self, lane_id: UUID, now: datetime, most: int, *, token: UUID, lease: timedelta
    ) -> list[Delivery]:
        """Claim at most `most` messages that are due, the most urgent first."""
        rows: list[Row[*tuple[Any, ...]]] = []
        for priority in _PRIORITIES:
            if len(rows) < most:
                rows += self._due(lane_id, priority, now, most - len(rows))
        self._mark([row.number for row in rows], token, now, lease)
        return [_read(row, token) for row in rows]

    def earliest_ready(self, lane_id: UUID) -> datetime | None:
        """When the first message that is ready may leave; None where none is."""
        row = self._connection.execute(_EARLIEST, {"lane": lane_id}).one()
        return min((moment for moment in row if moment is not None), default=None)

    def _due(
        self, lane_id: UUID, priority: int, now: datetime, most: int
    ) -> Sequence[Row[*tuple[Any, ...]]]:
        # One statement a priority reads the index in order and stops; one over all of them would
        # read past everything that is queued for later.
        which = {"lane": lane_id, "urgency": priority, "now": now, "most": most}
        return self._connection.execute(DUE, which).all()

    def _mark(self, numbers: list[int], token: UUID, now: datetime, lease: timedelta) -> None:
        claim = {"token": token, "until": now + lease, "lease": lease // MS}
        for some in chunks(numbers):
            self._connection.execute(CLAIM, {**claim, "numbers": some})


def _read(row: Row[*tuple[Any, ...]], token: UUID) -> Delivery:
    target_state = None if row.target_state is None else DeliveryState(row.target_state)
    return Delivery(
        id=row.id,
        organisation_id=row.organisation_id,
        person_id=row.person_id,
        delivery_class=DeliveryClass(row.delivery_class),
        operation=Operation(row.operation),
        kind=row.kind,
        cause=row.cause,
        facts=row.facts,
        not_before=row.not_before,
        expires_at=row.expires_at,
        about_id=row.about_id,
        about_key=row.about_key,
        target_id=row.target_id,
        target_state=target_state,
        target_ref=row.target_ref or "",
        occurrence_id=row.occurrence_id,
        attempts=row.attempts,
        claim_token=token,
        maybe_sent=row.maybe_sent,
        lane_id=row.lane_id,
        address=Address(row.installation_id, row.platform, row.external_id, row.delivery_ref),
        barred=row.barred,
    )
