"""What is being drawn on: the surface, what it takes natively, and the numbers already given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bot.domain import layout
from bot.domain.message import Block

Drawn = list[dict[str, Any]]
Surface = Literal["message", "modal", "home"]

MOST_CHARTS = 2
"""Charts in a message; docs.slack.dev is silent, but more are refused."""


@dataclass(slots=True)
class Sheet:
    """One message or view in the making.

    `native`: charts and tables become Slack's own blocks, which messages alone show
    (docs.slack.dev/blocks.json; Home lists tables too, but does not draw them). `takes_input`:
    it can be sent, so fields make sense. `charts` counts those so drawn: what they say stands
    below each, and never in a notification, which a phone shows while it is locked.
    """

    surface: Surface
    blocks: Sequence[Block]
    native: bool = False
    takes_input: bool = False
    charts: int = 0
    buttons: int = 0

    def next_button(self) -> int:
        """A number that no other button here has."""
        self.buttons += 1
        return self.buttons

    def takes_chart(self) -> bool:
        return self.native and self.charts < MOST_CHARTS

    def is_said(self, text: str, index: int) -> bool:
        """Whether a heading, a quotation's note or a line just before block `index` is `text`."""
        return layout.is_said(self.blocks, text, index)
