"""Messages that wait for an operator after an old copy was put back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from bot.domain.delivery import DeliveryClass

RESTORED = "restored"
"""It was queued in the copy, or came due before the copy was put back: it may have been sent."""

SINCE = "held"
"""It was queued since, so it was certainly not sent; or it changes or deletes a message, which may
be done twice.
"""


@dataclass(frozen=True, slots=True)
class HeldMessage:
    """A message on hold; see Delivery."""

    id: UUID
    person_id: UUID
    delivery_class: DeliveryClass
    kind: str
    facts: Mapping[str, str]
    occurrence_id: UUID | None


class Held(Protocol):
    def hold_all(self, now: datetime) -> int:
        """Holds everything that is on its way, whatever its class; how many. Posts are RESTORED,
        and what was being sent may have arrived; updates and deletions are SINCE.
        """
        ...

    def hold(self, ids: Iterable[UUID], reason: str, now: datetime) -> None:
        """Holds messages that are ready or claimed."""
        ...

    def counts(self) -> Mapping[str, int]:
        """How many are on hold, by reason."""
        ...

    def some(self, reason: str, limit: int) -> Sequence[HeldMessage]:
        """The first so many that are on hold for that reason."""
        ...

    def skip(self, ids: Iterable[UUID], reason: str, now: datetime) -> None:
        """They will never be sent, for this reason (a short code)."""
        ...

    def let_go(self, reason: str) -> int:
        """Makes those on hold for that reason ready again; how many. Sweep the queue afterwards."""
        ...
