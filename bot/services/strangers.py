"""Whoever isn't on the people list, or has left: one polite line, and nothing is kept."""

from __future__ import annotations

from bot.services.kit import Kit


def line(kit: Kit, locale: str) -> str:
    """What a platform says to a stranger who writes, uses a command or opens Home.

    locale: the platform's own for that account; English stands in for one that is unknown.
    """
    return kit.words.say("stranger", locale)["not_listed"]
