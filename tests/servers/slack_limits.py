"""What Slack refuses in blocks, views and messages; slack_sdk's models miss much of it.

Figures: docs.slack.dev/reference/block-kit (blocks, elements, composition objects), read in
November 2026, and docs.slack.dev/blocks.json for the surfaces. Where Slack is known to be stricter
than its documentation the stricter rule stands, with its reason.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

from tests.servers import slack_rules as rules

Surface = Literal["message", "modal", "home"]
Fields = Mapping[str, Any]
Found = Iterator[str]

BLOCKS: Mapping[Surface, int] = {"message": 50, "modal": 100, "home": 100}
MESSAGE_CHARACTERS = 10_000
"""Texts of a message's blocks; beyond it Slack answers msg_blocks_too_long."""
MESSAGE_TEXT = 40_000
VIEW_BYTES = 250_000
"""A view's JSON; beyond it Slack answers view_too_large."""
CHARTS, TABLES_CHARACTERS = 2, 10_000
_TABLES = frozenset({"table", "data_table"})
_ONLY_IN_MESSAGES = {"data_visualization", *_TABLES}
"""blocks.json lists tables for Home too, but there they have been seen not to be drawn."""


def problems(blocks: Sequence[Fields], surface: Surface) -> list[str]:
    """Every reason why Slack would refuse `blocks` on `surface`, each with its path."""
    if not isinstance(blocks, list):
        return ["blocks: must be a list"]
    found = [*_json(blocks)]
    if len(blocks) > BLOCKS[surface]:
        found.append(f"blocks: {len(blocks)} blocks, at most {BLOCKS[surface]} in a {surface}")
    for number, block in enumerate(blocks):
        found += _block(block, f"blocks[{number}]", surface)
    found += rules.doubled(
        "block_id", (b.get("block_id") for b in blocks if isinstance(b, Mapping))
    )
    found += rules.doubled("action_id", (e.get("action_id") for e in _elements(blocks)))
    return [*found, *_together(blocks, surface)]


def view_problems(view: Fields) -> list[str]:
    """Every reason why Slack would refuse `view` in views.open, views.push or views.publish."""
    kind = view.get("type")
    if kind not in ("modal", "home"):
        return [f"type: {kind!r} is no view"]
    found = problems(view.get("blocks"), kind)  # type: ignore[arg-type]  # anything may arrive here
    if not view.get("blocks"):
        found.append("blocks: a view needs at least one")
    known = {"type", "blocks", "private_metadata", "callback_id", "external_id"}
    if kind == "modal":
        known |= {"title", "submit", "close", "clear_on_close", "notify_on_close"}
        found += _modal(view)
    found += rules.unknown(view, known, "view")
    for name, longest in (("private_metadata", 3000), ("callback_id", 255)):
        found += rules.string(view.get(name, ""), name, longest, shortest=0)
    if len(json.dumps(view)) > VIEW_BYTES:
        found.append(f"view: more than {VIEW_BYTES} bytes")
    return found


def message_problems(payload: Fields) -> list[str]:
    """Every reason why Slack would refuse `payload` (`text`, `blocks`) in chat.postMessage, or why
    it would reach people it is not for.
    """
    text = payload.get("text", "")
    found = [*rules.string(text, "text", MESSAGE_TEXT), *_json(text), *rules.mrkdwn(text, "text")]
    if re.search(r"@(here|channel|everyone)\b", str(text)):
        found.append("text: mentions everybody")
    return found + problems(payload.get("blocks", []), "message")


def _modal(view: Fields) -> Found:
    yield from rules.plain(view.get("title"), "title", 24)
    for name in ("submit", "close"):
        if name in view:
            yield from rules.plain(view[name], name, 24)
    has_input = any(b.get("type") == "input" for b in view.get("blocks") or ())
    if has_input and "submit" not in view:
        yield "submit: is required where a block is an input"


def _json(value: object) -> Found:
    """A lone surrogate passes json.dumps, but no UTF-8 reader takes it."""
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (UnicodeEncodeError, ValueError, TypeError) as error:
        yield f"no JSON: {type(error).__name__}"


def _elements(blocks: Sequence[Fields]) -> Iterator[Fields]:
    for block in (b for b in blocks if isinstance(b, Mapping)):
        inner = block.get("elements", []) if block.get("type") == "actions" else []
        for element in (*inner, block.get("element"), block.get("accessory")):
            if isinstance(element, Mapping):
                yield element


