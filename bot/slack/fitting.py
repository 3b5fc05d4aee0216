"""What goes where not everything fits: the end of the text, never a button."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Mapping
from itertools import accumulate
from typing import Any

from bot.domain.plain_text import size
from bot.slack.presses import rows
from bot.slack.prose import context
from bot.slack.sheet import Drawn, Surface
from bot.slack.texts import say

MOST_BLOCKS: Mapping[Surface, int] = {"message": 50, "modal": 100, "home": 100}
MESSAGE_CHARACTERS = 9_800
"""Slack answers msg_blocks_too_long at about 10,000."""
VIEW_BYTES = 240_000
"""Slack answers view_too_large at 250 kB; the rest is for the view around the blocks."""
_SHOWN = frozenset({"text", "title", "label", "name", "caption"})


def fit(drawn: Drawn, surface: Surface) -> Drawn:
    """`drawn` as it is if it fits; else its beginning, all buttons and fields, and a line that says
    that there is more. Raises ValueError where the fields of a form alone don't fit.
    """
    drawn = _without_idle_dividers(drawn)
    measure = _characters if surface == "message" else _bytes
    room = MESSAGE_CHARACTERS if surface == "message" else VIEW_BYTES
    taken = [0, *accumulate(map(measure, drawn))]
    if len(drawn) <= MOST_BLOCKS[surface] and taken[-1] <= room:
        return drawn

    def fits(kept: int, end: Drawn) -> bool:
        is_short = kept + len(end) <= MOST_BLOCKS[surface]
        return is_short and taken[kept] + sum(map(measure, end)) <= room

    # Keeping less never takes more room, so the longest beginning that fits is found by halving.
    numbers = range(len(drawn))
    over = bisect_left(numbers, True, key=lambda kept: not fits(kept, _end(drawn[kept:])))
    kept = max(over - 1, 0)
    end = _end(drawn[kept:])
    while not fits(kept, end):
        if end[-2]["type"] == "input":
            raise ValueError("a form has more fields than a modal takes: ask for less at once")
        del end[-2]
    return [*drawn[:kept], *end]


def _end(rest: Drawn) -> Drawn:
    """What must not go of the blocks that don't fit, and a line that says that there is more."""
    fields = [block for block in rest if block["type"] == "input"]
    elements = [e for block in rest if block["type"] == "actions" for e in block["elements"]]
    return [*fields, *rows(elements), *context(say("more"))]


def _without_idle_dividers(drawn: Drawn) -> Drawn:
    """A divider divides: none stands first, last or twice."""
    kept: Drawn = []
    for block in drawn:
        is_divider = block["type"] == "divider"
        if not (is_divider and (not kept or kept[-1]["type"] == "divider")):
            kept.append(block)
    return kept[:-1] if kept and kept[-1]["type"] == "divider" else kept


def _characters(value: Any) -> int:
    """What people can read in a block, in UTF-16 code units."""
    if isinstance(value, dict):
        return sum(
            (size(part) if key in _SHOWN else 0) if isinstance(part, str) else _characters(part)
            for key, part in value.items()
        )
    return sum(map(_characters, value)) if isinstance(value, list) else 0


def _bytes(block: dict[str, Any]) -> int:
    return len(json.dumps(block)) + 2
