"""The words somebody typed, out of Slack's own markup: as they stood on the person's screen."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Names = Callable[[str], str]
"""The name of a Slack user, by id."""

_MARKED = re.compile(r"<([^<>]+)>")
_EMOJI = re.compile(r":([a-z0-9_+'-]+)(?:::skin-tone-\d)?:")
_USER = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>")


def mentioned(event: Mapping[str, Any]) -> set[str]:
    """The ids of the users that a message mentions."""
    return set(_USER.findall(_text(event)))


def words_of(event: Mapping[str, Any], names: Names) -> str:
    """A message event's text: mentions as names, links as their addresses, emoji as themselves.

    Slack escapes `&`, `<` and `>` in it, and marks links and mentions as `<...>`
    (docs.slack.dev, "Formatting message text").
    """
    text = _MARKED.sub(lambda found: _shown(found[1], names), _text(event))
    emoji = dict(_emoji_in(event.get("blocks")))
    if emoji:
        text = _EMOJI.sub(lambda found: emoji.get(found[1], found[0]), text)
    return html.unescape(text)


def _text(event: Mapping[str, Any]) -> str:
    text = event.get("text")
    return text if isinstance(text, str) else ""


def _shown(marked: str, names: Names) -> str:
    target, _, label = marked.partition("|")
    if target.startswith("@"):
        return f"@{names(target[1:]) or label or 'somebody'}"
    if target.startswith("#"):
        return f"#{label or target[1:]}"
    if target.startswith("!"):
        return label or f"@{target[1:].partition('^')[0]}"
    address = target.removeprefix("mailto:")
    return address if label in ("", address) else f"{label} ({address})"


def _emoji_in(blocks: object) -> Iterator[tuple[str, str]]:
    """The emoji of a message by name; Slack's rich text says which characters they are."""
    for element in _elements(blocks):
        name, points = element.get("name"), element.get("unicode")
        if element.get("type") == "emoji" and isinstance(name, str) and isinstance(points, str):
            characters = _characters(points)
            if characters:
                yield name, characters


def _elements(blocks: object) -> Iterator[Mapping[str, Any]]:
    """Every element in a tree of rich text; Slack nests lists in sections at most."""
    waiting = [blocks]
    while waiting:
        each = waiting.pop()
        if isinstance(each, list):
            waiting.extend(each)
        elif isinstance(each, Mapping):
            waiting.append(each.get("elements"))
            yield each


def _characters(points: str) -> str:
    try:
        return "".join(chr(int(point, 16)) for point in points.split("-"))
    except (ValueError, OverflowError):
        return ""
