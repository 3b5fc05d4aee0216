"""What is being drawn on: the blocks around, the view's frame, and whether it can be sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain import layout
from bot.domain.message import Block
from bot.teams.values import Frame

Drawn = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One card in the making. `frame`: none in a message. `takes_input`: fields make sense."""

    blocks: Sequence[Block]
    frame: Frame | None = None
    takes_input: bool = False

    def is_said(self, text: str, index: int) -> bool:
        """Whether a heading, a quotation's note or a line just before block `index` is `text`."""
        return layout.is_said(self.blocks, text, index)
