"""Neutral messages and views as Slack's three surfaces: messages, modals and the Home tab."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.layout import without_echoes
from bot.domain.message import (
    Bars,
    Block,
    Buttons,
    Chart,
    Choice,
    ChoiceInput,
    DateInput,
    Divider,
    Form,
    Heading,
    Link,
    Message,
    Quote,
    Rating,
    Table,
    Text,
    TextInput,
    TimeInput,
    View,
)
from bot.domain.plain_text import clip, is_blank
from bot.slack import data, fields, presses, prose
from bot.slack.fitting import fit
from bot.slack.sheet import Drawn, Sheet
from bot.slack.texts import fallback, plain, say
from bot.slack.values import carry

CAPTION = 24
"""Characters of a modal's title, submit and close."""
PANEL = "panel"
"""The callback_id of a view that has nothing to send."""
_NATIVE = frozenset({"data_visualization", "data_table"})

_DRAWERS: dict[type[Block], Callable[[Any, Sheet, int], Drawn]] = {
    Heading: prose.heading,
    Text: prose.text,
    Link: prose.link,
    Quote: prose.quote,
    Divider: prose.divider,
    Buttons: presses.buttons,
    Rating: presses.rating,
    Choice: presses.choice,
    TextInput: fields.text_input,
    ChoiceInput: fields.choice_input,
    DateInput: fields.date_input,
    TimeInput: fields.time_input,
    Chart: data.chart,
    Bars: data.bars,
    Table: data.table,
}


@dataclass(frozen=True, slots=True)
class Rendered:
    """What chat.postMessage and chat.update take: `text` is escaped and never empty."""

    text: str
    blocks: list[dict[str, Any]]


def message(message: Message) -> Rendered:
    """A message with Slack's own charts and tables.

    Raises ValueError where a button's value is longer than Slack takes.
    """
    return _message(message, native=True)


def without_charts(message: Message) -> Rendered:
    """The same with each chart and table as text, for a workspace that refuses those blocks."""
    return _message(message, native=False)


def has_chart(message: Message) -> bool:
    """Whether `message` draws a chart or table of Slack's own, which `without_charts` would not."""
    return any(block["type"] in _NATIVE for block in _message(message, native=True).blocks)


def modal(view: View, *, origin: str = "") -> dict[str, Any]:
    """A view for views.open, views.push and views.update; a panel has nothing to send.

    `origin` ("" or "home") comes back in private_metadata. Raises ValueError where a form carries
    more than Slack takes: its value, its fields' names, options' values or their number.
    """
    is_form = isinstance(view, Form)
    sheet = Sheet("modal", without_echoes(view.blocks) if is_form else view.blocks)
    sheet.takes_input = is_form
    action, value = (view.action, view.value) if isinstance(view, Form) else view.again
    made: dict[str, Any] = {
        "type": "modal",
        "callback_id": "form" if is_form else PANEL,
        "title": _caption(view.title, say("title")),
        "blocks": _drawn(sheet) or prose.section(say("nothing")),
        "private_metadata": carry(action, value, origin),
    }
    if isinstance(view, Form):
        made["submit"] = _caption(view.submit, say("submit"))
    return made if is_blank(view.close) else made | {"close": _caption(view.close, "")}


def home(blocks: Sequence[Block]) -> dict[str, Any]:
    """A view for views.publish."""
    drawn = _drawn(Sheet("home", blocks))
    return {"type": "home", "blocks": drawn or prose.section(say("nothing"))}


def _message(message: Message, *, native: bool) -> Rendered:
    sheet = Sheet("message", message.blocks, native=native)
    drawn = _drawn(sheet)
    return Rendered(fallback(message.text), drawn)


def _drawn(sheet: Sheet) -> Drawn:
    drawn: Drawn = []
    for index, block in enumerate(sheet.blocks):
        drawn += _DRAWERS[type(block)](block, sheet, index)
    return fit(drawn, sheet.surface)


def _caption(text: str, instead: str) -> dict[str, Any]:
    return plain(instead if is_blank(text) else clip(text, CAPTION))
