"""Fields of a form as inputs of an Adaptive Card. Every one is optional and free of rules of its
own: the services check what is sent, and say what is wrong beside the field.
"""

from __future__ import annotations

from typing import Any

from bot.domain.layout import Input, is_day, is_time
from bot.domain.message import ChoiceInput, DateInput, Option, TextInput, TimeInput
from bot.domain.plain_text import clean, clip, is_blank, line, size
from bot.teams.prose import bold, boxed, muted, numbered, words
from bot.teams.sheet import Drawn, Sheet
from bot.teams.texts import is_inert, literal, literal_line, say
from bot.teams.values import field_id

LABEL, NOTE, OPTION = 500, 500, 100
"""Characters of a field's label, of its hint and error, and of an option that stands in it."""
EXPANDED, STILL_EXPANDED, OPTIONS = 6, 12, 100
"""Options that stand below each other, those that do so if one is long, and that a list takes."""
LONG = 32
"""Characters of an option of which a phone cuts the end once it is chosen in a list."""
TEXT = 3000


def text_input(block: TextInput, sheet: Sheet, _: int) -> Drawn:
    element: dict[str, Any] = {"type": "Input.Text", "isMultiline": block.multiline}
    element["maxLength"] = min(max(block.max_length, 1), TEXT)
    return _field(block, element, sheet, clean(block.value), block.value)


def date_input(block: DateInput, sheet: Sheet, _: int) -> Drawn:
    value = block.value if is_day(block.value) else ""
    return _field(block, {"type": "Input.Date"}, sheet, value, block.value)


def time_input(block: TimeInput, sheet: Sheet, _: int) -> Drawn:
    value = block.value if is_time(block.value) else ""
    return _field(block, {"type": "Input.Time"}, sheet, value, block.value)


def choice_input(block: ChoiceInput, sheet: Sheet, _: int) -> Drawn:
    """Radio buttons while they are few, else a list; none can be chosen twice or unseen."""
    offered = list({o.value: o for o in block.options if not is_blank(o.value)}.values())[:OPTIONS]
    if not offered:
        return words(block.label)
    above, labels = _labels([_label(option) for option in offered])
    pairs = zip(offered, labels, strict=True)
    element: dict[str, Any] = {
        "type": "Input.ChoiceSet",
        "style": _style(labels),
        "wrap": True,
        "choices": [{"title": literal(label), "value": clean(o.value)} for o, label in pairs],
    }
    chosen = next((o for o in offered if o.value == block.chosen), None)
    drawn = _field(
        block, element, sheet, chosen.value if chosen else "", _label(chosen) if chosen else ""
    )
    return [*(above if sheet.takes_input else []), *drawn]


def _field(block: Input, element: dict[str, Any], sheet: Sheet, value: str, shown: str) -> Drawn:
    """The input with its value between what is wrong and its hint; where nothing can be sent, its
    label and what it shows, as text.
    """
    if not sheet.takes_input:
        return [*bold(block.label), *words(shown)]
    label = clip(block.label, LABEL)
    element |= {
        "id": field_id(block.name),
        "spacing": "Medium",
        "label": say("field") if is_blank(label) else literal(label),
    }
    if value:
        element["value"] = value
    hint = [part | {"spacing": "Small"} for part in muted(_note(block.hint))]
    if is_blank(block.error):
        return [element, *hint]
    problem = literal_line(say("problem", error=_note(block.error)))
    told = words(problem, weight="Bolder", color="Attention")
    return [boxed([*told, element, *hint], "attention")]


def _note(text: str) -> str:
    return clip(text, NOTE)


def _style(labels: list[str]) -> str:
    """Clients read Markdown in radio buttons but not in a list, so what could be read is one."""
    is_long = any(size(label) > LONG for label in labels)
    few = len(labels) <= (STILL_EXPANDED if is_long else EXPANDED)
    return "expanded" if few and all(map(is_inert, labels)) else "compact"


def _labels(labels: list[str]) -> tuple[Drawn, list[str]]:
    """What stands above the field, and its options: long ones stand whole above their numbers."""
    if all(size(label) <= OPTION for label in labels):
        return [], labels
    short = [clip(f"{number}  {label}", OPTION) for number, label in enumerate(labels, 1)]
    return numbered(labels), short


def _label(option: Option) -> str:
    label = line(option.label)
    return clip(option.value, OPTION) if is_blank(label) else label
