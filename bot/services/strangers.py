"""Whoever isn't on the people list, or has left: one polite line, and nothing is kept."""

from __future__ import annotations

from uuid import UUID

from bot.services.kit import Kit


async def is_stranger(kit: Kit, installation_id: UUID, external_id: str) -> bool:
    """Whether this account belongs to nobody who is on the people list now."""
    found = await kit.uow.read(lambda tx: tx.people.by_identity(installation_id, external_id))
    return found is None or not found.active


def line(kit: Kit, locale: str) -> str:
    """What a platform says to a stranger who writes, uses a command or opens Home.

    locale: the platform's own for that account; English stands in for one that is unknown.
    """
    return kit.words.say("stranger", locale)["not_listed"]
