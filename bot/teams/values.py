"""What a card sends back: which button, in which view, with which fields. None of it is trusted.

Each button is an Action.Execute whose `data` is made here; Teams adds the card's inputs to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

LONGEST = 4000
"""Characters of one part of a button's data: more than any of ours has."""

_FIELD = "field."
_PARTS = ("a", "v", "p")

Opened = tuple[str, str, str]
"""The action, value and option of the press that drew a view."""

NOTHING: Opened = ("", "", "")


class Verb(StrEnum):
    """PRESS a button, send a FORM, go BACK to what lay below, SHOW the message as it is now
    (Teams asks for that by itself when a card comes into view), RUN a command that opens something.
    """

    PRESS = "press"
    FORM = "form"
    BACK = "back"
    SHOW = "show"
    RUN = "run"


class Forged(Exception):
    """What Teams sent was never offered by us in that shape."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a view stands, carried by each of its buttons.

    opened: the press that drew it. again: the action and value that draw a panel anew. command:
    the words of a command whose card it stands in; empty in a message of the queue. below: the
    press that drew the form it covers, and `typed` that form's fields. is_alone: nothing lies
    below, as the view was sent with its card. nonce: of a form that was drawn, so that the same
    form sent twice is one act.
    """

    opened: Opened = NOTHING
    again: tuple[str, str] = ("", "")
    command: str = ""
    below: Opened = NOTHING
    typed: Mapping[str, str] = field(default_factory=dict)
    is_alone: bool = False
    nonce: str = ""


@dataclass(frozen=True, slots=True)
class Pressed:
    """One act on a card. `fields` are the inputs of its card, by name; of a RUN, `value` holds the
    words. `frame` is empty for a button that stands in a message.
    """

    verb: Verb
    action: str = ""
    value: str = ""
    pressed: str = ""
    frame: Frame = Frame()
    fields: Mapping[str, str] = field(default_factory=dict)
    by_itself: bool = False


def data(action: str, value: str, pressed: str = "", frame: Frame | None = None) -> dict[str, Any]:
    """A button's data. Raises ValueError where a part is longer than LONGEST."""
    parts = dict(zip(_PARTS, (action, value, pressed), strict=True))
    if any(len(part) > LONGEST for part in parts.values()):
        raise ValueError(f"a button's value takes {LONGEST} characters: give it an id")
    packed: dict[str, Any] = {name: part for name, part in parts.items() if part}
    carried = _packed(frame) if frame else {}
    return packed | {"t": carried} if carried else packed


def field_id(name: str) -> str:
    """The id of the input `name`."""
    return _FIELD + name


def read(value: object) -> Pressed:
    """The `value` of an adaptiveCard/action invoke. Raises Forged for any other shape."""
    action = _mapping(_mapping(value).get("action"))
    try:
        verb = Verb(_text(action.get("verb")))
    except ValueError:
        raise Forged("no button of ours") from None
    given = _mapping(action.get("data") or {})
    name, argument, option = (_text(given.get(part, "")) for part in _PARTS)
    return Pressed(
        verb,
        name,
        argument,
        option,
        _frame(given.get("t") or {}),
        _fields(given),
        _mapping(value).get("trigger") == "automatic",
    )


def _packed(frame: Frame) -> dict[str, Any]:
    parts: dict[str, Any] = {
        "o": list(frame.opened) if frame.opened != NOTHING else None,
        "n": list(frame.again) if any(frame.again) else None,
        "c": frame.command,
        "b": list(frame.below) if frame.below != NOTHING else None,
        "f": dict(frame.typed),
        "s": "1" if frame.is_alone else "",
        "i": frame.nonce,
    }
    return {name: part for name, part in parts.items() if part}


def _frame(given: object) -> Frame:
    parts = _mapping(given)
    opened, below = (_texts(parts.get(name), 3) for name in ("o", "b"))
    again = _texts(parts.get("n"), 2)
    typed = {_text(k): _text(v) for k, v in _mapping(parts.get("f") or {}).items()}
    return Frame(
        (opened[0], opened[1], opened[2]),
        (again[0], again[1]),
        _text(parts.get("c", "")),
        (below[0], below[1], below[2]),
        typed,
        bool(_text(parts.get("s", ""))),
        _text(parts.get("i", "")),
    )


def _fields(given: Mapping[str, Any]) -> dict[str, str]:
    """The card's inputs. Teams leaves out or sends null for what is empty; numbers stay ours."""
    found = {k.removeprefix(_FIELD): v for k, v in given.items() if k.startswith(_FIELD)}
    return {name: _line_ends(value) for name, value in found.items()}


def _line_ends(value: object) -> str:
    text = value if isinstance(value, str) else ""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _texts(given: object, count: int) -> list[str]:
    if given is None:
        return [""] * count
    if not isinstance(given, list) or len(given) != count:
        raise Forged("no button of ours")
    return [_text(each) for each in given]


def _text(given: object) -> str:
    if not isinstance(given, str):
        raise Forged("no text")
    return given


def _mapping(given: object) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise Forged("no button of ours")
    return given
