"""What a manager and a report want to talk about next time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from bot.domain.between import Between
from bot.domain.promise import FORGOTTEN_AFTER


class AgendaState(StrEnum):
    """DONE: they talked about it, or need not any more. WITHDRAWN: its author took it back."""

    OPEN = "open"
    DONE = "done"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaItem(Between):
    """`meeting_id` is the 1:1 it was talked about in, where that is known. `state_at` and `wake_at`
    are aware UTC.
    """

    state_at: datetime
    state: AgendaState = AgendaState.OPEN
    meeting_id: UUID | None = None
    wake_at: datetime | None = None

    def became(self, state: AgendaState, at: datetime) -> AgendaItem:
        """The item in another state; the same one where it is in that state already."""
        if state is self.state:
            return self
        forgets = at + FORGOTTEN_AFTER if state is AgendaState.WITHDRAWN else None
        return replace(self, state=state, state_at=at, wake_at=forgets)

    def forgotten(self) -> AgendaItem:
        """Without its text, which was taken back for good."""
        return replace(self, sealed_for_employee=None, sealed_for_manager=None, wake_at=None)
