"""Neutral messages as JSON and back: what the local platform keeps, sealed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from bot.domain.message import (
    Bars,
    Block,
    Button,
    Buttons,
    Chart,
    Choice,
    ChoiceInput,
    DateInput,
    Divider,
    Heading,
    Link,
    Look,
    Message,
    Option,
    Quote,
    Rating,
    Series,
    Table,
    Text,
    TextInput,
    TimeInput,
    Tone,
)

Fields = dict[str, Any]

_NAMES: Mapping[type[Block], str] = {
    Heading: "heading",
    Text: "text",
    Link: "link",
    Quote: "quote",
    Divider: "divider",
    Buttons: "buttons",
    Rating: "rating",
    Choice: "choice",
    TextInput: "text_input",
    ChoiceInput: "choice_input",
    DateInput: "date_input",
    TimeInput: "time_input",
    Chart: "chart",
    Bars: "bars",
    Table: "table",
}


def kind_of(block: Block) -> str:
    """The name a block has in what is stored and in the templates. KeyError for no block."""
    return _NAMES[type(block)]


def pack(message: Message) -> bytes:
    """A message as UTF-8 JSON; a lone surrogate, which no platform can send, becomes "?"."""
    blocks = [{"is": kind_of(block), **asdict(block)} for block in message.blocks]
    body = {"kind": message.kind, "text": message.text, "blocks": blocks}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def unpack(raw: bytes) -> Message:
    """The message that `pack` was given. Raises ValueError or KeyError for anything else."""
    body = json.loads(raw)
    return Message(body["kind"], body["text"], tuple(map(_block, body["blocks"])))


def _block(given: Fields) -> Block:
    fields = dict(given)
    return _READERS[fields.pop("is")](fields)


def _text(fields: Fields) -> Text:
    return Text(fields["text"], Tone(fields["tone"]))


def _buttons(fields: Fields) -> Buttons:
    return Buttons(tuple(Button(**{**b, "look": Look(b["look"])}) for b in fields["items"]))


def _rating(fields: Fields) -> Rating:
    return Rating(**{**fields, "points": _options(fields["points"])})


def _choice(fields: Fields) -> Choice:
    return Choice(**{**fields, "options": _options(fields["options"])})


def _choice_input(fields: Fields) -> ChoiceInput:
    return ChoiceInput(**{**fields, "options": _options(fields["options"])})


def _chart(fields: Fields) -> Chart:
    series = tuple(Series(s["name"], tuple(s["values"])) for s in fields["series"])
    return Chart(**{**fields, "labels": tuple(fields["labels"]), "series": series})


def _bars(fields: Fields) -> Bars:
    return Bars(**{**fields, "labels": tuple(fields["labels"]), "shares": tuple(fields["shares"])})


def _table(fields: Fields) -> Table:
    rows = tuple(tuple(row) for row in fields["rows"])
    return Table(fields["caption"], tuple(fields["header"]), rows)


def _options(given: list[Fields]) -> tuple[Option, ...]:
    return tuple(Option(**option) for option in given)


_READERS: Mapping[str, Callable[[Fields], Block]] = {
    "heading": lambda fields: Heading(**fields),
    "text": _text,
    "link": lambda fields: Link(**fields),
    "quote": lambda fields: Quote(**fields),
    "divider": lambda _: Divider(),
    "buttons": _buttons,
    "rating": _rating,
    "choice": _choice,
    "text_input": lambda fields: TextInput(**fields),
    "choice_input": _choice_input,
    "date_input": lambda fields: DateInput(**fields),
    "time_input": lambda fields: TimeInput(**fields),
    "chart": _chart,
    "bars": _bars,
    "table": _table,
}
