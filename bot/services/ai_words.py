"""How AI stands today, in a line or two for HR admins and whoever runs Touchpoint."""

from __future__ import annotations

from collections.abc import Iterator

from bot.services.ai_use import AiToday, Spent
from prompts.words import Said, Words


def ai_lines(words: Words, locale: str, today: AiToday) -> Iterator[str]:
    """What each workspace spent, in tenths of what it has, and where AI can't be used."""
    if not today.asks:
        yield words.say("ai", locale, provider=today.provider)["not_asked"]
    several = len(today.workspaces) > 1
    for spent in today.workspaces:
        said = _said(words, locale, today.provider, spent, spent.name if several else "")
        yield said["spent"]
        if spent.is_all:
            yield said["all_spent"]


def _said(words: Words, locale: str, provider: str, spent: Spent, workspace: str) -> Said:
    return words.say(
        "ai",
        locale,
        provider=provider,
        percent=spent.percent,
        budget=spent.budget,
        workspace=workspace,
    )
