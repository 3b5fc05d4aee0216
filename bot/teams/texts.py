"""Texts as Adaptive Cards take them: never markup, a date or a mention by accident."""

from __future__ import annotations

import re
from functools import lru_cache

from bot.domain.plain_text import clean, is_blank, line, split
from prompts.words import shipped_words

SUMMARY = 300
"""Characters of a notification: a phone shows about half of that."""
_JOINER = "\u2060"
"""Word joiner: it takes no room and keeps a client from reading a date or a mention."""
_READ = re.compile(r"\{(?=\{)|<(?=/?at\b)", re.IGNORECASE)
_PUNCTUATION = " .,:;!?'\"()%/\u00b7\u2019\u201c\u201d\u2013\u2014\u2026-"
_INERT = re.compile(rf"[^\W_](?:[^\W_]|[{_PUNCTUATION}])*")
_LOOKS_LIKE_MARKUP = re.compile(r"\d+[.)]|.*:[^\d ]|.*\.[^\W\d]|.*\((?:c|r|tm|p)\)", re.IGNORECASE)
"""A list, an address, an emoji, a sign that some readers of Markdown put for its abbreviation."""


@lru_cache(maxsize=256)
def say(block: str, **facts: object) -> str:
    """One of Teams' own texts. KeyError for a block that prompts/messages/en/teams.j2 lacks."""
    return shipped_words().say("teams", "en", "UTC", **facts)[block]


def literal(text: str) -> str:
    """`text` for where no markup is read: its `{{DATE(...)}}` and `<at>` stay what they look like
    (learn.microsoft.com/adaptive-cards/authoring-cards/text-features).
    """
    return _READ.sub(lambda found: found[0] + _JOINER, clean(text))


def literal_line(text: str) -> str:
    return literal(line(text))


def is_inert(text: str) -> bool:
    """Whether `text` is the same with Markdown read in it and without: letters, numbers and the
    punctuation that means nothing there. Escaping will not do: not every client undoes it.
    """
    return _INERT.fullmatch(text) is not None and _LOOKS_LIKE_MARKUP.match(text) is None


def notification(text: str) -> str:
    """What stands in the toast and in the list of chats. Never empty."""
    whole = say("title") if is_blank(text) else line(text)
    parts = split(whole, SUMMARY - 1)
    return literal(parts[0] if len(parts) == 1 else f"{parts[0]}…")
