"""How deep a parsed JSON value is."""

from __future__ import annotations


def is_deeper(found: object, levels: int) -> bool:
    """Whether `found` has more than that many levels of objects and arrays.

    Level by level, as recursion is what a deep payload would break.
    """
    level = [found]
    for _ in range(levels):
        level = [inner for each in level for inner in _inside(each)]
        if not level:
            return False
    return True


def _inside(found: object) -> list[object]:
    if isinstance(found, dict):
        return [each for each in found.values() if isinstance(each, dict | list)]
    if isinstance(found, list):
        return [each for each in found if isinstance(each, dict | list)]
    return []
