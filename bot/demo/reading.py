"""How a person of the demo finds buttons and fields on the screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.demo.script import Answer
from bot.domain.message import (
    Block,
    Button,
    Buttons,
    ChoiceInput,
    DateInput,
    Form,
    Message,
    TextInput,
    TimeInput,
)


def buttons(blocks: Sequence[Block]) -> Iterator[Button]:
    for block in blocks:
        if isinstance(block, Buttons):
            yield from block.items


def button(message: Message, action: str) -> Button:
    """Raises LookupError where the message shows no such button."""
    return button_in(message.blocks, action)


def button_in(blocks: Sequence[Block], action: str) -> Button:
    """Raises LookupError where there is no such button."""
    for each in buttons(blocks):
        if each.action == action:
            return each
    raise LookupError(f"no button {action!r} is shown")


def current(form: Form) -> dict[str, str]:
    fields: dict[str, str] = {}
    for block in form.blocks:
        if isinstance(block, TextInput | DateInput | TimeInput):
            fields[block.name] = block.value
        elif isinstance(block, ChoiceInput):
            fields[block.name] = block.chosen
    return fields


def filled(form: Form, answers: Mapping[str, Answer]) -> dict[str, str]:
    fields = current(form)
    for name in fields:
        what, _, key = name.partition(":")
        answer = answers.get(key)
        if answer is None:
            continue
        if what == "text":
            fields[name] = answer.text or (str(answer.number) if answer.number is not None else "")
        elif what == "rating":
            fields[name] = str(answer.rating or "")
        elif what == "choice":
            fields[name] = answer.choice or ""
    return fields
