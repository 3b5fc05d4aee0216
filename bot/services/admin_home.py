"""What an HR admin finds under Home: cadences, how many were reached, the company-wide pause."""

from __future__ import annotations

from datetime import datetime

from bot.domain.message import Block
from bot.domain.people import Person
from bot.services.kit import Kit


async def admin_blocks(kit: Kit, person: Person, now: datetime) -> tuple[Block, ...]:
    return ()
