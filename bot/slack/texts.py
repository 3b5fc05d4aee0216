"""Texts as Slack takes them: clean, of a length that fits, and never markup by accident."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from bot.domain.plain_text import clean, is_blank, size, split
from prompts.words import shipped_words

Plain = dict[str, Any]

_EVERYBODY = re.compile(r"@(?=(?:here|channel|everyone|group)\b)", re.IGNORECASE)
_JOINER = "\u2060"
"""Word joiner: it takes no room and keeps Slack from reading a mention or a link."""
_FALLBACK = 3000


@lru_cache(maxsize=256)
def say(block: str, **facts: object) -> str:
    """One of Slack's own texts. KeyError for a block that prompts/messages/en/slack.j2 lacks."""
    return shipped_words().say("slack", "en", "UTC", **facts)[block]


def plain(text: str) -> Plain:
    """A text object in which nothing is markup, not even :emoji:."""
    return {"type": "plain_text", "text": text, "emoji": False}


def escape(text: str) -> str:
    """`text` for mrkdwn: `<!channel>` and `<@U1>` become what they look like."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def fallback(text: str) -> str:
    """The top-level text of a message (notifications, screen readers): a mention of everybody and
    an address in it stay words. Never empty.
    """
    whole = say("title") if is_blank(text) else clean(text)
    if size(whole) > _FALLBACK:
        whole = f"{split(whole, _FALLBACK - 1)[0]}…"
    harmless = _EVERYBODY.sub(f"@{_JOINER}", whole).replace("://", f":{_JOINER}//")
    return escape(harmless)