def _together(blocks: Sequence[Fields], surface: Surface) -> Found:
    kinds = Counter(b.get("type") for b in blocks if isinstance(b, Mapping))
    if kinds["data_visualization"] > CHARTS:
        yield f"blocks: {kinds['data_visualization']} charts, at most {CHARTS}"
    if kinds["table"] > 1:
        yield "blocks: more than one table"
    tables = sum(characters(b.get("rows")) for b in blocks if b.get("type") in _TABLES)
    if tables > TABLES_CHARACTERS:
        yield f"blocks: {tables} characters in tables, at most {TABLES_CHARACTERS}"
    if surface == "message" and characters(blocks) > MESSAGE_CHARACTERS:
        yield f"blocks: {characters(blocks)} characters, at most {MESSAGE_CHARACTERS}"


def characters(value: object) -> int:
    """Everything people can read in `value`, in UTF-16 code units."""
    if isinstance(value, Mapping):
        shown = ("text", "title", "label", "name", "caption")
        own = sum(rules.size(value[k]) for k in shown if isinstance(value.get(k), str))
        return own + sum(characters(inner) for inner in value.values())
    if isinstance(value, list):
        return sum(characters(inner) for inner in value)
    return 0


def _block(block: object, path: str, surface: Surface) -> Found:
    if not isinstance(block, Mapping):
        yield f"{path}: must be an object"
        return
    kind = block.get("type")
    if kind not in _KINDS:
        yield f"{path}: unknown type {kind!r}"
        return
    known, check = _KINDS[kind]
    if kind in _ONLY_IN_MESSAGES and surface != "message":
        yield f"{path}: {kind} is not shown in a {surface}"
    yield from rules.unknown(block, known | {"type", "block_id"}, path)
    if "block_id" in block:
        yield from rules.string(block["block_id"], f"{path}.block_id", 255)
    yield from check(block, path)


def _header(block: Fields, path: str) -> Found:
    yield from rules.plain(block.get("text"), f"{path}.text", 150)


def _section(block: Fields, path: str) -> Found:
    fields = block.get("fields", [])
    if "text" not in block and not fields:
        yield f"{path}: needs text or fields"
    if "text" in block:
        yield from rules.text(block["text"], f"{path}.text", 3000)
    yield from rules.count(fields, f"{path}.fields", 0, 10)
    for number, field in enumerate(fields):
        yield from rules.text(field, f"{path}.fields[{number}]", 2000)
    if "accessory" in block:
        yield from rules.element(block["accessory"], f"{path}.accessory", rules.PRESSED | {"image"})


def _context(block: Fields, path: str) -> Found:
    elements = block.get("elements")
    yield from rules.count(elements, f"{path}.elements", 1, 10)
    for number, element in enumerate(elements or ()):
        # 3,000 is what any text object takes; in a context more than 2,000 was seen refused.
        yield from rules.text(element, f"{path}.elements[{number}]", 2000)


def _actions(block: Fields, path: str) -> Found:
    elements = block.get("elements")
    yield from rules.count(elements, f"{path}.elements", 1, 25)
    for number, element in enumerate(elements or ()):
        yield from rules.element(element, f"{path}.elements[{number}]", rules.PRESSED)


def _input(block: Fields, path: str) -> Found:
    yield from rules.plain(block.get("label"), f"{path}.label", 2000)
    if "hint" in block:
        yield from rules.plain(block["hint"], f"{path}.hint", 2000)
    for name in ("optional", "dispatch_action"):
        if not isinstance(block.get(name, False), bool):
            yield f"{path}.{name}: must be true or false"
    yield from rules.element(block.get("element"), f"{path}.element", rules.FILLED)


def _rich_text(block: Fields, path: str) -> Found:
    yield from rules.count(block.get("elements"), f"{path}.elements", 1, 200)
    for number, element in enumerate(block.get("elements") or ()):
        yield from _rich_element(element, f"{path}.elements[{number}]")


def _rich_element(element: Fields, path: str) -> Found:
    kind = element.get("type")
    parts = element.get("elements")
    yield from rules.count(parts, f"{path}.elements", 1, 500)
    if kind == "rich_text_list":
        yield from rules.unknown(
            element, {"type", "elements", "style", "indent", "offset", "border"}, path
        )
        if element.get("style") not in ("bullet", "ordered"):
            yield f"{path}.style: must be bullet or ordered"
        for number, item in enumerate(parts or ()):
            if item.get("type") != "rich_text_section":
                yield f"{path}.elements[{number}]: a list holds sections"
            yield from _rich_element(item, f"{path}.elements[{number}]")
        return
    if kind not in ("rich_text_section", "rich_text_quote", "rich_text_preformatted"):
        yield f"{path}: unknown type {kind!r}"
    yield from rules.unknown(element, {"type", "elements", "border"}, path)
    for number, part in enumerate(parts or ()):
        yield from _rich_part(part, f"{path}.elements[{number}]")


