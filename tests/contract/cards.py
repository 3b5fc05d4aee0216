"""Blocks as they are drawn on each of Teams' cards, and the texts one reads there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.domain.message import Block, Form, Message, Panel
from bot.teams import surfaces
from bot.teams.values import Frame
from tests.servers.card_rules import parts

Card = dict[str, Any]

FRAME = Frame(("open_form", "1", ""), ("", ""), "home")
_TEXTS = ("text", "title", "label", "tooltip")


def message(*blocks: Block) -> Card:
    return surfaces.message(Message("question", "Hello", blocks)).card


def panel(*blocks: Block) -> Card:
    return surfaces.view(Panel("Title", blocks, "Close"), FRAME)


def form(*blocks: Block) -> Card:
    return surfaces.view(Form("Title", "send", "1", blocks, "Save", "Close"), FRAME)


def home(*blocks: Block) -> Card:
    return surfaces.home(blocks, FRAME)


def kinds(card: Card) -> list[str]:
    return [element["type"] for element in card["body"]]


def texts(value: object) -> list[str]:
    """Every text that one reads in `value`, in reading order."""
    return list(_texts(value))


def said(value: object) -> str:
    return "\n".join(texts(value))


def actions(card: Card) -> list[Card]:
    """Those that come back to us, as they stand from top to bottom."""
    shown = [card["body"], card.get("actions", [])]
    return [part for part in parts(shown) if part["type"] == "Action.Execute"]


def inputs(card: Card) -> list[Card]:
    return [part for part in parts(card["body"]) if part["type"].startswith("Input.")]


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, list):
        for part in value:
            yield from _texts(part)
    elif isinstance(value, dict):
        for name, part in value.items():
            if name in _TEXTS and isinstance(part, str):
                yield part
            elif name != "data" or str(value.get("type")).startswith("Chart."):
                yield from _texts(part)
