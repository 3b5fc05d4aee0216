"""Block Kit as the client treats it: what people read, press and fill in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import count
from typing import Any

Block = dict[str, Any]
Entered = Mapping[tuple[str, str], dict[str, Any]]
"""What somebody filled in, by block id and action id, as it stands in `state.values`."""

_TEXTS = frozenset({"plain_text", "mrkdwn", "raw_text", "text", "markdown"})
_PRESSED = frozenset({"button", "overflow", "workflow_button", "icon_button", "feedback_buttons"})
_ONE = {
    "plain_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "users_select": ("selected_user", "initial_user"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
}
_MANY = {
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
}
_KEYS = _ONE | _MANY


@dataclass(frozen=True, slots=True)
class Element:
    """Something to press or fill in, with the block around it."""

    block: Block
    json: dict[str, Any]

    @property
    def at(self) -> tuple[str, str]:
        """Block id and action id."""
        return self.block["block_id"], self.json["action_id"]

    @property
    def label(self) -> str:
        """What stands on the button, or over the field."""
        named = self.json if self.is_pressed else self.block
        text = named.get("label") or named.get("text") or {}
        return str(text.get("text", "") if isinstance(text, dict) else text)

    @property
    def is_pressed(self) -> bool:
        """Whether it is pressed, and so holds no state."""
        return self.json["type"] in _PRESSED

    @property
    def tells_at_once(self) -> bool:
        """Whether a change is told before the form is submitted."""
        return self.block["type"] != "input" or bool(self.block.get("dispatch_action"))

    def is_called(self, key: str) -> bool:
        """Whether `key` is the label, the action id or its beginning, or the block id."""
        return key in (self.label, self.block["block_id"]) or self.json["action_id"].startswith(key)


def with_ids(blocks: Sequence[Block]) -> list[Block]:
    """A copy in which every block and every interactive element has an id, as Slack adds them."""
    copied, numbers = deepcopy(list(blocks)), count(1)
    for block in copied:
        block.setdefault("block_id", f"auto{next(numbers)}")
        for element in _inside(block):
            element.setdefault("action_id", f"act{next(numbers)}")
    return copied


def _inside(block: Block) -> list[dict[str, Any]]:
    """The block's interactive elements."""
    found = [block.get("accessory"), block.get("element"), *block.get("elements", ())]
    kinds = _PRESSED | _KEYS.keys()
    return [e for e in found if isinstance(e, dict) and e.get("type") in kinds]


def elements(blocks: Sequence[Block]) -> list[Element]:
    """Everything to press or fill in, from the top."""
    return [Element(block, element) for block in blocks for element in _inside(block)]


def buttons(blocks: Sequence[Block]) -> list[str]:
    """What stands on the buttons."""
    return [e.label for e in elements(blocks) if e.json["type"] == "button"]


def fields(blocks: Sequence[Block]) -> list[str]:
    """What stands over the fields."""
    return [e.label for e in elements(blocks) if not e.is_pressed]


def shown(blocks: Sequence[Block]) -> str:
    """What people read, a line each, without what stands on buttons and in fields."""
    return "\n".join(text for block in blocks for text in _texts(block))


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for child in node:
            yield from _texts(child)
    elif isinstance(node, dict) and "action_id" not in node:
        if node.get("type") in _TEXTS and isinstance(node.get("text"), str):
            yield node["text"]
            return
        for child in node.values():
            yield from _texts(child)


def state_of(blocks: Sequence[Block], entered: Entered) -> dict[str, Any]:
    """`state.values`: everything that can be filled in, as it was entered or at first stood."""
    values: dict[str, Any] = {}
    for element in elements(blocks):
        if not element.is_pressed:
            block_id, action_id = element.at
            state = entered.get(element.at) or _at_first(element)
            values.setdefault(block_id, {})[action_id] = state
    return values


def _at_first(element: Element) -> dict[str, Any]:
    kind = element.json["type"]
    key, initial = _KEYS[kind]
    return {"type": kind, key: element.json.get(initial, [] if kind in _MANY else None)}


def filled(element: Element, raw: Any) -> dict[str, Any]:
    """The state of that field once somebody entered `raw`.

    Options go by value or by text; LookupError for one that isn't offered.
    """
    kind = element.json["type"]
    key = _KEYS[kind][0]
    if kind in _MANY:
        return {"type": kind, key: [_chosen(element, key, one) for one in raw or ()]}
    return {"type": kind, key: None if raw in (None, "") else _chosen(element, key, raw)}


def _chosen(element: Element, key: str, raw: Any) -> Any:
    if not key.startswith("selected_option"):
        return str(raw) if key == "value" else raw
    return option(element, raw)


def option(element: Element, raw: Any) -> dict[str, Any]:
    """The option with that value or text. LookupError for one that isn't offered."""
    offered = [
        *element.json.get("options", ()),
        *(o for group in element.json.get("option_groups", ()) for o in group["options"]),
    ]
    for candidate in offered:
        if raw in (candidate.get("value"), candidate["text"]["text"]):
            return dict(candidate)
    texts = [candidate["text"]["text"] for candidate in offered]
    raise LookupError(f"{element.label!r} offers {texts}, not {raw!r}")


def refusal(element: Element, state: Mapping[str, Any]) -> str:
    """Why the client would not submit the form with that field, or an empty string."""
    if element.block["type"] != "input":
        return ""
    value = state[_KEYS[element.json["type"]][0]]
    if not value:
        return "" if element.block.get("optional") else f"{element.label!r} is empty"
    if not isinstance(value, str):
        return ""
    if len(value) < element.json.get("min_length", 0):
        return f"{element.label!r} is too short"
    return f"{element.label!r} is too long" if len(value) > _longest(element) else ""


def _longest(element: Element) -> int:
    """Characters a field takes. Source: docs.slack.dev, plain-text input element."""
    return int(element.json.get("max_length", 3000))


def find(found: Sequence[Element], key: str, what: str) -> Element:
    """The element of that label or id. LookupError that says what is there instead."""
    exact = [e for e in found if key == e.label] or [e for e in found if e.is_called(key)]
    if not exact:
        there = [f"{e.label} ({e.json['action_id']})" for e in found]
        raise LookupError(f"no {what} called {key!r}; there is {there or 'nothing'}")
    return exact[0]
