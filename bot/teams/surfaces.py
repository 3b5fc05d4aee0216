"""A stand-in, until the real one is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.message import Message


@dataclass(frozen=True, slots=True)
class Rendered:
    """`summary` is the text of the notification."""

    summary: str
    card: dict[str, Any]


def message(message: Message) -> Rendered:
    """The message's summary alone."""
    text = {"type": "TextBlock", "text": message.text, "wrap": True}
    return Rendered(message.text, {"type": "AdaptiveCard", "version": "1.5", "body": [text]})


def attachment(card: Mapping[str, Any]) -> dict[str, Any]:
    """The card as a message carries it."""
    return {"contentType": "application/vnd.microsoft.card.adaptive", "content": dict(card)}
