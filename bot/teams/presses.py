"""Buttons, ratings and choices as actions of an Adaptive Card."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.domain.layout import scale
from bot.domain.message import Button, Buttons, Choice, Look, Rating
from bot.domain.plain_text import clip, first_of, is_blank, line, size
from bot.teams import values
from bot.teams.prose import BUTTON, muted, numbered, words
from bot.teams.sheet import Drawn, Sheet
from bot.teams.texts import literal, literal_line, say
from bot.teams.values import Frame, Verb

ROW = 6
"""Actions that Teams shows of a set: the others would hide in a menu (a phone) or be missing."""
_ROOM, _AROUND = 38, 5
"""Characters of titles that stand side by side on a phone, and what each button adds."""
_SHORT = 120
"""Characters of a rating's labels that stand side by side; longer ones get a line each."""
_TOOLTIP = 200
_NO_BREAK = "\u00a0"


def execute(
    verb: Verb, label: str, data: dict[str, Any], *, is_primary: bool = False
) -> dict[str, Any]:
    """An action that comes back to us as an invoke, with the card's inputs."""
    action = {
        "type": "Action.Execute",
        "verb": verb.value,
        "title": literal_line(label),
        "data": data,
    }
    return action | {"style": "positive"} if is_primary else action


def back(label: str, frame: Frame | None) -> dict[str, Any]:
    """Leaves a view without what was typed in it."""
    shown = say("close") if is_blank(label) else clip(label, BUTTON)
    action = execute(Verb.BACK, shown, values.data("", "", frame=frame))
    return action | {"associatedInputs": "none"}


def buttons(block: Buttons, sheet: Sheet, _: int) -> Drawn:
    """The buttons that have a label; long labels stand whole above numbered buttons."""
    items = [item for item in block.items if not is_blank(item.label)]
    above, shown = _labels([line(item.label) for item in items])
    made = [_button(item, label, sheet) for item, label in zip(items, shown, strict=True)]
    return [*above, *rows(made)]


def rating(block: Rating, sheet: Sheet, index: int) -> Drawn:
    """Numbered buttons under what the numbers mean: every point in words, or the two ends."""
    made = []
    for number, point in enumerate(block.points, 1):
        label = first_of(clip(point.value, BUTTON), str(number))
        action = _button(Button(label, block.action, block.value), label, sheet, point.value)
        told = say("point", number=label, count=len(block.points), label=line(point.label))
        made.append(action | {"tooltip": literal(clip(told, _TOOLTIP))})
    return [*_label(block.label, sheet, index), *_scale(block), *rows(made)] if made else []


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


def rows(actions: Iterable[dict[str, Any]]) -> Drawn:
    """Sets of as many actions as stand side by side on a phone."""
    sets: list[list[dict[str, Any]]] = []
    room = 0
    for action in actions:
        taken = size(action["title"]) + _AROUND
        if not sets or taken > room or len(sets[-1]) == ROW:
            sets.append([])
            room = _ROOM
        sets[-1].append(action)
        room -= taken
    return [_set(actions, is_first=at == 0) for at, actions in enumerate(sets)]


def _set(actions: list[dict[str, Any]], *, is_first: bool) -> dict[str, Any]:
    made: dict[str, Any] = {"type": "ActionSet", "actions": actions}
    return made if is_first else made | {"spacing": "Small"}


def _button(button: Button, label: str, sheet: Sheet, pressed: str = "") -> dict[str, Any]:
    data = values.data(button.action, button.value, pressed, sheet.frame)
    return execute(Verb.PRESS, label, data, is_primary=button.look is Look.PRIMARY)


def _labels(labels: list[str]) -> tuple[Drawn, list[str]]:
    """What stands above the buttons, and what on them."""
    if all(size(label) <= BUTTON for label in labels):
        return [], labels
    return numbered(labels), [str(number) for number in range(1, len(labels) + 1)]


def _label(text: str, sheet: Sheet, index: int) -> Drawn:
    return [] if sheet.is_said(text, index) else words(text)


def _scale(block: Rating) -> Drawn:
    """What the numbers mean: sentences one a line, a few words side by side, or the two ends."""
    told = scale(block)
    if sum(map(len, told)) <= _SHORT:
        return muted(f"{_NO_BREAK}·  ".join(one.replace(" ", _NO_BREAK) for one in told))
    return words("\n".join(told))
