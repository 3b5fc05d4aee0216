"""Adaptive Cards as Teams' client treats them: what people read, press and fill in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Card = dict[str, Any]
Node = dict[str, Any]

PRESSED = frozenset({"Action.Execute", "Action.Submit"})
"""What tells the application."""

_CHILDREN = ("body", "items", "columns", "rows", "cells", "images", "inlines", "pages")
_READ = {"Image": ("altText",)}


@dataclass(frozen=True, slots=True)
class Button:
    """An action, and the input ids that go with it when it is pressed."""

    json: Node
    inputs: tuple[str, ...]

    @property
    def label(self) -> str:
        """What stands on it."""
        return str(self.json.get("title", ""))

    def is_called(self, key: str) -> bool:
        """Whether `key` is its label or its id."""
        return key in (self.label, self.json.get("id"))


@dataclass(frozen=True, slots=True)
class Field:
    """An input."""

    json: Node

    @property
    def id(self) -> str:
        """What its value is sent under."""
        return str(self.json["id"])

    @property
    def label(self) -> str:
        """What stands over it, or beside it for a switch."""
        return str(self.json.get("label") or self.json.get("title") or "")

    @property
    def first(self) -> str | None:
        """What stands in it at first."""
        value = self.json.get("value")
        if self.json["type"] == "Input.Toggle":
            return str(value if value is not None else self.json.get("valueOff", "false"))
        return None if value is None else str(value)

    def filled(self, raw: str) -> str:
        """The value once somebody entered `raw`: choices go by title or by value.

        LookupError for a choice that isn't offered.
        """
        if self.json["type"] == "Input.ChoiceSet":
            many = bool(self.json.get("isMultiSelect"))
            return ",".join(self._choice(one) for one in (raw.split(",") if many else [raw]))
        if self.json["type"] == "Input.Toggle":
            on, off = self.json.get("valueOn", "true"), self.json.get("valueOff", "false")
            return str(on if raw in (on, "true", self.label) else off)
        return raw

    def _choice(self, raw: str) -> str:
        offered = self.json.get("choices", [])
        for choice in offered:
            if raw in (choice["title"], choice["value"]):
                return str(choice["value"])
        if raw == "":
            return ""
        raise LookupError(f"{self.label!r} offers {[c['title'] for c in offered]}, not {raw!r}")

    def refusal(self, value: str | None) -> str:
        """Why the client would not send the card with that value, or an empty string."""
        if not value:
            return self._said("is empty") if self.json.get("isRequired") else ""
        if len(value) > self.json.get("maxLength", len(value)):
            return self._said("is too long")
        pattern = self.json.get("regex")
        return self._said("is of another form") if pattern and not re.search(pattern, value) else ""

    def _said(self, what: str) -> str:
        return f"{self.label!r} {what}: {self.json.get('errorMessage', '')}"


def shown(card: Card | None) -> str:
    """What people read, a line each, without what stands on buttons and in fields; what hides
    behind a toggle or another card is read too.
    """
    return "\n".join(text for text in _texts(card or {}) if text)


def buttons(card: Card | None) -> list[Button]:
    """Everything that can be pressed and tells the application, from the top."""
    return list(_buttons(card or {}, ()))


def fields(card: Card | None) -> list[Field]:
    """Everything that can be filled in, from the top."""
    return [Field(node) for node in nodes(card or {}) if is_input(node)]


def errors(card: Card | None) -> list[str]:
    """What stands first in the boxes that are marked for attention."""
    boxes = [node for node in nodes(card or {}) if node.get("style") == "attention"]
    return [next(_texts(box), "") for box in boxes]


def is_input(node: Node) -> bool:
    """Whether somebody can fill that in."""
    return str(node.get("type", "")).startswith("Input.")


def find_button(found: Sequence[Button], key: str) -> Button:
    """The button of that label or id. LookupError that says what is there instead."""
    for button in found:
        if button.is_called(key):
            return button
    raise LookupError(f"no button called {key!r}; there is {[b.label for b in found]}")


def find_field(found: Sequence[Field], key: str) -> Field:
    """The field of that label or id. LookupError that says what is there instead."""
    for each in found:
        if key in (each.label, each.id):
            return each
    raise LookupError(f"no field called {key!r}; there is {[f.label for f in found]}")


def values(card: Card, entered: Mapping[str, str], wanted: Sequence[str]) -> dict[str, str]:
    """What the client adds to the data of a button that takes the inputs `wanted`.

    Inputs that nobody filled in, and that were empty at first, are left out.
    """
    found = {each.id: entered.get(each.id, each.first) for each in fields(card)}
    return {name: value for name, value in found.items() if name in wanted and value is not None}


def nodes(node: Node) -> Iterator[Node]:
    """Every element, column, row, cell, run and nested card, from the top; hidden ones as well."""
    yield node
    for child in _inside(node):
        yield from nodes(child)


def actions(node: Node) -> list[Node]:
    """The actions that stand in that very node."""
    found = [*_list(node.get("actions")), *_list(node.get("selectAction"))]
    return found + _list(node.get("inlineAction"))


def _buttons(node: Node, above: tuple[str, ...]) -> Iterator[Button]:
    """Inputs of a card go with its own buttons and with those of the cards inside it."""
    if node.get("type") == "AdaptiveCard":
        above += tuple(each["id"] for each in _own(node) if is_input(each))
    for key in _CHILDREN:
        for child in _list(node.get(key)):
            yield from _buttons(child, above)
    for action in actions(node):
        if action.get("type") in PRESSED:
            none = action.get("associatedInputs") == "none"
            yield Button(action, () if none else above)
        elif isinstance(action.get("card"), dict):
            yield from _buttons(action["card"], above)


def _own(card: Card) -> Iterator[Node]:
    """The nodes of a card without those of the cards that its actions show."""
    for key in _CHILDREN:
        for child in _list(card.get(key)):
            yield child
            yield from _own(child)


def _list(given: object) -> list[Node]:
    found = given if isinstance(given, list) else [given]
    return [each for each in found if isinstance(each, dict)]


def _texts(node: Node) -> Iterator[str]:
    kind = str(node.get("type", ""))
    if is_input(node):
        yield from (str(node[key]) for key in ("label", "errorMessage") if node.get(key))
    elif kind.startswith("Chart."):
        yield from _of_chart(node)
    else:
        yield from _own_texts(node, kind)
        for child in _inside(node):
            yield from _texts(child)


def _own_texts(node: Node, kind: str) -> Iterator[str]:
    yield from (str(node[key]) for key in _READ.get(kind, ("text",)) if node.get(key))
    for fact in _list(node.get("facts")):
        yield f"{fact.get('title', '')} {fact.get('value', '')}".strip()


def _inside(node: Node) -> Iterator[Node]:
    for key in _CHILDREN:
        yield from _list(node.get(key))
    yield from (a["card"] for a in actions(node) if isinstance(a.get("card"), dict))


def _of_chart(chart: Node) -> Iterator[str]:
    """A chart's words: its title, its axes, its legends and labels."""
    for key, value in chart.items():
        if key in ("title", "legend", "xAxisTitle", "yAxisTitle", "label", "x"):
            yield str(value)
        for child in _list(value):
            yield from _of_chart(child)
