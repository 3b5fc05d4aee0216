"""Neutral messages and views as Adaptive Cards of Teams."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
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
    Panel,
    Quote,
    Rating,
    Table,
    Text,
    TextInput,
    TimeInput,
    View,
)
from bot.domain.plain_text import clip, is_blank
from bot.teams import data, fields, presses, prose, values
from bot.teams.fitting import CARD, TooLong, fit, measure
from bot.teams.presses import back, execute
from bot.teams.sheet import Drawn, Sheet
from bot.teams.texts import notification, say
from bot.teams.values import Frame, Verb
from bot.teams.words import HOME

Card = dict[str, Any]

CONTENT_TYPE = "application/vnd.microsoft.card.adaptive"
TITLE = 200
TYPED = CARD - 8 * 1024
"""Bytes of a form's fields that a button can bring back; the form came in a card as well."""

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
    """What an activity takes: `summary` is the notification, and never empty."""

    summary: str
    card: Card


def message(message: Message, *, refreshes: bool = True) -> Rendered:
    """A message's card; with buttons, it asks by itself for what it says now. `refreshes`: not
    where it was said at once, as nothing else is known of such a card.

    Raises ValueError where a button's value is longer than values.LONGEST.
    """
    drawn = _drawn(Sheet(message.blocks))
    refresh = _asking(Verb.SHOW, "") if refreshes and _has_buttons(drawn) else {}
    return Rendered(notification(message.text), _fitted(drawn, refresh, message.text))


def view(view: View, frame: Frame) -> Card:
    """A panel or a form, with the way back. `frame` comes back with each of its buttons.

    A form whose fields hold more than a card takes says so instead, and can't be sent. What was
    typed below is left out where it doesn't fit: ask `bears` before.
    """
    frame = _carried(frame)
    is_form = isinstance(view, Form)
    blocks = without_echoes(view.blocks) if is_form else view.blocks
    top = prose.title(clip(view.title, TITLE), "Large")
    drawn = _drawn(Sheet(blocks, frame, takes_input=is_form))
    close = back(view.close, frame)
    actions = [*([_submit(view, frame)] if isinstance(view, Form) else []), close]
    nothing = [] if drawn or is_form else prose.words(say("nothing"))
    try:
        return _fitted([*top, *drawn, *nothing], {"actions": actions})
    except TooLong:
        close = back(view.close, replace(frame, typed={}))
        return _fitted([*top, *prose.words(say("too_long"))], {"actions": [close]})


def bears(panel: Panel, frame: Frame) -> bool:
    """Whether the panel's buttons can carry all that was typed below, with nothing left out."""
    carrying = [*_drawn(Sheet(panel.blocks, frame)), back(panel.close, frame)]
    return measure(carrying) + measure(panel.title) <= TYPED


def notice(text: str, frame: Frame, back: str) -> Card:
    """A short text and the way back; `back` is that button's label."""
    return _fitted(prose.words(text), {"actions": [presses.back(back, _carried(frame))]})


def stub(title: str, command: str, open_label: str) -> Card:
    """A message's card that opens what `command` answers by its button; Home by itself as well."""
    label = say("refresh") if is_blank(open_label) else clip(open_label, prose.BUTTON)
    opening = execute(Verb.RUN, label, values.data("", command), is_primary=True)
    drawn = prose.title(clip(title, TITLE)) or prose.title(say("title"))
    refresh = _asking(Verb.RUN, command) if command == HOME else {}
    return _fitted(drawn, {"actions": [opening]} | refresh)


def leading_home(text: str, label: str) -> Card:
    """A short text that nothing lies below, and a button to Home with that label."""
    opening = execute(Verb.RUN, label, values.data("", HOME))
    return _fitted(prose.words(text), {"actions": [opening]})


def home(blocks: Sequence[Block], frame: Frame) -> Card:
    """Home, which takes the place of the stub that opened it."""
    return _fitted(_drawn(Sheet(blocks, frame)), {})


def attachment(card: Card) -> dict[str, Any]:
    """The card as an activity's attachment."""
    return {"contentType": CONTENT_TYPE, "content": card}


def _carried(frame: Frame) -> Frame:
    """The frame, without what was typed below where that alone would fill a card."""
    is_bearable = measure(dict(frame.typed)) <= TYPED
    return frame if is_bearable else replace(frame, typed={})


def _fitted(drawn: Drawn, more: Card, instead: str = "") -> Card:
    """The card. One without anything in it says `instead`, or that there is nothing."""
    card: Card = {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "msteams": {"width": "Full"},
        "body": [],
        **more,
    }
    taken = measure(card)
    body = fit(drawn, taken) or fit(prose.words(instead) or prose.words(say("nothing")), taken)
    return card | {"body": body}


def _drawn(sheet: Sheet) -> Drawn:
    drawn: Drawn = []
    for index, block in enumerate(sheet.blocks):
        drawn += _DRAWERS[type(block)](block, sheet, index)
    return drawn


def _submit(form: Form, frame: Frame) -> Card:
    label = say("submit") if is_blank(form.submit) else clip(form.submit, prose.BUTTON)
    sent = values.data(form.action, form.value, frame=frame)
    return execute(Verb.FORM, label, sent, is_primary=True)


def _asking(verb: Verb, words: str) -> Card:
    """What Teams does when a card comes into view. Without `userIds` it does so for everybody in
    a chat of up to 60; a chat with the bot has one.
    """
    return {"refresh": {"action": execute(verb, say("refresh"), values.data("", words))}}


def _has_buttons(drawn: Drawn) -> bool:
    sets = [element["actions"] for element in drawn if element["type"] == "ActionSet"]
    return any(action["type"] == "Action.Execute" for actions in sets for action in actions)
