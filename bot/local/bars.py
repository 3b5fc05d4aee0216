"""Bars of shares: whole percents in, positions in an SVG out. Labels stand above their bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from bot.domain.message import Bars

WIDTH, ROOM = 320, 280
"""Of the drawing, and of the longest bar in it: its share stands right of it."""
THICK, LINE, GAP = 10, 16, 12
LETTERS = 46
"""Characters of a label that are sure to fit in a line."""


@dataclass(frozen=True, slots=True)
class Label:
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """`y` is the bar's upper edge."""

    lines: Sequence[Label]
    y: float
    length: float
    share: int


@dataclass(frozen=True, slots=True)
class Stacked:
    width: int
    height: float
    room: int
    thick: int
    rows: Sequence[Row]


def stacked(bars: Bars) -> Stacked:
    """Where everything of `bars` stands, one row below the other."""
    rows: list[Row] = []
    top = 0.0
    for label, share in zip(bars.labels, bars.shares, strict=False):
        texts = wrap(label, LETTERS) or [""]
        lines = [Label(top + LINE * number - 4, text) for number, text in enumerate(texts, 1)]
        edge = top + LINE * len(texts) + 1
        rows.append(Row(lines, edge, _length(share), share))
        top = edge + THICK + GAP
    return Stacked(WIDTH, max(top - GAP, 0) + 2, ROOM, THICK, rows)


def _length(share: int) -> float:
    """Nothing for nothing; the smallest share is as long as a bar is thick, so that it is round."""
    return max(round(min(share, 100) * ROOM / 100, 1), THICK) if share > 0 else 0
