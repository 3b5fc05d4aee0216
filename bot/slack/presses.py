"""Buttons, ratings and choices as Block Kit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.domain.layout import scale
from bot.domain.message import Button, Buttons, Choice, Look, Rating
from bot.domain.plain_text import clip, first_of, is_blank, line, size
from bot.slack.prose import context, numbered, section
from bot.slack.sheet import Drawn, Sheet
from bot.slack.texts import plain, say
from bot.slack.values import press_id, press_value

LABEL = 75
"""Characters of a button's text and of its accessibility_label."""
ROW = 25
"""Elements of an actions block."""
_SHORT = 120
"""Characters of a rating's labels that stand side by side; longer ones get a line each."""
_NO_BREAK = "\u00a0"


def buttons(block: Buttons, sheet: Sheet, _: int) -> Drawn:
    """The buttons that have a label; long labels stand whole above numbered buttons."""
    items = [item for item in block.items if not is_blank(item.label)]
    labels = [line(item.label) for item in items]
    above, shown = _labels(labels)
    made = [_button(item, label, sheet) for item, label in zip(items, shown, strict=True)]
    return [*above, *rows(made)]


def rating(block: Rating, sheet: Sheet, index: int) -> Drawn:
    """Numbered buttons under what the numbers mean: every point in words, or the two ends."""
    if not block.points:
        return []
    made = []
    for number, point in enumerate(block.points, 1):
        label = first_of(clip(point.value, LABEL), str(number))
        button = Button(label, block.action, block.value)
        element = _button(button, label, sheet, point.value)
        words = say("point", number=label, count=len(block.points), label=line(point.label))
        made.append(element | {"accessibility_label": clip(words, LABEL)})
    return [*_label(block.label, sheet, index), *_scale(block), *rows(made)]


def choice(block: Choice, sheet: Sheet, index: int) -> Drawn:
    """A button per option, under the question unless a heading just asked it."""
    labels = [
        first_of(line(option.label), line(option.value), str(number))
        for number, option in enumerate(block.options, 1)
    ]
    above, shown = _labels(labels)
    made = [
        _button(Button(label, block.action, block.value), label, sheet, option.value)
        for option, label in zip(block.options, shown, strict=True)
    ]
    return [*_label(block.label, sheet, index), *above, *rows(made)] if made else []


def rows(elements: Sequence[dict[str, Any]]) -> Drawn:
    """Actions blocks, each with as many elements as one takes."""
    return [
        {"type": "actions", "elements": list(elements[start : start + ROW])}
        for start in range(0, len(elements), ROW)
    ]


def _button(button: Button, label: str, sheet: Sheet, pressed: str = "") -> dict[str, Any]:
    element: dict[str, Any] = {
        "type": "button",
        "action_id": press_id(button.action, sheet.next_button()),
        "text": plain(label),
        "value": press_value(button.value, pressed),
    }
    return element | {"style": "primary"} if button.look is Look.PRIMARY else element


def _labels(labels: list[str]) -> tuple[Drawn, list[str]]:
    """What stands above the buttons, and what on them."""
    if all(size(label) <= LABEL for label in labels):
        return [], labels
    return numbered(labels), [str(number) for number in range(1, len(labels) + 1)]


def _label(text: str, sheet: Sheet, index: int) -> Drawn:
    return [] if sheet.is_said(text, index) else section(text)


def _scale(block: Rating) -> Drawn:
    """What the numbers mean: sentences one a line, a few words side by side, or the two ends."""
    told = scale(block)
    if sum(map(len, told)) <= _SHORT:
        return context("  ·  ".join(one.replace(" ", _NO_BREAK) for one in told))
    return section("\n".join(told))
