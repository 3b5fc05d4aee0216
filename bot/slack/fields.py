"""Fields of a form as Block Kit inputs. Every one is optional: the services check what is sent."""

from __future__ import annotations

from typing import Any

from bot.domain.layout import Input, is_day, is_time
from bot.domain.message import ChoiceInput, DateInput, Option, TextInput, TimeInput
from bot.domain.plain_text import clean, clip, is_blank, line, size, split
from bot.slack.prose import bold, numbered, section
from bot.slack.sheet import Drawn, Sheet
from bot.slack.texts import plain, say
from bot.slack.values import field_id

LABEL = 2000
OPTION = 75
"""Characters of an option's text, and again of its description."""
OPTION_VALUE = 150
RADIO_BUTTONS, SELECT = 10, 100
"""Options that radio buttons and a select take."""
TEXT = 3000


def text_input(block: TextInput, sheet: Sheet, _: int) -> Drawn:
    longest = min(max(block.max_length, 1), TEXT)
    element = {"type": "plain_text_input", "multiline": block.multiline, "max_length": longest}
    value = clean(block.value)[:longest]
    return _field(block, element | ({"initial_value": value} if value else {}), sheet, block.value)


def date_input(block: DateInput, sheet: Sheet, _: int) -> Drawn:
    element: dict[str, Any] = {"type": "datepicker"}
    if is_day(block.value):
        element["initial_date"] = block.value
    return _field(block, element, sheet, block.value)


def time_input(block: TimeInput, sheet: Sheet, _: int) -> Drawn:
    element: dict[str, Any] = {"type": "timepicker"}
    if is_time(block.value):
        element["initial_time"] = block.value
    return _field(block, element, sheet, block.value)


def choice_input(block: ChoiceInput, sheet: Sheet, _: int) -> Drawn:
    """Radio buttons while they are few, else a select; none can be chosen twice or unseen."""
    offered = list({o.value: o for o in block.options if not is_blank(o.value)}.values())[:SELECT]
    chosen = next((_label(o) for o in offered if o.value == block.chosen), "")
    if not offered:
        return section(block.label)
    above, options = _options(offered)
    few = len(options) <= RADIO_BUTTONS
    element: dict[str, Any] = {"type": "radio_buttons" if few else "static_select"}
    element["options"] = options
    initial = next((option for option in options if option["value"] == block.chosen), None)
    if initial is not None:
        element["initial_option"] = initial
    return [*(above if sheet.takes_input else []), *_field(block, element, sheet, chosen)]


def _field(block: Input, element: dict[str, Any], sheet: Sheet, value: str) -> Drawn:
    """The input; where nothing can be sent, its label and value as text."""
    if not sheet.takes_input:
        return [*bold(block.label), *section(value)]
    name = field_id(block.name)
    label = clip(block.label, LABEL)
    drawn: dict[str, Any] = {
        "type": "input",
        "block_id": name,
        "label": plain(say("field") if is_blank(label) else label),
        "element": element | {"action_id": name},
        "optional": True,
    }
    notes = "\n".join(clean(note) for note in (block.error, block.hint) if not is_blank(note))
    return [drawn | ({"hint": plain(split(notes, LABEL)[0])} if notes else {})]


def _options(offered: list[Option]) -> tuple[Drawn, list[dict[str, Any]]]:
    """What stands above the field, and its options.

    A long label goes on in the option's description; where even that is too short, all labels
    stand whole above numbered options.
    """
    parts = [split(_label(option), OPTION) for option in offered]
    if all(len(found) <= 2 for found in parts):  # noqa: PLR2004 - a text and its description
        return [], [_option(o.value, *found) for o, found in zip(offered, parts, strict=True)]
    return numbered([_label(option) for option in offered]), [
        _option(option.value, clip(f"{number}  {_label(option)}", OPTION))
        for number, option in enumerate(offered, 1)
    ]


def _option(value: str, text: str, more: str = "") -> dict[str, Any]:
    if size(value) > OPTION_VALUE:
        raise ValueError(f"an option's value takes {OPTION_VALUE} characters: give it a key")
    option: dict[str, Any] = {"text": plain(text), "value": value}
    return option | {"description": plain(more)} if more else option


def _label(option: Option) -> str:
    label = line(option.label)
    return clip(option.value, OPTION) if is_blank(label) else label