def _rich_part(part: Fields, path: str) -> Found:
    """Of the parts only text and link: every other one mentions or looks something up."""
    if part.get("type") not in ("text", "link"):
        yield f"{path}: {part.get('type')!r} is no text"
        return
    yield from rules.unknown(part, {"type", "text", "style", "url"}, path)
    if part["type"] == "link":
        yield from rules.url(part.get("url"), f"{path}.url")
    # White space alone is a text within a line, but an empty one is refused.
    yield from rules.string(part.get("text"), f"{path}.text", 3000, blank=True)
    style = part.get("style", {})
    yield from rules.unknown(style, {"bold", "italic", "strike", "code"}, f"{path}.style")
    if "style" in part and not any(style.values()):
        yield f"{path}.style: is empty"


def _table(block: Fields, path: str) -> Found:
    rows = block.get("rows")
    yield from rules.count(rows, f"{path}.rows", 1, 100)
    yield from _cells(rows or (), f"{path}.rows")


def _data_table(block: Fields, path: str) -> Found:
    rows = block.get("rows")
    yield from rules.string(block.get("caption"), f"{path}.caption", 2000)
    yield from rules.count(rows, f"{path}.rows", 2, 101)
    yield from _cells(rows or (), f"{path}.rows")
    if not 1 <= block.get("page_size", 5) <= 100:
        yield f"{path}.page_size: must be from 1 to 100"
    if rows and not 0 <= block.get("row_header_column_index", 0) < len(rows[0]):
        yield f"{path}.row_header_column_index: is no column"


def _cells(rows: Sequence[Any], path: str) -> Found:
    if len({len(row) for row in rows}) > 1:
        yield f"{path}: differ in length"
    for at, row in enumerate(rows):
        yield from rules.count(row, f"{path}[{at}]", 1, 20)
        for number, cell in enumerate(row):
            where = f"{path}[{at}][{number}]"
            if cell.get("type") != "raw_text":
                yield f"{where}: {cell.get('type')!r} is no raw text"
            yield from rules.unknown(cell, {"type", "text"}, where)
            yield from rules.string(cell.get("text"), f"{where}.text", 2000)


def _chart(block: Fields, path: str) -> Found:
    yield from rules.string(block.get("title"), f"{path}.title", 50)
    chart = block.get("chart", {})
    if chart.get("type") not in ("line", "bar", "area"):
        yield f"{path}.chart: {chart.get('type')!r} is no chart that is used here"
    axis = chart.get("axis_config", {})
    yield from rules.unknown(chart, {"type", "series", "axis_config"}, f"{path}.chart")
    where = f"{path}.chart.axis_config"
    yield from rules.unknown(axis, {"categories", "x_label", "y_label"}, where)
    for name in axis.keys() & {"x_label", "y_label"}:
        yield from rules.string(axis[name], f"{where}.{name}", 50)
    categories = axis.get("categories", [])
    yield from rules.count(categories, f"{where}.categories", 1, 20)
    for number, label in enumerate(categories):
        yield from rules.string(label, f"{where}.categories[{number}]", 20)
    yield from rules.doubled("category", iter(categories))
    series = chart.get("series", [])
    yield from rules.count(series, f"{path}.chart.series", 1, 6)
    yield from rules.doubled("series", (line.get("name") for line in series))
    for number, line in enumerate(series):
        yield from _line(line, categories, f"{path}.chart.series[{number}]")


def _line(line: Fields, categories: Sequence[str], path: str) -> Found:
    yield from rules.unknown(line, {"name", "data"}, path)
    yield from rules.string(line.get("name"), f"{path}.name", 20)
    data = line.get("data", [])
    # Slack refuses the message unless every series has one value for every category.
    if [point.get("label") for point in data] != list(categories):
        yield f"{path}.data: labels are not the categories"
    for number, point in enumerate(data):
        value = point.get("value")
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not math.isfinite(value)
        ):
            yield f"{path}.data[{number}].value: {value!r} is no number"


def _nothing(_: Fields, __: str) -> Found:
    return iter(())


_KINDS: Mapping[str, tuple[set[str], Callable[[Fields, str], Found]]] = {
    "header": ({"text"}, _header),
    "section": ({"text", "fields", "accessory", "expand"}, _section),
    "context": ({"elements"}, _context),
    "divider": (set(), _nothing),
    "actions": ({"elements"}, _actions),
    "input": ({"label", "hint", "optional", "dispatch_action", "element"}, _input),
    "rich_text": ({"elements"}, _rich_text),
    "table": ({"rows", "column_settings"}, _table),
    "data_table": ({"rows", "caption", "page_size", "row_header_column_index"}, _data_table),
    "data_visualization": ({"title", "chart"}, _chart),
}
