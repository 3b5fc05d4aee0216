"""What reached people's screens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from bot.domain.message import Message
from tests.journeys.words import words


@dataclass(frozen=True)
class Arrival:
    """A message as it reached somebody, at their local time."""

    who: str
    local: datetime
    message: Message

    @property
    def kind(self) -> str:
        return self.message.kind

    @property
    def at(self) -> datetime:
        return self.local.astimezone(UTC)

    @property
    def is_prompt(self) -> bool:
        """Whether it came by itself: no reply to something the person did, no summary."""
        begins = self.kind == "question" and "check-in" in self.message.text
        return begins or self.kind in {"welcome", "nudge"}

    @property
    def words(self) -> str:
        return words(self.message.blocks)

    @property
    def wall(self) -> str:
        """The local time on the reader's wall clock."""
        return f"{self.local:%Y-%m-%d %H:%M}"
