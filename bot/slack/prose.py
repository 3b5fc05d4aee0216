"""Headings, texts, links, quotations and dividers as Block Kit."""

from __future__ import annotations

from typing import Any

from bot.domain.message import Divider, Heading, Link, Quote, Text, Tone
from bot.domain.plain_text import is_blank, line, safe_url, size, split
from bot.slack.sheet import Drawn, Sheet
from bot.slack.texts import escape, plain

SECTION, CONTEXT, HEADER = 3000, 2000, 150
"""Characters of a text: docs.slack.dev/reference/block-kit/blocks; a context beyond 2,000 was seen
refused."""


def section(text: str) -> Drawn:
    return [{"type": "section", "text": plain(part)} for part in split(text, SECTION)]


def context(text: str) -> Drawn:
    return [{"type": "context", "elements": [plain(part)]} for part in split(text, CONTEXT)]


def bold(text: str) -> Drawn:
    return [rich(rich_section(text_part(part, bold=True))) for part in split(text, SECTION)]


def rich(*elements: dict[str, Any]) -> dict[str, Any]:
    """A rich_text block: nothing in it is parsed, so nobody's words become markup."""
    return {"type": "rich_text", "elements": list(elements)}


def rich_section(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": list(parts)}


def text_part(text: str, *, bold: bool = False) -> dict[str, Any]:
    part: dict[str, Any] = {"type": "text", "text": text}
    return part | {"style": {"bold": True}} if bold else part


def heading(block: Heading, _: Sheet, __: int) -> Drawn:
    text = line(block.text)
    if is_blank(text):
        return []
    if size(text) > HEADER:
        return bold(text)
    return [{"type": "header", "text": plain(text)}]


def text(block: Text, _: Sheet, __: int) -> Drawn:
    draw = {Tone.BODY: section, Tone.STRONG: bold, Tone.MUTED: context}[block.tone]
    return draw(block.text)


def link(block: Link, _: Sheet, __: int) -> Drawn:
    """A link where it leads to the web or to mail; otherwise its label alone."""
    url = safe_url(block.url)
    label = line(block.label)
    label = url if is_blank(label) else label
    marked = f"<{escape(url)}|{escape(label)}>"
    if not url or size(marked) > SECTION:
        return section(label)
    return [{"type": "section", "text": {"type": "mrkdwn", "text": marked}}]


def quote(block: Quote, _: Sheet, __: int) -> Drawn:
    """The words as a quotation, under what they answer."""
    quoted = [
        {"type": "rich_text_quote", "elements": [text_part(part)]}
        for part in split(block.text, SECTION)
    ]
    notes = [rich_section(text_part(part, bold=True)) for part in split(block.note, SECTION)]
    together = [*notes[-1:], *quoted[:1]]
    rest = [rich(part) for part in quoted[1:]]
    return [*map(rich, notes[:-1]), *([rich(*together)] if together else []), *rest]


def divider(_: Divider, __: Sheet, ___: int) -> Drawn:
    return [{"type": "divider"}]


def numbered(labels: list[str]) -> Drawn:
    """The labels whole, each after its number, for buttons that only hold the number."""
    lines = "\n".join(f"{number}  {label}" for number, label in enumerate(labels, 1))
    return section(lines)
