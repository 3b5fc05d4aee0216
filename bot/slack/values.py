"""What Slack sends back of what was drawn: presses, forms and fields. Nothing of it is trusted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.layout import INPUTS
from bot.domain.message import Form

BUTTON_VALUE = 2000
PRIVATE_METADATA = 3000
IDENTIFIER = 255
_FIELD = "field."
_ORIGINS = ("", "home")


class Forged(Exception):
    """What Slack sent was never offered by us in that shape."""


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed button: the use case, its argument, and the option or number if it has several."""

    action: str
    value: str
    pressed: str


@dataclass(frozen=True, slots=True)
class Carried:
    """What a view carries: a form's action and value, or those that draw a panel anew (both empty
    where nothing does), and where it was opened from: "" for a message, "home" for the Home tab.
    """

    action: str
    value: str
    origin: str


def press_id(action: str, number: int) -> str:
    """The action_id of a message's or view's `number`-th button: unique there."""
    return f"{action}.{number}"


def press_value(value: str, pressed: str = "") -> str:
    """A button's value. Raises ValueError where it is longer than Slack takes."""
    packed = json.dumps([value, pressed], separators=(",", ":"))
    if len(packed) > BUTTON_VALUE:
        raise ValueError(f"a button's value takes {BUTTON_VALUE} characters: give it an id")
    return packed


def read_press(action: Mapping[str, Any]) -> Press:
    """One entry of the "actions" of a block_actions payload. Raises Forged for any other shape."""
    name, dot, number = _text(action, "action_id").rpartition(".")
    raw = _text(action, "value")
    is_ours = name and dot and number.isascii() and number.isdigit()
    if action.get("type") != "button" or not is_ours:
        raise Forged("no button of ours")
    found = _loaded(raw, BUTTON_VALUE)
    if not isinstance(found, list) or [type(part) for part in found] != [str, str]:
        raise Forged("no button of ours")
    return Press(name, found[0], found[1])


def carry(action: str, value: str, origin: str) -> str:
    """A view's private_metadata. Raises ValueError where it is longer than Slack takes, and for an
    origin that is neither "" nor "home".
    """
    if origin not in _ORIGINS:
        raise ValueError(f'a view\'s origin is "" or "home", not {origin!r}')
    packed = json.dumps({"action": action, "value": value, "origin": origin}, separators=(",", ":"))
    if len(packed) >= PRIVATE_METADATA:
        raise ValueError(f"a form carries up to {PRIVATE_METADATA} characters: shorten its value")
    return packed


def read_carried(private_metadata: str) -> Carried:
    """What `carry` packed. Raises Forged for anything else."""
    found = _loaded(private_metadata, PRIVATE_METADATA)
    if not isinstance(found, dict) or found.keys() != {"action", "value", "origin"}:
        raise Forged("no view of ours")
    if not all(isinstance(part, str) for part in found.values()):
        raise Forged("no view of ours")
    if found["origin"] not in _ORIGINS:
        raise Forged("no view of ours")
    return Carried(**found)


def field_id(name: str) -> str:
    """The block_id and action_id of the field `name`. Raises ValueError for one too long."""
    if len(name) > IDENTIFIER - len(_FIELD):
        raise ValueError(f"a field's name takes {IDENTIFIER - len(_FIELD)} characters: {name!r}")
    return _FIELD + name


def read_fields(state: object) -> dict[str, str]:
    """The fields of a sent form by name, "" for one left empty; `state` is view.state, or its
    "values". Line ends become plain newlines. Blocks and elements of other kinds are ignored.
    """
    values = state.get("values", state) if isinstance(state, Mapping) else None
    fields: dict[str, str] = {}
    for block_id, elements in values.items() if isinstance(values, Mapping) else ():
        element = elements.get(block_id) if isinstance(elements, Mapping) else None
        if not block_id.startswith(_FIELD) or not isinstance(element, Mapping):
            continue
        text = _given(element)
        if text is not None:
            fields[block_id.removeprefix(_FIELD)] = text
    return fields


def _given(element: Mapping[str, Any]) -> str | None:
    kind = element.get("type")
    if kind not in _HOLDERS:
        return None
    found = element.get(_HOLDERS[kind])
    if isinstance(found, Mapping):
        found = found.get("value")
    text = found if isinstance(found, str) else ""
    return text.replace("\r\n", "\n").replace("\r", "\n")


_HOLDERS = {
    "plain_text_input": "value",
    "radio_buttons": "selected_option",
    "static_select": "selected_option",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
}


def field_errors(form: Form) -> dict[str, str]:
    """Each refused field's block_id with what is wrong, for response_action "errors"."""
    fields = (block for block in form.blocks if isinstance(block, INPUTS))
    return {field_id(field.name): field.error for field in fields if field.error}


def _text(given: Mapping[str, Any], name: str) -> str:
    found = given.get(name) if isinstance(given, Mapping) else None
    if not isinstance(found, str):
        raise Forged(f"no {name}")
    return found


def _loaded(raw: object, longest: int) -> object:
    if not isinstance(raw, str) or len(raw) > longest:
        raise Forged("too long, or no text")
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        raise Forged("no JSON") from None
