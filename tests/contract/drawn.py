"""Blocks as they are drawn on each of Slack's surfaces, and the texts one reads there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.domain.message import Block, Form, Message, Panel
from bot.slack import surfaces

Drawn = list[dict[str, Any]]


def message(*blocks: Block) -> Drawn:
    return surfaces.message(Message("question", "Hello", blocks)).blocks


def panel(*blocks: Block) -> Drawn:
    found: Drawn = surfaces.modal(Panel("Title", blocks, "Close"))["blocks"]
    return found


def form(*blocks: Block) -> Drawn:
    found: Drawn = surfaces.modal(Form("Title", "send", "1", blocks, "Save", "Close"))["blocks"]
    return found


def home(*blocks: Block) -> Drawn:
    found: Drawn = surfaces.home(blocks)["blocks"]
    return found


def kinds(drawn: Drawn) -> list[str]:
    return [block["type"] for block in drawn]


def texts(value: object, kind: str = "") -> Iterator[str]:
    """Every text in `value`, or those of one kind of text object, in reading order."""
    if isinstance(value, list):
        for part in value:
            yield from texts(part, kind)
    elif isinstance(value, dict):
        is_wanted = not kind or value.get("type") == kind
        if isinstance(value.get("text"), str) and is_wanted:
            yield value["text"]
        for part in value.values():
            yield from texts(part, kind)


def said(drawn: Drawn) -> str:
    return "\n".join(texts(drawn))
