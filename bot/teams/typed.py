"""The words somebody typed, as they stood on the person's screen."""

from __future__ import annotations

import html
import re

from botbuilder.schema import Activity

_MENTION = re.compile(r"<at\b[^<>]*>(.*?)</at>", re.DOTALL | re.IGNORECASE)


def words_of(activity: Activity) -> str:
    """A message's text: mentions as names, without the app's own. Teams writes them as
    `<at>Name</at>`, and `&`, `<` and `>` as entities (learn.microsoft.com, "Format your bot
    messages"); lines end with newlines alone.
    """
    text = activity.text if isinstance(activity.text, str) else ""
    own = activity.recipient.name if activity.recipient else None
    named = _MENTION.sub(lambda found: "" if found[1] == own else f"@{found[1]}", text)
    plain = html.unescape(named).replace("\r\n", "\n").replace("\r", "\n")
    return plain.replace("\u00a0", " ").strip()
