"""What every renderer asks of neutral blocks: what is said already, and what can be plotted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, time
from itertools import pairwise

from bot.domain.message import (
    Block,
    Chart,
    ChoiceInput,
    DateInput,
    Heading,
    Quote,
    Rating,
    Series,
    Text,
    TextInput,
    TimeInput,
)
from bot.domain.plain_text import is_blank, line

INPUTS = (TextInput, ChoiceInput, DateInput, TimeInput)
Input = TextInput | ChoiceInput | DateInput | TimeInput
_NEAR = 3
"""How many blocks apart two still stand "just" before or after each other."""


def is_said(blocks: Sequence[Block], text: str, index: int) -> bool:
    """Whether a heading, a quotation's note or a line just before block `index` is `text`."""
    near = blocks[max(index - _NEAR, 0) : index]
    return any(_title(block) == text for block in near)


def without_echoes(blocks: Sequence[Block]) -> Sequence[Block]:
    """A field always shows its label, so a heading just before that says the same goes."""

    def is_echo(block: Block, index: int) -> bool:
        near = blocks[index + 1 : index + 1 + _NEAR]
        labels = [other.label for other in near if isinstance(other, INPUTS)]
        return isinstance(block, Heading) and block.text in labels

    return [block for index, block in enumerate(blocks) if not is_echo(block, index)]


def scale(block: Rating) -> list[str]:
    """What the numbers of a rating with points mean: every point in words, or the two ends."""
    points = block.points
    pairs = [(p.value, line(p.label)) for p in points if not is_blank(p.label)]
    if not pairs:
        ends = ((points[0].value, line(block.low)), (points[-1].value, line(block.high)))
        pairs = [(value, label) for value, label in ends if not is_blank(label)]
    return [f"{value} {label}" for value, label in pairs]


def plotted(chart: Chart, most: int) -> list[int]:
    """The newest labels, at most `most`, at which there is a value; none at all where one series
    has a value and another has not: a line through the gap would be invented.
    """
    if not chart.series:
        return []
    known = [[_is_known(series, at) for series in chart.series] for at in range(len(chart.labels))]
    if any(a != b for line in known for a, b in pairwise(line)):
        return []
    return [at for at, line in enumerate(known) if line[0]][-most:]


def is_day(text: str) -> bool:
    """Whether `text` is a calendar day as DateInput has it."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def is_time(text: str) -> bool:
    """Whether `text` is a time of day as TimeInput has it."""
    try:
        return time.fromisoformat(text).strftime("%H:%M") == text
    except ValueError:
        return False


def _title(block: Block) -> str | None:
    match block:
        case Heading(text) | Text(text):
            return text
        case Quote(note=note):
            return note
        case _:
            return None


def _is_known(series: Series, at: int) -> bool:
    value = series.values[at] if at < len(series.values) else None
    return value is not None and math.isfinite(value)
