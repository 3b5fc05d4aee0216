"""The rules for texts, buttons and fields that Slack's blocks are made of, as plain text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

Fields = Mapping[str, Any]
Found = Iterator[str]

PRESSED = frozenset({"button"})
FILLED = frozenset(
    {"plain_text_input", "radio_buttons", "static_select", "datepicker", "timepicker"}
)
_SCHEMES = frozenset({"http", "https", "mailto"})
_INVISIBLE = dict.fromkeys(
    map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e")
)
_DAY, _TIME = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_LINK = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")


def size(text: str) -> int:
    """UTF-16 code units: never less than what Slack counts, whichever way it does."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def doubled(name: str, values: Iterable[object]) -> Found:
    counted = Counter(v for v in values if v is not None)
    yield from (f"{name}: {value!r} stands {n} times" for value, n in counted.items() if n > 1)


def element(element: object, path: str, allowed: set[str]) -> Found:
    kind = element.get("type") if isinstance(element, Mapping) else None
    if not isinstance(element, Mapping) or kind not in allowed:
        yield f"{path}: {kind!r} does not belong here"
        return
    yield from unknown(element, _ELEMENT_FIELDS[kind] | {"type", "action_id"}, path)
    yield from string(element.get("action_id"), f"{path}.action_id", 255)
    if "placeholder" in element:
        yield from plain(element["placeholder"], f"{path}.placeholder", 150)
    yield from _ELEMENTS[kind](element, path)


def _button(element: Fields, path: str) -> Found:
    yield from plain(element.get("text"), f"{path}.text", 75)
    yield from string(element.get("value", " "), f"{path}.value", 2000, blank=True)
    if element.get("style", "primary") not in ("primary", "danger"):
        yield f"{path}.style: must be primary or danger"
    if "accessibility_label" in element:
        yield from string(element["accessibility_label"], f"{path}.accessibility_label", 75)


def _text_input(element: Fields, path: str) -> Found:
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if not 0 <= least <= most or not 1 <= most <= 3000:
        yield f"{path}: lengths must be from 0 to 3000"
    if "initial_value" in element:
        value = element["initial_value"]
        yield from string(value, f"{path}.initial_value", 2 * most, blank=True)
        if isinstance(value, str) and len(value) > most:
            yield f"{path}.initial_value: is longer than max_length"


def _options(longest: int) -> Callable[[Fields, str], Found]:
    def check(element: Fields, path: str) -> Found:
        options = element.get("options")
        yield from count(options, f"{path}.options", 1, longest)
        for number, option in enumerate(options or ()):
            where = f"{path}.options[{number}]"
            yield from unknown(option, {"text", "value", "description"}, where)
            yield from plain(option.get("text"), f"{where}.text", 75)
            yield from string(option.get("value"), f"{where}.value", 150)
            if "description" in option:
                yield from plain(option["description"], f"{where}.description", 75)
        yield from doubled(f"{path}.options", (o.get("value") for o in options or ()))
        if "initial_option" in element and element["initial_option"] not in (options or ()):
            yield f"{path}.initial_option: is none of the options"

    return check


def _initial(name: str, pattern: re.Pattern[str]) -> Callable[[Fields, str], Found]:
    def check(element: Fields, path: str) -> Found:
        if name in element and not pattern.fullmatch(str(element[name])):
            yield f"{path}.{name}: {element[name]!r} has the wrong form"

    return check


_ELEMENTS: Mapping[str, Callable[[Fields, str], Found]] = {
    "button": _button,
    "plain_text_input": _text_input,
    "radio_buttons": _options(10),
    "static_select": _options(100),
    "datepicker": _initial("initial_date", _DAY),
    "timepicker": _initial("initial_time", _TIME),
}
_ELEMENT_FIELDS: Mapping[str, set[str]] = {
    "button": {"text", "value", "url", "style", "accessibility_label"},
    "plain_text_input": {"multiline", "initial_value", "min_length", "max_length", "placeholder"},
    "radio_buttons": {"options", "initial_option"},
    "static_select": {"options", "initial_option", "placeholder"},
    "datepicker": {"initial_date", "placeholder"},
    "timepicker": {"initial_time", "timezone", "placeholder"},
}


def text(value: object, path: str, longest: int) -> Found:
    if isinstance(value, Mapping) and value.get("type") == "mrkdwn":
        yield from unknown(value, {"type", "text", "verbatim"}, path)
        yield from string(value.get("text"), path, longest)
        yield from mrkdwn(value.get("text"), path)
        return
    yield from plain(value, path, longest)


def plain(value: object, path: str, longest: int) -> Found:
    if not isinstance(value, Mapping) or value.get("type") != "plain_text":
        yield f"{path}: must be plain text"
        return
    yield from unknown(value, {"type", "text", "emoji"}, path)
    yield from string(value.get("text"), path, longest)


def mrkdwn(text: object, path: str) -> Found:
    """Of what stands in angle brackets only links, and those only to the web or to mail."""
    for target, _ in _LINK.findall(str(text)):
        yield from url(target, path)
    if re.search(r"[<>]", _LINK.sub("", str(text))):
        yield f"{path}: has an unescaped < or >"


def url(value: object, path: str) -> Found:
    yield from string(value, path, 3000)
    try:
        scheme = urlsplit(str(value)).scheme
    except ValueError:
        scheme = ""
    if scheme not in _SCHEMES:
        yield f"{path}: {value!r} leads neither to the web nor to mail"


def string(
    value: object, path: str, longest: int, *, shortest: int = 1, blank: bool = False
) -> Found:
    """`blank`: white space counts as content."""
    if not isinstance(value, str):
        yield f"{path}: must be text"
        return
    seen = value if blank else value.translate(_INVISIBLE).strip()
    if len(seen) < shortest:
        yield f"{path}: is empty"
    if size(value) > longest:
        yield f"{path}: {size(value)} characters, at most {longest}"


def count(value: object, path: str, least: int, most: int) -> Found:
    if not isinstance(value, list):
        yield f"{path}: must be a list"
    elif not least <= len(value) <= most:
        yield f"{path}: {len(value)} of them, must be from {least} to {most}"


def unknown(value: Fields, known: set[str], path: str) -> Found:
    yield from (f"{path}: unknown field {name!r}" for name in sorted(value.keys() - known))
