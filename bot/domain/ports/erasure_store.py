"""What people took back, noted in the transaction that took it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from bot.domain.erasure import Erasure


class Erasures(Protocol):
    def add(self, erasures: Sequence[Erasure]) -> None:
        """Notes them; one that is noted already stays as it is."""
        ...

    def unsettled(self, limit: int) -> Sequence[Erasure]:
        """Those that the key store does not know of yet, oldest first."""
        ...

    def settle(self, ids: Iterable[UUID], at: datetime) -> None:
        """The key store knows of these; keys that were to be destroyed are."""
        ...

    def all(self) -> Sequence[Erasure]:
        """Oldest first."""
        ...

    def end_links(self, person_id: UUID) -> None:
        """No link to this person's own data opens anything any more."""
        ...
