"""What people erase: one answer, a check-in, or everything that is kept of them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bot.services.kit import Kit


async def erase_answer(
    kit: Kit, person_id: UUID, check_in_id: UUID, question_key: str, now: datetime
) -> bool:
    """Whether there was such an answer of this person; `now` is aware UTC."""
    raise NotImplementedError


async def erase_check_in(kit: Kit, person_id: UUID, check_in_id: UUID, now: datetime) -> bool:
    """Whether there was an answer of this person in it; `now` is aware UTC."""
    raise NotImplementedError


async def erase_everything(kit: Kit, person_id: UUID, now: datetime) -> None:
    """All that is kept of a person, and their key; `now` is aware UTC. A repeat is harmless."""
    raise NotImplementedError
