"""What the local page works with, and a clock that people can move."""

from __future__ import annotations

from asyncio import Lock
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from bot.services.kit import Kit


class MovableClock(Protocol):
    def now(self) -> datetime:
        """The page's present moment, aware UTC."""
        ...

    async def move(self, to: datetime) -> None:
        """Go on from `to` (aware UTC) and remember it."""
        ...


@dataclass(frozen=True, slots=True)
class LocalPlatform:
    """`installation_id` is the local installation; `moving` lets one journey in time happen at a
    time.
    """

    kit: Kit
    clock: MovableClock
    installation_id: UUID
    moving: Lock = field(default_factory=Lock)
