"""What a person can read in a message, a panel or a form, and the buttons they can press."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass

from bot.domain.message import Block, Button, Buttons, Choice, Option, Quote, Rating

_NOT_READ = frozenset({"action", "again", "look", "tone", "name", "kind"})
_OPAQUE = (Button, Rating, Choice, Option)


def words(shown: object) -> str:
    """Every text that stands in `shown`, a line each; ids behind buttons are no text."""
    return "\n".join(text for text in _texts(shown) if text)


def _texts(shown: object) -> Iterator[str]:
    if isinstance(shown, str):
        yield shown
    elif is_dataclass(shown) and not isinstance(shown, type):
        for field in fields(shown):
            hidden = field.name == "value" and isinstance(shown, _OPAQUE)
            if field.name not in _NOT_READ and not hidden:
                yield from _texts(getattr(shown, field.name))
    elif isinstance(shown, tuple | list):
        for part in shown:
            yield from _texts(part)


def pressable(blocks: Iterable[Block]) -> Iterator[tuple[str, str, str]]:
    """What can be pressed, as (label, action, value)."""
    for block in blocks:
        if isinstance(block, Buttons):
            yield from ((item.label, item.action, item.value) for item in block.items)
        elif isinstance(block, Rating | Choice):
            yield block.label, block.action, block.value


def quotes(blocks: Iterable[Block]) -> list[Quote]:
    """The verbatim quotes among the blocks."""
    return [block for block in blocks if isinstance(block, Quote)]


def below(blocks: Sequence[Block], text: str) -> list[Block]:
    """What stands under the quote `text`, up to the next quote."""
    start = next(i for i, b in enumerate(blocks) if isinstance(b, Quote) and b.text == text)
    rest = blocks[start + 1 :]
    end = next((i for i, block in enumerate(rest) if isinstance(block, Quote)), len(rest))
    return list(rest[:end])
