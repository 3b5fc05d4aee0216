"""What AI cost, per workspace and day: figures alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class AiDay:
    """`tokens` counts what is reserved for calls under way too; `calls` those begun, `failed`
    those of which nothing could be used.
    """

    installation_id: UUID
    day: date
    tokens: int
    calls: int
    failed: int


class AiUse(Protocol):
    """`day` is a date in the organisation's own zone."""

    def reserve(self, installation_id: UUID, day: date, tokens: int, budget: int) -> bool:
        """Sets tokens aside for one call; False, and nothing changed, where the day's would then
        be more than `budget`. On PostgreSQL other reservations of the same day wait.
        """
        ...

    def settle(
        self, installation_id: UUID, day: date, *, reserved: int, used: int, failed: bool
    ) -> None:
        """Replaces what was set aside for a call by what it cost."""
        ...

    def since(self, day: date) -> Sequence[AiDay]:
        """The days from this one on, oldest first."""
        ...
