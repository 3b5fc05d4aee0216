"""What goes where not everything fits: the end of the text, never a button."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Mapping
from typing import Any

from bot.slack.presses import rows
from bot.slack.prose import context
from bot.slack.sheet import Drawn, Surface
from bot.slack.texts import say, size

MOST_BLOCKS: Mapping[Surface, int] = {"message": 50, "modal": 100, "home": 100}
MESSAGE_CHARACTERS = 9_800
"""Slack answers msg_blocks_too_long at about 10,000."""
VIEW_BYTES = 240_000
"""Slack answers view_too_large at 250 kB; the rest is for the view around the blocks."""
_SHOWN = ("text", "title", "label", "name", "caption")


def fit(drawn: Drawn, surface: Surface) -> Drawn:
    """`drawn` as it is if it fits; else its beginning, all buttons and fields, and a line that says
    that there is more. Raises ValueError where the fields of a form alone don't fit.
    """
    drawn = _without_idle_dividers(drawn)
    measure = _characters if surface == "message" else _bytes
    room = MESSAGE_CHARACTERS if surface == "message" else VIEW_BYTES

    def fits(blocks: Drawn) -> bool:
        return len(blocks) <= MOST_BLOCKS[surface] and sum(map(measure, blocks)) <= room

    if fits(drawn):
        return drawn
    # Keeping less never takes more room, so the longest beginning that fits can be halved for.
    cut = bisect_left(range(len(drawn)), True, key=lambda n: not fits(_shortened(drawn, n)))
    found = _shortened(drawn, max(cut - 1, 0))
    while not fits(found):
        if found[-2]["type"] == "input":
            raise ValueError("a form has more fields than a modal takes: ask for less at once")
        del found[-2]
    return found


def _shortened(drawn: Drawn, kept: int) -> Drawn:
    rest = drawn[kept:]
    fields = [block for block in rest if block["type"] == "input"]
    elements = [e for block in rest if block["type"] == "actions" for e in block["elements"]]
    return [*drawn[:kept], *fields, *rows(elements), *context(say("more"))]


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
        own = sum(size(value[key]) for key in _SHOWN if isinstance(value.get(key), str))
        return own + sum(_characters(part) for part in value.values() if not isinstance(part, str))
    if isinstance(value, list):
        return sum(map(_characters, value))
    return 0


def _bytes(block: dict[str, Any]) -> int:
    return len(json.dumps(block)) + 2
