"""What goes where not everything fits: the end of the text, never a button or a field."""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate
from typing import Any

from bot.teams.compact import compact
from bot.teams.presses import rows
from bot.teams.prose import DIVIDER, muted
from bot.teams.sheet import Drawn
from bot.teams.texts import say

ACTIVITY = 28 * 1024
"""Bytes of an activity with a card that Teams takes (UTF-8 JSON)."""
CARD = ACTIVITY - 2 * 1024
"""The rest is for what an activity adds to its card."""


class TooLong(Exception):
    """The fields of a form don't fit into one card."""


def fit(drawn: Drawn, taken: int) -> Drawn:
    """`drawn` as it is if it fits beside the `taken` bytes; else its beginning, all buttons and
    fields, and a line that says that there is more. Raises TooLong where the fields alone don't
    fit.
    """
    drawn = _with_lines(drawn)
    room = CARD - taken
    if measure(drawn) - measure([]) < room:  # a list takes one byte less than its parts
        return drawn
    sums = [0, *accumulate(map(measure, drawn))]

    def fits(kept: int, end: Drawn) -> bool:
        return sums[kept] + sum(map(measure, end)) <= room

    # Keeping less never takes more room, so the longest beginning that fits is found by halving.
    numbers = range(len(drawn))
    first = bisect_left(numbers, True, key=lambda kept: not fits(kept, _end(drawn[kept:])))
    kept = max(first - 1, 0)
    end = _end(drawn[kept:])
    over_by = sums[kept] + sum(map(measure, end)) - room
    while over_by > 0:
        if len(end) < 2 or _holds(end[-2], "Input."):  # noqa: PLR2004 - the line stands last
            raise TooLong
        over_by -= measure(end.pop(-2))
    return [*drawn[:kept], *end]


def measure(part: Any) -> int:
    """Bytes of it as JSON, with what separates it from the next."""
    return len(compact(part).encode()) + 1


def _end(rest: Drawn) -> Drawn:
    """What must not go of the elements that don't fit, and a line that says that there is more."""
    fields = [element for element in rest if _holds(element, "Input.")]
    sets = [element for element in rest if element["type"] == "ActionSet"]
    actions = [a for each in sets for a in each["actions"] if a["type"] == "Action.Execute"]
    return [*fields, *rows(actions), *muted(say("more"))]


def _holds(element: dict[str, Any], kind: str) -> bool:
    parts = [element, *element.get("items", ())]
    return any(part["type"].startswith(kind) for part in parts)


def _with_lines(drawn: Drawn) -> Drawn:
    """Each divider as a line above what follows it: none stands first, last or twice."""
    made: Drawn = []
    is_due = False
    for element in drawn:
        if element["type"] == DIVIDER:
            is_due = bool(made)
            continue
        made.append(element | {"separator": True, "spacing": "Large"} if is_due else element)
        is_due = False
    return made
