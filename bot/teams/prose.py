"""Headings, texts, links, quotations and dividers as elements of an Adaptive Card.

Text stands in RichTextBlocks: nothing in a TextRun is parsed, so nobody's words become markup.
Only headings that no client could read as markup are TextBlocks, because those alone can be
headings to a screen reader.
"""

from __future__ import annotations

from typing import Any

from bot.domain.message import Divider, Heading, Link, Quote, Text, Tone
from bot.domain.plain_text import clip, is_blank, line, safe_url, size, split
from bot.teams.sheet import Drawn, Sheet
from bot.teams.texts import is_inert, literal

PART = 1500
"""Characters of one element: what does not fit goes by whole elements."""
BUTTON = 60
"""Characters of a button's title that a desktop shows on one line."""
DIVIDER = "divider"
"""Stands for a line until it is known what comes below it."""
_STYLES: dict[Tone, dict[str, Any]] = {
    Tone.BODY: {},
    Tone.STRONG: {"weight": "Bolder"},
    Tone.MUTED: {"size": "Small", "isSubtle": True},
}


def run(text: str, **style: Any) -> dict[str, Any]:
    return {"type": "TextRun", "text": literal(text), **style}


def rich(*runs: dict[str, Any]) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": list(runs)}


def words(text: str, **style: Any) -> Drawn:
    """`text` with its line breaks, in as many elements as it needs."""
    return [rich(run(part, **style)) for part in split(text, PART)]


def bold(text: str) -> Drawn:
    return words(text, weight="Bolder")


def muted(text: str) -> Drawn:
    return words(text, **_STYLES[Tone.MUTED])


def title(text: str, size: str = "Medium") -> Drawn:
    """A heading, to a screen reader too where its words are safe in a TextBlock."""
    text = line(text)
    style = {"size": size, "weight": "Bolder"}
    if not is_inert(text) or len(text) > PART:
        return words(text, **style)
    return [{"type": "TextBlock", "style": "heading", "text": text, "wrap": True, **style}]


def heading(block: Heading, _: Sheet, __: int) -> Drawn:
    return [part | {"spacing": "Medium"} for part in title(block.text)]


def text(block: Text, _: Sheet, __: int) -> Drawn:
    return words(block.text, **_STYLES[block.tone])


def link(block: Link, _: Sheet, __: int) -> Drawn:
    """A button to the web or to mail; otherwise the label alone. A long label stands above it."""
    url = safe_url(block.url)
    label = line(block.label)
    label = url if is_blank(label) else label
    if not url or size(url) > PART:
        return words(label)
    opened = {"type": "Action.OpenUrl", "title": literal(clip(label, BUTTON)), "url": url}
    above = words(label) if size(label) > BUTTON else []
    return [*above, {"type": "ActionSet", "actions": [opened]}]


def quote(block: Quote, _: Sheet, __: int) -> Drawn:
    """The words on a ground of their own, under what they answer."""
    parts = [*muted(block.note), *words(block.text)]
    return [boxed(parts[:2]), *(boxed([part]) for part in parts[2:])] if parts else []


def boxed(items: Drawn, style: str = "emphasis") -> dict[str, Any]:
    return {"type": "Container", "style": style, "items": items}


def divider(_: Divider, __: Sheet, ___: int) -> Drawn:
    return [{"type": DIVIDER}]


def numbered(labels: list[str]) -> Drawn:
    """The labels whole, each after its number, for buttons that only hold the number."""
    return words("\n".join(f"{number}  {label}" for number, label in enumerate(labels, 1)))
